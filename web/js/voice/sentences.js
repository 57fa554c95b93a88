/** Cuts text that comes in pieces into what can be spoken: sentences, in either language. Pure. */

/** Longer ones are cut at a comma, else at a space: some voices fall silent in the midst. */
export const LONGEST = 220;

/** After a full stop comes a space, as there is none in 3.5; Chinese signs need none. */
const END = /[.!?…]+["'”’)\]]*(?=\s)|[。！？；]+[”’」』）]*|\n+/;
/** Full stops that end no sentence. */
const SHORT = /(?:^|\s)(?:Mr|Mrs|Ms|Dr|St|No|vs|approx|e\.g|i\.e)\.$/i;

export class Sentences {
  #rest = "";
  #all = "";

  /** @returns {string[]} the sentences that are whole with this piece */
  add(piece) {
    this.#all += piece;
    this.#rest += piece;
    return this.#cut();
  }

  /**
   * The last of it. @param {string} [text] all of it, if that is known: what was not yet given
   * @returns {string[]}
   */
  end(text) {
    if (typeof text === "string") {
      const given = this.#all.slice(0, this.#all.length - this.#rest.length);
      // One that was corrected on the way is not begun again.
      if (text.startsWith(given)) this.#rest = text.slice(given.length);
    }
    const whole = this.#cut();
    const last = this.#rest.trim();
    this.#rest = "";
    return last ? [...whole, ...short(last)] : whole;
  }

  #cut() {
    const found = [];
    let from = 0;
    for (;;) {
      const match = END.exec(this.#rest.slice(from));
      if (!match) break;
      const end = from + match.index + match[0].length;
      if (SHORT.test(this.#rest.slice(0, end))) {
        from = end;
        continue;
      }
      const sentence = this.#rest.slice(0, end).trim();
      this.#rest = this.#rest.slice(end);
      from = 0;
      if (sentence) found.push(...short(sentence));
    }
    return found;
  }
}

function short(sentence) {
  const parts = [];
  let rest = sentence;
  while (rest.length > LONGEST) {
    const room = rest.slice(0, LONGEST);
    const comma = Math.max(...[",", "，", "、", ";", ":"].map((sign) => room.lastIndexOf(sign)));
    const space = room.lastIndexOf(" ");
    const at = comma > LONGEST / 3 ? comma + 1 : space > LONGEST / 3 ? space + 1 : LONGEST;
    parts.push(rest.slice(0, at).trim());
    rest = rest.slice(at).trim();
  }
  return [...parts, rest];
}
