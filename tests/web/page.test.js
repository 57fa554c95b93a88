/** The page as files: small, complete, self-contained, and every word in its place. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import chinese from "../../web/js/chinese.js";
import english from "../../web/js/english.js";
import { known, languageFor, named, say, speak } from "../../web/js/strings.js";

await speak("en");

const WEB = new URL("../../web/", import.meta.url);
const modules = readdirSync(new URL("js/", WEB)).filter((name) => name.endsWith(".js"));
const html = readFileSync(new URL("index.html", WEB), "utf8");
const source = (name) => readFileSync(new URL(`js/${name}`, WEB), "utf8");
const css = readFileSync(new URL("style.css", WEB), "utf8");

test("both languages say everything, with the same places to fill in", () => {
  assert.deepEqual(Object.keys(chinese), Object.keys(english));
  const places = (text) => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const key of Object.keys(english)) {
    assert.ok(chinese[key].trim() && english[key].trim(), key);
    assert.deepEqual(places(chinese[key]), places(english[key]), key);
  }
});

test("no words lie about unused", () => {
  const loaded = ["voice/door.js", ...modules].filter((name) => !/english|chinese/.test(name));
  const text = [html, ...loaded.map(source)].join();
  const families = /^(state|problem|panel\.stage|age|source|ask\.failed|(ask|watch)\.(label|placeholder))\./;
  const whole = /^(ask|watch)\.(label|placeholder)$/;
  for (const key of Object.keys(english)) {
    assert.ok(text.includes(`"${key}"`) || families.test(key) || whole.test(key), key);
  }
});

test("the language is the chosen one, else the browser's, else English", () => {
  assert.equal(languageFor("zh", "en-GB"), "zh");
  assert.equal(languageFor("en", "zh-CN"), "en");
  assert.equal(languageFor(undefined, "zh-Hant"), "zh");
  assert.equal(languageFor("constructor", "de"), "en");
});

test("another language is spoken from one moment to the next", async () => {
  await speak("zh");
  assert.equal(say("age.s", { value: 3 }), "3 秒前");
  await speak("en");
  assert.equal(say("age.s", { value: 3 }), "3 s ago");
});

test("text never becomes markup", () => {
  for (const name of modules) {
    assert.doesNotMatch(source(name), /innerHTML|outerHTML|insertAdjacent|document\.write/, name);
  }
});

test("nothing is asked of anyone else", () => {
  const texts = [html.replaceAll("http://www.w3.org/2000/svg", ""), css, ...modules.map(source)];
  for (const text of texts) assert.doesNotMatch(text, /https?:\/\/|url\(|@import/);
});

test("nothing in the markup needs an inline script or style", () => {
  assert.doesNotMatch(html, /\sstyle=|\son\w+=|<style|<script(?![^>]*src=)/);
});

test("every word that is asked for exists", () => {
  const inMarkup = [...html.matchAll(/data-say(?:-label)?="([^"]+)"/g)];
  const inCode = modules.map(source).flatMap((text) => [...text.matchAll(/\bsay\("([^"]+)"/g)]);
  for (const [, key] of [...inMarkup, ...inCode]) assert.ok(known(key), key);
});

test("every state has its words", () => {
  const states = [
    "idle",
    "opening.camera",
    "opening.file",
    "opening.sample",
    "connecting",
    "live",
    "reconnecting",
    "waiting",
    "failed",
  ];
  for (const state of states) assert.ok(known(`state.${state}`), state);
});

test("every element that the code looks up is in the markup", () => {
  const ids = modules
    .map(source)
    .flatMap((text) => [...text.matchAll(/\b(?:find|element|onClick|ById)\("([\w-]+)"/g)]);
  assert.ok(ids.length > 20);
  for (const [, id] of ids) assert.ok(html.includes(`id="${id}"`), id);
});

test("every button and every video has a name", () => {
  for (const [tag] of html.matchAll(/<button.*?<\/button>|<video.*?<\/video>/gs)) {
    assert.match(tag, /data-say|data-name|id="toggle-label"/, tag);
  }
});

test("words are filled in, and a missing word shows", () => {
  assert.equal(say("state.retry", { seconds: 3 }), "again in 3 s");
  assert.equal(say("state.retry"), "again in {seconds} s");
  assert.equal(say("no.such.word"), "no.such.word");
  assert.equal(say("constructor"), "constructor");
});

test("what is seen has its name in the language that is spoken, and else its own", async () => {
  assert.equal(named("cup"), "cup");
  await speak("zh");
  assert.equal(named("cup"), "杯子");
  assert.equal(named("my red mug"), "my red mug");
  assert.equal(named("constructor"), "constructor");
  await speak("en");
  assert.equal(named("cup"), "cup");
});
