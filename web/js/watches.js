/**
 * Standing instructions, and the alerts that they gave. Pure.
 *
 * @typedef {object} Watch
 * @property {string} id
 * @property {string} text in the person's words
 * @property {string} rule as the server understood it, or why it did not
 * @property {"sent" | "watching" | "ended" | "failed"} state
 */

export const MOST_WATCHES = 16;
export const MOST_ALERTS = 5;
/** What a server repeats after a break is among the last so many. */
const MOST_TOLD = 64;

export class Watches {
  #given = 0;

  /** @type {Watch[]} oldest first */
  list = [];

  /** @returns {Watch | null} null if there is no place; what is over gives up its own */
  add(text) {
    if (this.list.length >= MOST_WATCHES) {
      const over = this.list.find((watch) => !isOpen(watch));
      if (!over) return null;
      this.remove(over.id);
    }
    this.#given += 1;
    this.list.push({ id: `watch-${this.#given}`, text, rule: "", state: "sent" });
    return this.list.at(-1);
  }

  /** @returns {Watch | null} null if it was removed here */
  heed({ id, rule, ended }) {
    return this.#change(id, { rule, state: ended ? "ended" : "watching" });
  }

  /** @returns {Watch | null} null if it is about no watch */
  refuse(id, detail) {
    return this.#change(id, { rule: detail, state: "failed" });
  }

  /** @returns {boolean} whether the server still knows of it */
  remove(id) {
    const watch = this.list.find((each) => each.id === id);
    this.list = this.list.filter((each) => each !== watch);
    return watch !== undefined && isOpen(watch);
  }

  /** Those that another session has to be told of. */
  get open() {
    return this.list.filter(isOpen);
  }

  #change(id, changes) {
    const watch = this.list.find((each) => each.id === id);
    return watch ? Object.assign(watch, changes) : null;
  }
}

export class Alerts {
  #heard = 0;
  #told = [];

  /** Newest first. Ids are this page's own: the server counts anew in every session. */
  list = [];

  /** @returns {boolean} false if it was told before: after a break the server repeats itself */
  add({ told, text, age, objects, evidence }, now) {
    if (told && this.#told.includes(told)) return false;
    if (told) this.#told = [told, ...this.#told].slice(0, MOST_TOLD);
    this.#heard += 1;
    const id = `alert-${this.#heard}`;
    this.list.unshift({ id, text, at: now - age, objects, evidence });
    this.list.splice(MOST_ALERTS);
    return true;
  }

  /** Another session, whose ids mean other alerts. */
  begin() {
    this.#told = [];
  }

  dismiss(id) {
    this.list = this.list.filter((alert) => alert.id !== id);
  }
}

function isOpen({ state }) {
  return state === "sent" || state === "watching";
}
