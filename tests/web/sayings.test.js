import assert from "node:assert/strict";
import { test } from "node:test";

import {
  LONGEST_TEXT,
  MOST_MEMORIES,
  readMemories,
  readSaying,
} from "../../web/js/sayings.js";

test("what is no saying is null", () => {
  for (const type of ["stats", "tracks", "constructor", "toString", "", "nonsense"]) {
    assert.equal(readSaying({ type }), null);
  }
});

test("what a saying lacks, or has wrong, has its default", () => {
  for (const odd of [{}, { text: 5, age: "x", objects: "no", evidence: 3, source: null, id: [] }]) {
    assert.deepEqual(readSaying({ ...odd, type: "caption" }), {
      type: "caption",
      text: "",
      age: 0,
      source: "",
      objects: [],
      evidence: null,
    });
    const answer = readSaying({ ...odd, type: "answer" });
    assert.deepEqual([answer.id, answer.delta, answer.text, answer.done], ["", "", null, false]);
    const watching = readSaying({ ...odd, type: "watching" });
    assert.deepEqual(watching, { type: "watching", id: "", rule: "", ended: false });
    assert.deepEqual(readSaying({ ...odd, type: "text" }), { type: "text", lines: [] });
  }
});

test("words are cut, lists are short, ids are whole numbers", () => {
  const { text, objects } = readSaying({
    type: "alert",
    text: "x".repeat(3 * LONGEST_TEXT),
    objects: [1, "2", 3.5, null, ...Array(5000).fill(4)],
  });
  assert.equal(text.length, LONGEST_TEXT);
  assert.ok(objects.length <= 32);
  assert.deepEqual(objects.slice(0, 2), [1, 4]);
});

test("text has the outlines that are whole", () => {
  const quad = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ];
  const blocks = [{ text: "EXIT", quad }, { quad: quad.slice(1) }, null, { text: 7, quad }, {}];
  assert.deepEqual(readSaying({ type: "text", blocks }).lines, [
    { text: "EXIT", quad },
    { text: "", quad },
  ]);
});

test("memories are read as far as they make sense", () => {
  const cup = { kind: "object", text: "red cup", ago: 5, box: [0, 0, 1, 1], evidence: "v1/a.jpg" };
  assert.deepEqual(readMemories({ memories: [cup, null] }), [
    cup,
    { kind: "", text: "", ago: 0, box: null, evidence: null },
  ]);
  for (const odd of [null, undefined, {}, { memories: "none" }]) {
    assert.deepEqual(readMemories(odd), []);
  }
  assert.equal(readMemories({ memories: Array(500).fill(cup) }).length, MOST_MEMORIES);
});
