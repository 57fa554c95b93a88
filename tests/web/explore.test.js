/** What one does with what is seen: the parts of it that need no page. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import chinese from "../../web/js/explore/chinese.js";
import { ENGINES, engineName, filled, templateOf } from "../../web/js/explore/engines.js";
import english from "../../web/js/explore/english.js";
import { lineAt, textIn, transformOnto } from "../../web/js/explore/lettering.js";
import { EDGE, menuSpot } from "../../web/js/explore/spot.js";
import { MOST, panned, wheelFactor, zoomed } from "../../web/js/explore/zoom.js";
import { LONG, Press } from "../../web/js/press.js";

const WEB = new URL("../../web/", import.meta.url);
const FOLDERS = ["explore", "finding"];
const modules = FOLDERS.flatMap((folder) =>
  readdirSync(new URL(`js/${folder}/`, WEB)).map((name) => `js/${folder}/${name}`),
);
const source = (name) => readFileSync(new URL(name, WEB), "utf8");
const rect = (left, top, width, height) => ({ left, top, width, height });

test("both languages say everything here, with the same places to fill in", () => {
  assert.deepEqual(Object.keys(chinese), Object.keys(english));
  const places = (text) => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const key of Object.keys(english)) {
    assert.ok(english[key].trim() && chinese[key].trim(), key);
    assert.deepEqual(places(chinese[key]), places(english[key]), key);
  }
});

test("every word of this folder is asked for, and there", () => {
  const code = [...modules.filter((name) => !/english|chinese/.test(name))].map(source).join();
  for (const key of Object.keys(english)) assert.ok(code.includes(`"${key}"`), key);
  const main = readFileSync(new URL("js/english.js", WEB), "utf8");
  for (const [, key] of code.matchAll(/\bsay\("([^"]+)"/g)) {
    assert.ok(Object.hasOwn(english, key) || main.includes(`"${key}"`), key);
  }
});

test("text never becomes markup here, and only the engines name anyone else", () => {
  for (const name of modules) {
    assert.doesNotMatch(source(name), /innerHTML|outerHTML|insertAdjacent|document\.write/, name);
    const text = source(name).replaceAll("http://www.w3.org/2000/svg", "");
    if (!name.endsWith("engines.js") && !/english|chinese/.test(name)) {
      assert.doesNotMatch(text, /https?:\/\//, name);
    }
  }
});

test("Chinese names are those that the server speaks", () => {
  const server = readFileSync(new URL("../vision/grounded/chinese_words.py", WEB), "utf8").split("\n}\n")[0];
  const theirs = [...server.matchAll(/^ {4}"([^"]+)": \("([^"]+)", "[^"]*"\),$/gm)];
  const ours = source("js/finding/chinese_names.js");
  assert.ok(theirs.length >= 80);
  for (const [, label, name] of theirs) {
    const key = /^[a-z]+$/.test(label) ? label : `"${label}"`;
    assert.ok(ours.includes(`  ${key}: "${name}",\n`), label);
  }
});

const STAGE = { width: 400, height: 800 };
const BASE = rect(0, 250, 400, 300);

test("what is under the fingers stays there while the picture grows", () => {
  const spot = { x: 100, y: 400 };
  const grown = zoomed(BASE, BASE, STAGE, 4, spot);
  assert.equal(grown.width, 1600);
  assert.equal((spot.x - grown.left) / grown.width, (spot.x - BASE.left) / BASE.width);
  assert.equal((spot.y - grown.top) / grown.height, (spot.y - BASE.top) / BASE.height);
});

test("it grows no further than it has pixels, and shrinks to where it was", () => {
  const far = zoomed(BASE, BASE, STAGE, 1000, { x: 0, y: 300 });
  assert.equal(far.width, MOST * BASE.width);
  assert.deepEqual(zoomed(far, BASE, STAGE, 1e-6, { x: 77, y: 333 }), BASE);
});

test("no edge comes further in than it was at rest", () => {
  const twice = zoomed(BASE, BASE, STAGE, 2, { x: 200, y: 400 });
  assert.deepEqual(panned(twice, BASE, STAGE, 1e4, 1e4), rect(0, 250, 800, 600));
  assert.deepEqual(panned(twice, BASE, STAGE, -1e4, -1e4), rect(-400, -50, 800, 600));
  const cover = rect(-100, 0, 600, 800);
  assert.deepEqual(panned(cover, cover, STAGE, 1e4, 0), rect(0, 0, 600, 800));
});

test("a notch of the wheel and one back is where it began", () => {
  assert.ok(wheelFactor(-100) > 1);
  assert.ok(Math.abs(wheelFactor(-100) * wheelFactor(100) - 1) < 1e-12);
});

const quad = (left, top, right, bottom) => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];

test("words lie on the words of the picture, however they are turned", () => {
  const text = { width: 100, height: 20 };
  const layer = { width: 400, height: 300 };
  const put = (corners) => {
    const [a, b, c, d, e, f] = transformOnto(corners, text, layer).match(/-?[\d.]+/g).map(Number);
    const at = (x, y) => [a * x + c * y + e, b * x + d * y + f].map((n) => Math.round(n * 10) / 10);
    return [at(0, 0), at(100, 0), at(100, 20), at(0, 20)];
  };
  assert.deepEqual(put(quad(0.25, 0.5, 0.75, 0.6)), [[100, 150], [300, 150], [300, 180], [100, 180]]);
  const upright = [[0.5, 0.8], [0.5, 0.2], [0.6, 0.2], [0.6, 0.8]];
  assert.deepEqual(put(upright), [[200, 240], [200, 60], [240, 60], [240, 240]]);
});

test("what is written on an object is what lies in its box", () => {
  const lines = [
    { text: "EXIT", quad: quad(0.1, 0.1, 0.3, 0.2) },
    { text: "this way", quad: quad(0.1, 0.25, 0.3, 0.3) },
    { text: "elsewhere", quad: quad(0.7, 0.7, 0.9, 0.8) },
  ];
  assert.equal(textIn([0, 0, 0.5, 0.5], lines), "EXIT\nthis way");
  assert.equal(textIn([0.4, 0.4, 0.1, 0.1], lines), "");
  assert.equal(lineAt([0.2, 0.15], lines).text, "EXIT");
  assert.equal(lineAt([0.5, 0.5], lines), null);
  const backwards = [{ text: "x", quad: [...lines[0].quad].reverse() }];
  assert.equal(lineAt([0.2, 0.15], backwards).text, "x");
});

test("a menu opens at the finger and is always wholly on the screen", () => {
  const screen = rect(0, 0, 390, 844);
  const size = { width: 260, height: 400 };
  for (let x = 0; x <= 390; x += 30) {
    for (let y = 0; y <= 844; y += 44) {
      const { left, top } = menuSpot({ x, y }, size, screen);
      assert.ok(left >= EDGE && left + size.width <= 390 - EDGE, `${x}, ${y}: ${left}`);
      assert.ok(top >= EDGE && top + size.height <= 844 - EDGE, `${x}, ${y}: ${top}`);
    }
  }
  assert.deepEqual(menuSpot({ x: 50, y: 100 }, size, screen), { left: 62, top: 112 });
  assert.deepEqual(menuSpot({ x: 300, y: 800 }, size, screen), { left: 28, top: 388 });
  assert.deepEqual(menuSpot({ x: 5, y: 5 }, { width: 500, height: 900 }, screen), { left: 8, top: 8 });
});

test("words go to the engine that was chosen, and only as words", () => {
  for (const { address, name } of ENGINES) {
    assert.equal(templateOf(address), address);
    assert.equal(engineName(address), name);
    const asked = new URL(filled(address, "a&b=c #d\n/é"));
    assert.equal([...asked.searchParams.values()][0], "a&b=c #d /é");
  }
  assert.equal(engineName("https://x.test/{words}"), "");
  for (const odd of ["", "https://x.test/", "http://x.test/{words}", "javascript:{words}", "https://{words}"]) {
    if (odd !== "https://{words}") assert.equal(templateOf(odd), null, odd);
  }
  assert.ok(filled(ENGINES[0].address, "x".repeat(9999)).length < 400);
});

test("a press is long when the finger stays, and none when it moves, lifts, or is joined", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const heard = [];
  const press = new Press((spot) => heard.push(spot));
  press.down({ x: 5, y: 5 }, true);
  press.move({ x: 9, y: 9 });
  context.mock.timers.tick(LONG);
  assert.deepEqual([heard, press.long], [[{ x: 5, y: 5 }], true]);
  for (const spoil of [
    () => press.move({ x: 30, y: 5 }),
    () => press.end(),
    () => press.down({ x: 5, y: 5 }, false),
  ]) {
    press.down({ x: 5, y: 5 }, true);
    assert.equal(press.long, false);
    spoil();
    context.mock.timers.tick(2 * LONG);
    assert.equal(heard.length, 1);
  }
});
