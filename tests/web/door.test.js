/** The talk button before voice is there: it may come late, or not at all. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { VoiceDoor } from "../../web/js/voice/door.js";
import { speak } from "../../web/js/strings.js";
import { browser } from "./voice_browser.js";

const document = browser();
await speak("en");

let calls;
let notes;
let button;

class Voice {
  press = () => calls.push("press");
  release = () => calls.push("release");
  toggle = () => calls.push("toggle");
  stop = () => calls.push("stop");
  openSheet = () => calls.push("sheet");
}

function door(load) {
  button = document.createElement("button");
  button.setPointerCapture = () => {};
  const opener = document.createElement("button");
  const choices = { read: () => ({}) };
  const note = (text) => notes.push(text);
  return new VoiceDoor({ button, opener, choices, note }, load);
}

const breathe = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  calls = [];
  notes = [];
});

test("a voice that cannot be loaded is told of, and tried for again at the next touch", async () => {
  let loads = 0;
  door(async () => {
    loads += 1;
    if (loads === 1) throw new TypeError("Failed to fetch");
    return { Voice };
  });
  button.listeners.click({ detail: 0 });
  await breathe();
  assert.match(notes.join(), /could not be loaded/);
  button.listeners.click({ detail: 0 });
  await breathe();
  assert.deepEqual(calls, ["toggle"]);
  assert.equal(notes.length, 1);
});

test("a touch that comes true after the page was hidden opens no microphone", async () => {
  let arrive;
  door(() => new Promise((resolve) => (arrive = resolve)));
  button.listeners.pointerdown({ button: 0, pointerId: 1 });
  button.listeners.pointerup();
  document.hidden = true;
  document.dispatchEvent(new Event("visibilitychange"));
  document.hidden = false;
  calls.length = 0; // what was there before was stopped
  arrive({ Voice });
  await breathe();
  assert.deepEqual(calls, []);
  button.listeners.pointerdown({ button: 0, pointerId: 1 });
  await breathe();
  assert.deepEqual(calls, ["press"]);
});
