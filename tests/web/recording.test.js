import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mock, test } from "node:test";

import { App } from "../../web/js/app.js";
import { Recording, WORDS, clock, megabytes } from "../../web/js/recording.js";
import { fakePage } from "./fake_page.js";

const places = (text) => (text.match(/\{\w+\}/g) ?? []).sort();

test("both languages say everything of recording, with the same places to fill in", () => {
  assert.deepEqual(Object.keys(WORDS.zh), Object.keys(WORDS.en));
  for (const key of Object.keys(WORDS.en)) {
    assert.ok(WORDS.en[key].trim() && WORDS.zh[key].trim(), key);
    assert.deepEqual(places(WORDS.zh[key]), places(WORDS.en[key]), key);
  }
});

test("every end that the server knows has words, and no words lie about unused", () => {
  const source = readFileSync(new URL("../../web/js/recording.js", import.meta.url), "utf8");
  const server = readFileSync(new URL("../../streaming/recording.py", import.meta.url), "utf8");
  const session = readFileSync(new URL("../../streaming/session.py", import.meta.url), "utf8");
  const judged = server.slice(server.indexOf("def _why_ended"), server.indexOf("def _elapsed"));
  const places = [...(server + session).matchAll(/\.stop\("([\w-]+)"\)/g)];
  const verdicts = [...judged.matchAll(/"([a-z][a-z-]{3,})"/g)];
  const reasons = [...places, ...verdicts].map(([, each]) => each).filter((each) => each !== "starting");
  assert.equal(new Set(reasons).size, 7, reasons.join());
  for (const reason of reasons) assert.ok(`ended.${reason}` in WORDS.en, reason);
  const code = source.slice(source.indexOf("export class"));
  for (const key of Object.keys(WORDS.en)) {
    const known = code.includes(`"${key}"`) || reasons.includes(key.replace("ended.", ""));
    assert.ok(known, key);
  }
});

test("time and size are told as people read them", () => {
  assert.deepEqual([0, 7.9, 60, 599.6].map(clock), ["0:00", "0:07", "1:00", "9:59"]);
  assert.equal(megabytes(3_249_000), "3.2 MB");
});

const URL_OF_IT = "v1/sessions/a/recording.zip";
const DROP = { type: "record", drop: true };
const settled = () => new Promise((resolve) => setTimeout(resolve, 2));
const told = (state, more = {}) => ({ type: "recording", state, seconds: 3, bytes: 9, ...more });
const done = told("done", { url: URL_OF_IT, reason: "asked" });

/** A page with a recording, what it sent, and a server that answers. */
function page({ reached = true } = {}) {
  fakePage({ sheet: "section" });
  document.head.append = () => {};
  const found = { sent: [], noted: [], fetched: [], reached, answer: async () => new Blob(["zip"]) };
  found.recording = new Recording({
    sheet: document.getElementById("sheet"),
    send: (message) => found.reached && Boolean(found.sent.push(message)),
    fetch: (path) => found.fetched.push(path) && found.answer(),
    note: (text) => found.noted.push(text),
  });
  found.sign = document.getElementById("recording");
  found.press = (at) => found.sign.querySelectorAll("button")[at].click();
  return found;
}

test("what is saved or dismissed is dropped at the server, and what could not be saved is not", async () => {
  const one = page();
  one.recording.hear(done);
  one.press(2);
  assert.deepEqual(one.sent, [DROP]);
  assert.ok(one.sign.hidden);
  const other = page();
  other.recording.hear(done);
  other.answer = async () => Promise.reject(new Error("cut off"));
  other.press(1);
  await settled();
  assert.deepEqual(other.sent, []);
  assert.equal(other.sign.dataset.state, "done");
  other.answer = async () => new Blob(["zip"]);
  mock.timers.enable({ apis: ["setInterval"] });
  const { setTimeout: later } = globalThis;
  globalThis.setTimeout = (act, ms) => later(act, Math.min(ms, 1));
  other.press(1);
  await new Promise((resolve) => later(resolve, 5));
  globalThis.setTimeout = later;
  mock.timers.reset();
  assert.deepEqual(other.sent, [DROP]);
  assert.ok(other.sign.hidden);
});

test("before a session ends, its recording is ended, fetched and kept in the page", async () => {
  const { recording, sent, fetched, sign, noted } = page();
  assert.equal(recording.keep(), null, "there is none");
  recording.hear(told("on"));
  const kept = recording.keep();
  assert.deepEqual(sent, [{ type: "record", on: false }]);
  recording.hear(told("on"));
  recording.hear(told("off", { reason: "asked" }));
  assert.equal(sign.dataset.state, "packing");
  recording.hear(done);
  await kept;
  assert.deepEqual(fetched, [URL_OF_IT]);
  assert.deepEqual(sent[1], DROP);
  recording.hear(told("off"));
  recording.greeted(false);
  assert.equal(sign.dataset.state, "done", "it is here, whatever becomes of the session");
  assert.deepEqual(noted, []);
  assert.equal(recording.keep(), null, "it is here already");
});

test("one that cannot be fetched before its session ends is told to be lost", async () => {
  const { recording, noted, sign } = page({ reached: false });
  recording.hear(told("on"));
  await recording.keep();
  assert.deepEqual(noted, [WORDS.en.lost]);
  assert.ok(sign.hidden);
});

test("one that nobody hears of is not forgotten: its loss is told", () => {
  mock.timers.enable({ apis: ["setInterval"] });
  const { recording, noted, sign } = page();
  recording.hear(told("on"));
  const now = performance.now() + 6000;
  mock.method(performance, "now", () => now);
  mock.timers.tick(1000);
  assert.equal(sign.dataset.state, "unknown");
  assert.ok(!sign.hidden && !recording.on);
  recording.greeted(true);
  assert.deepEqual(noted, []);
  recording.greeted(false);
  assert.deepEqual(noted, [WORDS.en.lost]);
  assert.ok(sign.hidden);
  mock.restoreAll();
  mock.timers.reset();
});

test("the session waits for what is kept of it, and the camera does not", async () => {
  for (const [end, state] of [
    [(app) => app.stop(), "idle"],
    [(app) => app.refuse(null), "failed"],
  ]) {
    const done = [];
    let arrived;
    const app = new App({
      stage: { setSource: (source) => done.push(source) },
      connection: { stop: () => done.push("stopped") },
      show: () => {},
      keep: () => new Promise((resolve) => (arrived = resolve)),
    });
    end(app);
    assert.deepEqual(done, [null], "the camera is given back at once");
    assert.equal(app.state, state);
    arrived();
    await settled();
    assert.deepEqual(done, [null, "stopped"]);
    app.stop({ now: true });
    assert.equal(done[2], "stopped");
  }
});
