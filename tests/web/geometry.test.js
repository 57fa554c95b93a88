import assert from "node:assert/strict";
import { test } from "node:test";

import {
  boxAt,
  chooseFit,
  holds,
  inPicture,
  onStage,
  placed,
  roomBeside,
  shared,
  within,
} from "../../web/js/geometry.js";

const size = (width, height) => ({ width, height });
const rect = (left, top, width, height) => ({ left, top, width, height });
const same = (actual, expected) => {
  for (const [side, value] of Object.entries(expected)) {
    assert.ok(Math.abs(actual[side] - value) < 1e-9, `${side}: ${actual[side]} is not ${value}`);
  }
};
const PHONE = size(390, 844);
const DESK = size(1440, 900);

test("cover fills the stage and reaches evenly over two of its edges", () => {
  same(placed(size(640, 480), size(400, 400), "cover"), rect(-200 / 3, 0, 1600 / 3, 400));
  same(placed(size(480, 640), size(400, 400), "cover"), rect(0, -200 / 3, 400, 1600 / 3));
  same(placed(size(720, 1280), size(360, 640), "cover"), rect(0, 0, 360, 640));
});

test("contain shows the whole picture, centred", () => {
  same(placed(size(640, 480), size(400, 400), "contain"), rect(0, 50, 400, 300));
  same(placed(size(480, 640), size(400, 400), "contain"), rect(50, 0, 300, 400));
});

test("the screen is filled unless most of the picture would be lost", () => {
  assert.equal(chooseFit(size(720, 1280), PHONE), "cover");
  assert.equal(chooseFit(size(480, 640), PHONE), "cover");
  assert.equal(chooseFit(size(640, 480), PHONE), "contain");
  assert.equal(chooseFit(size(640, 480), DESK), "cover");
  assert.equal(chooseFit(size(1280, 720), DESK), "cover");
  assert.equal(chooseFit(size(720, 1280), DESK), "contain");
});

test("a box lands where its pixels are displayed", () => {
  const picture = rect(-100, 0, 600, 400);
  assert.deepEqual(onStage([0.5, 0.25, 0.25, 0.5], picture, false), rect(200, 100, 150, 200));
});

test("in the mirror left and right change, the size stays", () => {
  const picture = rect(-100, 0, 600, 400);
  assert.deepEqual(onStage([0.5, 0.25, 0.25, 0.5], picture, true), rect(50, 100, 150, 200));
  assert.deepEqual(onStage([0, 0, 1, 1], picture, true), picture);
});

test("rectangles share what they share", () => {
  assert.deepEqual(shared(rect(0, 0, 10, 10), rect(5, 6, 10, 10)), rect(5, 6, 5, 4));
  assert.equal(shared(rect(0, 0, 10, 10), rect(10, 0, 5, 5)), null);
});

test("bars along the edges take their strips from the room", () => {
  assert.deepEqual(roomBeside(PHONE, []), rect(6, 6, 378, 832));
  assert.deepEqual(
    roomBeside(PHONE, [rect(14, 12, 90, 30), rect(0, 740, 390, 104)]),
    rect(6, 48, 378, 686),
  );
  assert.deepEqual(roomBeside(size(844, 390), [rect(760, 0, 84, 390)]), rect(6, 6, 748, 378));
  assert.deepEqual(roomBeside(PHONE, [rect(0, 0, 0, 0)]), rect(6, 6, 378, 832));
});

test("a picture is made to fit the limits in its own orientation, with even sides", () => {
  const limit = size(1280, 720);
  assert.deepEqual(within(size(1920, 1080), limit), size(1280, 720));
  assert.deepEqual(within(size(1080, 1920), limit), size(720, 1280));
  assert.deepEqual(within(size(640, 480), limit), size(640, 480));
  assert.deepEqual(within(size(1439, 1079), limit), size(960, 720));
  assert.deepEqual(within(size(321, 1), limit), size(322, 2));
});

test("a touch finds the place of the picture: the way back from the stage", () => {
  const picture = rect(-100, 20, 600, 400);
  for (const mirrored of [false, true]) {
    for (const point of [
      [0.25, 0.5],
      [0.9, 0.1],
    ]) {
      const { left, top } = onStage([...point, 0, 0], picture, mirrored);
      const found = inPicture({ x: left, y: top }, picture, mirrored);
      assert.ok(found.every((value, axis) => Math.abs(value - point[axis]) < 1e-9));
    }
  }
});

test("a touch beside the picture is nowhere in it", () => {
  const letterboxed = placed(size(640, 480), PHONE, "contain");
  assert.equal(inPicture({ x: 195, y: 100 }, letterboxed, false), null);
  assert.equal(inPicture({ x: 195, y: 800 }, letterboxed, true), null);
  assert.equal(inPicture({ x: 5, y: 5 }, rect(0, 0, 0, 0), false), null);
});

test("of boxes that lie over each other the smallest is touched", () => {
  const table = { id: 1, box: [0, 0.2, 1, 0.8] };
  const cup = { id: 2, box: [0.4, 0.4, 0.2, 0.2] };
  assert.equal(boxAt([0.5, 0.5], [table, cup]), cup);
  assert.equal(boxAt([0.1, 0.5], [cup, table]), table);
  assert.equal(boxAt([0.5, 0.1], [cup, table]), null);
});

const ROOM = rect(6, 6, 378, 700);

test("a room holds what lies wholly within", () => {
  assert.equal(holds(ROOM, rect(6, 6, 378, 700)), true);
  assert.equal(holds(ROOM, rect(5, 6, 10, 10)), false);
  assert.equal(holds(ROOM, rect(6, 6, 379, 10)), false);
});
