/**
 * Brings two clocks together: the server dates its boxes by a frame's media time, the page shows
 * frames by its own. Pure: times are arguments, local ms as of `performance.now()`.
 */

/** A capture time that the server read from RTCP is believed if the boxes are this old, ms. */
const YOUNGEST_BELIEVED = -50;
const OLDEST_BELIEVED = 5000;

/** How far back the quickest message is looked for, ms: enough to meet one, and to follow drift. */
const WINDOW_MS = 10_000;
const MOST_OBSERVATIONS = 256;

/** A media clock that steps back by more than this has been started anew, ms. */
const STEP_BACK = 1000;

/** What no ping sees: the phone's encoder and the server's jitter buffer, ms. */
const ENCODE_AND_JITTER = 40;

/** From light on the sensor to a frame on the screen where the browser does not tell, ms. */
const PREVIEW_DELAY = 60;

/** A displayed frame older than this, or from the future by this, has a wrong capture time, ms. */
const OLDEST_SHOWN = 2000;
const FUTURE_SHOWN = 50;

const PTS_PER_MS = 90;

/** @typedef {{at: number, how: "captured" | "estimated"}} Capture local ms of it */

/** Finds the local time at which a frame that the server speaks of was captured. */
export class MediaClock {
  #timeOrigin;
  /** @type {{pts: number, offset: number, received: number}[]} */
  #observed = [];

  /** @param {number} timeOrigin `performance.timeOrigin`: local zero, ms since the epoch */
  constructor(timeOrigin) {
    this.#timeOrigin = timeOrigin;
  }

  /**
   * @param {number} received local ms at which the message came
   * @param {number} roundTrip least recent round trip, ms
   * @returns {Capture} of the frame
   */
  captureTime(frame, received, roundTrip) {
    this.#observe(frame, received);
    const told = this.#told(frame, received);
    if (told !== null) return { at: told, how: "captured" };
    return { at: this.#estimate(frame, received, roundTrip), how: "estimated" };
  }

  /** Forget what was learnt: the source has changed. */
  reset() {
    this.#observed = [];
  }

  #told({ captured }, received) {
    if (captured === null) return null;
    const at = captured - this.#timeOrigin;
    const old = received - at;
    return old >= YOUNGEST_BELIEVED && old <= OLDEST_BELIEVED ? at : null;
  }

  #observe({ pts, age }, received) {
    const last = this.#observed.at(-1);
    if (last && pts < last.pts - STEP_BACK * PTS_PER_MS) this.reset();
    this.#observed.push({ pts, offset: received - age - pts / PTS_PER_MS, received });
    while (this.#observed.length > MOST_OBSERVATIONS || this.#isStale(received)) {
      this.#observed.shift();
    }
  }

  #isStale(now) {
    return this.#observed[0].received < now - WINDOW_MS;
  }

  /**
   * `received - age` is the frame's arrival at the server plus the message's way down. The
   * quickest of the recent ones took no detours, so what is left over its capture is the way up
   * and the way down, which is one round trip, and the phone's encoder.
   */
  #estimate({ pts, age }, received, roundTrip) {
    const offset = Math.min(...this.#observed.map((seen) => seen.offset));
    const at = pts / PTS_PER_MS + offset - roundTrip - ENCODE_AND_JITTER;
    return Math.min(at, received - age);
  }
}

/**
 * The capture time of the frame that is being displayed.
 * @param {number} now local ms
 * @param {{captureTime?: number} | null} metadata of requestVideoFrameCallback
 * @param {number} [delay] ms from capture to display where the metadata does not tell
 * @returns {number} local ms
 */
export function shownTime(now, metadata, delay = PREVIEW_DELAY) {
  const told = metadata?.captureTime;
  const believable = told >= now - OLDEST_SHOWN && told <= now + FUTURE_SHOWN;
  return believable ? told : now - delay;
}
