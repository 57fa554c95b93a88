/** The line that says what is to be seen: how long it may stand, and how it looks. */

import { setText } from "./cards.js";
import { sightWords } from "./faces.js";

/** It is stale when its sight is, but first there is time to read it; then it goes, ms. */
const STALE = 8000;
const READ = 3000;
const GONE = 20_000;
/** What it speaks of may be out of view for so long, ms: a hand shakes, somebody walks by. */
const AWAY = 1500;

/** It is read to those who do not see it only so often, ms. */
const TOLD_EVERY = 8000;

/** Pure: what was said last, and whether it still holds. */
export class Caption {
  #said = null;
  #inView = 0;
  #told = { text: "", at: -Infinity };

  /** @param {Saying} saying */
  take(saying, now) {
    this.#said = { ...saying, at: now - saying.age, received: now };
    this.#inView = now;
  }

  /** What was said last, or null. */
  get said() {
    return this.#said;
  }

  /** Whether to read it out, which it is then taken to be: something new, and not too soon. */
  worthTelling(now) {
    const { text } = this.#said;
    if (text === this.#told.text || now - this.#told.at < TOLD_EVERY) return false;
    this.#told = { text, at: now };
    return true;
  }

  /**
   * A line about what has gone from view would be taken for one about what came in its place.
   * @param {number[] | null} ids of the objects in view, null where that is not known
   * @returns {"fresh" | "stale" | "gone"}
   */
  stateAt(now, ids = null) {
    if (!this.#said) return "gone";
    const { at, received, objects } = this.#said;
    if (!ids || !objects.length || objects.some((id) => ids.includes(id))) this.#inView = now;
    const read = now - received > READ;
    if (now - received > GONE || (read && now - this.#inView > AWAY)) return "gone";
    return read && now - at > STALE ? "stale" : "fresh";
  }
}

/** Shows it in its line. */
export function showCaption(line, caption, now, ids) {
  const state = caption.stateAt(now, ids);
  // It fades before it is hidden, and a line that is hidden is not read out.
  line.dataset.tone = state;
  line.ariaHidden = String(state === "gone");
  if (state === "gone") return;
  line.hidden = false;
  setText(line.children[0], caption.said.text);
  setText(line.children[1], sightWords(caption.said, now));
}
