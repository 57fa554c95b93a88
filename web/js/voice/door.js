/** The talk button, until it is first used: only then is the rest of voice loaded. */

/** Where a space is a space, or presses a button. */
const TAKES_SPACE = "input, textarea, select, button, a, summary, dialog, [contenteditable]";

export class VoiceDoor {
  #parts;
  #features = {};
  /** @type {Promise<import("./voice.js").Voice> | null} */
  #loading = null;
  #voice = null;
  #held = false;

  /** @param {Omit<import("./voice.js").VoiceParts, "features">} parts */
  constructor(parts) {
    this.#parts = parts;
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
    this.#voice?.stop();
  }

  hear(message) {
    this.#voice?.hear(message);
  }

  opened() {
    this.#voice?.opened().catch(() => {});
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
    this.#loading ??= import("./voice.js").then(({ Voice }) => {
      this.#voice = new Voice({ ...this.#parts, features: this.#features });
      return this.#voice;
    });
    this.#loading.then(act, () => (this.#loading = null));
  }

  #press() {
    if (this.#held || this.#parts.button.hidden) return;
    this.#held = true;
    const now = performance.now();
    this.#with((voice) => voice.press(now));
  }

  #release() {
    if (!this.#held) return;
    this.#held = false;
    const now = performance.now();
    this.#with((voice) => voice.release(now));
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
      if (detail === 0) this.#with((voice) => voice.toggle());
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
