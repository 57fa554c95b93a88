/** How long it takes from the end of what was asked to the first word of the answer. Pure. */

const MOST_KEPT = 20;

export class TurnLatency {
  #asked = new Map();
  #taken = [];

  /** @type {number | null} the newest, ms */
  last = null;

  /** @param {number} ended local ms at which the person stopped speaking */
  asked(id, ended) {
    if (this.#asked.size >= MOST_KEPT) this.#asked.clear();
    this.#asked.set(id, ended);
  }

  /** The first sound of something that is spoken about a question. */
  spoke(id, now) {
    const ended = this.#asked.get(id);
    if (ended === undefined) return;
    this.#asked.delete(id);
    this.last = now - ended;
    this.#taken = [...this.#taken, this.last].slice(-MOST_KEPT);
  }

  /** @returns {number[]} the newest ones, oldest first */
  get all() {
    return [...this.#taken];
  }
}
