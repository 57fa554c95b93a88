import assert from "node:assert/strict";
import { test } from "node:test";

import { appearance, boxesAt, moved } from "../../web/js/motion.js";

const CAT = { id: 3, label: "cat", score: 0.5, box: [0.4, 0.2, 0.1, 0.3], v: [0, 0], seen: 0 };
const at = (when, ...objects) => ({ at: when, objects });
const close = (actual, expected, within = 1e-9) => {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, index) =>
    assert.ok(Math.abs(value - expected[index]) < within, `${actual} is not ${expected}`),
  );
};

/** Things whose true boxes are known at any time, seconds. */
const WORLD = {
  "stands still": { box: () => [0.4, 0.3, 0.2, 0.2], v: [0, 0] },
  "is carried along by a pan": { box: (t) => [0.1 + 0.3 * t, 0.3, 0.2, 0.2], v: [0.3, 0] },
  "crosses the picture": {
    box: (t) => [0.7 - 0.5 * t, 0.1 + 0.2 * t, 0.1, 0.3],
    v: [-0.5, 0.2],
  },
};
const sighting = (thing, when) =>
  at(when, { ...CAT, box: thing.box(when / 1000), v: thing.v });

for (const [name, thing] of Object.entries(WORLD)) {
  test(`a box stays on what ${name}, displayed before the message's frame or after`, () => {
    for (let shown = 200; shown <= 1250; shown += 7) {
      const [{ box }] = boxesAt(sighting(thing, 1000), sighting(thing, 900), shown);
      if (shown >= 400) close(box, thing.box(shown / 1000), 2e-3);
      else assert.ok(box.every(Number.isFinite));
    }
  });
}

test("no two displayed frames in a row have the box further apart than it moves", () => {
  const newest = at(1000, { ...CAT, v: [0.6, -0.3] });
  const before = at(900, { ...CAT, box: [0.33, 0.22, 0.1, 0.3], v: [0.6, -0.3] });
  let last = null;
  for (let shown = 300; shown < 2200; shown += 10) {
    const [box] = boxesAt(newest, before, shown).map((each) => each.box);
    if (last) box.forEach((side, index) => assert.ok(Math.abs(side - last[index]) < 0.012, shown));
    last = box;
  }
});

test("a guess has its limits: ahead it slows down and stops, back it stops", () => {
  const ways = [100, 250, 400, 700, 1200, 60_000].map((ms) => moved({ ...CAT, v: [1, 0] }, ms)[0] - 0.4);
  ways.reduce((one, next) => {
    assert.ok(next > one);
    return next;
  });
  close(ways.slice(0, 2), [0.1, 0.25]);
  assert.ok(ways[3] < 0.52 && ways[5] <= 0.6);
  close([moved({ ...CAT, v: [1, 0] }, -60_000)[0]], [-0.1]);
});

test("between two messages a box is between theirs, whatever the speeds said", () => {
  const before = at(900, { ...CAT, box: [0.1, 0.1, 0.2, 0.2], v: [9, 9] });
  const newest = at(1000, { ...CAT, box: [0.2, 0.1, 0.4, 0.2], v: [-9, -9] });
  close(boxesAt(newest, before, 950)[0].box, [0.15, 0.1, 0.3, 0.2]);
  close(boxesAt(newest, before, 900)[0].box, [0.1, 0.1, 0.2, 0.2]);
});

test("what the message before did not have is carried back by its speed", () => {
  const newest = at(1000, { ...CAT, v: [0.1, 0] });
  close(boxesAt(newest, at(900, { ...CAT, id: 4 }), 900)[0].box, [0.39, 0.2, 0.1, 0.3]);
  close(boxesAt(newest, null, 900)[0].box, [0.39, 0.2, 0.1, 0.3]);
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
  const object = { ...CAT, seen: 400 };
  const [box] = boxesAt(at(0, object), null, 100);
  assert.deepEqual(box, {
    id: 3,
    label: "cat",
    score: 0.5,
    box: [0.4, 0.2, 0.1, 0.3],
    unseen: 500,
    alpha: 1,
    dashed: true,
  });
  assert.deepEqual(boxesAt(at(0, object), null, 900), []);
});

test("looking back does not make a box fresher than it was", () => {
  assert.equal(boxesAt(at(0, { ...CAT, seen: 500 }), null, -200)[0].dashed, true);
});

test("joints go with their box while they are believed, and then without them", () => {
  const keypoints = Array(51).fill(0.5);
  const posed = { ...CAT, v: [0.4, 0], keypoints, posed: 300 };
  const drawn = (shown) => boxesAt(at(1000, posed), null, shown)[0];
  assert.equal(drawn(1200).keypoints, keypoints);
  close(drawn(1200).box, [0.48, 0.2, 0.1, 0.3]);
  assert.equal(drawn(1699).keypoints, keypoints);
  assert.ok(!("keypoints" in drawn(1701)));
  assert.ok(!("keypoints" in boxesAt(at(1000, CAT), null, 1000)[0]));
});
