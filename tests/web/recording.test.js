import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { WORDS, clock, megabytes } from "../../web/js/recording.js";

const places = (text) => (text.match(/\{\w+\}/g) ?? []).sort();

test("both languages say everything of recording, with the same places to fill in", () => {
  assert.deepEqual(Object.keys(WORDS.zh), Object.keys(WORDS.en));
  for (const key of Object.keys(WORDS.en)) {
    assert.ok(WORDS.en[key].trim() && WORDS.zh[key].trim(), key);
    assert.deepEqual(places(WORDS.zh[key]), places(WORDS.en[key]), key);
  }
});

test("every end that the server knows has words, and no words lie about unused", () => {
  const source = readFileSync(new URL("../../web/js/recording.js", import.meta.url), "utf8");
  const server = readFileSync(new URL("../../streaming/recording.py", import.meta.url), "utf8");
  const session = readFileSync(new URL("../../streaming/session.py", import.meta.url), "utf8");
  const judged = server.slice(server.indexOf("def _why_ended"), server.indexOf("def _elapsed"));
  const places = [...(server + session).matchAll(/\.stop\("([\w-]+)"\)/g)];
  const verdicts = [...judged.matchAll(/"([a-z][a-z-]{3,})"/g)];
  const reasons = [...places, ...verdicts].map(([, each]) => each).filter((each) => each !== "starting");
  assert.equal(new Set(reasons).size, 7, reasons.join());
  for (const reason of reasons) assert.ok(`ended.${reason}` in WORDS.en, reason);
  const code = source.slice(source.indexOf("export class"));
  for (const key of Object.keys(WORDS.en)) {
    const known = code.includes(`"${key}"`) || reasons.includes(key.replace("ended.", ""));
    assert.ok(known, key);
  }
});

test("time and size are told as people read them", () => {
  assert.deepEqual([0, 7.9, 60, 599.6].map(clock), ["0:00", "0:07", "1:00", "9:59"]);
  assert.equal(megabytes(3_249_000), "3.2 MB");
});
