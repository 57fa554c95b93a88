/**
 * How the picture is encoded for a server that looks at it live. Pure.
 *
 * Rate goes before detail: the detector sees 416 pixels a side at most, so a coarser picture is
 * still all that it can take, while a frame less is a frame's time later, and motion guessed.
 */

const BITS_PER_PIXEL = 0.15;
const LEAST_KBITS = 300;
/** The longer side when the server is behind or a battery is spared, and the rate for the latter. */
const EASED_SIDE = 640;
const SPARING_RATE = 15;
/** `stats` on end, one a second, until a change is believed, since it costs a key frame. */
const BEHIND_AFTER = 5;
const WELL_AFTER = 20;
/** Part of the frames that a server may leave out before it is behind. */
const MOST_DROPPED = 0.25;
const LOW_BATTERY = 0.2;

/**
 * @typedef {{max_width: number, max_height: number, max_fps: number, max_bitrate?: number}} Limits
 *   pixels, frames a second, kbit/s
 */

/**
 * @param {{behind: boolean, sparing: boolean}} ease why to send less than that
 * @returns {RTCRtpEncodingParameters}
 */
export function encodingFor({ width = 640, height = 480 }, limits, { behind, sparing }) {
  const eased = behind || sparing ? Math.max(width, height) / EASED_SIDE : 1;
  const scale = Math.max(1, width / limits.max_width, height / limits.max_height, eased);
  const rate = Math.min(limits.max_fps, sparing ? SPARING_RATE : Infinity);
  const wanted = (BITS_PER_PIXEL * width * height * rate) / scale ** 2 / 1000;
  const kbits = Math.min(Math.max(wanted, LEAST_KBITS), limits.max_bitrate ?? Infinity);
  return { scaleResolutionDownBy: scale, maxFramerate: rate, maxBitrate: Math.round(kbits * 1000) };
}

/**
 * Whether the server keeps up, by the frames that it leaves out, as it says each second. That its
 * detector works at a smaller size is no reason: fewer pixels from here make that no faster.
 */
export class Keeping {
  behind = false;
  #against = 0;
  #dropped = null;

  /** @param {Record<string, any>} stats */
  heed({ rates, drops }) {
    const dropped = drops?.in ?? 0;
    const lost = dropped - (this.#dropped ?? dropped);
    this.#dropped = dropped;
    const behind = lost > MOST_DROPPED * (lost + (rates?.in ?? 0));
    this.#against = behind === this.behind ? 0 : this.#against + 1;
    if (this.#against < (behind ? BEHIND_AFTER : WELL_AFTER)) return;
    this.behind = behind;
    this.#against = 0;
  }
}

/** @param {{level: number, charging: boolean} | undefined} battery */
export function isLow(battery) {
  return battery?.charging === false && battery.level < LOW_BATTERY;
}
