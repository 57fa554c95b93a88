/** The page's course of events: a source is opened, streamed, changed, lost, given back. */

import { listCameras, openCamera, otherCamera } from "./camera.js";
import { Problem, asProblem, missingAbility } from "./problems.js";

/** How large pictures may be until the server has said so. @type {Limits} */
export const LIMITS = { max_width: 1280, max_height: 720, max_fps: 30 };

/** @typedef {{kind: "camera" | "file" | "sample", choice?: CameraChoice, file?: File}} Wish */

export class App {
  #api;
  #stage;
  #connection;
  #show;
  #choices;
  #keep;
  /** @type {Source | null} */
  #source = null;
  /** @type {Wish | null} */
  #wish = null;
  #limits = LIMITS;
  #turn = 0;

  /** One word: idle, opening, connecting, live, reconnecting, waiting or failed. */
  state = "idle";
  /** @type {Problem | null} the last one, while it holds */
  problem = null;

  /**
   * `show` is called on every change, with the App and with `retryIn`, ms, if that is known. `keep`
   * fetches what would be lost with the session: a promise, or null if there is nothing.
   */
  constructor({ api, stage, connection, choices, show, keep = () => null }) {
    this.#api = api;
    this.#stage = stage;
    this.#connection = connection;
    this.#choices = choices;
    this.#show = show;
    this.#keep = keep;
  }

  /** What is looked at, null on the start screen. */
  get source() {
    return this.#source;
  }

  /** What was asked for last. */
  get wish() {
    return this.#wish;
  }

  limit(limits) {
    this.#limits = limits;
  }

  /** Opens a source and streams it; takes the place of what was streamed before. */
  async look(wish) {
    const turn = ++this.#turn;
    this.#wish = wish;
    // Many phones cannot open a second camera beside the first.
    this.#release();
    this.#become("opening");
    try {
      const source = await this.#open(wish, turn);
      if (turn === this.#turn) await this.#use(source);
      else source?.stop();
    } catch (error) {
      if (turn === this.#turn) this.#fail(asProblem(error));
    }
  }

  /** Ends it all and goes back to the start. @param {boolean} parts.now nothing can be awaited */
  stop({ now = false } = {}) {
    this.#turn += 1;
    this.#leave(now);
    this.#release();
    this.#become("idle");
  }

  /** Once more what was wished for last. */
  async retry() {
    if (this.#wish) await this.look(this.#wish);
    else this.#become("idle");
  }

  /** To the other camera. */
  async flip() {
    const current = this.#source ?? {};
    await this.look({ kind: "camera", choice: otherCamera(current, await listCameras()) });
  }

  stand({ state, problem, retryIn }) {
    if (!this.#source || state === "idle") return;
    if (state !== "live") this.#stage.forget();
    this.#become(state, problem ?? this.#holding(), retryIn);
  }

  /** @param {Problem} problem that keeps the page from starting at all */
  refuse(problem) {
    this.#fail(problem);
  }

  /** The source that is wished for, or null if another was wished for in the meantime. */
  async #open({ kind, choice, file }, turn) {
    const missing = missingAbility(window, kind);
    if (missing) throw missing;
    if (kind === "camera") return openCamera(choice ?? this.#choices.read(), this.#limits);
    // Who looks through a camera need not load it.
    const { openFootage } = await import("./footage.js");
    const clip = file ?? (await this.#api.sample());
    if (turn !== this.#turn) return null;
    return openFootage(kind, clip, this.#stage.preview, this.#limits);
  }

  async #use(source) {
    this.#source = source;
    source.track.addEventListener("ended", () => this.#ended(source));
    source.track.addEventListener("mute", () => this.#held(source));
    source.track.addEventListener("unmute", () => this.#given(source));
    if (source.kind === "camera") this.#remember(source);
    await this.#stage.setSource(source);
    // Stopped, or another chosen, while its first picture was awaited.
    if (source !== this.#source) return;
    if (!this.#connection.running) return this.#connection.start(source.track);
    await this.#connection.replaceTrack(source.track);
    if (source !== this.#source) return;
    this.stand(this.#connection.standing);
  }

  #remember({ deviceId, facing }) {
    this.#choices.remember({ deviceId, facing });
  }

  #ended(source) {
    if (source === this.#source) this.#fail(new Problem("camera-ended"));
  }

  /** The system holds the camera back: a call, another app, a locked screen. */
  #held(source) {
    if (source === this.#source && this.#holding()) this.#become(this.state, this.#holding());
  }

  #holding() {
    const { kind, track } = this.#source;
    return kind === "camera" && track.muted ? new Problem("camera-held") : null;
  }

  #given(source) {
    if (source === this.#source && this.problem?.code === "camera-held") this.#become(this.state);
  }

  /** Ends the session, once what is kept of it is here; another source goes on with it. */
  #leave(now) {
    const turn = this.#turn;
    const kept = now ? null : this.#keep();
    if (!kept) return this.#connection.stop();
    kept.finally(() => {
      if (turn === this.#turn && !this.#source) this.#connection.stop();
    });
  }

  #fail(problem) {
    this.#leave(false);
    this.#release();
    this.#become("failed", problem);
  }

  #release() {
    const source = this.#source;
    this.#source = null;
    source?.stop();
    this.#stage.setSource(null);
  }

  #become(state, problem = null, retryIn = undefined) {
    this.state = state;
    this.problem = problem;
    this.#show(this, { retryIn });
  }
}
