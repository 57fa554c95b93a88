/**
 * Guides a person to a thing: which way it lies, how near to the middle of their view it is, what
 * is said of that and when. Pure: time is an argument, local ms; places are fractions of what they
 * see, x to the right, y down.
 *
 * @typedef {object} Guidance
 * @property {"none" | "seen" | "found" | "over"} state
 * @property {number | null} object its id
 * @property {[number, number]} way from the middle to it, half the view being 1
 * @property {number} nearness to the middle, 0 at the edge, 1 there
 * @property {string[]} words keys of what is to be said now; empty for nothing
 */

/** What was detected no longer ago is in sight, ms. */
const IN_SIGHT = 700;
/** Unseen for so long, a thing is lost; and looked for elsewhere under the same name, ms. */
const LOST_AFTER = 1200;
/** The search ends so long after the thing was last in sight, or the search began, ms. */
export const GIVE_UP_AFTER = 180_000;

/** So near to the middle it is found, and so far it is no longer: half the view is 1. */
const FOUND = 0.18;
const NO_LONGER = 0.3;
/** It has to stay there so long, ms: a hand that sweeps over it has not found it. */
const FOUND_FOR = 500;
/** Off the middle by more is left or right, higher or lower; by less it is that no longer. */
const ASIDE = 0.25;
const STRAIGHT = 0.15;
/** A thing that fills so much of the view is close, and by less it is not any more. */
const CLOSE = 0.16;
const AWAY = 0.1;

/** Between two sayings; between two that say the same; and between two that nothing is there, ms. */
const SAY_EVERY = 1800;
const AGAIN_EVERY = 8000;
const TURN_EVERY = 15_000;

export class Guide {
  #label;
  #began;
  #object = null;
  #seen = null;
  #last = { way: [0, 0], nearness: 0 };
  #middle = null;
  #found = false;
  #sides = [0, 0];
  #close = false;
  #said = { words: "", at: -Infinity };
  #over = false;

  /** @param {string} label of what is looked for */
  constructor(label, now) {
    this.#label = label;
    this.#began = now;
  }

  /**
   * @param {{id: number, label: string, score: number, unseen: number, box: number[]}[]} boxes in
   *   view, as fractions of what the person sees
   * @returns {Guidance}
   */
  step(boxes, now) {
    if (this.#over) return this.#as("over", []);
    const target = this.#target(boxes, now);
    if (target) return this.#toward(target, now);
    if (now - (this.#seen ?? this.#began) > GIVE_UP_AFTER) {
      this.#over = true;
      return this.#as("over", ["find.gave"]);
    }
    if (this.#seen !== null && now - this.#seen < LOST_AFTER) return this.#as(this.#state(), []);
    this.#found = false;
    this.#middle = null;
    this.#object = null;
    const lost = this.#seen !== null && now - this.#seen < TURN_EVERY;
    const key = lost ? "find.lost" : "find.turn";
    return this.#as("none", this.#words([key], now, lost ? Infinity : TURN_EVERY));
  }

  /** What was said last is said again when it is still so: something else was said since. */
  sayAgain() {
    this.#said = { words: "", at: -Infinity };
  }

  /** The one that was followed as long as it is there, else the surest and largest. */
  #target(boxes, now) {
    const fit = boxes.filter(({ label, unseen }) => label === this.#label && unseen < IN_SIGHT);
    const same = fit.find(({ id }) => id === this.#object);
    if (same) return same;
    // One that is hidden for a moment is not given up for another at once.
    if (this.#object !== null && now - this.#seen < LOST_AFTER) return null;
    const worth = ({ score, box }) => score * Math.sqrt(box[2] * box[3]);
    return fit.sort((one, other) => worth(other) - worth(one))[0] ?? null;
  }

  #toward({ id, box: [left, top, width, height] }, now) {
    this.#object = id;
    this.#seen = now;
    const way = [left + width / 2 - 0.5, top + height / 2 - 0.5].map((off) => clamp(2 * off));
    const off = Math.hypot(...way);
    this.#last = { way, nearness: Math.max(0, 1 - off) };
    this.#sides = way.map((by, axis) => side(by, this.#sides[axis]));
    this.#close = width * height > (this.#close ? AWAY : CLOSE);
    this.#find(off, now);
    return this.#as(this.#state(), this.#words(this.#telling(), now, AGAIN_EVERY));
  }

  #find(off, now) {
    if (off > (this.#found ? NO_LONGER : FOUND)) {
      this.#middle = null;
      this.#found = false;
    } else {
      this.#middle ??= now;
      this.#found ||= now - this.#middle >= FOUND_FOR;
    }
  }

  #telling() {
    const [across, down] = this.#sides;
    if (this.#found) return this.#close ? ["find.found", "find.close"] : ["find.found"];
    const words = [];
    if (across) words.push(across < 0 ? "find.left" : "find.right");
    if (down) words.push(down < 0 ? "find.up" : "find.down");
    if (words.length === 0) words.push("find.ahead");
    if (this.#close) words.push("find.close");
    return words;
  }

  /** The words, if it is time for them: sooner if they are new. */
  #words(keys, now, again) {
    const words = keys.join();
    const waited = now - this.#said.at;
    if (waited < (words === this.#said.words ? again : SAY_EVERY)) return [];
    this.#said = { words, at: now };
    return keys;
  }

  #state() {
    return this.#found ? "found" : "seen";
  }

  #as(state, words) {
    return { state, object: this.#object, ...this.#last, words };
  }
}

function side(by, before) {
  const limit = before === Math.sign(by) ? STRAIGHT : ASIDE;
  return Math.abs(by) > limit ? Math.sign(by) : 0;
}

function clamp(value) {
  return Math.max(-1, Math.min(value, 1));
}
