/** What the server sees in the picture, as of any displayed frame: objects, and lines of text. */

import { MediaClock } from "./clock.js";
import { Glide } from "./glide.js";
import { readTracks } from "./messages.js";
import { boxesAt } from "./motion.js";
import { TracksInbox } from "./tracks.js";

/** Text that has not been read again is outlined no longer than this, ms. */
const TEXT_SHOWN = 10_000;
/** Snapshots further apart than this say nothing of the motion between them, ms. */
const LONGEST_STEP = 1000;

export class Sight {
  #clock;
  #inbox = new TracksInbox();
  #snapshot = null;
  #before = null;
  /** The two as of the last drawing. */
  #drawn = [null, null];
  #glide = new Glide();
  #text = { lines: [], since: 0, drift: [0, 0] };

  /** @param {number} timeOrigin `performance.timeOrigin` */
  constructor(timeOrigin) {
    this.#clock = new MediaClock(timeOrigin);
  }

  /** The newest whole `tracks` message with its local time of capture, or null. */
  get snapshot() {
    return this.#snapshot;
  }

  /** Takes a message of type `tracks`; `roundTrip` is the least recent one, ms. */
  take(message, now, roundTrip) {
    const part = readTracks(message);
    const snapshot = part && this.#inbox.push(part, now);
    if (!snapshot) return;
    const capture = this.#clock.captureTime(snapshot.frame, snapshot.received, roundTrip);
    const step = this.#snapshot ? capture.at - this.#snapshot.capture.at : 0;
    this.#carryText(snapshot.camera, step);
    this.#before = step < LONGEST_STEP ? this.#snapshot : null;
    this.#snapshot = { ...snapshot, capture, at: capture.at };
  }

  /** @param {{text: string, quad: number[][]}[]} lines with four corners, fractions of the picture */
  takeText(lines, now) {
    this.#text = { lines, since: now, drift: [0, 0] };
  }

  /** All that is known of one displayed frame; `pts` is null while nothing is followed. */
  asOf(shown, now) {
    const pts = this.#snapshot && this.#snapshot.frame.pts + 90 * (shown - this.#snapshot.at);
    const lines = this.linesAt(now);
    return { boxes: this.boxesAt(shown, now), lines, pts: pts && Math.round(pts) };
  }

  /**
   * @param {number} shown local ms of the capture of the displayed frame
   * @param {number} now local ms
   */
  boxesAt(shown, now) {
    if (!this.#snapshot) return [];
    const fresh = boxesAt(this.#snapshot, this.#before, shown);
    const [drawn, before] = this.#drawn;
    if (drawn !== this.#snapshot) {
      this.#glide.turn(drawn ? boxesAt(drawn, before, shown) : [], fresh);
      this.#drawn = [this.#snapshot, this.#before];
    }
    return this.#glide.draw(fresh, now);
  }

  /** The same for those who do not draw: nothing glides, and drawing is not disturbed. */
  plainAt(shown) {
    return this.#snapshot ? boxesAt(this.#snapshot, this.#before, shown) : [];
  }

  /** The outlines of text, as near as is known. */
  quadsAt(now) {
    return this.linesAt(now).map(({ quad }) => quad);
  }

  /** The same with what is written there. */
  linesAt(now) {
    const { lines, since, drift } = this.#text;
    if (now - since > TEXT_SHOWN) return [];
    const moved = (quad) => quad.map(([x, y]) => [x + drift[0], y + drift[1]]);
    return lines.map(({ text, quad }) => ({ text, quad: moved(quad) }));
  }

  /** Another session or another source: nothing that was known still holds. */
  forget() {
    this.#inbox = new TracksInbox();
    this.#clock.reset();
    this.#snapshot = null;
    this.#drawn = [null, null];
    this.#text.lines = [];
  }

  /** Text is not followed between readings: it goes where the picture goes. */
  #carryText([vx, vy], step) {
    if (!(step > 0 && step < LONGEST_STEP)) return;
    const [x, y] = this.#text.drift;
    this.#text.drift = [x + (vx * step) / 1000, y + (vy * step) / 1000];
  }
}
