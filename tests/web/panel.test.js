import assert from "node:assert/strict";
import { test } from "node:test";

import { FrameRate } from "../../web/js/frames.js";
import { rowsOf } from "../../web/js/panel.js";
import { speak } from "../../web/js/strings.js";

await speak("en");

const own = { roundTrip: 12.4, age: 61.6, objects: 3, shown: 29.7, stats: null };
const value = (rows, name) => rows.find(([title]) => title === name)?.[1];

test("own figures are shown before the server has sent any", () => {
  assert.deepEqual(rowsOf(own), [
    ["Round trip", "12 ms"],
    ["Age of boxes", "62 ms"],
    ["Objects", "3"],
    ["Picture shown", "30 /s"],
  ]);
});

test("what is not known is a dash", () => {
  const rows = rowsOf({ roundTrip: null, age: null, objects: 0, shown: null, stats: null });
  assert.deepEqual(
    rows.map(([, shown]) => shown),
    ["–", "–", "0", "–"],
  );
});

test("the server's figures follow", () => {
  const stats = {
    stages: { detect: { p50: 38.2, p95: 51 }, odd_one: { p50: 1, p95: 2 }, broken: {} },
    rates: { in: 29.5, detect: 8.25, out: 29.3 },
    drops: { detect: 412, egress: 0 },
    detector: "nanodet-g-416",
    degradation: 0,
  };
  const rows = rowsOf({ ...own, stats });
  assert.equal(value(rows, "Detecting"), "38 ms, p95 51");
  assert.equal(value(rows, "Server, odd one"), "1 ms, p95 2");
  assert.equal(value(rows, "Server, broken"), "–");
  assert.equal(value(rows, "Detections"), "8.3 /s");
  assert.equal(value(rows, "Dropped, detect"), "412");
  assert.equal(value(rows, "Dropped, egress"), undefined);
  assert.equal(value(rows, "Running lighter"), undefined);
  assert.equal(
    value(rowsOf({ ...own, stats: { ...stats, degradation: 2 } }), "Running lighter"),
    "step 2",
  );
});

test("stats that lack everything add no nonsense", () => {
  assert.deepEqual(rowsOf({ ...own, stats: {} }).slice(4), [
    ["Detections", "–"],
    ["Video back", "–"],
  ]);
});

test("the rate of frames is that of the last ones", () => {
  const rate = new FrameRate();
  assert.equal(rate.value, null);
  for (let frame = 0; frame < 10; frame += 1) rate.tick(frame * 1000);
  for (let frame = 0; frame < 31; frame += 1) rate.tick(20_000 + frame * 40);
  assert.equal(rate.value, 25);
  rate.reset();
  assert.equal(rate.value, null);
});
