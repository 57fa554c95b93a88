import assert from "node:assert/strict";
import { test } from "node:test";

import { Heartbeat } from "../../web/js/heartbeat.js";

test("round trips are measured, the newest and the least", () => {
  const heart = new Heartbeat();
  assert.deepEqual([heart.latest, heart.least], [null, 0]);
  heart.pong(100, 130);
  heart.pong(200, 290);
  assert.deepEqual([heart.latest, heart.least], [90, 30]);
});

test("only the recent ones count", () => {
  const heart = new Heartbeat();
  heart.pong(0, 5);
  for (let beat = 1; beat <= 8; beat += 1) heart.pong(beat * 100, beat * 100 + 40);
  assert.equal(heart.least, 40);
});

test("a pong that fits no ping is passed over", () => {
  const heart = new Heartbeat();
  for (const sent of [undefined, "x", 500, -99_999, null]) heart.pong(sent, 400);
  assert.equal(heart.latest, null);
});

test("five pings into the silence mean that the server is gone", () => {
  const heart = new Heartbeat();
  for (let beat = 0; beat < 4; beat += 1) heart.ping(beat);
  assert.equal(heart.silent, false);
  heart.ping(5);
  assert.equal(heart.silent, true);
});

test("anything heard breaks the silence; sleeping makes none", () => {
  const heart = new Heartbeat();
  for (let beat = 0; beat < 4; beat += 1) heart.ping(beat);
  heart.heard();
  assert.deepEqual(heart.ping(3_600_000), { type: "ping", t: 3_600_000 });
  assert.equal(heart.silent, false);
});
