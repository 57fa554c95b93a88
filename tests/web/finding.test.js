/** Finding a thing: what is said, heard and felt on the way to it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { GIVE_UP_AFTER, Guide } from "../../web/js/finding/guide.js";
import { inView, tickOf } from "../../web/js/finding/ticking.js";
import { labelFor, plainly } from "../../web/js/finding/wanted.js";

const STEP = 60;
/** A cup whose middle is at a place of the view. */
const cup = (x, y, more = {}) => {
  const side = more.side ?? 0.1;
  const box = [x - side / 2, y - side / 2, side, side];
  return { id: 7, label: "cup", score: 0.8, unseen: 50, box, ...more };
};

/** Steps through a time; gives everything that was said, with its time. */
function walk(guide, from, to, see) {
  const said = [];
  let last = null;
  for (let now = from; now <= to; now += STEP) {
    last = guide.step(see(now), now);
    if (last.words.length) said.push({ now, words: last.words });
  }
  return { said, last };
}

test("it says where the thing is, and that again only after a while", () => {
  const guide = new Guide("cup", 0);
  const { said } = walk(guide, 0, 10_000, () => [cup(0.1, 0.1)]);
  assert.deepEqual(said[0], { now: 0, words: ["find.left", "find.up"] });
  assert.equal(said.length, 2);
  assert.ok(said[1].now >= 8000);
});

test("it says what is new sooner, but never without a pause", () => {
  const guide = new Guide("cup", 0);
  const sway = (now) => [cup(0.5 + 0.4 * Math.sin(now / 700), 0.5)];
  const { said } = walk(guide, 0, 30_000, sway);
  said.slice(1).forEach(({ now }, n) => assert.ok(now - said[n].now >= 1800));
  assert.ok(said.length > 5);
});

test("what trembles at the border of a word does not change it", () => {
  const guide = new Guide("cup", 0);
  const tremble = (now) => [cup(0.64 + ((now / STEP) % 2 ? 0.01 : -0.01), 0.5)];
  const { said } = walk(guide, 0, 20_000, tremble);
  assert.ok(new Set(said.slice(1).map(({ words }) => words.join())).size <= 1);
});

test("it is found when it stays in the middle, not when it passes", () => {
  const passing = new Guide("cup", 0);
  const { said } = walk(passing, 0, 1000, (now) => [cup(now / 1000, 0.5)]);
  assert.ok(said.every(({ words }) => !words.includes("find.found")));
  const staying = new Guide("cup", 0);
  const found = walk(staying, 0, 3000, () => [cup(0.52, 0.5, { side: 0.5 })]);
  assert.equal(found.last.state, "found");
  assert.deepEqual(found.said.at(-1).words, ["find.found", "find.close"]);
  assert.equal(walk(staying, 3060, 3060, () => [cup(0.62, 0.5)]).last.state, "found");
  assert.equal(walk(staying, 3120, 3120, () => [cup(0.8, 0.5)]).last.state, "seen");
});

test("nearness grows to the middle, and ticks come faster there, from the thing's side", () => {
  const at = (x, y) => new Guide("cup", 0).step([cup(x, y)], 0);
  const [far, near, middle] = [at(0.05, 0.5), at(0.3, 0.5), at(0.5, 0.5)].map(tickOf);
  assert.ok(far.every > 2 * near.every && near.every > 1.5 * middle.every);
  assert.ok(far.pan < near.pan && near.pan < 0);
  assert.equal(middle.pan, 0);
  assert.ok(tickOf(at(0.5, 0.1)).pitches[0] > middle.pitches[0]);
  assert.ok(tickOf(at(0.9, 0.5)).pan > 0.5);
});

test("one that is out of sight is silent; a found one sounds and feels otherwise", () => {
  assert.equal(tickOf(new Guide("cup", 0).step([], 0)), null);
  const guide = new Guide("cup", 0);
  const { last } = walk(guide, 0, 1000, () => [cup(0.5, 0.5)]);
  assert.equal(tickOf(last).pitches.length, 2);
  assert.ok(Array.isArray(tickOf(last).pulses));
});

test("other things, and what was not seen lately, do not count", () => {
  const guide = new Guide("cup", 0);
  const others = [cup(0.5, 0.5, { label: "dog" }), cup(0.5, 0.5, { unseen: 900 })];
  assert.equal(guide.step(others, 0).state, "none");
});

test("of several the surest and largest is led to, and it stays that one", () => {
  const guide = new Guide("cup", 0);
  const small = cup(0.2, 0.5, { id: 1 });
  assert.equal(guide.step([small, cup(0.8, 0.5, { id: 2, side: 0.3 })], 0).object, 2);
  assert.equal(guide.step([cup(0.2, 0.5, { id: 1, side: 0.9 }), cup(0.8, 0.5, { id: 2 })], 60).object, 2);
  assert.equal(guide.step([small], 120).object, 2, "hidden for a moment");
  assert.equal(walk(guide, 180, 2000, () => [small]).last.object, 1);
});

test("what is lost is said at once, then to look around", () => {
  const guide = new Guide("cup", 0);
  walk(guide, 0, 600, () => [cup(0.2, 0.5)]);
  const { said, last } = walk(guide, 660, 40_000, () => []);
  assert.equal(last.state, "none");
  assert.deepEqual(said.map(({ words }) => words[0]).slice(0, 2), ["find.lost", "find.turn"]);
  assert.ok(said[0].now < 2600);
});

test("it gives up after a bounded time without sight, says so once, and stays silent", () => {
  const guide = new Guide("cup", 0);
  const { said, last } = walk(guide, 0, GIVE_UP_AFTER + 10_000, () => []);
  assert.equal(last.state, "over");
  assert.equal(said.filter(({ words }) => words.includes("find.gave")).length, 1);
  assert.equal(said.at(-1).words[0], "find.gave");
  const seen = new Guide("cup", 0);
  walk(seen, 0, GIVE_UP_AFTER - 1000, () => []);
  seen.step([cup(0.2, 0.2)], GIVE_UP_AFTER - 900);
  assert.notEqual(seen.step([], GIVE_UP_AFTER + 5000).state, "over");
});

test("directions are those of the screen: mirrored, cropped, enlarged", () => {
  const stage = { width: 400, height: 800 };
  const picture = { left: -200, top: 0, width: 800, height: 800 };
  assert.deepEqual(inView([0.25, 0, 0.5, 1], { picture, mirrored: false }, stage), [0, 0, 1, 1]);
  const whole = { left: 0, top: 250, width: 400, height: 300 };
  assert.deepEqual(inView([0, 0, 1, 1], { picture: whole, mirrored: false }, stage), [0, 0, 1, 1]);
  const [left] = inView([0.1, 0, 0.1, 0.1], { picture, mirrored: true }, stage);
  assert.ok(Math.abs(left - 1.1) < 1e-9);
});

const LABELS = ["person", "cell phone", "cup", "dining table", "couch", "bus", "knife", "mouse"];

test("people's words find the label that is meant", () => {
  const cases = {
    cup: "cup",
    "My cups": "cup",
    "the  phone?": "cell phone",
    sofa: "couch",
    table: "dining table",
    people: "person",
    bus: "bus",
    knife: "knife",
  };
  for (const [words, label] of Object.entries(cases)) assert.equal(labelFor(words, LABELS), label, words);
  assert.equal(labelFor("keys", LABELS), null);
  assert.equal(labelFor("  ", LABELS), null);
  assert.equal(labelFor("我的杯子", LABELS, { cup: "杯子" }), "cup");
  assert.equal(plainly(" My red mug. "), "red mug");
});
