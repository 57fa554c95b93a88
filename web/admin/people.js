/** The sessions as cards, with a small picture where its person shares one. */

import { element, write } from "./elements.js";
import { duration, figure, plain, say } from "./words.js";

/** Pictures that are fetched for one look at the server. */
const MOST_PICTURES = 12;

export class People {
  #root;
  #picture;
  /** @type {Map<string, ReturnType<typeof build>>} */
  #cards = new Map();

  /** @param {(session: string) => Promise<Blob>} picture fetches a session's */
  constructor(root, picture) {
    this.#root = root;
    this.#picture = picture;
  }

  /** @param {Record<string, any>[]} sessions as the server tells them */
  async show(sessions) {
    const here = new Set(sessions.map(({ id }) => id));
    for (const [id, card] of this.#cards) if (!here.has(id)) this.#remove(id, card);
    for (const session of sessions) this.#card(session.id).tell(session);
    const shared = sessions.filter((session) => session.shared).slice(0, MOST_PICTURES);
    await Promise.all(shared.map(({ id }) => this.#fetch(id)));
  }

  #card(id) {
    if (!this.#cards.has(id)) {
      const card = build();
      this.#cards.set(id, card);
      this.#root.append(card.root);
    }
    return this.#cards.get(id);
  }

  #remove(id, card) {
    card.hide();
    card.root.remove();
    this.#cards.delete(id);
  }

  async #fetch(id) {
    const card = this.#cards.get(id);
    try {
      const blob = await this.#picture(id);
      // It may have been withdrawn while this came.
      if (card.shared) card.see(blob);
    } catch {
      card.hide();
    }
  }
}

function build() {
  const image = element("img", { alt: say("session.picture"), hidden: true });
  const hidden = element("p", {}, say("session.private"));
  const name = element("h3");
  const state = element("span", { class: "state" });
  const age = element("p", { class: "age" });
  const figures = element("dl");
  const words = element("div", {}, element("header", {}, name, state), age, figures);
  const picture = element("div", { class: "picture" }, image, hidden);
  const root = element("article", { class: "session" }, picture, words);
  const card = {
    root,
    shared: false,
    see(blob) {
      URL.revokeObjectURL(image.src);
      image.src = URL.createObjectURL(blob);
      image.hidden = false;
      hidden.hidden = true;
    },
    hide() {
      URL.revokeObjectURL(image.src);
      image.removeAttribute("src");
      image.hidden = true;
      hidden.hidden = false;
    },
    tell(session) {
      card.shared = session.shared;
      if (!session.shared) card.hide();
      root.dataset.session = session.id;
      write(name, session.client || say("session.client"));
      state.dataset.state = session.state;
      write(state, say(`state.${session.state}`));
      write(age, say("session.age", { time: duration(session.seconds) }));
      showRows(figures, rowsOf(session));
    },
  };
  return card;
}

/** @returns {[string, string][]} names and values */
function rowsOf({ size, rates, stages, drops, overlay, rung }) {
  const [into, out, detect] = ["in", "out", "detect"].map((place) => plain(rates[place] ?? 0));
  const dropped = Object.values(drops).reduce((sum, count) => sum + count, 0);
  const rows = [
    ["session.size", size ? size.join("×") : say("unknown")],
    ["session.rates", say("session.rates.value", { in: into, out, detect })],
    ["session.server", figure(stages.server?.[1], "ms")],
    ["session.detect_age", figure(stages.detect_age?.[1], "ms")],
    ["session.drops", String(dropped)],
    ["session.overlay", say(`overlay.${overlay}`)],
  ];
  return rung ? [...rows, ["session.rung", rung]] : rows;
}

/** Rows stay where they are, and only what changed is written. */
function showRows(list, rows) {
  while (list.children.length > rows.length) list.lastElementChild.remove();
  for (const [index, [name, value]] of rows.entries()) {
    const row =
      list.children[index] ??
      list.appendChild(element("div", {}, element("dt"), element("dd")));
    write(row.firstElementChild, say(name));
    write(row.lastElementChild, value);
  }
}
