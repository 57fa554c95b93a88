import assert from "node:assert/strict";
import { test } from "node:test";

import { Sight } from "../../web/js/sight.js";

const tracks = (seq, at, camera = [0, 0]) => ({
  type: "tracks",
  seq,
  frame: { pts: at * 90, age: 0, captured: at },
  part: [0, 1],
  camera,
  objects: [{ id: 7, label: "cup", score: 0.8, box: [0.1, 0.2, 0.3, 0.4], v: [0.1, 0], seen: 0 }],
});
const QUAD = [
  [0.1, 0.1],
  [0.2, 0.1],
  [0.2, 0.2],
  [0.1, 0.2],
];
const SIGN = { text: "EXIT", quad: QUAD };
const near = (quad, left) => assert.ok(Math.abs(quad[0][0] - left) < 1e-9, String(quad[0][0]));

test("boxes are where they are at the time of the displayed frame", () => {
  const sight = new Sight(0);
  assert.deepEqual(sight.boxesAt(0, 0), []);
  sight.take(tracks(1, 1000), 1010, 10);
  const [box] = sight.boxesAt(1200, 1220);
  assert.ok(Math.abs(box.box[0] - 0.12) < 1e-9);
});

test("a frame from between two messages has its boxes between theirs", () => {
  const sight = new Sight(0);
  sight.take(tracks(1, 1000), 1010, 10);
  const later = tracks(2, 1100);
  later.objects[0].box = [0.13, 0.2, 0.3, 0.4];
  sight.take(later, 1110, 10);
  assert.ok(Math.abs(sight.boxesAt(1050, 1120)[0].box[0] - 0.115) < 1e-9);
});

test("a new message corrects a little by and by, and much at once", () => {
  for (const [to, first] of [[0.16, 0.15], [0.3, 0.3]]) {
    const sight = new Sight(0);
    sight.take(tracks(1, 1000), 1010, 10);
    assert.ok(Math.abs(sight.boxesAt(1200, 1220)[0].box[0] - 0.12) < 1e-9);
    const later = tracks(2, 1200);
    Object.assign(later.objects[0], { box: [to, 0.2, 0.3, 0.4], v: [0, 0] });
    sight.take(later, 1225, 10);
    assert.ok(Math.abs(sight.boxesAt(1245, 1265)[0].box[0] - first) < 0.002);
    assert.ok(Math.abs(sight.boxesAt(1300, 1320)[0].box[0] - to) < 1e-9);
  }
});

test("who does not draw gets boxes as they are, and does not make the drawn ones jump", () => {
  const sight = new Sight(0);
  assert.deepEqual(sight.plainAt(1000), []);
  sight.take(tracks(1, 1000), 1010, 10);
  sight.boxesAt(1200, 1220);
  const later = tracks(2, 1200);
  Object.assign(later.objects[0], { box: [0.16, 0.2, 0.3, 0.4], v: [0, 0] });
  sight.take(later, 1225, 10);
  assert.ok(Math.abs(sight.plainAt(1245)[0].box[0] - 0.16) < 1e-9);
  assert.ok(sight.boxesAt(1245, 1265)[0].box[0] < 0.152, "it still glides");
});

test("outlines of text go where the picture goes", () => {
  const sight = new Sight(0);
  sight.take(tracks(1, 1000), 1010, 10);
  sight.takeText([SIGN], 1010);
  near(sight.quadsAt(1010)[0], 0.1);
  sight.take(tracks(2, 1100, [0.5, 0]), 1110, 10);
  near(sight.quadsAt(1110)[0], 0.15);
  sight.take(tracks(3, 9000, [0.5, 0]), 9010, 10);
  near(sight.quadsAt(9010)[0], 0.15);
});

test("text that nobody reads again is outlined no longer", () => {
  const sight = new Sight(0);
  sight.takeText([SIGN], 0);
  assert.equal(sight.quadsAt(10_000).length, 1);
  assert.equal(sight.quadsAt(10_001).length, 0);
});

test("what was known is forgotten", () => {
  const sight = new Sight(0);
  sight.take(tracks(5, 1000), 1010, 10);
  sight.takeText([SIGN], 1010);
  sight.forget();
  assert.deepEqual([sight.snapshot, sight.boxesAt(1000, 1010), sight.quadsAt(1010)], [null, [], []]);
  sight.take(tracks(1, 2000), 2010, 10);
  assert.equal(sight.snapshot.seq, 1);
});

test("all that is known of one frame is had at once, with its time by the server's clock", () => {
  const sight = new Sight(0);
  assert.deepEqual(sight.asOf(1000, 1000), { boxes: [], lines: [], pts: null });
  sight.take(tracks(1, 1000), 1010, 10);
  sight.takeText([SIGN], 1010);
  const { boxes, lines, pts } = sight.asOf(1100, 1120);
  assert.equal(pts, 1100 * 90);
  assert.ok(Math.abs(boxes[0].box[0] - 0.11) < 1e-9);
  assert.deepEqual(lines, [SIGN]);
});
