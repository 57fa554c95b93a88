/** Says how things stand: a short state always, a card when something is wrong, a passing note. */

import { announce } from "./announce.js";
import { inWords } from "./problems.js";
import { say } from "./strings.js";

/** A note of the server stays so long, ms. */
const NOTE_MS = 7000;
/** A wait shorter than this is not worth a card, ms. */
const WORTH_TELLING = 1500;

/** A break that is mended at once needs no card; one that a person may have to mend does. */
function isWorthTelling(problem, retryIn) {
  return retryIn === undefined || retryIn > WORTH_TELLING || problem.code === "ice";
}

/** @typedef {"pill" | "words" | "count" | "card" | "title" | "help" | "note" | "said"} Part */

export class Status {
  #parts;
  #counting;
  #noteTimer;

  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {string} state one of the `state.*` family, before the first dot the kind of it */
  show(state, { problem, retryIn } = {}) {
    const { pill, words } = this.#parts;
    pill.dataset.state = state.split(".")[0];
    const text = say(`state.${state}`);
    // Setting the same words again would make a screen reader say them again.
    if (words.textContent !== text) words.textContent = text;
    this.#count(retryIn);
    if (problem && isWorthTelling(problem, retryIn)) this.explain(problem);
    else if (!problem && state !== "reconnecting") this.dismiss();
  }

  explain(problem) {
    const { card, title, help } = this.#parts;
    const words = inWords(problem);
    title.textContent = words.title;
    help.textContent = words.help;
    card.dataset.code = problem.code;
    card.dataset.passing = String(problem.passing);
    card.hidden = false;
  }

  dismiss() {
    this.#parts.card.hidden = true;
  }

  /** @param {string} text said once, and gone after a while */
  note(text) {
    const { note } = this.#parts;
    clearTimeout(this.#noteTimer);
    note.textContent = text;
    note.hidden = false;
    announce(this.#parts.said, text);
    this.#noteTimer = setTimeout(() => {
      note.hidden = true;
    }, NOTE_MS);
  }

  #count(ms) {
    clearInterval(this.#counting);
    const { count } = this.#parts;
    count.textContent = "";
    if (!(ms > WORTH_TELLING)) return;
    const end = performance.now() + ms;
    const tell = () => {
      const left = Math.ceil((end - performance.now()) / 1000);
      count.textContent = left > 0 ? say("state.retry", { seconds: left }) : "";
    };
    tell();
    this.#counting = setInterval(tell, 1000);
  }
}
