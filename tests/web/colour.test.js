import assert from "node:assert/strict";
import { test } from "node:test";

import { coloursOf, hueOf } from "../../web/js/colour.js";

test("the hue is the golden angle times the id", () => {
  assert.equal(hueOf(1), 137.508);
  assert.ok(Math.abs(hueOf(3) - 52.524) < 1e-9);
  assert.deepEqual(coloursOf(1).fill, "hsl(137.5 75% 55%)");
});

test("an object keeps its colour", () => {
  assert.deepEqual(coloursOf(42), coloursOf(42));
});

test("neighbours differ by more than a sixth of the wheel", () => {
  for (let id = 1; id < 200; id += 1) {
    const gap = Math.abs(hueOf(id) - hueOf(id + 1));
    assert.ok(Math.min(gap, 360 - gap) > 60);
  }
});

test("the ink reads well on every hue: at least 4.5 to 1", () => {
  for (let id = 1; id <= 360; id += 1) {
    const { fill, ink } = coloursOf(id);
    const [hue] = fill.match(/[\d.]+/).map(Number);
    const light = luminance(hue);
    const contrast = ink === "#000" ? (light + 0.05) / 0.05 : 1.05 / (light + 0.05);
    assert.ok(contrast >= 4.5, `${fill} with ${ink}: ${contrast}`);
  }
});

/** By way of chroma, unlike the page's own formula. */
function luminance(hue) {
  const chroma = (1 - Math.abs(2 * 0.55 - 1)) * 0.75;
  const second = chroma * (1 - Math.abs(((hue / 60) % 2) - 1));
  const base = 0.55 - chroma / 2;
  const order = [
    [0, 1, 2],
    [1, 0, 2],
    [2, 0, 1],
    [2, 1, 0],
    [1, 2, 0],
    [0, 2, 1],
  ][Math.floor(hue / 60) % 6];
  const linear = order
    .map((rank) => [chroma, second, 0][rank] + base)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}
