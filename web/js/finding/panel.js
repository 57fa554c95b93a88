/** What is seen while something is looked for: its name, the way to it, an arrow, a way out. */

import { setText } from "../cards.js";
import { part } from "../explore/parts.js";
import { named, say } from "../strings.js";

const SVG = "http://www.w3.org/2000/svg";

export class FindPanel {
  #label;
  #root = part("section", { id: "seeker" });
  #what = part("p", { class: "what" });
  #way = part("p", { class: "way", role: "status" });
  #stop = part("button", { class: "stop", type: "button" });
  #arrow = shape("path", { class: "arrow", d: "M128 66 104 46v40z" });
  #keys = [];

  constructor(label, stop) {
    this.#label = label;
    this.#stop.addEventListener("click", stop);
    const words = this.#root.appendChild(part("div", { class: "words" }));
    words.append(this.#what, this.#way, this.#stop);
    const svg = shape("svg", { viewBox: "0 0 132 132", "aria-hidden": "true" });
    svg.append(shape("circle", { class: "ring", cx: 66, cy: 66, r: 44 }), this.#arrow);
    this.#root.append(svg);
    this.translate();
    document.getElementById("shelf").after(this.#root);
    this.#stop.focus({ preventScroll: true });
  }

  /** Says the same in the language that is spoken now. */
  translate() {
    this.#root.setAttribute("aria-label", say("find.title"));
    setText(this.#what, say("find.wanting", { what: named(this.#label) }));
    setText(this.#stop, say("find.stop"));
    this.tell(this.#keys);
  }

  /** @param {string[]} keys of words */
  tell(keys) {
    this.#keys = keys;
    setText(this.#way, keys.map((key) => say(key)).join(say("find.and")));
  }

  /** @param {string} tone @param {[number, number]} way across and down, pixels or so */
  point(tone, [across, down]) {
    this.#root.dataset.tone = tone;
    this.#arrow.style.transform = `rotate(${Math.atan2(down, across).toFixed(3)}rad)`;
  }

  /** Hands the focus on, if it has it. */
  remove() {
    const had = this.#root.contains(document.activeElement);
    this.#root.remove();
    if (had) document.getElementById("seek").focus({ preventScroll: true });
  }
}

function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) {
    element.setAttribute(attribute, String(value));
  }
  return element;
}
