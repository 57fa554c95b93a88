/**
 * How late what is on the screen is, in ms of the last seconds. Pure: times are local ms, arguments
 * all. A capture is dated by the sender's clock, in a browser when the camera gave the frame (what
 * the camera takes before is not seen), a showing by the compositor.
 */

const WINDOW_MS = 5000;
const MOST = 1024;
const TICKS_PER_MS = 90;
/** Further off, it is the clocks, ms. */
const LONGEST = 60_000;

/** @typedef {{p50: number, p95: number, newest: number, estimated: boolean}} Figure `estimated`: in part */

/** What was measured lately. */
export class Spread {
  #kept = [];

  add(now, value, how) {
    if (!(Math.abs(value) < LONGEST)) return;
    this.#kept.push({ now, value, how });
    if (this.#kept.length > MOST) this.#kept.shift();
  }

  /** @returns {Figure | null} null where nothing was */
  at(now) {
    const kept = this.#kept.filter((each) => each.now > now - WINDOW_MS);
    if (kept.length === 0) return null;
    const values = kept.map(({ value }) => value).sort((one, two) => one - two);
    const part = (share) => values[Math.round(share * (values.length - 1))];
    const estimated = kept.some(({ how }) => how !== "captured");
    return { p50: part(0.5), p95: part(0.95), newest: kept.at(-1).value, estimated };
  }
}

/** A returned frame's capture is found by its RTP timestamp. */
export class GlassToGlass {
  #tie = null;
  #spread = new Spread();

  /** Of the frame that shows, null while it is not known. */
  captured = null;

  /** @param {Snapshot & {capture: Capture}} snapshot */
  tie({ frame, capture }) {
    if (frame.returned !== null) this.#tie = { rtp: frame.returned, ...capture };
  }

  /** @param {VideoFrameCallbackMetadata | null} metadata of a returned frame that shows */
  show(metadata) {
    if (!this.#tie || !Number.isFinite(metadata?.rtpTimestamp)) return;
    const { rtp, at, how } = this.#tie;
    // RTP timestamps wrap at 32 bits, and so does this difference.
    this.captured = at + ((metadata.rtpTimestamp - rtp) | 0) / TICKS_PER_MS;
    const shown = metadata.expectedDisplayTime;
    this.#spread.add(shown, shown - this.captured, how);
  }

  at(now) {
    return this.#spread.at(now);
  }
}

/**
 * `boxes`: from a frame's capture to the first showing of its own boxes, which are drawn here;
 * `detected`: from the capture of what a box was last detected on to each showing of the box.
 */
export class BoxLatency {
  #seq = null;
  #boxes = new Spread();
  #detected = new Spread();

  draw({ frame: { seq, captured, how, shown, screen }, boxes }) {
    if (seq !== this.#seq) this.#boxes.add(screen, screen - captured, how);
    this.#seq = seq;
    for (const { unseen } of boxes) this.#detected.add(screen, screen - shown + unseen, how);
  }

  at(now) {
    return { boxes: this.#boxes.at(now), detected: this.#detected.at(now) };
  }
}
