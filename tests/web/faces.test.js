import assert from "node:assert/strict";
import { test } from "node:test";

import { ageWords } from "../../web/js/age.js";
import { Conversation } from "../../web/js/conversation.js";
import { alertCard, entryCard, memoryCard, watchCard } from "../../web/js/faces.js";
import { readSaying } from "../../web/js/sayings.js";
import { speak } from "../../web/js/strings.js";

await speak("en");

const TOLD = "I will tell you when a dog appears.";

test("ages are told in the unit that fits", () => {
  const told = [0, 1499, 1500, 59_000, 60_000, 3_599_000, 3_600_000, 86_400_000].map(ageWords);
  assert.deepEqual(told.slice(0, 5), ["now", "now", "2 s ago", "59 s ago", "1 min ago"]);
  assert.deepEqual(told.slice(5), ["59 min ago", "1 h ago", "1 d ago"]);
  assert.deepEqual([Number.NaN, -5].map(ageWords), ["now", "now"]);
});

test("a question shows at once, its answer as it comes, its age when it has one", () => {
  const talk = new Conversation();
  const entry = talk.ask("Where is the cup?", {}, 0);
  const { head, text, meta, action } = entryCard(entry, 10);
  assert.deepEqual([head, text, meta, action], ["Where is the cup?", "…", "", null]);
  const piece = { type: "answer", id: "ask-1", age: 100, source: "grounded" };
  talk.answer(readSaying({ ...piece, delta: "On the" }), 1000);
  assert.equal(entryCard(entry, 1000).text, "On the…");
  talk.answer(readSaying({ ...piece, text: "On the left.", done: true }), 1100);
  const done = entryCard(entry, 5000);
  assert.deepEqual([done.text, done.meta], ["On the left.", "4 s ago · without a model"]);
});

test("a model is called by its name", () => {
  const talk = new Conversation();
  const entry = talk.ask("?", {}, 0);
  talk.answer(
    readSaying({ type: "answer", id: "ask-1", text: "!", done: true, source: "smolvlm" }),
    0,
  );
  assert.equal(entryCard(entry, 0).meta, "now · smolvlm");
});

test("a question that failed says why, and can be asked again", () => {
  const talk = new Conversation();
  const entry = talk.ask("?", {}, 0);
  talk.fail("lost", 5);
  const asked = [];
  const card = entryCard(entry, 10, (each) => asked.push(each));
  assert.match(card.text, /connection/);
  card.action.run();
  assert.deepEqual(asked, [entry]);
});

test("a watch shows the person's words and what was understood", () => {
  const removed = [];
  const watch = { id: "watch-1", text: "a dog?", rule: "when a dog appears", state: "ended" };
  const card = watchCard(watch, (id) => removed.push(id));
  assert.deepEqual([card.head, card.text, card.meta], ["a dog?", TOLD, "Over"]);
  card.action.run();
  assert.deepEqual(removed, ["watch-1"]);
  assert.match(watchCard({ ...watch, rule: "", state: "sent" }).text, /Not yet/);
  const failed = { ...watch, rule: "I can watch for dogs.", state: "failed" };
  assert.equal(watchCard(failed).text, "I can watch for dogs.");
});

test("alerts and memories show picture and age", () => {
  const alert = alertCard({ id: "alert-1", text: "A dog!", at: 0, evidence: "v1/a.jpg" }, 2000);
  assert.deepEqual([alert.meta, alert.picture], ["2 s ago", "v1/a.jpg"]);
  const memory = memoryCard({ text: "cup", ago: 60_000, box: [0, 0, 1, 1], evidence: "v1/b" }, 3);
  assert.deepEqual([memory.key, memory.meta, memory.picture], ["3", "1 min ago", "v1/b"]);
});
