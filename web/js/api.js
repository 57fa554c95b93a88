/** The server's HTTP door. Every refusal comes out as a Problem. */

import { Problem, fromAnswer } from "./problems.js";
import { MOST_MEMORIES } from "./sayings.js";

/** An answer that takes longer is not coming, ms. The sample may be large. */
const ANSWER_WITHIN = 10_000;
const SAMPLE_WITHIN = 60_000;
const SPEECH_WITHIN = 25_000;
/** The server gives up on a picture a little sooner. */
const READ_WITHIN = 25_000;
const RECORDING_WITHIN = 300_000;
const RESUME = "Openeyes-Resume";

/** @typedef {{location: string, etag: string | null, resume: string, answer: string}} Created */

export class Api {
  #base;
  #token;
  #fetch;

  /** @param {string} base address of the page */
  constructor(base, token, fetcher) {
    this.#base = base;
    this.#token = token;
    this.#fetch = fetcher;
  }

  /** What the page needs: ICE servers, features, limits, names. */
  async config() {
    return this.#ask("v1/config", {}, (response) => response.json());
  }

  /**
   * Opens a session (WHIP, RFC 9725).
   * @param {string} offer SDP
   * @param {string} resume token of the session to go on with, empty for a new one
   * @returns {Promise<Created>}
   */
  async createSession(offer, signal, resume = "") {
    const headers = { "Content-Type": "application/sdp", ...(resume && { [RESUME]: resume }) };
    const request = { method: "POST", headers, body: offer, signal };
    return this.#ask("v1/sessions?overlay=burn-in", request, async (response) => ({
      location: new URL(response.headers.get("Location"), response.url || this.#base).href,
      etag: response.headers.get("ETag"),
      resume: response.headers.get(RESUME) ?? "",
      answer: await response.text(),
    }));
  }

  /** @param {string} fragment `application/trickle-ice-sdpfrag` */
  async trickle({ location, etag }, fragment) {
    const headers = { "Content-Type": "application/trickle-ice-sdpfrag" };
    if (etag) headers["If-Match"] = etag;
    await this.#ask(location, { method: "PATCH", headers, body: fragment });
  }

  /** The lines of text in a JPEG. @returns {Promise<{blocks: object[]}>} */
  read(session, picture) {
    const request = { method: "POST", headers: { "Content-Type": "image/jpeg" }, body: picture };
    const path = `v1/sessions/${session}/read`;
    return this.#ask(path, request, (response) => response.json(), READ_WITHIN);
  }

  /** Ends a session. Also works while the page is being left. */
  async end(location) {
    await this.#ask(location, { method: "DELETE", keepalive: true });
  }

  /** @returns {Promise<Blob>} the sample clip */
  async sample() {
    try {
      return await this.#ask("v1/sample.mp4", {}, (response) => response.blob(), SAMPLE_WITHIN);
    } catch (error) {
      throw error.code === "rejected" ? new Problem("no-sample", { cause: error }) : error;
    }
  }

  /** @param {string} path of evidence, relative to the server's root */
  async picture(path, within) {
    const root = new URL("v1/", this.#base).href;
    // The token goes along, so never anywhere else.
    if (!new URL(path, this.#base).href.startsWith(root)) throw new Problem("rejected");
    return this.#ask(path, {}, (response) => response.blob(), within);
  }

  /** @returns {Promise<Blob>} a few sentences as sound */
  async speech(session, text, language, signal) {
    const headers = { "Content-Type": "application/json" };
    const request = { method: "POST", headers, body: JSON.stringify({ text, language }), signal };
    const path = `v1/sessions/${session}/speech`;
    return this.#ask(path, request, (response) => response.blob(), SPEECH_WITHIN);
  }

  /** @param {string} path of a recording, which may be large */
  async recording(path) {
    return this.picture(path, RECORDING_WITHIN);
  }

  /** @param {string} words to search for; without any, the newest */
  async memories(session, words) {
    const query = new URLSearchParams({ ...(words && { q: words }), limit: MOST_MEMORIES });
    return this.#ask(`v1/sessions/${session}/memory?${query}`, {}, (response) => response.json());
  }

  /** Asks, and has `read` take in the answer, all in time. */
  async #ask(path, request, read = () => {}, within = ANSWER_WITHIN) {
    const { signal, done } = deadline(request.signal, within);
    try {
      const url = new URL(path, this.#base);
      const headers = { ...request.headers, ...this.#authorization() };
      const response = await this.#fetch(url, { ...request, headers, signal });
      if (!response.ok) throw await refusal(response);
      return await read(response);
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw new Problem("gone", { detail: error.message, cause: error });
    } finally {
      done();
    }
  }

  #authorization() {
    return this.#token ? { Authorization: `Bearer ${this.#token}` } : {};
  }
}

async function refusal(response) {
  const body = await response.json().catch(() => null);
  return fromAnswer(response.status, response.headers.get("Retry-After"), body);
}

/** A signal that fires with another one or after a while. `AbortSignal.any` came late to Safari. */
function deadline(signal, ms) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, ms);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  return {
    signal: controller.signal,
    done: () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    },
  };
}
