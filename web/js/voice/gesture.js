/**
 * What presses of the talk button mean: held, it listens as long as that; tapped, it goes on
 * listening until the next tap. Pure: `now` is local ms.
 *
 * @typedef {"off" | "push" | "free"} Mode
 */

/** A press at least this long is a hold, ms. */
export const HOLD_MS = 350;

export class Gesture {
  /** @type {Mode} */
  mode = "off";
  #since = null;
  #was = "off";

  /** @returns {Mode} */
  press(now) {
    this.#since = now;
    this.#was = this.mode;
    if (this.mode === "off") this.mode = "push";
    return this.mode;
  }

  /** @returns {Mode} */
  release(now) {
    if (this.#since === null) return this.mode;
    const held = now - this.#since >= HOLD_MS;
    this.#since = null;
    if (this.#was !== "off") this.mode = "off";
    else this.mode = held ? "off" : "free";
    return this.mode;
  }

  /** By keyboard or screen reader: there is no holding. @returns {Mode} */
  toggle() {
    this.#since = null;
    this.mode = this.mode === "off" ? "free" : "off";
    return this.mode;
  }

  /** It cannot be listened any more. */
  reset() {
    this.#since = null;
    this.mode = "off";
  }
}
