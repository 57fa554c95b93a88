/** Voice as a whole, with a browser that opens nothing: who hears, until when, and what is told. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Recogniser, browser, device, opened, until } from "./voice_browser.js";

const document = browser();
const { Voice } = await import("../../web/js/voice/voice.js");

let page;
let voice;

/** A page with a voice, as it was chosen. */
function begin(choices = {}, features = { hears: "recogniser", speaks: "voice" }) {
  const chosen = { ...choices };
  page = { sent: [], tracks: [], notes: [], speech: [], asked: 0, connected: true, chosen };
  const element = document.createElement("button");
  page.button = element;
  const asks = () => `ask-${(page.asked += 1)}`;
  voice = new Voice({
    button: element,
    features,
    send: (message) => page.sent.push(message),
    listenTo: async (track) => page.tracks.push(track) > 0,
    connected: () => page.connected,
    roundTrip: () => 0,
    ask: asks,
    watch: asks,
    note: (text) => page.notes.push(text),
    speech: async (text) => {
      page.speech.push(text);
      throw new TypeError("no sound here");
    },
    choices: { read: () => chosen, remember: (changes) => Object.assign(chosen, changes) },
  });
}

const modes = () => page.sent.filter(({ type }) => type === "listen").map(({ mode }) => mode);
const live = () => opened.filter(({ readyState }) => readyState === "live");

async function listening() {
  voice.toggle();
  await until(() => voice.known.mode === "free" && page.notes.length > 0);
}

beforeEach(() => {
  Recogniser.all = [];
  Recogniser.refuses = false;
  opened.length = 0;
  device.error = null;
  document.documentElement.lang = "en";
});

afterEach(async () => {
  voice.stop();
  for (const each of Recogniser.all) if (each.state === "stopping") each.end();
  await until(() => voice.known.mode === "off" && live().length === 0);
});

test("who heard is shut, even if somebody else was chosen since", async () => {
  begin({ hearing: "server" });
  await listening();
  page.chosen.hearing = "browser";
  voice.stop();
  await until(() => live().length === 0);
  assert.deepEqual(modes(), ["free", "off"]);
  await listening();
  page.chosen.hearing = "server";
  voice.stop();
  await until(() => voice.known.mode === "off");
  assert.deepEqual(Recogniser.running, []);
});

test("what ends by itself leaves nobody listening", async () => {
  begin({ hearing: "browser" });
  await listening();
  page.sent.length = 0;
  Recogniser.all[0].onerror({ error: "network" });
  Recogniser.all[0].end();
  await until(() => voice.known.mode === "off");
  assert.deepEqual(modes(), ["off"]);
  assert.equal(page.button.attributes["aria-pressed"], "false");
});

test("another language: whoever hears is told, and nobody else", async () => {
  begin({ hearing: "browser" });
  await listening();
  page.sent.length = 0;
  document.documentElement.lang = "zh";
  voice.translate();
  assert.equal(Recogniser.all[0].state, "stopping");
  Recogniser.all[0].end();
  await until(() => Recogniser.running.length === 1);
  assert.equal(Recogniser.running[0].lang, "zh-CN");
  assert.deepEqual(page.sent, []);
});

test("a microphone that is pulled out ends it, with words", async () => {
  begin();
  await listening();
  opened[0].end();
  await until(() => voice.known.mode === "off");
  assert.match(page.notes.at(-1), /No microphone/);
  assert.deepEqual(modes(), ["free", "off"]);
  assert.equal(page.tracks.at(-1), null);
  assert.equal(page.button.dataset.mode, "off");
});

test("no sign says that it listens while nothing comes through", async () => {
  begin();
  await listening();
  assert.equal(page.button.dataset.mode, "free");
  page.connected = false;
  voice.tick();
  assert.equal(page.button.dataset.mode, "deaf");
  assert.match(page.button.attributes["aria-label"], /Nothing is heard/);
  page.connected = true;
  opened[0].mute(true);
  voice.tick();
  assert.equal(page.button.dataset.mode, "deaf");
  opened[0].mute(false);
  voice.tick();
  assert.equal(page.button.dataset.mode, "free");
});

test("after another connection a microphone that is gone is opened again, or told of", async () => {
  begin();
  await listening();
  opened[0].readyState = "ended";
  await voice.opened();
  assert.equal(page.tracks.at(-1), opened[1]);
  assert.deepEqual(modes(), ["free", "free"]);
  opened[1].readyState = "ended";
  device.error = "NotReadableError";
  await voice.opened();
  assert.equal(voice.known.mode, "off");
  assert.match(page.notes.at(-1), /Another app/);
});

test("what the server says in English is neither shown nor spoken in Chinese", async () => {
  begin({ hearing: "server", spoken: "always" });
  await listening();
  document.documentElement.lang = "zh";
  const heard = { type: "heard", id: "heard-1", final: true };
  voice.hear({ ...heard, error: "away", detail: "the speech server failed" });
  assert.doesNotMatch(page.notes.at(-1), /[a-z]/);
  page.speech.length = 0;
  voice.hear({ ...heard, id: "heard-2", text: "这是什么" });
  voice.hear({ type: "problem", code: "assistant", about: "ask-1", detail: "It failed." });
  await until(() => page.speech.length > 0);
  assert.doesNotMatch(page.speech.join(), /[a-z]/i);
  document.documentElement.lang = "en";
  voice.hear({ ...heard, id: "heard-3", error: "away", detail: "the speech server failed" });
  assert.match(page.notes.at(-1), /the speech server failed/);
});
