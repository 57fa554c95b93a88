/** Voice without a browser: what is spoken and when, what presses mean, what is told apart. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import chinese from "../../web/js/voice/chinese.js";
import english from "../../web/js/voice/english.js";
import { Gesture, HOLD_MS } from "../../web/js/voice/gesture.js";
import { isInstruction } from "../../web/js/voice/intent.js";
import { TurnLatency } from "../../web/js/voice/latency.js";
import { refusal } from "../../web/js/voice/refusals.js";
import { hearingRoute, pickVoice, recognitionTag } from "../../web/js/voice/route.js";
import { LONGEST, Sentences } from "../../web/js/voice/sentences.js";
import {
  CAPTION_AFTER_MS,
  CAPTION_EVERY_MS,
  CAPTION_FRESH_MS,
  MOST_KNOWN,
  MOST_WAITING,
  Speaking,
} from "../../web/js/voice/speaking.js";
import { alike, novelty } from "../../web/js/voice/words_in.js";

const FOLDER = new URL("../../web/js/voice/", import.meta.url);
const modules = readdirSync(FOLDER).filter((name) => name.endsWith(".js"));
const source = (name) => readFileSync(new URL(name, FOLDER), "utf8");

/** All that is said from now on, each thing to its end at once. */
function saidNow(speaking, now) {
  const said = [];
  for (let saying = speaking.next(now); saying; saying = speaking.next(now)) {
    said.push(saying.text);
    speaking.ended(now);
  }
  return said;
}

function asked(id = "ask-1") {
  const speaking = new Speaking();
  speaking.asked(id, true);
  return speaking;
}

test("an answer is spoken by sentence, while it comes", () => {
  const speaking = asked();
  speaking.answered({ id: "ask-1", delta: "There is a cup" });
  assert.equal(speaking.next(0), null);
  speaking.answered({ id: "ask-1", delta: " here. It is 3.5 cm wi" });
  assert.deepEqual(saidNow(speaking, 0), ["There is a cup here."]);
  speaking.answered({ id: "ask-1", text: "There is a cup here. It is 3.5 cm wide", done: true });
  assert.deepEqual(saidNow(speaking, 0), ["It is 3.5 cm wide"]);
});

test("one thing is said at a time", () => {
  const speaking = asked();
  speaking.answered({ id: "ask-1", text: "One. Two.", done: true });
  assert.equal(speaking.next(0).text, "One.");
  assert.equal(speaking.next(0), null);
  speaking.ended(0);
  assert.equal(speaking.next(0).text, "Two.");
});

test("the person speaks: silence at once, and the rest of the answer is not said later", () => {
  const speaking = asked();
  speaking.answered({ id: "ask-1", delta: "One. Two. Three. " });
  speaking.next(0);
  assert.equal(speaking.hushing, false);
  speaking.personSpeaks();
  assert.equal(speaking.hushing, true);
  speaking.hushing = false;
  assert.equal(speaking.next(1), null);
  speaking.answered({ id: "ask-1", text: "One. Two. Three. Four.", done: true });
  speaking.personQuiet(2);
  assert.deepEqual(saidNow(speaking, 2), []);
});

test("an alert interrupts, and what it interrupted is said again", () => {
  const speaking = asked();
  speaking.answered({ id: "ask-1", text: "One. Two.", done: true });
  speaking.next(0);
  speaking.alerted({ id: "a", text: "A dog!" });
  assert.equal(speaking.hushing, true);
  assert.deepEqual(saidNow(speaking, 0), ["A dog!", "One.", "Two."]);
});

test("alerts come in their order, wait for who speaks, and interrupt no other alert", () => {
  const speaking = asked();
  speaking.alerted({ id: "a", text: "A dog!" });
  speaking.next(0);
  speaking.alerted({ id: "b", text: "A cat!" });
  assert.equal(speaking.hushing, false);
  speaking.personSpeaks();
  assert.equal(speaking.next(0), null);
  speaking.personQuiet(1);
  assert.deepEqual(saidNow(speaking, 1), ["A dog!", "A cat!"]);
});

test("a new question ends the answer to the last", () => {
  const speaking = asked();
  speaking.answered({ id: "ask-1", delta: "One. Two. " });
  speaking.next(0);
  speaking.asked("ask-2", true);
  assert.equal(speaking.hushing, true);
  speaking.answered({ id: "ask-2", text: "New.", done: true });
  assert.deepEqual(saidNow(speaking, 0), ["New."]);
});

test("what is told again after a broken connection is not said again", () => {
  const speaking = asked();
  const again = () => {
    speaking.answered({ id: "ask-1", text: "One. Two.", done: true });
    speaking.alerted({ id: "a", text: "A dog!" });
    return saidNow(speaking, 0);
  };
  assert.deepEqual(again(), ["A dog!", "One.", "Two."]);
  assert.deepEqual(again(), []);
  speaking.begin();
  assert.deepEqual(again(), ["A dog!"], "another session may have another alert of this id");
});

test("an answer that was interrupted is not said in full after the next question", () => {
  const speaking = asked();
  speaking.set("always");
  speaking.answered({ id: "ask-1", delta: "One. Two. " });
  speaking.personSpeaks();
  speaking.personQuiet(1);
  speaking.asked("ask-2", true);
  speaking.answered({ id: "ask-1", text: "One. Two. Three.", done: true });
  speaking.answered({ id: "ask-2", text: "New.", done: true });
  assert.deepEqual(saidNow(speaking, 2), ["New."]);
});

test("what is known again is bounded", () => {
  const speaking = asked();
  for (let index = 0; index <= MOST_KNOWN; index += 1) {
    speaking.alerted({ id: `a-${index}`, text: "A dog!" });
    saidNow(speaking, 0);
  }
  speaking.alerted({ id: `a-${MOST_KNOWN}`, text: "A dog!" });
  speaking.alerted({ id: "a-0", text: "The first of them" });
  assert.deepEqual(saidNow(speaking, 0), ["The first of them"]);
});

test("unless always is wished for, only what was asked by voice is spoken, and alerts after", () => {
  const speaking = new Speaking();
  speaking.answered({ id: "typed", text: "Hello.", done: true });
  speaking.alerted({ id: "a", text: "A dog!" });
  speaking.captioned({ id: "c", text: "A cup" }, 0);
  assert.deepEqual(saidNow(speaking, CAPTION_AFTER_MS), []);
  speaking.asked("ask-1", true);
  speaking.alerted({ id: "a", text: "A dog!" });
  speaking.captioned({ id: "c", text: "A cup" }, 0);
  assert.deepEqual(saidNow(speaking, CAPTION_AFTER_MS), ["A dog!"]);
});

test("with always everything is spoken, with never nothing, and at once", () => {
  const speaking = new Speaking();
  speaking.set("always");
  speaking.answered({ id: "typed", text: "Hello. You.", done: true });
  assert.equal(speaking.next(0).text, "Hello.");
  speaking.set("never");
  assert.equal(speaking.hushing, true);
  speaking.asked("ask-1", true);
  speaking.answered({ id: "ask-1", text: "No.", done: true });
  speaking.alerted({ id: "a", text: "A dog!" });
  assert.deepEqual(saidNow(speaking, 0), []);
});

function captioning() {
  const speaking = new Speaking();
  speaking.set("always");
  let now = 100_000;
  return (text, later) => {
    now += later;
    speaking.captioned({ id: "c", text }, now);
    return saidNow(speaking, now);
  };
}

test("a caption is said when it says something new, and seldom", () => {
  const say = captioning();
  assert.deepEqual(say("A cup on a table", 0), ["A cup on a table"]);
  assert.deepEqual(say("A dog on a sofa", CAPTION_EVERY_MS - 1), []);
  assert.deepEqual(say("A dog on a sofa", 1), ["A dog on a sofa"]);
  assert.deepEqual(say("There is a table with a cup", CAPTION_EVERY_MS), []);
  assert.deepEqual(say("桌上有一只红色的杯子", CAPTION_EVERY_MS), ["桌上有一只红色的杯子"]);
  assert.deepEqual(say("有一只红色的杯子在桌上", CAPTION_EVERY_MS), []);
});

test("a caption keeps out of the way of answers and of the person, and gets old", () => {
  const speaking = new Speaking();
  speaking.set("always");
  speaking.personSpeaks();
  speaking.captioned({ id: "c", text: "A cup" }, 1000);
  assert.equal(speaking.next(1000), null);
  speaking.personQuiet(2000);
  assert.equal(speaking.next(2000 + CAPTION_AFTER_MS - 1), null);
  assert.equal(speaking.next(2000 + CAPTION_AFTER_MS)?.text, "A cup");
  speaking.answered({ id: "typed", text: "Hello.", done: true });
  assert.equal(speaking.hushing, true);
  assert.equal(speaking.next(6000).text, "Hello.");
  speaking.ended(6000);
  speaking.captioned({ id: "c", text: "A dog" }, 6001);
  assert.equal(speaking.next(6002 + CAPTION_FRESH_MS + CAPTION_EVERY_MS), null);
});

test("what waits to be said is bounded", () => {
  const speaking = asked();
  speaking.answered({ id: "ask-1", text: "Go on. ".repeat(500), done: true });
  for (let index = 0; index < 500; index += 1) {
    speaking.alerted({ id: `a-${index}`, text: `Dog ${index}` });
  }
  assert.equal(saidNow(speaking, 0).length, MOST_WAITING);
});

test("our own words that come back from the loudspeaker are told from the person's", () => {
  const speaking = asked();
  speaking.answered({ id: "ask-1", text: "I see a red cup on the table.", done: true });
  speaking.next(1000);
  assert.equal(speaking.isEcho("see a red cup on the", 2000), true);
  assert.equal(speaking.isEcho("what colour is the table", 2000), false);
  assert.equal(speaking.isEcho("see a red cup on the", 60_000), false);
});

test("sentences are cut where they end, in either language", () => {
  const cut = (...pieces) => {
    const sentences = new Sentences();
    return [...pieces.flatMap((piece) => sentences.add(piece)), ...sentences.end()];
  };
  assert.deepEqual(cut("Yes! It is", " 3.5 m away. Dr. Who?"), [
    "Yes!",
    "It is 3.5 m away.",
    "Dr. Who?",
  ]);
  assert.deepEqual(cut("有一只杯子。它是", "红色的！在哪里？"), ["有一只杯子。", "它是红色的！", "在哪里？"]);
  assert.deepEqual(cut("- a cup\n- a dog"), ["- a cup", "- a dog"]);
  assert.deepEqual(cut("", "  "), []);
  const long = cut(`${"word ".repeat(200)}end.`);
  assert.ok(long.length > 3 && long.every((part) => part.length <= LONGEST));
  assert.equal(long.join(" "), `${"word ".repeat(200)}end.`);
});

test("an answer that was corrected at its end is not begun again", () => {
  const sentences = new Sentences();
  assert.deepEqual(sentences.add("I see a dog. And a ca"), ["I see a dog."]);
  assert.deepEqual(sentences.end("I see a dog. And a cow."), ["And a cow."]);
  const other = new Sentences();
  other.add("I see a dog. And a ca");
  assert.deepEqual(other.end("Something else."), ["And a ca"]);
});

test("held it is push-to-talk, tapped it goes on until the next tap", () => {
  const gesture = new Gesture();
  assert.equal(gesture.press(0), "push");
  assert.equal(gesture.release(HOLD_MS), "off");
  assert.equal(gesture.press(1000), "push");
  assert.equal(gesture.release(1000 + HOLD_MS - 1), "free");
  assert.equal(gesture.press(5000), "free");
  assert.equal(gesture.release(5100), "off");
  assert.equal(gesture.release(5200), "off");
  assert.equal(gesture.toggle(), "free");
  assert.equal(gesture.toggle(), "off");
});

test("instructions are told from questions", () => {
  const instructions = [
    "Tell me when a dog appears",
    "please let me know if somebody comes in",
    "Could you alert me as soon as the cup is gone?",
    "when the door opens, tell me",
    "watch out for a red car",
    "有狗出现时告诉我",
    "如果有人来了请提醒我",
    "帮我留意红色的车",
  ];
  const questions = [
    "How many people are there?",
    "Tell me how many people there are",
    "Tell me when you last saw my cup",
    "Tell me what this is",
    "When does the shop open?",
    "What is in front of me",
    "告诉我桌上有什么",
    "有几个人？",
    "我的杯子什么时候不见了？",
  ];
  for (const text of instructions) assert.equal(isInstruction(text), true, text);
  for (const text of questions) assert.equal(isInstruction(text), false, text);
});

test("the server hears first; the browser only once it was agreed to", () => {
  assert.equal(hearingRoute(true, true), "server");
  assert.equal(hearingRoute(true, true, "browser"), "browser");
  assert.equal(hearingRoute(true, false, "browser"), "server");
  assert.equal(hearingRoute(false, true), "ask");
  assert.equal(hearingRoute(false, true, "no"), "none");
  assert.equal(hearingRoute(false, true, "browser"), "browser");
  assert.equal(hearingRoute(false, false, "browser"), "none");
});

test("a voice is of the right language, and on the device unless it was agreed otherwise", () => {
  const voice = (lang, localService = true, usual = false) => ({ lang, localService, default: usual });
  const voices = [voice("de-DE", true, true), voice("en-AU"), voice("en_GB"), voice("en-US", false)];
  assert.equal(pickVoice(voices, "en", false).lang, "en_GB");
  assert.equal(pickVoice([voices[3]], "en", false), null);
  assert.equal(pickVoice([voices[3]], "en", true).lang, "en-US");
  assert.equal(pickVoice(voices, "zh", true), null);
  assert.equal(recognitionTag("en", "en-GB"), "en-GB");
  assert.equal(recognitionTag("zh", "en-GB"), "zh-CN");
});

test("why something was refused is said in the language that is spoken, by its code", () => {
  const detail = "The model did not answer: HTTP 500";
  assert.equal(refusal(chinese, "no-answer", detail, "zh"), chinese["refused.no-answer"]);
  assert.equal(refusal(english, "unheard-of", detail, "en"), detail);
  assert.equal(refusal(chinese, "unheard-of", detail, "zh"), chinese["refused.other"]);
  assert.equal(refusal(english, "unheard-of", "没有应答", "en"), english["refused.other"]);
  assert.equal(refusal(english, "unheard-of", undefined, "en"), english["refused.other"]);
});

test("the time from asked to spoken is taken once for each question", () => {
  const latency = new TurnLatency();
  latency.asked("ask-1", 1000);
  latency.spoke("typed", 1100);
  assert.equal(latency.last, null);
  latency.spoke("ask-1", 1700);
  latency.spoke("ask-1", 9000);
  assert.deepEqual(latency.all, [700]);
});

test("likeness is by words, in Chinese by pairs of characters", () => {
  assert.equal(alike("A red cup", "the cup is red"), 1);
  assert.equal(novelty("two dogs", ["a cup"]), 1);
  assert.equal(novelty("", []), 0);
  assert.ok(alike("红色的杯子", "一只红色的杯子在桌上") === 1);
});

test("both languages say everything of voice, with the same places to fill in", () => {
  assert.deepEqual(Object.keys(chinese), Object.keys(english));
  const places = (text) => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const key of Object.keys(english)) {
    assert.ok(chinese[key].trim() && english[key].trim(), key);
    assert.deepEqual(places(chinese[key]), places(english[key]), key);
  }
});

test("no words of voice lie about unused", () => {
  const text = modules.filter((name) => !/english|chinese/.test(name)).map(source).join();
  const families = /^(listen|missed|note|spoken|hearing|refused)\./;
  for (const key of Object.keys(english)) {
    assert.ok(text.includes(`"${key}"`) || families.test(key), key);
  }
});

test("the modules of voice parse, are short, and put no markup in as text", () => {
  for (const name of modules) {
    assert.ok(!/innerHTML|outerHTML|insertAdjacentHTML/.test(source(name)), name);
    assert.ok(source(name).startsWith("/**"), name);
  }
});
