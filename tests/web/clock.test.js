import assert from "node:assert/strict";
import { test } from "node:test";

import { MediaClock, shownTime } from "../../web/js/clock.js";

const ORIGIN = 1_700_000_000_000;
const PTS_AT_ZERO = 450_000;
const ALLOWANCE = 40;

/** A message as a scripted network delivers it: captured at `at`, `up` ms on the way and so on. */
function delivery(at, { up = 10, age = 40, down = 10, encode = ALLOWANCE, captured = null } = {}) {
  const frame = { pts: PTS_AT_ZERO + at * 90, age, captured };
  return { frame, received: at + encode + up + age + down };
}

test("the sender's own clock is believed when it is plausible", () => {
  const { frame, received } = delivery(1000, { captured: ORIGIN + 1003 });
  assert.deepEqual(new MediaClock(ORIGIN).captureTime(frame, received, 20), {
    at: 1003,
    how: "captured",
  });
});

test("it is not believed from the future or from long ago", () => {
  for (const captured of [ORIGIN + 1000 + 200, ORIGIN - 5000]) {
    const { frame, received } = delivery(1000, { captured });
    const { at, how } = new MediaClock(ORIGIN).captureTime(frame, received, 20);
    assert.equal(how, "estimated");
    assert.equal(at, 1000);
  }
});

test("the estimate takes off the whole round trip: frames go up, messages come down", () => {
  const { frame, received } = delivery(2000, { up: 35, down: 15 });
  assert.equal(new MediaClock(ORIGIN).captureTime(frame, received, 50).at, 2000);
});

test("late messages do not shift the estimate: the quickest of the window counts", () => {
  const clock = new MediaClock(ORIGIN);
  const delays = [0, 300, 20, 1200, 0, 90, 700];
  const estimates = delays.map((extra, index) => {
    const { frame, received } = delivery(index * 100, { down: 10 + extra });
    return clock.captureTime(frame, received, 20).at;
  });
  assert.deepEqual(estimates, [0, 100, 200, 300, 400, 500, 600]);
});

test("an old quick message is forgotten after the window, so that drift is followed", () => {
  const clock = new MediaClock(ORIGIN);
  let last;
  for (let at = 0; at <= 30_000; at += 100) {
    const { frame, received } = delivery(at, { down: 10 + at / 1000 });
    last = clock.captureTime(frame, received, 20).at - at;
  }
  assert.ok(last >= 19 && last <= 30, `${last} ms off at the end, all within the last 10 s`);
});

test("a media clock that starts anew is learnt anew", () => {
  const clock = new MediaClock(ORIGIN);
  const before = delivery(60_000);
  clock.captureTime(before.frame, before.received, 20);
  const { frame, received } = delivery(61_000);
  assert.equal(clock.captureTime({ ...frame, pts: 0 }, received, 20).at, 61_000);
});

test("reset forgets", () => {
  const clock = new MediaClock(ORIGIN);
  const quick = delivery(0, { down: 0, up: 0 });
  clock.captureTime(quick.frame, quick.received, 0);
  clock.reset();
  const slow = delivery(100, { down: 200, up: 0 });
  assert.equal(clock.captureTime(slow.frame, slow.received, 200).at, 100);
});

test("a frame is never dated after its arrival", () => {
  const { frame, received } = delivery(500);
  const { at } = new MediaClock(ORIGIN).captureTime(frame, received, -1000);
  assert.equal(at, received - frame.age);
});

test("a displayed frame is dated by its metadata", () => {
  assert.equal(shownTime(5000, { captureTime: 4970.5 }), 4970.5);
});

test("without believable metadata, by the usual delay", () => {
  for (const metadata of [
    null,
    {},
    { captureTime: 5100 },
    { captureTime: 100 },
    { captureTime: Number.NaN },
  ]) {
    assert.equal(shownTime(5000, metadata), 4940);
    assert.equal(shownTime(5000, metadata, 0), 5000);
  }
});
