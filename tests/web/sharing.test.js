/** The switch that lets the operator see: its words. What it does is held in a real browser. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { WORDS } from "../../web/js/sharing.js";

test("both languages say everything, and another thing when it is on", () => {
  assert.deepEqual(Object.keys(WORDS), ["en", "zh"]);
  for (const words of Object.values(WORDS)) {
    assert.deepEqual(Object.keys(words), Object.keys(WORDS.en));
    assert.equal(new Set(Object.values(words)).size, 3);
  }
});
