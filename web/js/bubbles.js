/** Answers beside what they speak of: cards that follow their objects over the picture. */

import { anchorOf, bubbleSpot } from "./anchoring.js";
import { showCards } from "./cards.js";
import { coloursOf } from "./colour.js";
import { onStage, shared } from "./geometry.js";

/** More than this hides the picture; older answers are found in the history. */
const MOST_BUBBLES = 3;
/** Share of the way to its place that a bubble goes in a frame, so that it can be read. */
const EASE = 0.35;

export class Bubbles {
  #layer;
  #calm;
  #changed;
  /** @type {{id: string, wanted: number[], anchor: number | null, side?: string, at?: object}[]} */
  #followed = [];
  #sizes = new Map();
  #observer = new ResizeObserver((entries) => this.#measured(entries));

  /**
   * @param {HTMLElement} layer over the picture
   * @param {() => void} changed another answer has, or has no longer, its object in view
   */
  constructor(layer, changed) {
    this.#layer = layer;
    this.#changed = changed;
    this.#calm = matchMedia("(prefers-reduced-motion: reduce)");
  }

  /** The object that an entry is shown by, null if by none. */
  anchor(id) {
    return this.#followed.find((each) => each.id === id)?.anchor ?? null;
  }

  /** Takes entries, newest last, and what makes a card of one. */
  show(entries, card, evidence) {
    const bound = entries.filter((entry) => wantedOf(entry).length > 0).slice(-MOST_BUBBLES);
    this.#followed = bound.map((entry) => ({
      ...(this.#followed.find(({ id }) => id === entry.id) ?? { id: entry.id, anchor: null }),
      wanted: wantedOf(entry),
    }));
    const cards = bound.map((entry) => ({ ...card(entry), head: "", picture: null }));
    showCards(this.#layer, cards, evidence);
    for (const element of this.#layer.children) this.#observer.observe(element);
  }

  /** @param {Scene} scene as of the frame that is shown */
  follow({ boxes, picture, room, mirrored, labels }) {
    if (this.#followed.length === 0) return;
    const rects = new Map(
      boxes.map(({ id, box }) => [id, onStage(box, picture, mirrored)]),
    );
    const inView = (id) => rects.has(id) && shared(rects.get(id), room) !== null;
    const taken = [...labels];
    let moved = false;
    this.#followed.forEach((each, index) => {
      const anchor = anchorOf(each.wanted, each.anchor, inView);
      moved ||= anchor !== each.anchor;
      if (anchor !== each.anchor) each.at = undefined;
      each.anchor = anchor;
      this.#place(this.#layer.children[index], each, rects.get(anchor), room, taken);
    });
    if (moved) this.#changed();
  }

  /** Touches nothing but the transform: no layout. */
  #place(element, each, rect, room, taken) {
    const size = this.#sizes.get(element);
    element.classList.toggle("anchored", Boolean(rect && size));
    if (!rect || !size) return;
    const { side, spot } = bubbleSpot(rect, size, room, taken, each.side);
    each.side = side;
    taken.push(spot);
    each.at = this.#calm.matches ? spot : eased(each.at ?? spot, spot);
    const { left, top } = each.at;
    element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    element.style.setProperty("--object", coloursOf(each.anchor).fill);
  }

  #measured(entries) {
    for (const { target, borderBoxSize } of entries) {
      const [{ inlineSize: width, blockSize: height }] = borderBoxSize;
      if (target.isConnected) this.#sizes.set(target, { width, height });
      else {
        this.#sizes.delete(target);
        this.#observer.unobserve(target);
      }
    }
  }
}

/** Objects that an entry may be shown by: what it names; until then what was pointed at. */
function wantedOf({ state, objects, target }) {
  if (state === "failed") return [];
  return objects.length > 0 ? objects : [target.object].filter(Number.isSafeInteger);
}

function eased(from, to) {
  return {
    left: from.left + (to.left - from.left) * EASE,
    top: from.top + (to.top - from.top) * EASE,
  };
}
