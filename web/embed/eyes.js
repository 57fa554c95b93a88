/** A camera, a recording or a track of the page's own, seen by an Open Eyes server. */

import { Api } from "../js/api.js";
import { Connection } from "../js/connection.js";
import { Problem, asProblem } from "../js/problems.js";
import { Sending } from "../js/sending.js";
import { languageFor, speak } from "../js/strings.js";
import { Questions } from "./questions.js";
import { LIMITS, openSource } from "./sources.js";

/** The server that this file came from. */
const HERE = new URL("../../", import.meta.url).href;
/** The server takes no more watches of one session. */
const MOST_WATCHES = 16;
/** What the server says that a page may listen to, each an event with the message as `detail`. */
const TOLD = new Set(["hello", "caption", "answer", "alert", "watching", "text", "stats", "problem"]);

/**
 * @typedef {object} EyesOptions
 * @property {string} [server] address of the server; the one that this file came from
 * @property {string} [token] its pairing token, if it asks for one
 * @property {"en" | "zh"} [language] of what is said unasked; the browser's
 * @property {"client" | "burn-in" | "off"} [view] `burn-in` for video with boxes in it
 * @property {boolean} [captions] whether it says unasked what is to be seen; true
 * @property {string[]} [labels] follow objects of these alone
 * @property {HTMLVideoElement} [preview] where recordings play; one of its own
 */

/**
 * Events: `state` (`{state, problem?, retryIn?}`), `tracks`, and those of the wire contract that
 * are named in `TOLD`; `source` and `returned` for who shows the pictures.
 */
export class OpenEyes extends EventTarget {
  #options;
  #api;
  #server;
  #iceServers = [];
  #sending = new Sending(LIMITS, navigator.getBattery?.());
  #connection;
  #questions = new Questions((message) => this.#connection.send(message));
  /** @type {Map<string, string>} */
  #watches = new Map();
  #source = null;
  #turn = 0;
  #count = 0;
  /** Settles the promise of `connect`. */
  #settle = {};

  /** @param {EyesOptions} options */
  constructor(options = {}) {
    super();
    this.#options = { view: "client", captions: true, ...options };
    this.#server = new URL(options.server || HERE, document.baseURI).href;
    this.#api = new Api(this.#server, options.token || null, (...request) => fetch(...request));
    this.#connection = new Connection(this.#api, this.#iceServers, {
      standing: (standing) => this.#stand(standing),
      tracks: (message) => message.type === "tracks" && this.#tell("tracks", message),
      event: (message) => this.#heed(message),
      ready: () => this.#connection.send(this.#wishes()),
      returned: (stream) => this.#tell("returned", stream),
      sending: (sender) => this.#sending.use(sender),
    });
  }

  /** One word: idle, connecting, live, reconnecting, waiting or failed. */
  get state() {
    return this.#connection.standing.state;
  }

  /** @returns {string | null} id of the session, while there is one */
  get session() {
    return this.#connection.session?.id ?? null;
  }

  /** Least recent round trip, ms. */
  get roundTrip() {
    return this.#connection.session?.heartbeat.least ?? 0;
  }

  /**
   * Shows the server what `source` gives, until `stop`. Takes the place of what was shown before.
   * @param {"camera" | "sample" | MediaStreamTrack | Blob} source a Blob is a recording
   * @returns {Promise<void>} once the server has greeted, and can be asked
   * @throws {Problem} why it will not be
   */
  async connect(source = "camera") {
    this.#end();
    const turn = this.#turn;
    await speak(languageFor(this.#options.language, navigator.language));
    const opened = await this.#open(source, turn);
    if (turn !== this.#turn) {
      opened?.stop();
      throw new Problem("lost", { detail: "It was stopped, or connected anew" });
    }
    this.#source = opened;
    this.#tell("source", opened);
    opened.track.addEventListener("ended", () => this.#ended(opened));
    this.#connection.start(opened.track);
    await new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
  }

  /**
   * @param {string} text of the question
   * @param {{object?: number, point?: [number, number], id?: string}} [about] one thing, by its id
   *   in `tracks`, or by where it is
   * @returns {Promise<Record<string, any>>} the whole answer; its pieces come as events
   * @throws {Problem} it was refused, or the session ended before
   */
  ask(text, { id = this.#name("ask"), ...about } = {}) {
    return this.#questions.ask({ ...about, type: "ask", id, text });
  }

  /** Has the server watch for something, "tell me when…". @returns {string} its id */
  watch(text) {
    if (this.#watches.size >= MOST_WATCHES) {
      throw new Problem("rejected", { detail: `There are ${MOST_WATCHES} watches: end one first` });
    }
    const id = this.#name("watch");
    this.#watches.set(id, text);
    this.#connection.send({ type: "watch", id, text });
    return id;
  }

  unwatch(id) {
    if (this.#watches.delete(id)) this.#connection.send({ type: "unwatch", id });
  }

  /** Changes what was wished for. @param {Pick<EyesOptions, "view" | "captions" | "labels">} wishes */
  set(wishes) {
    this.#options = { ...this.#options, ...wishes };
    this.#connection.send(this.#wishes());
  }

  /** Ends it; a camera that was opened here is closed, the page's own track goes on. */
  stop() {
    this.#watches.clear();
    this.#end();
  }

  #end() {
    this.#turn += 1;
    this.#connection.stop();
    this.#release();
  }

  async #open(source, turn) {
    try {
      const config = await this.#api.config();
      this.#iceServers.splice(0, Infinity, ...(config.ice_servers ?? []));
      this.#sending.limit(config.limits ?? {});
      if (turn !== this.#turn) return null;
      return await openSource(source, this.#api, this.#options.preview, config.limits);
    } catch (error) {
      const problem = this.#explained(asProblem(error));
      if (turn === this.#turn) this.#tell("state", { state: "failed", problem });
      throw problem;
    }
  }

  /** A browser does not tell a page whether a server is away or does not want it. */
  #explained(problem) {
    const { origin } = new URL(this.#server);
    if (problem.code !== "gone" || origin === location.origin) return problem;
    const detail =
      `No answer from ${origin}: it is away, or does not allow this site yet. ` +
      `Its operator allows it with --allow-origin ${location.origin}`;
    return new Problem("rejected", { detail, cause: problem });
  }

  /** The camera was unplugged, or taken away. */
  #ended(source) {
    if (source !== this.#source) return;
    this.#connection.stop();
    this.#stand({ state: "failed", problem: new Problem("camera-ended") });
  }

  #stand(standing) {
    const { state, problem } = standing;
    if (state === "idle" || state === "failed") {
      this.#settle.reject?.(problem ?? new Problem("lost", { detail: "It was stopped" }));
      this.#settle = {};
      this.#questions.lost();
    }
    if (state === "failed") this.#release();
    this.#tell("state", standing);
  }

  #heed(message) {
    if (message.type === "hello") this.#greeted(message);
    else if (message.type === "stats") this.#sending.heed(message);
    this.#questions.heed(message);
    if (TOLD.has(message.type)) this.#tell(message.type, message);
  }

  /** A session that goes on remembers what was wanted; a new one is told. */
  #greeted({ limits, resumed }) {
    this.#sending.limit(limits);
    // Only now is there anyone to ask.
    this.#settle.resolve?.();
    if (resumed) return;
    this.#questions.lost();
    for (const [id, text] of this.#watches) this.#connection.send({ type: "watch", id, text });
  }

  #wishes() {
    const { view, captions, labels, language } = this.#options;
    const spoken = languageFor(language, navigator.language);
    return { type: "set", overlay: view, captions, labels, language: spoken };
  }

  #release() {
    const source = this.#source;
    this.#source = null;
    source?.stop();
    if (source) this.#tell("source", null);
  }

  #name(kind) {
    return `${kind}-${(this.#count += 1)}`;
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
