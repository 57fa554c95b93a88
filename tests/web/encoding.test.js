import assert from "node:assert/strict";
import { test } from "node:test";

import { Keeping, encodingFor, isLow } from "../../web/js/encoding.js";

const LIMITS = { max_width: 1920, max_height: 1920, max_fps: 30 };
const WELL = { behind: false, sparing: false };
const HD = { width: 1280, height: 720 };

test("within the limits a picture goes as it is, with bits for its size", () => {
  const hd = encodingFor(HD, LIMITS, WELL);
  assert.deepEqual(hd, { scaleResolutionDownBy: 1, maxFramerate: 30, maxBitrate: 4_147_200 });
  const { maxBitrate } = encodingFor({ width: 640, height: 480 }, LIMITS, WELL);
  assert.equal(maxBitrate, 1_382_400);
  assert.equal(encodingFor({ width: 160, height: 120 }, LIMITS, WELL).maxBitrate, 300_000);
});

test("limits hold in either orientation, and the server's bitrate above all", () => {
  const limits = { ...LIMITS, max_width: 640, max_height: 640, max_fps: 15, max_bitrate: 250 };
  for (const size of [HD, { width: 720, height: 1280 }]) {
    assert.deepEqual(encodingFor(size, limits, WELL), {
      scaleResolutionDownBy: 2,
      maxFramerate: 15,
      maxBitrate: 250_000,
    });
  }
});

test("a server that is behind gets fewer pixels, a low battery sends fewer frames too", () => {
  const behind = encodingFor(HD, LIMITS, { behind: true, sparing: false });
  assert.deepEqual([behind.scaleResolutionDownBy, behind.maxFramerate], [2, 30]);
  const sparing = encodingFor(HD, LIMITS, { behind: false, sparing: true });
  assert.deepEqual([sparing.scaleResolutionDownBy, sparing.maxFramerate], [2, 15]);
  assert.ok(sparing.maxBitrate < behind.maxBitrate && behind.maxBitrate < 1.1e6);
  const small = encodingFor({ width: 320, height: 240 }, LIMITS, { behind: true, sparing: true });
  assert.equal(small.scaleResolutionDownBy, 1, "never enlarged");
});

test("whatever the size and the limits, the wish is one that a browser takes", () => {
  for (const width of [undefined, 2, 641, 4096]) {
    for (const height of [undefined, 2, 479, 2160]) {
      for (const ease of [WELL, { behind: true, sparing: true }]) {
        const wish = encodingFor({ width, height }, LIMITS, ease);
        assert.ok(wish.scaleResolutionDownBy >= 1 && wish.maxFramerate > 0);
        assert.ok(Number.isInteger(wish.maxBitrate) && wish.maxBitrate >= 300_000);
      }
    }
  }
});

/** What a server says each second that leaves out `part` of twenty frames more. */
function leavingOut() {
  let dropped = 900;
  return (part) => {
    dropped += 20 * part;
    return { rates: { in: 20 * (1 - part) }, drops: { in: dropped } };
  };
}

test("a server is behind that leaves out many frames for a while, and well when none for long", () => {
  const keeping = new Keeping();
  const says = leavingOut();
  const seconds = (count, part) => {
    for (let index = 0; index < count; index += 1) keeping.heed(says(part));
    return keeping.behind;
  };
  assert.equal(seconds(9, 0.2), false, "what was left out before, or now and then, does not count");
  assert.equal(seconds(4, 0.5), false);
  assert.equal(seconds(1, 0), false);
  assert.equal(seconds(4, 0.5), false, "counted anew");
  assert.equal(seconds(1, 0.5), true);
  assert.equal(seconds(19, 0), true);
  assert.equal(seconds(1, 0), false);
});

test("a detector at a smaller size does not want a smaller picture", () => {
  const keeping = new Keeping();
  for (let index = 0; index < 30; index += 1) {
    keeping.heed({ degradation: 2, rates: { in: 20 }, drops: { in: 3 } });
  }
  assert.equal(keeping.behind, false);
});

test("a battery is low when it is, and is not being charged", () => {
  assert.equal(isLow(undefined), false);
  assert.equal(isLow({ level: 0.1, charging: true }), false);
  assert.equal(isLow({ level: 0.5, charging: false }), false);
  assert.equal(isLow({ level: 0.1, charging: false }), true);
});
