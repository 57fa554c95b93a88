/** What other pages use: questions as promises. The rest is held in a real browser. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { Questions } from "../../web/embed/questions.js";

const asked = (id) => ({ type: "ask", id, text: "?" });

function questions(sends = true) {
  const sent = [];
  return { sent, them: new Questions((message) => sends && sent.push(message) > 0) };
}

test("a question ends with its whole answer", async () => {
  const { sent, them } = questions();
  const [one, other] = [them.ask(asked("a")), them.ask(asked("b"))];
  assert.deepEqual(sent, [asked("a"), asked("b")]);
  them.heed({ type: "answer", id: "b", delta: "no" });
  them.heed({ type: "answer", id: "b", text: "no", done: true });
  them.heed({ type: "answer", id: "a", text: "yes", done: true });
  them.heed({ type: "answer", id: "a", text: "again", done: true });
  assert.equal((await one).text, "yes");
  assert.equal((await other).text, "no");
});

test("a refusal is an error in the server's words", async () => {
  const { them } = questions();
  const answer = them.ask(asked("a"));
  them.heed({ type: "problem", code: "busy", about: "b", detail: "not this one" });
  them.heed({ type: "problem", code: "no-answer", about: "a", detail: "an answer comes all the same" });
  them.heed({ type: "problem", code: "busy", about: "a", detail: "four questions wait" });
  await assert.rejects(answer, { message: "four questions wait", code: "rejected" });
});

test("what is lost with its session, or cannot be sent, is an error", async () => {
  const { them } = questions();
  const answer = them.ask(asked("a"));
  them.lost();
  await assert.rejects(answer, { code: "lost" });
  await assert.rejects(questions(false).them.ask(asked("a")), { code: "lost" });
});

test("questions that wait are bounded, and have names of their own", async () => {
  const { them } = questions();
  const waiting = Array.from({ length: 16 }, (_, index) => them.ask(asked(String(index))));
  await assert.rejects(them.ask(asked("16")), { code: "rejected" });
  them.heed({ type: "answer", id: "3", text: "", done: true });
  await assert.rejects(them.ask(asked("4")), { code: "rejected" });
  const next = them.ask(asked("16"));
  them.lost();
  const outcomes = await Promise.allSettled([...waiting, next]);
  assert.equal(outcomes.filter(({ status }) => status === "rejected").length, 16);
});

test("text never becomes markup, and nothing is asked of anyone else", () => {
  const folder = new URL("../../web/embed/", import.meta.url);
  const names = readdirSync(folder);
  assert.ok(names.length >= 6);
  for (const name of names) {
    const text = readFileSync(new URL(name, folder), "utf8");
    assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacent|document\.write/, name);
    assert.doesNotMatch(text, /https?:\/\/|url\(|@import/, name);
  }
});
