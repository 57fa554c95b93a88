/** One session with the server, from the offer to the end: a Peer plus its signalling. */

import { BEAT_MS, Heartbeat } from "./heartbeat.js";
import { readMessage } from "./messages.js";
import { Peer } from "./peer.js";
import { Problem } from "./problems.js";
import { sdpFragment } from "./sdpfrag.js";

/** Candidates come in bursts; so long they are collected into one request, ms. */
const COLLECT_MS = 60;
/** More candidates than any phone has interfaces. */
const MOST_CANDIDATES = 64;
/** A path on which nothing comes back for so long, after the network changed, is dead, ms. */
const PROVE_WITHIN = 1800;
/** Meanwhile it is asked so often: one packet may be lost, ms. */
const PROVE_EVERY = 600;

/**
 * @typedef {Pick<PeerEvents, "ready" | "returned" | "sending"> & Record<"tracks" | "event",
 *   (message: Record<string, any>) => void>} SessionEvents
 */

export class Session {
  #api;
  #on;
  #peer;
  #offer = "";
  /** @type {Created | null} */
  #created = null;
  #candidates = [];
  #gathered = false;
  #collecting;
  #beating;
  #proving;
  #closed = false;
  #end;
  #aborting = null;
  #abort = () => this.close();

  /** Round trips of this session. */
  heartbeat = new Heartbeat();

  /** @type {Promise<Problem>} settles when the session is lost, never when it is closed by us */
  ended = new Promise((resolve) => {
    this.#end = resolve;
  });

  /** Shown with the next offer, it goes on with this session. */
  resume;

  /** @param {string} [resume] of the session to go on with */
  constructor(api, iceServers, track, on, resume = "") {
    this.#api = api;
    this.resume = resume;
    this.#on = on;
    this.#peer = new Peer(iceServers, track, {
      tracks: (text) => this.#hear(text, on.tracks),
      event: (text) => this.#hear(text, (message) => this.#event(message)),
      ready: on.ready,
      returned: on.returned,
      sending: on.sending,
      hears: on.hears,
      candidate: (candidate) => this.#collect(candidate),
      lost: (problem) => this.#end(problem),
    });
  }

  /** The id that the server gave, null before. */
  get id() {
    return this.#created?.location.split("/").at(-1) ?? null;
  }

  /** Opens the session; returns once media can flow. @throws {Problem} */
  async open(signal) {
    this.#aborting = signal;
    signal.addEventListener("abort", this.#abort, { once: true });
    try {
      this.#offer = await this.#peer.offer();
      this.#created = await this.#api.createSession(this.#offer, signal, this.resume);
      this.resume = this.#created.resume;
      if (signal.aborted) throw new Problem("lost");
      this.#collectSoon();
      await this.#peer.accept(this.#created.answer);
    } catch (error) {
      this.close({ forGood: signal.aborted });
      throw error;
    }
    this.#beating = setInterval(() => this.#beat(), BEAT_MS);
    this.#beat();
  }

  /** @returns {boolean} whether it went out */
  send(message) {
    return this.#peer.send(message);
  }

  async replaceTrack(track) {
    await this.#peer.replaceTrack(track);
  }

  /** @returns {Promise<boolean>} see Peer */
  hear(track) {
    return this.#peer.hear(track);
  }

  /** Ends it soon, as lost, unless the server answers at once. */
  prove() {
    clearInterval(this.#proving);
    const { answers } = this.heartbeat;
    const until = performance.now() + PROVE_WITHIN;
    const ask = () => this.send(this.heartbeat.ping(performance.now()));
    this.#proving = setInterval(() => {
      if (this.heartbeat.answers !== answers) clearInterval(this.#proving);
      else if (performance.now() >= until) this.#end(new Problem("lost"));
      else ask();
    }, PROVE_EVERY);
    ask();
  }

  /** Ends the connection, and `forGood` the session at the server; may be called twice. */
  close({ forGood = true } = {}) {
    this.#aborting?.removeEventListener("abort", this.#abort);
    clearInterval(this.#beating);
    clearInterval(this.#proving);
    clearTimeout(this.#collecting);
    this.#peer.close();
    if (this.#closed || !this.#created) return;
    this.#closed = true;
    if (!forGood) return;
    // The server may be gone already, and then there is nothing left to end.
    this.#api.end(this.#created.location).catch(() => {});
  }

  #hear(text, take) {
    const message = readMessage(text);
    if (!message) return;
    this.heartbeat.heard();
    take(message);
  }

  #event(message) {
    if (message.type === "pong") this.heartbeat.pong(message.t, performance.now());
    else this.#on.event(message);
  }

  #beat() {
    if (this.heartbeat.silent) this.#end(new Problem("lost"));
    else this.send(this.heartbeat.ping(performance.now()));
  }

  #collect(candidate) {
    if (candidate?.candidate) this.#candidates.push(candidate);
    else this.#gathered = true;
    this.#candidates.splice(MOST_CANDIDATES);
    this.#collectSoon();
  }

  #collectSoon() {
    if (!this.#created || this.#collecting) return;
    this.#collecting = setTimeout(() => this.#trickle(), COLLECT_MS);
  }

  async #trickle() {
    this.#collecting = undefined;
    const fragment = sdpFragment(this.#offer, this.#candidates.splice(0), this.#gathered);
    if (!fragment) return;
    // Without it the path is usually still found, as the server's candidates are in its answer.
    await this.#api.trickle(this.#created, fragment).catch(() => {});
  }
}
