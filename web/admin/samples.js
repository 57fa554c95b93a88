/** The server's samples as the page keeps them: a bounded ring, and lines taken from it. Pure. */

export class Samples {
  #kept = [];
  #span = 0;

  /** Seconds between two samples. */
  interval = 1;
  /** The server's own time as of the last answer, seconds. */
  now = 0;

  /** Time of the newest, 0 before the first: what to ask the server for what comes after. */
  get newest() {
    return this.#kept.at(-1)?.at ?? 0;
  }

  /** Seconds from the oldest to the server's now, 0 without any. */
  get sampled() {
    return this.#kept.length > 0 ? this.now - this.#kept[0].at : 0;
  }

  get length() {
    return this.#kept.length;
  }

  /** Takes in an answer of the server. @returns {boolean} false if its clock began anew */
  take({ history, now, span, interval }) {
    const anew = now < this.newest;
    if (anew) this.#kept = [];
    this.now = now;
    this.interval = interval;
    this.#span = span;
    const { newest } = this;
    this.#kept.push(...history.filter(({ at }) => at > newest));
    const oldest = now - this.#span;
    while (this.#kept.length > 0 && this.#kept[0].at < oldest) this.#kept.shift();
    return !anew;
  }

  /**
   * @param {(sample: Record<string, any>) => number | undefined} of
   * @returns {Point[]} null where a sample does not tell it
   */
  line(of) {
    return this.#kept.map((sample) => ({ at: sample.at, value: of(sample) ?? null }));
  }

  /** @returns {boolean} whether any sample tells of that stage */
  knows(stage) {
    return this.#kept.some(({ stages }) => stages[stage]);
  }
}
