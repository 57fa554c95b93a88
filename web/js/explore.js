/**
 * What one does with what is seen, beyond asking: it is frozen, pressed long, looked for. Only the
 * way in is here; each part is loaded when it is first wanted.
 */

import { onLongPress } from "./press.js";
import { say } from "./strings.js";

const find = (id) => document.getElementById(id);

export class Explore {
  #parts;
  #loading = null;
  #refused = null;

  /**
   * @param {object} parts
   * @param {Stage} parts.stage
   * @param {Assistant} parts.assistant
   * @param {Talk} parts.talk
   * @param {Choices} parts.choices
   * @param {(message: object) => boolean} parts.send
   * @param {(picture: Blob) => Promise<object>} parts.read the text of a picture
   * @param {(text: string) => void} parts.note says something in passing
   * @param {() => {labels: string[], anything: boolean}} parts.known what can be looked for
   */
  constructor(parts) {
    this.#parts = { ...parts, refusal: (within) => this.#refusal(within) };
    find("freeze").addEventListener("click", () => this.#go("freeze"));
    find("seek").addEventListener("click", () => this.#go("seek"));
    onLongPress(find("stage"), (spot) => this.#go("press", spot));
    find("objects").addEventListener("contextmenu", (event) => this.#listed(event));
    addEventListener("keydown", (event) => this.#typed(event));
  }

  /** The connection was lost and the session goes on: what is frozen is said again. */
  resumed() {
    if (this.#loading) this.#go("resumed");
  }

  /** Takes a message of the channel `events`. @returns {boolean} whether it was for here */
  hear(message) {
    if (message.type === "remembered") this.#go("hear", message);
    else if (message.type !== "problem" || !this.#refused) return false;
    else this.#refused(String(message.detail ?? message.code ?? ""));
    return true;
  }

  /** Another session was opened. */
  opened() {
    if (this.#loading) this.#go("opened");
  }

  /** Another language is spoken. */
  translate() {
    if (this.#loading) this.#go("translate");
  }

  /** Why the server refused what was just sent, empty if it did not within so many ms. */
  async #refusal(within) {
    let mine;
    const why = await new Promise((resolve) => {
      mine = resolve;
      this.#refused = resolve;
      setTimeout(() => resolve(""), within);
    });
    if (this.#refused === mine) this.#refused = null;
    return why;
  }

  /** From the keyboard: the object in the list that has the focus. */
  #listed(event) {
    const button = event.target.closest("[data-object]");
    if (!button) return;
    event.preventDefault();
    this.#go("listed", Number(button.dataset.object), button);
  }

  #typed(event) {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    if (key.toLowerCase() !== "f" || ctrlKey || metaKey || altKey) return;
    // A single letter is no command where something else has the focus, or is open.
    const free = target === document.body || target.closest?.("#stage, #bar, #still-bar");
    if (!free || document.querySelector("dialog[open], #menu")) return;
    if (document.body.classList.contains("running")) this.#go("freeze");
  }

  async #go(name, ...values) {
    try {
      this.#loading ??= import("./explore/explorer.js").then(({ open }) => open(this.#parts));
      (await this.#loading)[name](...values);
    } catch (error) {
      this.#loading = null;
      this.#parts.note(say("explore.failed"));
      throw error;
    }
  }
}
