import assert from "node:assert/strict";
import { test } from "node:test";

import { Sending, hurry } from "../../web/js/sending.js";

const LIMITS = { max_width: 1280, max_height: 1280, max_fps: 30 };

/** A sender of a browser that has what `browser` says. */
class ScriptedSender {
  asked = [];

  constructor(browser = {}) {
    Object.assign(this, browser);
    this.track = { contentHint: "", getSettings: () => ({ width: 1280, height: 720 }) };
  }

  getParameters() {
    return { transactionId: "t", encodings: [{ active: true }] };
  }

  async setParameters(parameters) {
    this.asked.push(parameters);
  }
}

/** The server leaves out two frames of three, for long enough to be believed. */
function fallBehind(sending) {
  for (let second = 0; second < 6; second += 1) {
    sending.heed({ rates: { in: 10 }, drops: { in: 20 * second } });
  }
}

test("what is sent is tuned once, and again when there is cause", () => {
  const sending = new Sending(LIMITS);
  const sender = new ScriptedSender();
  sending.limit({ max_bitrate: 2000 });
  sending.use(sender);
  assert.equal(sender.track.contentHint, "motion");
  assert.deepEqual(sender.asked, [
    {
      transactionId: "t",
      encodings: [
        { active: true, scaleResolutionDownBy: 1, maxFramerate: 30, maxBitrate: 2_000_000 },
      ],
      degradationPreference: "maintain-framerate",
    },
  ]);
  sending.limit({ max_bitrate: 2000 });
  sending.heed({});
  assert.equal(sender.asked.length, 1);
  fallBehind(sending);
  assert.equal(sender.asked.at(-1).encodings[0].scaleResolutionDownBy, 2);
  sending.use(sender);
  assert.equal(sender.asked.length, 3, "another track, and the server is still behind");
  assert.equal(sender.asked.at(-1).encodings[0].scaleResolutionDownBy, 2);
});

test("another session has another server, or the same one rested", () => {
  const sending = new Sending(LIMITS);
  sending.use(new ScriptedSender());
  fallBehind(sending);
  const next = new ScriptedSender();
  sending.use(next);
  assert.equal(next.asked[0].encodings[0].scaleResolutionDownBy, 1);
});

test("a low battery is spared", async () => {
  let told = 0;
  const battery = { charging: false, level: 0.1 };
  const sending = new Sending(LIMITS, Promise.resolve(battery), () => (told += 1));
  await new Promise((resolve) => setImmediate(resolve));
  const sender = new ScriptedSender();
  sending.use(sender);
  assert.equal(sender.asked[0].encodings[0].maxFramerate, 15);
  sending.heed({});
  assert.equal(told, 1, "the person is told, once");
  battery.charging = true;
  sending.heed({});
  battery.charging = false;
  sending.heed({});
  assert.equal(told, 2);
});

test("a browser that refuses, or lacks it all, goes on", async () => {
  const refusal = async () => {
    throw new DOMException("no", "InvalidModificationError");
  };
  const browsers = [
    { setParameters: refusal },
    { setParameters: undefined },
    { getParameters: () => ({}) },
    { getParameters: undefined },
  ];
  const sending = new Sending(LIMITS, Promise.reject(new Error("not allowed")));
  sending.heed({});
  for (const browser of browsers) {
    const sender = new ScriptedSender(browser);
    delete sender.track.contentHint;
    sending.use(sender);
    assert.equal("contentHint" in sender.track, false);
  }
  sending.use({ track: null });
  await new Promise((resolve) => setImmediate(resolve));
});

test("the jitter buffer is asked to be short by whichever name it has", () => {
  const receivers = [{ jitterBufferTarget: null }, { playoutDelayHint: null }, {}];
  for (const receiver of receivers) hurry(receiver);
  assert.deepEqual(receivers, [{ jitterBufferTarget: 0 }, { playoutDelayHint: 0 }, {}]);
});
