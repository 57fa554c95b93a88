/** The browser's recogniser, as one that is begun, ends late, and is begun again. */

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { BrowserEar, ENDS_WITHIN_MS } from "../../web/js/voice/recognition.js";
import { Recogniser, browser } from "./voice_browser.js";

browser();

let told;
let ear;

beforeEach(() => {
  Recogniser.all = [];
  Recogniser.refuses = false;
  told = [];
  const tell = (name) => (what) => told.push(what === undefined ? name : `${name} ${what}`);
  const names = ["begun", "missed", "quiet", "over"];
  const on = Object.fromEntries(names.map((name) => [name, tell(name)]));
  ear = new BrowserEar(Recogniser, { ...on, heard: (text) => told.push(`heard ${text}`) });
});

/** Lets everything go on that waits for nothing. */
const breathe = () => new Promise((resolve) => setImmediate(resolve));

test("the next recogniser waits for the one before, which is still heard", async () => {
  await ear.listen("push", "en");
  const [first] = Recogniser.all;
  ear.listen("off");
  const begun = ear.listen("push", "en");
  await breathe();
  assert.equal(Recogniser.all.length, 1);
  first.say("what is this");
  first.end();
  await begun;
  assert.equal(Recogniser.all.length, 2);
  assert.equal(Recogniser.running.length, 1);
  assert.deepEqual(told, ["heard what is this", "quiet"]);
});

test("one that does not end is given up, and what it tells later is of no account", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    await ear.listen("push", "en");
    const [first] = Recogniser.all;
    ear.listen("off");
    const begun = ear.listen("free", "en");
    mock.timers.tick(ENDS_WITHIN_MS);
    await begun;
    assert.equal(first.state, "aborted");
    told = [];
    first.say("what is this");
    first.onspeechstart();
    first.onerror({ error: "network" });
    first.end();
    assert.deepEqual(told, []);
    assert.equal(Recogniser.running.length, 1);
  } finally {
    mock.timers.reset();
  }
});

test("let go of before the one before has ended, nothing is begun", async () => {
  await ear.listen("push", "en");
  ear.listen("off");
  const begun = ear.listen("push", "en");
  ear.listen("off");
  Recogniser.all[0].end();
  await begun;
  assert.equal(Recogniser.all.length, 1);
});

test("hands-free it is begun again, and says so where it cannot be", async () => {
  await ear.listen("free", "en");
  Recogniser.all[0].end();
  assert.equal(Recogniser.running.length, 1);
  Recogniser.refuses = true;
  told = [];
  Recogniser.all[1].end();
  assert.deepEqual(told, ["quiet", "missed away", "over"]);
  Recogniser.refuses = false;
  await ear.listen("free", "en");
  assert.equal(Recogniser.running.length, 1);
});

test("what ends by itself while it is held is told, and after it was heard too", async () => {
  await ear.listen("push", "en");
  Recogniser.all[0].end();
  assert.deepEqual(told, ["missed nothing-said", "over"]);
});

test("another language is understood by another recogniser", async () => {
  await ear.listen("free", "en");
  assert.equal(Recogniser.all[0].lang, "en-GB");
  const changed = ear.listen("free", "zh");
  assert.equal(Recogniser.all[0].state, "stopping");
  Recogniser.all[0].end();
  await changed;
  assert.deepEqual(Recogniser.running.map(({ lang }) => lang), ["zh-CN"]);
  assert.deepEqual(told, []);
});
