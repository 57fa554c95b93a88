/** What a camera's zoom and lamp are taken for. */

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { createElement: () => ({}) };
const { WORDS, abilities } = await import("../../web/js/lens.js");

test("a camera without them has no controls", () => {
  assert.deepEqual(abilities(), { zoom: null, light: false });
  assert.deepEqual(abilities({ zoom: { min: 1, max: 1 }, torch: false }), { zoom: null, light: false });
  assert.deepEqual(abilities({ torch: [false] }), { zoom: null, light: false });
});

test("zoom has a step, and a lamp is told in either way", () => {
  const can = abilities({ zoom: { min: 1, max: 5, step: 0.1 }, torch: true });
  assert.deepEqual(can, { zoom: { min: 1, max: 5, step: 0.1 }, light: true });
  assert.equal(abilities({ zoom: { min: 1, max: 5 } }).zoom.step, 0.04);
  assert.equal(abilities({ torch: [false, true] }).light, true);
});

test("both languages say all of it", () => {
  assert.deepEqual(Object.keys(WORDS.zh), Object.keys(WORDS.en));
});
