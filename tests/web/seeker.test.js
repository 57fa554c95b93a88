/** The search for a thing as it is begun, goes on and ends; on a page that is only pretended. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import english from "../../web/js/explore/english.js";
import { Seeker } from "../../web/js/finding/seeker.js";
import { learn, speak } from "../../web/js/strings.js";
import { fakePage } from "./fake_page.js";

const TABLES = {
  en: () => import("../../web/js/explore/english.js"),
  zh: () => import("../../web/js/explore/chinese.js"),
};
await learn(TABLES);

const PICTURE = { left: 0, top: 0, width: 400, height: 800 };
const CUP = { id: 7, label: "cup", score: 0.9, unseen: 0, box: [0.05, 0.45, 0.1, 0.1] };
const settled = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

let sent, notes, live, refuse, seeker;

beforeEach(async () => {
  await speak("en");
  fakePage({ seek: "button", shelf: "div" });
  document.body.classList.toggle("running", true);
  [sent, notes] = [[], []];
  live = { boxes: [CUP], picture: PICTURE, mirrored: false };
  const refusals = [];
  refuse = (why) => refusals.splice(0, Infinity).forEach((tell) => tell(why));
  seeker = new Seeker({
    stage: { live: () => live, size: PICTURE, mark: () => {}, scene: { boxes: [], picture: PICTURE } },
    known: () => ({ labels: ["cup", "dog"], anything: true }),
    send: (message) => Boolean(sent.push(message)),
    refusal: () => new Promise((resolve) => refusals.push(resolve)),
    note: (text) => notes.push(text),
  });
  await seeker.ask();
});

afterEach(() => {
  document.body.classList.toggle("running", true);
  seeker.stop();
});

const find = (selector) => document.querySelector(selector);
const way = () => find("#seeker .way").textContent;
const labels = () => sent.map((message) => message.labels);

function submit(words) {
  find("#seek-sheet input").value = words;
  find("#seek-sheet form").fire("submit");
}

async function seek(words) {
  submit(words);
  await settled();
  refuse("");
  await settled();
}

test("a second press while the server is asked begins nothing more", async () => {
  submit("red mug");
  await settled();
  assert.equal(find("#seek-sheet .wrong").textContent, english["find.asking"]);
  submit("red mug");
  await settled();
  refuse("");
  await settled();
  assert.deepEqual(labels(), [["red mug"]]);
  assert.equal(document.body.querySelectorAll("#seeker").length, 1);
  seeker.stop();
  assert.equal(document.body.querySelectorAll("#seeker").length, 0);
  assert.deepEqual(labels(), [["red mug"], []]);
});

test("another choice takes the place of one that is still asked for", async () => {
  submit("red mug");
  await settled();
  find("#seek-sheet .kinds button").fire("click");
  await settled();
  refuse("");
  await settled();
  assert.equal(document.body.querySelectorAll("#seeker").length, 1);
  assert.equal(find("#seeker .what").textContent, "Looking for: cup");
  assert.deepEqual(labels(), [["red mug"], []], "the phrase is not looked for any more");
});

test("who closes the sheet meanwhile is not led anywhere", async () => {
  submit("red mug");
  await settled();
  find("#seek-sheet button").fire("click");
  await settled(5);
  refuse("");
  await settled(5);
  assert.equal(find("#seeker"), null);
  assert.equal(find("#seek-sheet"), null);
  assert.deepEqual(labels(), [["red mug"], []]);
});

test("what the server refuses is told, and can be asked for again", async () => {
  submit("red mug");
  await settled();
  refuse("Too often.");
  await settled();
  assert.equal(find("#seek-sheet .wrong").textContent, "Too often.");
  await seek("blue mug");
  assert.equal(find("#seeker .what").textContent, "Looking for: blue mug");
});

test("it leads by what is live, and by nothing where that is not known", async () => {
  await seek("cup");
  assert.equal(way(), "left");
  live = null;
  await settled(150);
  assert.equal(way(), english["find.waiting"]);
  assert.equal(find("#seeker").dataset.tone, "none");
  live = { boxes: [CUP], picture: PICTURE, mirrored: true };
  await settled(150);
  assert.equal(way(), "right", "said at once, though something was said just now");
  document.hidden = true;
  await settled(150);
  assert.equal(way(), english["find.waiting"]);
});

test("it ends where the stream ends, and says so", async () => {
  await seek("cup");
  document.body.classList.toggle("running", false);
  await settled(150);
  assert.equal(find("#seeker"), null);
  assert.deepEqual(notes, [english["find.stopped"]]);
});

test("the focus goes from the panel to where it was opened", async () => {
  await seek("cup");
  assert.equal(document.activeElement, find("#seeker .stop"));
  seeker.stop();
  assert.equal(document.activeElement, find("#seek"));
  await seeker.ask();
  await seek("cup");
  document.body.focus();
  seeker.stop();
  assert.equal(document.activeElement, document.body, "it is not taken from elsewhere");
});

test("a new session is told what is looked for, if it has to be", async () => {
  await seek("cup");
  seeker.opened();
  assert.deepEqual(labels(), []);
  await seeker.ask();
  await seek("red mug");
  seeker.opened();
  assert.deepEqual(labels(), [["red mug"], ["red mug"]]);
  seeker.stop();
  seeker.opened();
  assert.deepEqual(labels().at(-1), []);
  assert.equal(sent.length, 3);
});

test("sheet and panel speak the language that is spoken now", async () => {
  await seek("cup");
  await speak("zh");
  seeker.translate();
  assert.equal(find("#seeker .what").textContent, "正在找：杯子");
  assert.equal(find("#seeker .stop").textContent, "停止寻找");
  assert.equal(way(), "向左");
  await seeker.ask();
  assert.equal(find("#seek-sheet h2").textContent, "找东西");
  assert.equal(document.body.querySelectorAll("#seek-sheet").length, 1);
});
