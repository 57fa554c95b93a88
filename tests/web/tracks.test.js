import assert from "node:assert/strict";
import { test } from "node:test";

import { TracksInbox } from "../../web/js/tracks.js";

const part = (seq, index, parts, ids) => ({
  seq,
  index,
  parts,
  frame: { pts: seq * 3000, age: 5, captured: null },
  objects: ids.map((id) => ({ id })),
});
const ids = (snapshot) => snapshot?.objects.map((object) => object.id);

test("one part makes a snapshot at once", () => {
  const snapshot = new TracksInbox().push(part(3, 0, 1, [7, 8]), 100);
  assert.deepEqual(ids(snapshot), [7, 8]);
  assert.equal(snapshot.received, 100);
  assert.equal(snapshot.frame.pts, 9000);
});

test("parts are put in order, and dated by the first to come", () => {
  const inbox = new TracksInbox();
  assert.equal(inbox.push(part(1, 2, 3, [5]), 10), null);
  assert.equal(inbox.push(part(1, 0, 3, [1, 2]), 12), null);
  const snapshot = inbox.push(part(1, 1, 3, [3, 4]), 14);
  assert.deepEqual(ids(snapshot), [1, 2, 3, 4, 5]);
  assert.equal(snapshot.received, 10);
});

test("a part that comes twice counts once", () => {
  const inbox = new TracksInbox();
  inbox.push(part(1, 0, 2, [1]), 0);
  assert.equal(inbox.push(part(1, 0, 2, [1]), 1), null);
  assert.deepEqual(ids(inbox.push(part(1, 1, 2, [2]), 2)), [1, 2]);
});

test("the newest wins: what is older and comes later is passed over", () => {
  const inbox = new TracksInbox();
  inbox.push(part(4, 0, 2, [1]), 0);
  assert.deepEqual(ids(inbox.push(part(5, 0, 1, [2]), 1)), [2]);
  assert.equal(inbox.push(part(4, 1, 2, [3]), 2), null);
  assert.equal(inbox.push(part(5, 0, 1, [4]), 3), null);
  assert.equal(inbox.pending, 0);
});

test("an older one may still complete while a newer is half received", () => {
  const inbox = new TracksInbox();
  inbox.push(part(1, 0, 2, [1]), 0);
  inbox.push(part(2, 0, 2, [9]), 1);
  assert.deepEqual(ids(inbox.push(part(1, 1, 2, [2]), 2)), [1, 2]);
  assert.deepEqual(ids(inbox.push(part(2, 1, 2, [8]), 3)), [9, 8]);
});

test("lost parts do not pile up", () => {
  const inbox = new TracksInbox();
  for (let seq = 0; seq < 1000; seq += 1) inbox.push(part(seq, 0, 2, [seq]), seq);
  assert.equal(inbox.pending, 4);
  assert.deepEqual(ids(inbox.push(part(999, 1, 2, [1]), 1000)), [999, 1]);
});

test("a part that disagrees about the number of parts is passed over", () => {
  const inbox = new TracksInbox();
  inbox.push(part(1, 0, 2, [1]), 0);
  assert.equal(inbox.push(part(1, 1, 3, [2]), 1), null);
  assert.deepEqual(ids(inbox.push(part(1, 1, 2, [2]), 2)), [1, 2]);
});
