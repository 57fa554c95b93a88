import assert from "node:assert/strict";
import { test } from "node:test";

import { FrameRate } from "../../web/js/frames.js";
import { rowsOf } from "../../web/js/panel.js";
import { speak } from "../../web/js/strings.js";

await speak("en");

const figure = (p50, p95, estimated = false) => ({ p50, p95, newest: p50, estimated });
const late = { view: "client", glass: null, boxes: figure(61.6, 90.2), detected: figure(140, 201) };
const own = { roundTrip: 12.4, late, objects: 3, shown: 29.7, stats: null };
const value = (rows, name) => rows.find(([title]) => title === name)?.[1];

test("own figures are shown before the server has sent any", () => {
  assert.deepEqual(rowsOf(own), [
    ["Camera to boxes", "62 ms, p95 90"],
    ["Last detected", "140 ms, p95 201"],
    ["Round trip", "12 ms"],
    ["Objects", "3"],
    ["Picture shown", "30 /s"],
  ]);
});

test("what is not known is a dash", () => {
  const late = { view: "off", glass: null, boxes: null, detected: null };
  const rows = rowsOf({ roundTrip: null, late, objects: 0, shown: null, stats: null });
  assert.deepEqual(
    rows.map(([, shown]) => shown),
    ["–", "0", "–"],
  );
});

test("each view has its own latency; an estimate says so, and nothing is guessed", () => {
  const rows = (changes) => rowsOf({ ...own, late: { ...late, ...changes } });
  const returned = { view: "burn-in", glass: figure(52.4, 71) };
  assert.deepEqual(rows(returned)[0], ["Glass to glass", "52 ms, p95 71"]);
  assert.equal(value(rows(returned), "Camera to boxes"), undefined);
  assert.equal(rows({ view: "burn-in" })[0][1], "not known");
  assert.equal(rows({ boxes: null })[0][1], "not known");
  assert.equal(rows({ boxes: figure(80, 99, true) })[0][1], "≈ 80 ms, p95 99");
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
  assert.deepEqual(rowsOf({ ...own, stats: {} }).slice(5), [
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
