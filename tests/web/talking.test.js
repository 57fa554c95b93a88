/** Voice as a whole, with a browser that opens nothing: who hears, until when, and what is told. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Recogniser, browser, device, opened, until } from "./voice_browser.js";

const document = browser();
const { Voice } = await import("../../web/js/voice/voice.js");

let page;
let voice;

/** A page with a voice, as it was chosen. */
function begin(choices = {}, features = { hears: "recogniser" }) {
  const chosen = { ...choices };
  page = { sent: [], tracks: [], notes: [], asked: 0, connected: true, chosen };
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
    speech: async () => new Blob(),
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
