/** The browser's own recogniser of speech, as one that begins, hears and ends. */

import { recognitionTag } from "./route.js";

/** Times in a row that it may end with nothing heard before it is not begun again. */
const MOST_RESTARTS = 20;
/** What was stopped and has not ended after this is given up, ms. */
export const ENDS_WITHIN_MS = 2000;

const ERRORS = {
  "not-allowed": "denied",
  "service-not-allowed": "denied",
  "audio-capture": "no-microphone",
  "no-speech": "nothing-said",
  network: "away",
  "language-not-supported": "no-language",
};

/** @returns {typeof SpeechRecognition | null} */
export function browserRecogniser(scope = globalThis) {
  return scope.SpeechRecognition ?? scope.webkitSpeechRecognition ?? null;
}

/**
 * @typedef {object} HearingEvents
 * @property {() => void} begun somebody begins to speak
 * @property {(text: string, ended: number) => void} heard `ended`: local ms of the end of speech
 * @property {(error: string) => void} missed
 * @property {() => void} quiet nobody speaks, and there is nothing to tell of it
 * @property {() => void} over it does not listen any more
 */

/**
 * One recogniser, from its beginning to its end. Only the newest one is listened to: browsers take
 * up to seconds to end one, and what it tells then is not of the one that was begun since.
 *
 * @typedef {object} Run
 * @property {SpeechRecognition} recogniser
 * @property {boolean} pushed whether somebody waits for what it hears
 * @property {boolean} stopping
 * @property {boolean} silent whether nothing is told of its end
 * @property {boolean} heard
 * @property {string | null} missed
 * @property {number} ended local ms of the end of speech, 0 for none
 * @property {Promise<void>} gone @property {() => void} go
 */

export class BrowserEar {
  #Recogniser;
  #on;
  /** @type {Run | null} */
  #run = null;
  #mode = "off";
  #language = "en";
  #restarts = 0;

  /** @param {HearingEvents} on */
  constructor(Recogniser, on) {
    this.#Recogniser = Recogniser;
    this.#on = on;
  }

  /**
   * Listens from now on, in another way or language, or not any more.
   * @param {"off" | "push" | "free"} mode
   * @throws what the browser throws when it cannot begin
   */
  async listen(mode, language = this.#language) {
    this.#mode = mode;
    if (mode === "off") return this.#stop();
    const anew = language !== this.#language;
    this.#language = language;
    if (this.#run && !this.#run.stopping) {
      this.#run.pushed = mode === "push";
      if (!anew) return;
      this.#run.silent = true;
      this.#stop();
    }
    await this.#begin();
  }

  #stop() {
    if (!this.#run || this.#run.stopping) return;
    this.#run.stopping = true;
    this.#run.recogniser.stop();
  }

  async #begin() {
    if (this.#run) await this.#away(this.#run);
    // In the meantime it was let go of, or begun by somebody else.
    if (this.#mode === "off" || this.#run) return;
    this.#restarts = 0;
    this.#start();
  }

  /** Waits until a recogniser has ended, but not for ever. */
  async #away(run) {
    const late = setTimeout(() => this.#abandon(run), ENDS_WITHIN_MS);
    await run.gone;
    clearTimeout(late);
  }

  #abandon(run) {
    if (this.#run === run) this.#run = null;
    run.recogniser.abort();
    this.#on.quiet();
    run.go();
  }

  #start() {
    const recogniser = new this.#Recogniser();
    const lang = recognitionTag(this.#language, navigator.language);
    Object.assign(recogniser, { lang, continuous: true, interimResults: true });
    const run = this.#newRun(recogniser);
    this.#wire(run);
    this.#run = run;
    try {
      recogniser.start();
    } catch (error) {
      this.#run = null;
      this.#mode = "off";
      throw error;
    }
  }

  /** @returns {Run} */
  #newRun(recogniser) {
    const run = { recogniser, pushed: this.#mode === "push", stopping: false, silent: false };
    Object.assign(run, { heard: false, missed: null, ended: 0 });
    run.gone = new Promise((resolve) => (run.go = resolve));
    return run;
  }

  #wire(run) {
    const handlers = {
      onspeechstart: () => this.#on.begun(),
      onspeechend: () => (run.ended = performance.now()),
      onresult: (event) => this.#heard(run, event),
      onerror: ({ error }) => {
        if (error !== "aborted") run.missed = ERRORS[error] ?? "away";
      },
      onend: () => this.#over(run),
    };
    for (const [name, handler] of Object.entries(handlers)) {
      run.recogniser[name] = (event) => this.#run === run && handler(event);
    }
  }

  #heard(run, { results, resultIndex }) {
    for (const result of [...results].slice(resultIndex)) {
      if (!result.isFinal) continue;
      run.heard = true;
      this.#restarts = 0;
      const text = result[0].transcript.trim();
      if (text) this.#on.heard(text, run.ended || performance.now());
    }
  }

  /** It ends by itself after a silence: hands-free it is begun again. */
  #over(run) {
    this.#run = null;
    if (run.stopping) {
      this.#report(run);
      run.go();
    } else if (this.#mode === "free" && isQuiet(run) && this.#restarts < MOST_RESTARTS) {
      this.#again();
    } else {
      this.#report(run);
      this.#mode = "off";
      this.#on.over();
    }
  }

  #again() {
    this.#restarts += 1;
    this.#on.quiet();
    try {
      this.#start();
    } catch {
      this.#on.missed("away");
      this.#on.over();
    }
  }

  #report(run) {
    if (run.silent) return;
    // Hands-free, it is nothing to tell of that nothing was said before the tap that ended it.
    const missed = run.pushed ? (run.missed ?? !run.heard) : !isQuiet(run);
    if (missed) this.#on.missed(run.missed ?? "nothing-said");
    else this.#on.quiet();
  }
}

function isQuiet({ missed }) {
  return missed === null || missed === "nothing-said";
}
