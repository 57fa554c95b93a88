/** A menu at the finger: opened by a long press, a right click or a key, worked by any of them. */

import { say } from "../strings.js";
import { part } from "./parts.js";
import { menuSpot } from "./spot.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/**
 * @typedef {object} Item
 * @property {string} name
 * @property {string} [note] under it
 * @property {boolean} [off] shown, but not to be chosen
 * @property {() => void} run
 */

export class Menu {
  #element = null;
  #back = null;
  #at;

  constructor() {
    addEventListener("pointerdown", (event) => this.#outside(event), { capture: true });
    addEventListener("resize", () => this.#place());
  }

  /** Where it was opened last. */
  get at() {
    return this.#at;
  }

  /** @param {{x: number, y: number}} at @param {Item[]} items */
  open(title, at, items) {
    this.close();
    this.#back = document.activeElement;
    this.#at = at;
    this.#element = part("div", { id: "menu", role: "menu", "aria-label": title });
    this.#element.append(part("h2", { role: "none" }, title), ...items.map((item) => this.#item(item)));
    this.#element.addEventListener("keydown", (event) => this.#key(event));
    this.#show();
  }

  /**
   * Asks for some words in the same place.
   * @param {(text: string) => string} run gives what is wrong with them, else the menu closes
   */
  ask({ title, label, hint = "", value = "", action, run }) {
    const at = this.#at;
    this.close();
    this.#at = at;
    this.#element = part("div", { id: "menu", role: "dialog", "aria-modal": "true", "aria-label": title });
    const form = part("form");
    const field = part("label", {}, label);
    const input = field.appendChild(part("input", { maxlength: 200, autocomplete: "off" }));
    const wrong = part("p", { class: "wrong", role: "alert" });
    Object.assign(input, { value, placeholder: hint });
    const cancel = part("button", { class: "cancel", type: "button" }, say("menu.cancel"));
    cancel.addEventListener("click", () => this.close());
    form.append(field, wrong, part("button", {}, action), cancel);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const why = run(input.value.trim());
      wrong.textContent = why;
      if (why) input.focus();
      else this.close();
    });
    this.#element.addEventListener("keydown", (event) => this.#leave(event) || this.#stay(event));
    this.#element.append(part("h2", {}, title), form);
    this.#show();
    input.select();
  }

  close() {
    if (!this.#element) return;
    const had = this.#element.contains(document.activeElement);
    this.#element.remove();
    this.#element = null;
    if (had) this.#back?.focus?.({ preventScroll: true });
  }

  #item({ name, note, off = false, run }) {
    const button = part("button", { role: "menuitem", tabindex: -1, type: "button" }, name);
    if (note) button.append(part("small", {}, note));
    if (off) button.setAttribute("aria-disabled", "true");
    button.addEventListener("click", () => {
      if (off) return;
      const element = this.#element;
      run();
      // What it ran may have asked for something in its place.
      if (this.#element === element) this.close();
    });
    return button;
  }

  #show() {
    document.body.append(this.#element);
    this.#place();
    this.#element.querySelector("[role=menuitem], input").focus({ preventScroll: true });
  }

  #place() {
    if (!this.#element) return;
    const { offsetWidth: width, offsetHeight: height } = this.#element;
    const screen = { left: 0, top: 0, width: innerWidth, height: innerHeight };
    const { left, top } = menuSpot(this.#at, { width, height }, screen);
    this.#element.style.left = `${left}px`;
    this.#element.style.top = `${top}px`;
  }

  #key(event) {
    if (this.#leave(event)) return;
    const items = [...this.#element.querySelectorAll("[role=menuitem]")];
    const at = items.indexOf(document.activeElement);
    let next = null;
    if (STEPS[event.key]) next = (at + STEPS[event.key] + items.length) % items.length;
    else if (event.key === "Home") next = 0;
    else if (event.key === "End") next = items.length - 1;
    if (next === null) return;
    event.preventDefault();
    items[next].focus();
  }

  #leave(event) {
    const menu = this.#element.getAttribute("role") === "menu";
    if (event.key !== "Escape" && !(event.key === "Tab" && menu)) return false;
    // Nothing else is ended by the same key.
    event.preventDefault();
    event.stopPropagation();
    this.close();
    return true;
  }

  /** In a dialog the focus goes round. */
  #stay(event) {
    if (event.key !== "Tab") return;
    const stops = [...this.#element.querySelectorAll("input, button")];
    const [first, last] = event.shiftKey ? [stops.at(-1), stops[0]] : [stops[0], stops.at(-1)];
    if (document.activeElement !== last) return;
    event.preventDefault();
    first.focus();
  }

  /** A touch beside it closes it, and does no more: it was meant for that. */
  #outside(event) {
    if (!this.#element || this.#element.contains(event.target)) return;
    this.close();
    const swallow = (click) => click.stopPropagation();
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }), 700);
  }
}

/** @returns {Item} that does nothing but close the menu: for those who cannot touch beside it */
export function closing() {
  return { name: say("menu.close"), run: () => {} };
}
