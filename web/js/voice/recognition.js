/** The browser's own recogniser of speech, as one that begins, hears and ends. */

import { recognitionTag } from "./route.js";

/** Times in a row that it may end with nothing heard before it is not begun again. */
const MOST_RESTARTS = 20;

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

export class BrowserEar {
  #Recogniser;
  #on;
  #running = null;
  #mode = "off";
  #ended = 0;
  #pushed = false;
  #restarts = 0;

  /** @param {HearingEvents} on */
  constructor(Recogniser, on) {
    this.#Recogniser = Recogniser;
    this.#on = on;
  }

  /** @param {"off" | "push" | "free"} mode */
  async listen(mode, language) {
    const before = this.#mode;
    this.#mode = mode;
    if (mode !== "off") this.#pushed = mode === "push";
    if (mode === "off") this.#running?.stop();
    else if (before === "off") this.#begin(language);
  }

  #begin(language) {
    const running = new this.#Recogniser();
    this.#running = running;
    const lang = recognitionTag(language, navigator.language);
    Object.assign(running, { lang, continuous: true, interimResults: true });
    let heard = false;
    let missed = null;
    running.onspeechstart = () => this.#on.begun();
    running.onspeechend = () => (this.#ended = performance.now());
    running.onresult = ({ results, resultIndex }) => {
      for (const result of [...results].slice(resultIndex)) {
        if (!result.isFinal) continue;
        heard = true;
        this.#restarts = 0;
        const text = result[0].transcript.trim();
        if (text) this.#on.heard(text, this.#ended || performance.now());
      }
    };
    running.onerror = ({ error }) => {
      if (error !== "aborted") missed = ERRORS[error] ?? "away";
    };
    running.onend = () => this.#over(language, heard, missed);
    running.start();
  }

  /** It ends by itself after a silence: hands-free it is begun again. */
  #over(language, heard, missed) {
    this.#running = null;
    const quiet = missed === null || missed === "nothing-said";
    if (this.#mode === "free" && quiet && this.#restarts < MOST_RESTARTS) {
      this.#restarts += 1;
      this.#on.quiet();
      this.#begin(language);
      return;
    }
    // Hands-free, it is nothing to tell of that nothing was said before the tap that ended it.
    if (this.#pushed ? (missed ?? !heard) : !quiet) this.#on.missed(missed ?? "nothing-said");
    else this.#on.quiet();
    this.#mode = "off";
    this.#on.over();
  }
}
