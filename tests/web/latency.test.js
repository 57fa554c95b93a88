import assert from "node:assert/strict";
import { test } from "node:test";

import { BoxLatency, GlassToGlass, Spread } from "../../web/js/latency.js";

const CAPTURE = { at: 1000, how: "captured" };
const tie = (returned, capture = CAPTURE) => ({ frame: { returned }, capture });
const shown = (rtpTimestamp, expectedDisplayTime) => ({ rtpTimestamp, expectedDisplayTime });

test("a spread has its middle, its tail and its newest", () => {
  const spread = new Spread();
  assert.equal(spread.at(0), null);
  for (let value = 100; value >= 0; value -= 1) spread.add(0, value, "captured");
  assert.deepEqual(spread.at(0), { p50: 50, p95: 95, newest: 0, estimated: false });
});

test("it forgets after a while, and whatever is put in keeps no more than it has to", () => {
  const spread = new Spread();
  spread.add(0, 900, "estimated");
  spread.add(4000, 50, "captured");
  assert.equal(spread.at(4500).estimated, true);
  assert.deepEqual(spread.at(5000), { p50: 50, p95: 50, newest: 50, estimated: false });
  assert.equal(spread.at(9000), null);
  for (let count = 0; count < 5000; count += 1) spread.add(10_000, count < 3976 ? 1 : 2, "captured");
  assert.equal(spread.at(10_000).p50, 2);
});

test("a returned frame is as old as the frame with its time stamp", () => {
  const glass = new GlassToGlass();
  glass.tie(tie(90_000));
  glass.show(shown(90_000 + 9000, 1152));
  assert.deepEqual(glass.at(1200), { p50: 52, p95: 52, newest: 52, estimated: false });
  glass.show(shown(90_000 - 900, 1040));
  assert.equal(glass.at(1200).newest, 50);
  assert.equal(glass.captured, 990, "of the frame that shows");
});

test("time stamps wrap", () => {
  const glass = new GlassToGlass();
  glass.tie(tie(2 ** 32 - 900));
  glass.show(shown(900, 1070));
  assert.equal(glass.at(1100).newest, 50);
  glass.tie(tie(900));
  glass.show(shown(2 ** 32 - 900, 1030));
  assert.equal(glass.at(1100).newest, 50);
});

test("an estimate is marked as one", () => {
  const glass = new GlassToGlass();
  glass.tie(tie(0, { at: 1000, how: "estimated" }));
  glass.show(shown(0, 1050));
  assert.equal(glass.at(1100).estimated, true);
});

test("what cannot be known is not guessed", () => {
  const glass = new GlassToGlass();
  glass.show(shown(90, 1050));
  glass.tie(tie(null));
  glass.show(shown(90, 1050));
  glass.tie(tie(90));
  glass.show(null);
  glass.show({ expectedDisplayTime: 1050 });
  glass.show(shown(90 + 2 ** 31, 1050));
  assert.equal(glass.at(1100), null);
});

test("boxes are dated when a message is first drawn, their detections at each drawing", () => {
  const latency = new BoxLatency();
  const frame = { seq: 1, captured: 1000, how: "captured", shown: 1040, screen: 1065 };
  latency.draw({ frame, boxes: [{ unseen: 100 }, { unseen: 300 }] });
  assert.deepEqual(latency.at(1100), {
    boxes: { p50: 65, p95: 65, newest: 65, estimated: false },
    detected: { p50: 325, p95: 325, newest: 325, estimated: false },
  });
  latency.draw({ frame: { ...frame, shown: 1073, screen: 1098 }, boxes: [{ unseen: 133 }] });
  const { boxes, detected } = latency.at(1100);
  assert.deepEqual([boxes.p95, detected.newest], [65, 158]);
});
