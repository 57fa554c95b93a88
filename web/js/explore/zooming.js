/** Fingers, wheel and keys that enlarge a picture and move it about. */

import { STEP, panned, wheelFactor, zoomed } from "./zoom.js";

/** A finger that went so far has moved the picture: its click means nothing, CSS pixels. */
const MOVED = 8;
/** Pixels by which an arrow key moves the picture. */
const ARROW = 60;
const LINE_HEIGHT = 16;

const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class Zooming {
  #element;
  #moved;
  #base;
  #rect;
  #stage;
  #fingers = new Map();
  #way = 0;
  #ending = new AbortController();

  /**
   * @param {HTMLElement} element that is touched
   * @param {(rect: Rect) => void} moved
   */
  constructor(element, moved) {
    this.#element = element;
    this.#moved = moved;
    const on = (name, act, options = {}) =>
      (name === "keydown" ? window : element).addEventListener(name, act, {
        signal: this.#ending.signal,
        ...options,
      });
    on("wheel", (event) => this.#wheel(event), { passive: false });
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    for (const over of ["pointerup", "pointercancel"]) on(over, (event) => this.#up(event));
    on("click", (event) => this.#way > MOVED && event.stopPropagation(), { capture: true });
    on("keydown", (event) => this.#key(event));
  }

  /** Where the picture lies at rest, and now, on a stage of a size. */
  rest(base, stage) {
    this.#base = base;
    this.#stage = stage;
    this.#go(base);
  }

  end() {
    this.#ending.abort();
  }

  #go(rect) {
    this.#rect = rect;
    this.#moved(rect);
  }

  #zoom(factor, spot) {
    this.#go(zoomed(this.#rect, this.#base, this.#stage, factor, spot));
  }

  #pan(across, down) {
    this.#go(panned(this.#rect, this.#base, this.#stage, across, down));
  }

  #wheel(event) {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === 1 ? LINE_HEIGHT : 1);
    this.#zoom(wheelFactor(pixels), { x: event.clientX, y: event.clientY });
  }

  #down(event) {
    const selecting = event.pointerType === "mouse" && event.target.closest("[data-words]");
    if (selecting || event.button !== 0) return;
    if (this.#fingers.size === 0) this.#way = 0;
    this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  #move(event) {
    if (!this.#fingers.has(event.pointerId)) return;
    const before = spread(this.#fingers);
    this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const after = spread(this.#fingers);
    const [across, down] = [after.x - before.x, after.y - before.y];
    this.#way += Math.hypot(across, down) + Math.abs(after.wide - before.wide);
    if (this.#way <= MOVED) return;
    // From here on it is a gesture, also where the finger leaves the picture.
    this.#element.setPointerCapture?.(event.pointerId);
    this.#pan(across, down);
    if (before.wide > 0) this.#zoom(after.wide / before.wide, after);
  }

  #up(event) {
    this.#fingers.delete(event.pointerId);
  }

  #key(event) {
    const typing = event.target.closest?.("input, textarea, [role=menu], dialog, [role=tablist]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { width, height } = this.#stage;
    const centre = { x: width / 2, y: height / 2 };
    if (event.key === "+" || event.key === "=") this.#zoom(STEP, centre);
    else if (event.key === "-") this.#zoom(1 / STEP, centre);
    else if (event.key === "0") this.#go(this.#base);
    else if (ARROWS[event.key]) this.#pan(...ARROWS[event.key].map((way) => way * ARROW));
    else return;
    event.preventDefault();
  }
}

/** The middle of the fingers, and how far the first two are apart. */
function spread(fingers) {
  const [one, two] = fingers.values();
  if (!two) return { ...one, wide: 0 };
  const wide = Math.hypot(two.x - one.x, two.y - one.y);
  return { x: (one.x + two.x) / 2, y: (one.y + two.y) / 2, wide };
}
