/** A scripted crowd: no label over another, none that leaves a place without need. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { holds, shared } from "../../web/js/geometry.js";
import { Labels, SIDES, spotAt } from "../../web/js/labels.js";

const rect = (left, top, width, height) => ({ left, top, width, height });
const ROOM = rect(6, 48, 378, 560);
const CHIP = { width: 80, height: 20 };
const item = (id, box, size = CHIP) => ({ id, rect: box, size });
const FRAME = 1000 / 30;

/** So many boxes that cross, circle and meet, each at its own pace, at a time in seconds. */
function crowd(count, t, room) {
  return Array.from({ length: count }, (_, n) => {
    const across = 0.5 + 0.45 * Math.sin(t * (0.35 + 0.07 * n) + n * 1.7);
    const down = 0.5 + 0.42 * Math.cos(t * (0.28 + 0.05 * n) + n * 2.3);
    const side = 40 + 11 * (n % 5);
    const left = room.left + across * room.width - side / 2;
    const box = rect(left, room.top + down * room.height - side / 2, side, side * 1.4);
    return item(n + 1, box, { width: 60 + 7 * (n % 4), height: 20 });
  });
}

/** Plays the crowd and looks at every frame. */
function play(room, seconds, look) {
  const labels = new Labels();
  for (let frame = 0; frame < seconds * 30; frame += 1) {
    const items = crowd(12, frame / 30, room);
    const before = new Map(items.map(({ id }) => [id, labels.sideOf(id)]));
    const found = labels.place(items, room, frame * FRAME);
    look({ items, before, found, side: (id) => labels.sideOf(id), frame });
  }
}

for (const [name, room] of [["a phone", ROOM], ["a desk", rect(6, 48, 1268, 640)]]) {
  test(`no label of a crowd lies over another or leaves the room, on ${name}`, () => {
    let placed = 0;
    play(room, 60, ({ items, found, frame }) => {
      const spots = [...found.values()].map(({ spot }) => spot);
      placed += spots.length / items.length;
      spots.forEach((spot, n) => {
        assert.ok(holds(room, spot), `frame ${frame}`);
        for (const other of spots.slice(n + 1)) assert.equal(shared(spot, other), null, `${frame}`);
      });
    });
    assert.ok(placed / (60 * 30) > 0.97, `${placed / (60 * 30)} of the labels are shown`);
  });

  test(`a label of a crowd changes its side only where its place is taken, on ${name}`, (context) => {
    let changes = 0;
    play(room, 60, ({ items, before, found, side, frame }) => {
      for (const each of items) {
        const [from, to] = [before.get(each.id), side(each.id)];
        if (!from || from === to) continue;
        changes += 1;
        const old = spotAt(from, each, room);
        const taken = ([id, { spot }]) => id < each.id && shared(spot, old);
        assert.ok(!old || [...found].some(taken), `${each.id} left ${from} at frame ${frame}`);
      }
    });
    context.diagnostic(`${changes} changes in a minute of twelve labels`);
    // Twelve that meet all the time: on average each moves less than once in two seconds.
    assert.ok(changes < 12 * 30, `${changes} changes`);
  });
}

test("a label sits on top of its box, at once", () => {
  const found = new Labels().place([item(1, rect(100, 100, 50, 50))], ROOM, 0);
  assert.deepEqual(found.get(1), { spot: rect(100, 80, 80, 20), alpha: 1 });
});

test("a label never leaves the room", () => {
  const boxes = [rect(-50, -50, 100, 150), rect(350, 590, 200, 200), rect(-500, 300, 2000, 10)];
  for (const box of [...boxes, rect(0, 0, 390, 844)]) {
    const { spot } = new Labels().place([item(1, box)], ROOM, 0).get(1);
    assert.deepEqual(shared(spot, ROOM), spot);
  }
});

test("a box outside the room has no label", () => {
  const outside = [item(1, rect(0, 800, 50, 40)), item(2, rect(-60, 0, 50, 40))];
  assert.equal(new Labels().place(outside, ROOM, 0).size, 0);
});

test("the newer of two that meet gives way, stays there, and does not come back unasked", () => {
  const labels = new Labels();
  const at = (left, now) =>
    labels.place([item(1, rect(100, 200, 80, 80)), item(2, rect(left, 200, 80, 80))], ROOM, now);
  at(300, 0);
  assert.deepEqual([labels.sideOf(1), labels.sideOf(2)], ["above", "above"]);
  const met = at(150, FRAME);
  assert.equal(labels.sideOf(1), "above");
  assert.notEqual(labels.sideOf(2), "above");
  assert.equal(met.get(2).alpha, 0, "it does not show in two places");
  const side = labels.sideOf(2);
  assert.ok(at(150, 2 * FRAME).get(2).alpha > 0);
  at(300, 3 * FRAME);
  assert.equal(labels.sideOf(2), side);
});

test("a box that trembles at the border of its place does not set its label hopping", () => {
  const labels = new Labels();
  let changes = 0;
  let last = null;
  for (let frame = 0; frame < 90; frame += 1) {
    const tremble = frame % 2 ? 2 : -2;
    labels.place(
      [item(1, rect(100, 200, 80, 80)), item(2, rect(180 + tremble, 200, 80, 80))],
      ROOM,
      frame * FRAME,
    );
    if (last !== null && labels.sideOf(2) !== last) changes += 1;
    last = labels.sideOf(2);
  }
  assert.ok(changes <= 1, `${changes} changes`);
});

test("what finds no place is left out, and does not flicker when there is some", () => {
  const labels = new Labels();
  const narrow = rect(0, 0, 100, 45);
  const many = Array.from({ length: 4 }, (_, n) => item(n + 1, rect(0, 0, 90, 44)));
  assert.equal(labels.place(many, narrow, 0).size, 2);
  const left = many.filter(({ id }) => labels.sideOf(id) === null);
  assert.equal(labels.place(left, narrow, FRAME).size, 0);
  assert.ok(labels.place(left, narrow, 500).size > 0);
});

test("every side lies by its box", () => {
  const box = rect(150, 250, 60, 60);
  for (const side of SIDES) {
    const spot = spotAt(side, item(1, box), ROOM);
    assert.ok(shared(rect(149, 249, 62, 62), spot), side);
  }
});

test("twenty labels are placed in well under a frame", (context) => {
  const labels = new Labels();
  const started = performance.now();
  for (let frame = 0; frame < 300; frame += 1) {
    labels.place(crowd(20, frame / 30, ROOM), ROOM, frame * FRAME);
  }
  const each = (performance.now() - started) / 300;
  context.diagnostic(`${each.toFixed(3)} ms a frame`);
  assert.ok(each < 8, `${each} ms`);
});
