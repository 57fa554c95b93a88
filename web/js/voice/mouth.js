/** The browser's own voice. One thing is said at a time. */

import { pickVoice } from "./route.js";

/** Some browsers never tell that they have ended: so long a text may take, ms, and each sign. */
const LONGEST_MS = 6000;
const SIGN_MS = 160;

export class BrowserMouth {
  #synthesis;
  #remote;
  #stopping = () => {};

  /** @param {() => boolean} remote whether voices that are not on the device may be used */
  constructor(synthesis, remote) {
    this.#synthesis = synthesis;
    this.#remote = remote;
    synthesis.getVoices();
  }

  /** Whether it has a voice for a language; some browsers know a while after the page is there. */
  speaks(language) {
    return this.#voice(language) !== null;
  }

  /**
   * @param {{language: string, rate: number, began: () => void}} how
   * @returns {Promise<boolean>} at the end, whether it was said
   */
  say(text, { language, rate, began }) {
    const utterance = new SpeechSynthesisUtterance(text);
    const voice = this.#voice(language);
    if (!voice) return Promise.resolve(false);
    Object.assign(utterance, { voice, lang: voice.lang, rate });
    return new Promise((resolve) => {
      let sounded = false;
      const longest = LONGEST_MS + (text.length * SIGN_MS) / rate;
      const timer = setTimeout(() => {
        end(false);
        // It may speak yet, and is not to speak into what comes next.
        this.#synthesis.cancel();
      }, longest);
      const end = (said) => {
        clearTimeout(timer);
        resolve(said);
      };
      this.#stopping = () => end(sounded);
      utterance.onstart = () => {
        sounded = true;
        began();
      };
      utterance.onend = () => end(true);
      utterance.onerror = () => end(sounded);
      this.#synthesis.resume();
      this.#synthesis.speak(utterance);
    });
  }

  stop() {
    this.#synthesis.cancel();
    this.#stopping();
  }

  #voice(language) {
    return pickVoice(this.#synthesis.getVoices(), language, this.#remote());
  }
}

/** The server's voice, as sound. */
export class ServerMouth {
  #fetch;
  #stopping = () => {};

  /** @param {(text: string, language: string, signal: AbortSignal) => Promise<Blob>} fetch */
  constructor(fetch) {
    this.#fetch = fetch;
  }

  speaks() {
    return true;
  }

  async say(text, { language, rate, began }) {
    const controller = new AbortController();
    this.#stopping = () => controller.abort();
    try {
      const sound = await this.#fetch(text, language, controller.signal);
      return await play(sound, rate, began, controller.signal);
    } catch {
      return false;
    }
  }

  stop() {
    this.#stopping();
  }
}

/** @returns {Promise<boolean>} at the end, whether it was heard to its end */
async function play(sound, rate, began, signal) {
  const url = URL.createObjectURL(sound);
  const audio = new Audio(url);
  try {
    await new Promise((resolve, reject) => {
      signal.addEventListener("abort", reject, { once: true });
      Object.assign(audio, { playbackRate: rate, onended: resolve, onerror: reject });
      audio.onplaying = began;
      audio.play().catch(reject);
    });
    return true;
  } finally {
    audio.onplaying = null;
    audio.pause();
    URL.revokeObjectURL(url);
  }
}
