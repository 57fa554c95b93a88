/** The sign of life between page and server, and the round trip it shows. Pure. */

/** Round trips kept; the least of them stands for the bare network. */
const KEPT = 8;
/** A round trip longer than this is no round trip but a page that was asleep, ms. */
const LONGEST_TRIP = 10_000;
/** So many pings with nothing heard in between: the server is gone. */
const MOST_UNANSWERED = 4;

export const BEAT_MS = 2000;

/** Counts beats, not time, so that a page that was asleep does not take itself for cut off. */
export class Heartbeat {
  #trips = [];
  #unanswered = 0;

  /** How many pings were answered. */
  answers = 0;

  /** What to send now, local ms. */
  ping(now) {
    this.#unanswered += 1;
    return { type: "ping", t: now };
  }

  /** `sent` is the `t` that came back. */
  pong(sent, now) {
    this.heard();
    this.answers += 1;
    if (!Number.isFinite(sent) || sent > now || sent < now - LONGEST_TRIP) return;
    this.#trips.push(now - sent);
    if (this.#trips.length > KEPT) this.#trips.shift();
  }

  /** Anything at all came from the server. */
  heard() {
    this.#unanswered = 0;
  }

  /** Whether the server has been silent for too long. */
  get silent() {
    return this.#unanswered > MOST_UNANSWERED;
  }

  /** Newest round trip in ms, null before the first. */
  get latest() {
    return this.#trips.at(-1) ?? null;
  }

  /** Least of the recent round trips in ms, 0 before the first. */
  get least() {
    return this.#trips.length > 0 ? Math.min(...this.#trips) : 0;
  }
}
