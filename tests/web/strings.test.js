/** Words that come late, or not at all. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { known, learn, say, speak } from "../../web/js/strings.js";

const table = (words) => Promise.resolve({ default: words });
const late = (words) => new Promise((done) => setTimeout(() => done({ default: words }), 30));

test("words that could not be loaded are loaded when they are wanted again", async () => {
  let network = false;
  const en = () => (network ? table({ "late.word": "there" }) : Promise.reject(new Error("offline")));
  const tables = { en, zh: en };
  await assert.rejects(learn(tables));
  await speak("en");
  assert.ok(!known("late.word"), "they are no part of the language yet");
  network = true;
  await learn(tables);
  assert.equal(say("late.word"), "there");
});

test("of two languages the one that was chosen last is spoken, whichever comes last", async () => {
  await learn({ en: () => table({ "two.word": "one" }), zh: () => late({ "two.word": "二" }) });
  await Promise.all([speak("zh"), speak("en")]);
  assert.equal(say("two.word"), "one");
});

test("words that are learnt while the language changes come in the new one", async () => {
  await speak("en");
  const change = speak("zh");
  await learn({ en: () => table({ "new.word": "new" }), zh: () => table({ "new.word": "新" }) });
  await change;
  assert.equal(say("new.word"), "新");
});

test("a language whose words do not come leaves the old one", async () => {
  await speak("en");
  let network = true;
  const zh = () => (network ? table({ "old.word": "旧" }) : Promise.reject(new Error("offline")));
  await learn({ en: () => table({ "old.word": "old" }), zh });
  network = false;
  await assert.rejects(speak("zh"));
  assert.equal(say("old.word"), "old");
  await learn({ en: () => table({ "more.word": "more" }), zh: () => table({ "more.word": "更" }) });
  assert.equal(say("more.word"), "more");
});
