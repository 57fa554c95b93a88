import assert from "node:assert/strict";
import { test } from "node:test";

import { Glide } from "../../web/js/glide.js";

const boxed = (left, id = 1) => [{ id, label: "cup", box: [left, 0.2, 0.2, 0.4] }];
const left = ([{ box }]) => Math.round(box[0] * 1e6) / 1e6;

test("a small correction is spread over the next frames, and begins at once", () => {
  const glide = new Glide();
  assert.equal(left(glide.draw(boxed(0.3), 1000)), 0.3);
  glide.turn(boxed(0.3), boxed(0.33));
  const ways = [1015, 1030, 1045, 1060, 1075].map((now) => left(glide.draw(boxed(0.33), now)));
  assert.deepEqual(ways, [0.3075, 0.315, 0.3225, 0.33, 0.33]);
});

test("a large one is taken at once", () => {
  const glide = new Glide();
  glide.draw(boxed(0.3), 1000);
  glide.turn(boxed(0.3), boxed(0.36));
  assert.equal(left(glide.draw(boxed(0.36), 1016)), 0.36);
});

test("a correction in the midst of another begins where the box was drawn", () => {
  const glide = new Glide();
  glide.draw(boxed(0.3), 1000);
  glide.turn(boxed(0.3), boxed(0.33));
  assert.equal(left(glide.draw(boxed(0.33), 1030)), 0.315);
  glide.turn(boxed(0.33), boxed(0.3));
  assert.equal(left(glide.draw(boxed(0.3), 1031)), 0.31475);
});

test("each object has its own; what is new has none, and after a pause nothing glides", () => {
  const glide = new Glide();
  glide.draw(boxed(0.3), 1000);
  glide.turn(boxed(0.3), [...boxed(0.32, 2), ...boxed(0.31)]);
  const [fresh, known] = glide.draw([...boxed(0.32, 2), ...boxed(0.31)], 1030);
  assert.equal(fresh.box[0], 0.32);
  assert.equal(left([known]), 0.305);
  glide.turn(boxed(0.31), boxed(0.33));
  assert.equal(left(glide.draw(boxed(0.33), 5000)), 0.33);
});

test("however the messages come, no box is drawn further off than what it was corrected by", () => {
  const glide = new Glide();
  let drawn = null;
  let truth = 0.3;
  for (let frame = 0; frame < 400; frame += 1) {
    const now = frame * 16;
    if (frame % 5 === 0) {
      const before = truth;
      truth += 0.02 * Math.sin(frame * 1.7);
      glide.turn(boxed(before), boxed(truth));
    }
    const next = left(glide.draw(boxed(truth), now));
    if (drawn !== null) assert.ok(Math.abs(next - drawn) <= 0.02, `frame ${frame} jumps`);
    assert.ok(Math.abs(next - truth) <= 0.02);
    drawn = next;
  }
});
