/** The talk button, until it is first used: only then is the rest of voice loaded. */

import { say } from "../strings.js";

/** Where a space is a space, or presses a button. */
const TAKES_SPACE = "input, textarea, select, button, a, summary, dialog, [contenteditable]";

export class VoiceDoor {
  #parts;
  #features = {};
  /** @type {Promise<import("./voice.js").Voice> | null} */
  #loading = null;
  #voice = null;
  #load;
  #held = false;
  /** How often it was lost: a touch from before opens no microphone any more. */
  #losses = 0;

  /**
   * @param {Omit<import("./voice.js").VoiceParts, "features">} parts
   * @param {() => Promise<typeof import("./voice.js")>} [load]
   */
  constructor(parts, load = () => import("./voice.js")) {
    this.#parts = parts;
    this.#load = load;
    this.#wire(parts.button);
    parts.opener.addEventListener("click", () => {
      parts.opener.closest("dialog")?.close();
      this.#with((voice) => voice.openSheet());
    });
  }

  /** @param {{hears?: string, speaks?: string}} features of the server */
  offer(features = {}) {
    this.#features = features;
    const { SpeechRecognition, webkitSpeechRecognition } = globalThis;
    const hears = Boolean(features.hears || SpeechRecognition || webkitSpeechRecognition);
    this.#parts.button.hidden = !hears;
    this.#parts.opener.hidden = !(hears || features.speaks || globalThis.speechSynthesis);
    if (this.#parts.choices.read().spoken === "always") this.#with(() => {});
  }

  /** What is heard goes nowhere any more. */
  lost() {
    this.#losses += 1;
    this.#voice?.stop();
  }

  hear(message) {
    this.#voice?.hear(message);
  }

  opened() {
    this.#voice?.opened();
  }

  translate() {
    this.#voice?.translate();
  }

  tick() {
    this.#voice?.tick();
  }

  get latency() {
    return this.#voice?.latency ?? null;
  }

  get known() {
    return this.#voice?.known ?? null;
  }

  #with(act) {
    this.#loading ??= this.#load().then(({ Voice }) => {
      this.#voice = new Voice({ ...this.#parts, features: this.#features });
      return this.#voice;
    });
    this.#loading.then(act, () => {
      this.#loading = null;
      this.#parts.note(say("voice.failed"));
    });
  }

  /** What a touch asks for, unless by the time that voice is there nobody sees it any more. */
  #touched(act) {
    const losses = this.#losses;
    this.#with((voice) => losses === this.#losses && act(voice));
  }

  #press() {
    if (this.#held || this.#parts.button.hidden) return;
    this.#held = true;
    const now = performance.now();
    this.#touched((voice) => voice.press(now));
  }

  #release() {
    if (!this.#held) return;
    this.#held = false;
    const now = performance.now();
    this.#touched((voice) => voice.release(now));
  }

  #wire(button) {
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      this.#press();
    });
    for (const end of ["pointerup", "pointercancel"]) {
      button.addEventListener(end, () => this.#release());
    }
    // A long touch is a hold here, not the wish for a menu.
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    // Keyboards and screen readers click without a pointer.
    button.addEventListener("click", ({ detail }) => {
      if (detail === 0) this.#touched((voice) => voice.toggle());
    });
    document.addEventListener("keydown", (event) => {
      if (!isFreeSpace(event)) return;
      event.preventDefault();
      if (!event.repeat) this.#press();
    });
    document.addEventListener("keyup", ({ code }) => code === "Space" && this.#release());
    window.addEventListener("blur", () => this.#release());
    document.addEventListener("visibilitychange", () => document.hidden && this.lost());
  }
}

/** A press of the space bar that nothing else on the page waits for. */
function isFreeSpace({ code, target }) {
  if (code !== "Space" || target.closest?.(TAKES_SPACE)) return false;
  const running = document.body.classList.contains("running");
  return running && !document.querySelector("dialog[open]");
}
