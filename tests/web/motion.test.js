import assert from "node:assert/strict";
import { test } from "node:test";

import { appearance, boxesAfter, moved } from "../../web/js/motion.js";

const close = (actual, expected) => {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, index) =>
    assert.ok(Math.abs(value - expected[index]) < 1e-9, `${actual} is not ${expected}`),
  );
};

test("a box moves with its velocity and keeps its size", () => {
  close(moved([0.4, 0.2, 0.1, 0.3], [0.2, -0.1], 500), [0.5, 0.15, 0.1, 0.3]);
});

test("it moves back for a frame from before", () => {
  close(moved([0.4, 0.2, 0.1, 0.3], [0.2, 0], -100), [0.38, 0.2, 0.1, 0.3]);
});

test("a guess has its limits", () => {
  close(moved([0, 0, 0.1, 0.1], [0.1, 0], 60_000), [0.1, 0, 0.1, 0.1]);
  close(moved([0.5, 0, 0.1, 0.1], [0.1, 0], -60_000), [0.45, 0, 0.1, 0.1]);
});

test("a confirmed box is solid; unconfirmed it is dashed, fades, is gone", () => {
  assert.deepEqual(appearance(0), { alpha: 1, dashed: false });
  assert.deepEqual(appearance(450), { alpha: 1, dashed: false });
  assert.deepEqual(appearance(600), { alpha: 1, dashed: true });
  assert.deepEqual(appearance(1050), { alpha: 0.5, dashed: true });
  assert.deepEqual(appearance(1300), { alpha: 0, dashed: true });
  assert.equal(appearance(99_999).alpha, 0);
});

test("what was unseen at the server and what passed since add up", () => {
  const object = { id: 3, label: "cat", score: 0.5, box: [0, 0, 1, 1], v: [0, 0], seen: 400 };
  const [box] = boxesAfter([object], 100);
  assert.deepEqual(box, {
    id: 3,
    label: "cat",
    score: 0.5,
    box: [0, 0, 1, 1],
    alpha: 1,
    dashed: true,
  });
  assert.deepEqual(boxesAfter([object], 900), []);
});

test("looking back does not make a box fresher than it was", () => {
  const object = { id: 3, label: "cat", score: 0.5, box: [0, 0, 1, 1], v: [0, 0], seen: 500 };
  assert.equal(boxesAfter([object], -200)[0].dashed, true);
});
