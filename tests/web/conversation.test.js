import assert from "node:assert/strict";
import { test } from "node:test";

import {
  Conversation,
  MOST_ENTRIES,
  STALE_MS,
  WAIT_MS,
  isStale,
} from "../../web/js/conversation.js";
import { LONGEST_TEXT, readSaying } from "../../web/js/sayings.js";

const answer = (fields) => readSaying({ type: "answer", age: 100, source: "grounded", ...fields });

test("an answer grows piece by piece, and ends with its whole text", () => {
  const talk = new Conversation();
  const { id } = talk.ask("What is that?", {}, 0);
  assert.equal(id, "ask-1");
  assert.equal(talk.entries[0].state, "waiting");
  talk.answer(answer({ id, delta: "A red " }), 500);
  const entry = talk.answer(answer({ id, delta: "cup", objects: [7] }), 600);
  assert.deepEqual([entry.state, entry.text, entry.objects], ["saying", "A red cup", [7]]);
  talk.answer(answer({ id, text: "A red cup.", done: true }), 700);
  assert.deepEqual(
    [entry.state, entry.text, entry.objects, entry.at, entry.ended],
    ["done", "A red cup.", [7], 600, 700],
  );
});

test("an end without text leaves the pieces", () => {
  const talk = new Conversation();
  const { id } = talk.ask("?", {}, 0);
  talk.answer(answer({ id, delta: "So it is." }), 1);
  assert.equal(talk.answer(answer({ id, done: true }), 2).text, "So it is.");
});

test("an answer without end is cut", () => {
  const talk = new Conversation();
  const { id } = talk.ask("?", {}, 0);
  for (let piece = 0; piece < 4; piece += 1) {
    talk.answer(answer({ id, delta: "x".repeat(LONGEST_TEXT - 1) }), piece);
  }
  assert.equal(talk.entries[0].text.length, LONGEST_TEXT);
});

test("a refusal stands in the place of the answer", () => {
  const talk = new Conversation();
  const { id } = talk.ask("?", {}, 0);
  const entry = talk.refuse(id, "No model here", 10);
  assert.deepEqual([entry.state, entry.text, entry.ended], ["failed", "No model here", 10]);
  assert.equal(talk.refuse(id, "again", 11), null);
  assert.equal(talk.refuse(undefined, "about nothing", 11), null);
});

test("no question waits for ever, and what comes later is thrown away", () => {
  const talk = new Conversation();
  const { id } = talk.ask("?", {}, 0);
  talk.answer(answer({ id, delta: "Well, " }), 1000);
  talk.tick(WAIT_MS);
  assert.equal(talk.entries[0].state, "saying");
  talk.tick(WAIT_MS + 1);
  assert.deepEqual([talk.entries[0].state, talk.entries[0].reason], ["failed", "late"]);
  assert.equal(talk.answer(answer({ id, text: "Now!", done: true }), WAIT_MS + 2), null);
});

test("a lost session fails what is open, and nothing else", () => {
  const talk = new Conversation();
  talk.ask("one", {}, 0);
  talk.answer(answer({ id: "ask-1", text: "1", done: true }), 1);
  talk.ask("two", {}, 2);
  assert.equal(talk.fail("lost", 3), true);
  assert.deepEqual(
    talk.entries.map((entry) => [entry.state, entry.reason]),
    [
      ["done", ""],
      ["failed", "lost"],
    ],
  );
  assert.equal(talk.fail("lost", 4), false);
});

test("what was asked from elsewhere is taken in, ours from before is not", () => {
  const talk = new Conversation();
  assert.equal(talk.answer(answer({ id: "tap-1", text: "A cup", done: true }), 5).question, "");
  assert.equal(talk.answer(answer({ id: "ask-9", text: "?", done: true }), 6), null);
  assert.equal(talk.answer(answer({ text: "whose?", done: true }), 7), null);
});

test("the history is bounded, and its ids never come twice", () => {
  const talk = new Conversation();
  const ids = new Set();
  for (let turn = 0; turn < 3 * MOST_ENTRIES; turn += 1) ids.add(talk.ask("?", {}, turn).id);
  assert.deepEqual([talk.entries.length, ids.size], [MOST_ENTRIES, 3 * MOST_ENTRIES]);
  assert.equal(talk.entries.at(-1).id, "ask-60");
});

test("an answer has its time from its end on", () => {
  assert.equal(isStale({ ended: null }, 1e9), false);
  assert.equal(isStale({ ended: 100 }, 100 + STALE_MS), false);
  assert.equal(isStale({ ended: 100 }, 101 + STALE_MS), true);
});
