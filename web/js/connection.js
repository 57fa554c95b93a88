/** Keeps a session alive: opens it, opens another when it is lost, and says how things stand. */

import { MOST_ATTEMPTS, backoff } from "./backoff.js";
import { Problem, asProblem } from "./problems.js";
import { Session } from "./session.js";

/**
 * @typedef {"idle" | "connecting" | "live" | "reconnecting" | "waiting" | "failed"} State
 * @typedef {{state: State, problem?: Problem, retryIn?: number}} Standing why it is not live, and ms
 *   until the next attempt
 * @typedef {SessionEvents & {standing: (standing: Standing) => void}} ConnectionEvents
 */

export class Connection {
  #api;
  #iceServers;
  #on;
  #track;
  #session = null;
  #stopping = null;
  #hasten = () => {};
  #newSession;
  #resume = "";

  /** @type {Standing} how things stand */
  standing = { state: "idle" };

  /**
   * @param {RTCIceServer[]} iceServers
   * @param {(...parts: ConstructorParameters<typeof Session>) => Session} [newSession] for tests
   */
  constructor(api, iceServers, on, newSession = (...parts) => new Session(...parts)) {
    this.#api = api;
    this.#iceServers = iceServers;
    this.#on = on;
    this.#newSession = newSession;
  }

  /** Whether it is at work: it was started, was not stopped, and has not given up. */
  get running() {
    return this.#stopping !== null;
  }

  /** @type {Session | null} the session at this moment */
  get session() {
    return this.#session;
  }

  /** @param {MediaStreamTrack} track to stream until `stop` */
  start(track) {
    this.stop();
    this.#track = track;
    this.#stopping = new AbortController();
    this.#keepAlive(this.#stopping.signal);
  }

  /** Ends the session and every further attempt. */
  stop() {
    this.#stopping?.abort();
    this.#resume = "";
    this.#stopping = null;
    this.#session = null;
    this.#stand({ state: "idle" });
  }

  /** Cuts a wait short: the network or the page is back. */
  retryNow() {
    this.#hasten();
  }

  /** The network is another one: what is open may be dead, and what is awaited may come now. */
  networkChanged() {
    if (this.standing.state === "live") this.#session?.prove();
    this.#hasten();
  }

  /** @param {MediaStreamTrack} track to send in place of the one before */
  async replaceTrack(track) {
    this.#track = track;
    // A session that is just dying cannot take it; the next one starts with it.
    await this.#session?.replaceTrack(track).catch(() => {});
  }

  /** @param {MediaStreamTrack | null} track of a microphone @returns {Promise<boolean>} see Peer */
  async hear(track) {
    return (await this.#session?.hear(track).catch(() => false)) ?? false;
  }

  /** @returns {boolean} whether it went out */
  send(message) {
    return this.#session?.send(message) ?? false;
  }

  async #keepAlive(signal) {
    let failures = 0;
    for (let again = false; !signal.aborted; again = true) {
      this.#tell(signal, { state: again ? "reconnecting" : "connecting" });
      const { problem, lived } = await this.#oneSession(signal);
      if (signal.aborted) return;
      if (lived) failures = 0;
      // Without a network nothing can succeed, and nobody need be asked about it.
      if (problem.code !== "full" && problem.code !== "offline") failures += 1;
      if (!problem.passing || failures >= MOST_ATTEMPTS) {
        this.#stopping = null;
        this.#stand({ state: "failed", problem });
        return;
      }
      await this.#wait(signal, problem, failures);
    }
  }

  /** Lives through one session; returns why it ended and whether it ever was live. */
  async #oneSession(signal) {
    let session = null;
    let lived = false;
    try {
      const parts = [this.#api, this.#iceServers, this.#track, this.#on, this.#resume];
      session = this.#newSession(...parts);
      this.#session = session;
      await session.open(signal);
      lived = true;
      this.#tell(signal, { state: "live" });
      return { problem: await session.ended, lived };
    } catch (error) {
      return { problem: this.#reason(asProblem(error)), lived };
    } finally {
      this.#resume = (!signal.aborted && session?.resume) || "";
      session?.close({ forGood: signal.aborted });
    }
  }

  #reason(problem) {
    const offline = problem.code === "gone" && globalThis.navigator?.onLine === false;
    return offline ? new Problem("offline", { cause: problem }) : problem;
  }

  async #wait(signal, problem, failures) {
    const full = problem.code === "full";
    const turn = Math.max(1, failures);
    const retryIn = full ? problem.retryAfter * 1000 : backoff(turn, Math.random());
    this.#tell(signal, { state: full ? "waiting" : "reconnecting", problem, retryIn });
    await this.#sleep(signal, retryIn);
  }

  async #sleep(signal, ms) {
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#hasten = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener("abort", this.#hasten, { once: true });
    });
    signal.removeEventListener("abort", this.#hasten);
    this.#hasten = () => {};
  }

  #tell(signal, standing) {
    if (!signal.aborted) this.#stand(standing);
  }

  #stand(standing) {
    this.standing = standing;
    this.#on.standing(standing);
  }
}
