/** The page as files: small, complete, self-contained, and every word in its place. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { test } from "node:test";

import { known, say } from "../../web/js/strings.js";

const WEB = new URL("../../web/", import.meta.url);
const modules = readdirSync(new URL("js/", WEB)).filter((name) => name.endsWith(".js"));
const html = readFileSync(new URL("index.html", WEB), "utf8");
const source = (name) => readFileSync(new URL(`js/${name}`, WEB), "utf8");
const css = readFileSync(new URL("style.css", WEB), "utf8");

test("the whole page stays under 150 kB", () => {
  const files = ["index.html", "style.css", ...modules.map((name) => `js/${name}`)];
  const bytes = files.reduce((sum, name) => sum + statSync(new URL(name, WEB)).size, 0);
  assert.ok(bytes < 150_000, `${bytes} bytes`);
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
    .flatMap((text) => [...text.matchAll(/\b(?:find|element|onClick)\("([\w-]+)"/g)]);
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
