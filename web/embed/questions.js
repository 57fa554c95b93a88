/** Questions that wait for their answer, as promises. Pure. */

import { Problem } from "../js/problems.js";

/** Questions that may wait; the server takes fewer at a time, and says so. */
const MOST_WAITING = 16;

/** After these no answer comes; after others there is one, made without the model. */
const REFUSALS = new Set([
  "empty-question",
  "long-question",
  "question-id",
  "busy",
  "nothing-seen",
  "unknown-object",
  "bad-message",
]);

export class Questions {
  #send;
  #waiting = new Map();

  /** @param {(message: object) => boolean} send says whether it went out */
  constructor(send) {
    this.#send = send;
  }

  /** @param {{id: string}} message of type `ask` @returns {Promise<Record<string, any>>} */
  ask(message) {
    return new Promise((resolve, reject) => {
      if (this.#waiting.has(message.id) || this.#waiting.size >= MOST_WAITING) {
        reject(new Problem("rejected", { detail: "Too many questions wait, or one of that id" }));
      } else if (this.#send(message)) this.#waiting.set(message.id, { resolve, reject });
      else reject(new Problem("lost", { detail: "There is no connection to ask over" }));
    });
  }

  /** @param {Record<string, any>} message of the server */
  heed(message) {
    if (message.type === "answer" && message.done) this.#take(message.id)?.resolve(message);
    if (message.type === "problem" && REFUSALS.has(message.code)) {
      const { detail, code } = message;
      this.#take(message.about)?.reject(new Problem("rejected", { detail: detail ?? code }));
    }
  }

  /** The session is over, and every question with it. */
  lost() {
    for (const { reject } of this.#waiting.values()) {
      reject(new Problem("lost", { detail: "The session ended before the answer came" }));
    }
    this.#waiting.clear();
  }

  #take(id) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
