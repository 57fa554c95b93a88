/** The sheet that looks back: a strip of memories, searched by words. */

import { showCards } from "./cards.js";
import { memoryCard } from "./faces.js";
import { readMemories } from "./sayings.js";

const find = (id) => document.getElementById(id);

export class Recall {
  #search;
  #evidence;
  #turn = 0;

  constructor(search, evidence) {
    this.#search = search;
    this.#evidence = evidence;
    find("search").addEventListener("submit", (event) => {
      event.preventDefault();
      this.look();
    });
  }

  /** Searches for the words in the field; without any, for the newest. */
  async look() {
    this.#turn += 1;
    const turn = this.#turn;
    const words = find("recall-words").value.trim();
    const found = readMemories(await this.#search(words).catch(() => null));
    if (turn !== this.#turn) return;
    showCards(find("memories"), found.map(memoryCard), this.#evidence);
    find("no-memories").hidden = found.length > 0;
  }
}
