/** The operator's page: the sums of its plots, its ring of samples, its words. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import chinese from "../../web/admin/chinese.js";
import english from "../../web/admin/english.js";
import {
  highest,
  linePath,
  nearest,
  place,
  shownSpan,
  summary,
  tableRows,
  thin,
  timeTicks,
  valueTicks,
} from "../../web/admin/plot.js";
import { PLOTS, STAGES, stagePlot } from "../../web/admin/plots.js";
import { Samples } from "../../web/admin/samples.js";
import { duration, figure, say, short, speak } from "../../web/admin/words.js";

await speak("en");

const points = (...values) => values.map((value, at) => ({ at, value }));
const WINDOW = { from: 0, to: 10, top: 10 };
const AREA = { left: 0, top: 0, width: 100, height: 100 };

test("ticks are round, begin at nothing and reach over the highest value", () => {
  assert.deepEqual(valueTicks(7), [0, 5, 10]);
  assert.deepEqual(valueTicks(30), [0, 10, 20, 30]);
  assert.deepEqual(valueTicks(0.4), [0, 0.5, 1]);
  assert.deepEqual(valueTicks(Number.NaN), [0, 0.5, 1]);
  assert.deepEqual(valueTicks(1, true), [0, 1]);
  assert.deepEqual(valueTicks(8, true), [0, 5, 10]);
  for (const most of [1, 1.7, 3.3, 12, 29.9, 30.1, 99, 101, 416, 12345.6]) {
    const ticks = valueTicks(most);
    assert.ok(ticks.at(-1) >= most && ticks.at(-2) < most, `${most}: ${ticks}`);
    assert.ok(ticks.length >= 2 && ticks.length <= 4, `${most}: ${ticks}`);
  }
});

test("no more time is shown than was sampled, and never less than a minute", () => {
  assert.equal(shownSpan(300, 0), 60);
  assert.equal(shownSpan(300, 61), 75);
  assert.equal(shownSpan(300, 800), 300);
});

test("ticks of time are few, and whole", () => {
  assert.deepEqual(timeTicks(120), [0, 30, 60, 90, 120]);
  assert.deepEqual(timeTicks(300), [0, 120, 240]);
  assert.deepEqual(timeTicks(900), [0, 300, 600, 900]);
});

test("the highest value is sought in the window alone", () => {
  const line = points(9, 1, null, 3, 8);
  assert.equal(highest([line, points(0, 2)], { from: 1, to: 3 }), 3);
  assert.equal(highest([[]], WINDOW), 0);
});

test("thinning keeps every peak and every gap", () => {
  const many = Array.from({ length: 1000 }, (_, at) => ({ at, value: at % 10 }));
  many[503].value = 99;
  many[700].value = null;
  const few = thin(many, { from: 0, to: 999 }, 50);
  assert.ok(few.length <= 102, String(few.length));
  assert.ok(few.some(({ value }) => value === 99));
  assert.ok(few.some(({ value }) => value === null));
  assert.ok(few.every((each, index) => index === 0 || each.at > few[index - 1].at));
  assert.deepEqual(thin(points(1, 2, 3), { from: 0, to: 2 }, 100), points(1, 2, 3));
});

test("a point lies where its time and its value put it", () => {
  assert.deepEqual(place({ at: 5, value: 2.5 }, AREA, WINDOW), [50, 75]);
  assert.deepEqual(place({ at: 10, value: 99 }, AREA, WINDOW), [100, 0]);
  const area = { left: 40, top: 8, width: 200, height: 80 };
  assert.deepEqual(place({ at: 0, value: 0 }, area, WINDOW), [40, 88]);
});

test("a line is broken where nothing is known, and where samples are missing", () => {
  const how = { interval: 1 };
  assert.equal(linePath(points(0, 10), AREA, WINDOW, how), "M0 100h0L10 0");
  assert.equal(linePath(points(0, null, 10), AREA, WINDOW, how), "M0 100h0M20 0h0");
  const apart = [{ at: 0, value: 0 }, { at: 8, value: 0 }];
  assert.equal(linePath(apart, AREA, WINDOW, how), "M0 100h0M80 100h0");
  assert.equal(linePath(apart, AREA, WINDOW, { interval: 5 }), "M0 100h0L80 100");
  assert.equal(linePath([], AREA, WINDOW, how), "");
});

test("a stepped line holds a value until the next", () => {
  const how = { interval: 1, stepped: true };
  assert.equal(linePath(points(0, 10), AREA, WINDOW, how), "M0 100h0H10V0");
});

test("the point under the finger is the nearest that is known", () => {
  const line = points(1, null, 3, 4);
  assert.equal(nearest(line, 1.2).at, 2);
  assert.equal(nearest(line, 0.4).at, 0);
  assert.equal(nearest(line, 99).at, 3);
  assert.equal(nearest([], 1), null);
});

test("a line is summed up by its last, lowest and highest value", () => {
  assert.deepEqual(summary(points(5, 1, null, 3), WINDOW), { now: 3, low: 1, high: 5 });
  assert.equal(summary(points(null), WINDOW), null);
});

test("the table has the highest of each span, the newest first", () => {
  const lines = [points(0, 1, 9, 3, 4, 5), points(null, 1)];
  const rows = tableRows(lines, { from: 0, to: 6 }, 3);
  assert.deepEqual(rows.map(({ back }) => back), [0, 2, 4]);
  assert.deepEqual(rows.map(({ values }) => values[0]), [5, 4, 9]);
  assert.deepEqual(rows.map(({ values }) => values[1]), [null, null, 1]);
});

const answer = (now, ...at) => ({ now, span: 10, interval: 1, history: at.map(sample) });
const sample = (at) => ({
  at,
  sessions: 1,
  stages: { look: [2, 5] },
  rates: { in: 30, out: 29 },
  drops: { detect: 20, tracks: 1, pump: 2 },
  lag: [0.1, 1],
  memory: [200, 0],
  degradation: 0,
});

test("samples are kept once each, and no longer than the server keeps them", () => {
  const samples = new Samples();
  assert.equal(samples.newest, 0);
  samples.take(answer(3, 1, 2, 3));
  samples.take(answer(4, 2, 3, 4));
  assert.equal(samples.length, 4);
  assert.equal(samples.newest, 4);
  for (let now = 5; now < 200; now += 1) samples.take(answer(now, now));
  assert.equal(samples.length, 11);
});

test("a server whose clock began anew is begun with anew", () => {
  const samples = new Samples();
  samples.take(answer(500, 499, 500));
  assert.equal(samples.take(answer(2)), false);
  assert.equal(samples.newest, 0);
  assert.equal(samples.take(answer(2, 1, 2)), true);
  assert.equal(samples.length, 2);
});

test("every plot takes its lines from a sample, and what is not told is a gap", () => {
  const samples = new Samples();
  samples.take(answer(1, 1));
  const values = ({ lines }) => lines.map(({ of }) => samples.line(of)[0].value);
  const byId = Object.fromEntries(PLOTS.map((plot) => [plot.id, values(plot)]));
  assert.deepEqual(byId.rates, [30, 29, 0]);
  assert.deepEqual(byId.drops, [20, 0, 3]);
  assert.deepEqual(byId.memory, [200, null]);
  assert.deepEqual(byId.sessions, [1]);
  assert.deepEqual(values(stagePlot("look")), [2, 5]);
  assert.deepEqual(values(stagePlot("pose")), [null, null]);
  assert.ok(samples.knows("look") && !samples.knows("pose"));
});

test("both languages say everything, with the same places to fill in", () => {
  assert.deepEqual(Object.keys(chinese), Object.keys(english));
  const places = (text) => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const key of Object.keys(english)) {
    assert.ok(chinese[key].trim() && english[key].trim(), key);
    assert.deepEqual(places(chinese[key]), places(english[key]), key);
  }
});

const FOLDER = new URL("../../web/admin/", import.meta.url);
const source = (name) => readFileSync(new URL(name, FOLDER), "utf8");
const modules = readdirSync(FOLDER).filter((name) => name.endsWith(".js"));
const html = source("index.html");

test("every word that is asked for exists", () => {
  const inCode = modules.flatMap((name) => [...source(name).matchAll(/\bsay\("([^"]+)"/g)]);
  const inMarkup = [...html.matchAll(/data-(?:say|label)="([^"]+)"/g)];
  assert.ok(inCode.length > 20 && inMarkup.length > 5);
  for (const [, key] of [...inCode, ...inMarkup]) assert.ok(Object.hasOwn(english, key), key);
  for (const plot of [...PLOTS, ...STAGES.map(stagePlot)]) {
    assert.ok(Object.hasOwn(english, `plot.${plot.id}`), plot.id);
    for (const { name } of plot.lines) assert.ok(Object.hasOwn(english, `line.${name}`), name);
  }
});

test("text never becomes markup, and nothing is asked of anyone else", () => {
  for (const name of modules) {
    assert.doesNotMatch(source(name), /innerHTML|outerHTML|insertAdjacent|document\.write/, name);
    assert.doesNotMatch(source(name).replace("http://www.w3.org/2000/svg", ""), /https?:\/\//, name);
  }
  assert.doesNotMatch(html, /\sstyle=|\son\w+=|<style|<script(?![^>]*src=)/);
  assert.doesNotMatch(source("admin.css"), /url\(|@import/);
});

test("figures have their unit, and as many digits as are worth reading", () => {
  assert.equal(figure(2.345, "ms"), "2.3 ms");
  assert.equal(figure(41.9, "ms"), "42 ms");
  assert.equal(figure(3, ""), "3");
  assert.equal(figure(2345, "ms"), "2.3 s");
  assert.equal(short(12_000), "12k");
  assert.equal(figure(null, "ms"), "not known");
  assert.equal(say("no.such.word"), "no.such.word");
  assert.deepEqual([5, 60, 95, 3700].map(duration), ["5 s", "1 min", "1 min 35 s", "1 h 1 min"]);
});
