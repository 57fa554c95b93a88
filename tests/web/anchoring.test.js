import assert from "node:assert/strict";
import { test } from "node:test";

import { anchorOf, bubbleSpot } from "../../web/js/anchoring.js";
import { holds, shared } from "../../web/js/geometry.js";

const rect = (left, top, width, height) => ({ left, top, width, height });
const ROOM = rect(6, 48, 378, 560);
const SIZE = { width: 200, height: 70 };

test("an answer is by the first object it names that is in view, and stays there", () => {
  const inView = (id) => [3, 4].includes(id);
  assert.equal(anchorOf([2, 4, 3], null, inView), 4);
  assert.equal(anchorOf([2, 4, 3], 3, inView), 3);
  assert.equal(anchorOf([2, 4, 3], 2, inView), 4);
  assert.equal(anchorOf([9], 3, inView), null);
  assert.equal(anchorOf([], null, inView), null);
});

test("a bubble is below its object where there is room, else beside, else above", () => {
  const side = (box, taken = []) => bubbleSpot(box, SIZE, ROOM, taken).side;
  assert.equal(side(rect(100, 100, 80, 80)), "below");
  assert.equal(side(rect(20, 300, 100, 300)), "right");
  assert.equal(side(rect(270, 300, 100, 300)), "left");
  assert.equal(side(rect(100, 400, 180, 200)), "above");
  assert.equal(side(rect(0, 0, 390, 844)), "within");
});

test("it keeps clear of what was placed before", () => {
  const box = rect(100, 100, 80, 80);
  const { spot: first } = bubbleSpot(box, SIZE, ROOM, []);
  const { side, spot } = bubbleSpot(box, SIZE, ROOM, [first]);
  assert.notEqual(side, "below");
  assert.equal(shared(first, spot), null);
});

test("it stays on its side while that will do, and leaves it when it will not", () => {
  const box = rect(20, 200, 100, 100);
  assert.equal(bubbleSpot(box, SIZE, ROOM, [], "right").side, "right");
  assert.equal(bubbleSpot(rect(250, 200, 100, 100), SIZE, ROOM, [], "right").side, "below");
});

test("what trembles at the edge of its place does not set it hopping", () => {
  const box = rect(100, 100, 80, 80);
  let side;
  let changes = 0;
  for (let frame = 0; frame < 60; frame += 1) {
    // A label that reaches into the place below on every other frame.
    const label = rect(110, 256 + (frame % 2 ? -3 : 3), 60, 20);
    const next = bubbleSpot(box, SIZE, ROOM, [label], side).side;
    if (side && next !== side) changes += 1;
    side = next;
  }
  assert.equal(changes, 0);
});

test("it is always wholly in the room, wherever the box is", () => {
  for (let left = -300; left <= 600; left += 37) {
    for (let top = -300; top <= 900; top += 41) {
      const { spot } = bubbleSpot(rect(left, top, 150, 220), SIZE, ROOM, []);
      assert.ok(holds(ROOM, spot), `${left}, ${top}`);
    }
  }
});
