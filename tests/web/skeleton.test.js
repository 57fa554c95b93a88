import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { drawSkeleton, skeleton } from "../../web/js/skeleton.js";

const JOINTS = 17;
const RECT = { left: 100, top: 50, width: 200, height: 400 };
const SHOULDERS = { 5: [0.75, 0.25, 0.9], 6: [0.25, 0.25, 0.9] };

/** Only these joints, by their index. */
const pose = (joints) =>
  Array.from({ length: JOINTS }, (_, index) => joints[index] ?? [0.5, 0.5, 0]).flat();

test("joints lie in their box on the stage", () => {
  const { limbs, joints } = skeleton(pose(SHOULDERS), RECT, false);
  assert.deepEqual(joints, [
    { at: [250, 150], side: "left", sure: true },
    { at: [150, 150], side: "right", sure: true },
  ]);
  assert.deepEqual(limbs, [{ from: [250, 150], to: [150, 150], side: "middle", sure: true }]);
});

test("in a mirror they change places, but left stays the person's left", () => {
  const { joints } = skeleton(pose(SHOULDERS), RECT, true);
  assert.deepEqual(joints[0], { at: [150, 150], side: "left", sure: true });
});

test("a limb is as sure as its less sure end, and what is guessed is not drawn", () => {
  const arm = (score) => pose({ 5: [0, 0, 0.9], 7: [0, 0.5, score] });
  assert.equal(skeleton(arm(0.5), RECT, false).limbs[0].sure, true);
  assert.equal(skeleton(arm(0.49), RECT, false).limbs[0].sure, false);
  assert.deepEqual(skeleton(arm(0.29), RECT, false).limbs, []);
  assert.equal(skeleton(arm(0.29), RECT, false).joints.length, 1);
});

test("what is nowhere near the box is left out", () => {
  assert.deepEqual(skeleton(pose({ 9: [1e9, 0, 1] }), RECT, false).joints, []);
});

test("limbs, joints and bounds are those of the server", () => {
  const body = readFileSync(new URL("../../vision/body.py", import.meta.url), "utf8");
  const listed = body.slice(body.indexOf("LIMBS"), body.indexOf("def side_of"));
  const theirs = [...listed.matchAll(/\((\d+), (\d+)\)/g)].map(([, ...pair]) => pair.map(Number));
  const everything = pose(
    Object.fromEntries(Array.from({ length: JOINTS }, (_, index) => [index, [index, 0, 1]])),
  );
  const unit = { left: 0, top: 0, width: 1, height: 1 };
  const near = everything.map((value, index) => (index % 3 ? value : value / 17));
  const ours = skeleton(near, unit, false).limbs.map(({ from, to }) =>
    [from, to].map(([x]) => Math.round(17 * x)),
  );
  assert.deepEqual(ours, theirs);
  assert.match(body, /LEAST_SCORE = 0\.3\n/);
  assert.match(body, /SURE_SCORE = 0\.5\n/);
});

/** Notes what is drawn: the colour, and with it the width of a line or dot. */
class Pen {
  strokes = [];
  setLineDash(dashes) {
    this.dashes = dashes;
  }
  beginPath() {}
  moveTo() {}
  lineTo() {}
  arc(_x, _y, radius) {
    this.radius = radius;
  }
  stroke() {
    this.strokes.push([this.strokeStyle, this.lineWidth, this.dashes.length]);
  }
  fill() {
    this.strokes.push([this.fillStyle, 2 * this.radius]);
  }
}

test("dark edges come first, and what is unsure is thinner, broken and smaller", () => {
  const drawn = (score) => {
    const pen = new Pen();
    drawSkeleton(pen, pose({ 5: [0, 0, score], 7: [0, 0.5, score] }), RECT, false, 1);
    return pen.strokes;
  };
  const [dark, light] = ["rgb(0 0 0 / 0.65)", "rgb(255 193 7)"];
  assert.deepEqual(drawn(0.9), [
    [dark, 4.5, 0], [dark, 9], [dark, 9], [light, 2.5, 0], [light, 7], [light, 7],
  ]);
  const [[, width, dashes], [, dot]] = drawn(0.4);
  assert.ok(width < 4.5 && dashes > 0 && dot < 9);
});
