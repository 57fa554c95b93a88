/** How long the line that says what is to be seen may stand. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Caption } from "../../web/js/caption.js";

const saying = (objects = [], age = 0) => ({ text: "A person.", age, objects });

function said(...words) {
  const caption = new Caption();
  caption.take(saying(...words), 0);
  return caption;
}

test("it is stale when its sight is, and gone some time later", () => {
  const caption = said();
  assert.equal(caption.stateAt(8000), "fresh");
  assert.equal(caption.stateAt(8001), "stale");
  assert.equal(caption.stateAt(20_001), "gone");
});

test("one of an old sight can be read before it looks stale", () => {
  const caption = said([], 9000);
  assert.equal(caption.stateAt(3000), "fresh");
  assert.equal(caption.stateAt(3001), "stale");
});

test("it goes when what it speaks of has gone from view for a while, but not at once", () => {
  const caption = said([7, 8]);
  assert.equal(caption.stateAt(4000, [8, 9]), "fresh");
  assert.equal(caption.stateAt(5500, [9]), "fresh");
  assert.equal(caption.stateAt(5501, [9]), "gone");
  assert.equal(caption.stateAt(5600, [7]), "fresh", "it came back");
});

test("one whose objects were gone before it came can be read", () => {
  const caption = said([7]);
  assert.equal(caption.stateAt(3000, []), "fresh");
  assert.equal(caption.stateAt(3001, []), "gone");
});

test("one that speaks of no object stands, as does any where the view is not known", () => {
  assert.equal(said([]).stateAt(7000, [1]), "fresh");
  assert.equal(said([7]).stateAt(7000, null), "fresh");
});

test("before the first there is none", () => {
  assert.equal(new Caption().stateAt(0), "gone");
});

test("it is read out when it says something new, and not too often", () => {
  const caption = said();
  assert.ok(caption.worthTelling(0));
  caption.take(saying(), 9000);
  assert.ok(!caption.worthTelling(9000), "the same");
  caption.take({ ...saying(), text: "A cup." }, 7000);
  assert.ok(!caption.worthTelling(7000), "too soon");
  assert.ok(caption.worthTelling(8000));
});
