import assert from "node:assert/strict";
import { test } from "node:test";

import { readMessage, readTracks } from "../../web/js/messages.js";

const object = {
  id: 7,
  label: "cup",
  score: 0.8,
  box: [0.1, 0.2, 0.3, 0.4],
  v: [0.01, 0],
  seen: 12,
};
const tracks = (changes) => ({
  type: "tracks",
  seq: 1,
  frame: { pts: 90, age: 3, captured: 5, returned: 7 },
  part: [0, 1],
  camera: [0.02, 0],
  objects: [object],
  ...changes,
});

test("text that is no message is null, never an exception", () => {
  for (const text of [
    "",
    "{",
    "null",
    "[]",
    '"a"',
    '{"type":1}',
    new ArrayBuffer(2),
    "x".repeat(70_000),
  ]) {
    assert.equal(readMessage(text), null);
  }
});

test("a message of any type is read", () => {
  assert.deepEqual(readMessage('{"type":"news","a":1}'), { type: "news", a: 1 });
});

test("tracks are read whole", () => {
  assert.deepEqual(readTracks(tracks()), {
    seq: 1,
    frame: { pts: 90, age: 3, captured: 5, returned: 7 },
    index: 0,
    parts: 1,
    camera: [0.02, 0],
    objects: [object],
  });
});

test("joints are read where there are as many as there should be", () => {
  const keypoints = Array(17).fill([0.5, -0.25, 0.875]).flat();
  const posed = { ...object, keypoints, posed: 120 };
  assert.deepEqual(readTracks(tracks({ objects: [posed] })).objects, [posed]);
  for (const wrong of [keypoints.slice(1), [...keypoints, 1], "x", [...keypoints.slice(1), "1"]]) {
    const read = readTracks(tracks({ objects: [{ ...posed, keypoints: wrong }] }));
    assert.deepEqual(read.objects, [object]);
  }
});

test("what the server leaves out has its default", () => {
  const bare = { id: 1, box: [0, 0, 1, 1] };
  const read = readTracks({ type: "tracks", seq: 2, frame: { pts: 0 }, objects: [bare] });
  assert.deepEqual(read.frame, { pts: 0, age: 0, captured: null, returned: null });
  assert.deepEqual([read.index, read.parts, read.camera], [0, 1, [0, 0]]);
  assert.deepEqual(read.objects, [{ ...bare, label: "", score: 0, v: [0, 0], seen: 0 }]);
});

test("tracks without their bones are null", () => {
  for (const bad of [
    { seq: "1" },
    { frame: {} },
    { frame: null },
    { objects: {} },
    { part: [1, 1] },
    { part: [0, 1e9] },
    { part: [0.5, 2] },
  ]) {
    assert.equal(readTracks(tracks(bad)), null, JSON.stringify(bad));
  }
});

test("objects without a place are left out, the others stay", () => {
  const crooked = [null, {}, { id: 1, box: [0, 0, 1] }, { id: 2, box: [0, 0, 1, null] }, object];
  assert.deepEqual(readTracks(tracks({ objects: crooked })).objects, [object]);
});

test("a message cannot bring objects without end", () => {
  assert.equal(readTracks(tracks({ objects: Array(5000).fill(object) })).objects.length, 64);
});
