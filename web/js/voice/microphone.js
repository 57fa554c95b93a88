/** The microphone, open only while it is listened to, how loud it is, and whether it is lost. */

import { Problem } from "../problems.js";

/** Between two looks at the level, ms. */
const LEVEL_EVERY_MS = 80;
/** RMS that counts as loud: 1. */
const LOUD = 0.12;

const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

const REASONS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "no-microphone",
  NotReadableError: "microphone-busy",
};

export class Microphone {
  #context;
  #level;
  #lost;
  #stream = null;
  #watching = null;

  /**
   * @param {() => AudioContext} context
   * @param {(level: number) => void} level 0 to 1, now and then
   * @param {() => void} lost it was pulled out, or taken away
   */
  constructor(context, level, lost) {
    this.#context = context;
    this.#level = level;
    this.#lost = lost;
  }

  /** Whether it gives sound: a call, or the switch on a laptop, holds it back for a while. */
  get gives() {
    const track = this.#track;
    return track?.readyState === "live" && !track.muted;
  }

  /** @returns {Promise<MediaStreamTrack>} @throws {Problem} `denied` and others of this page */
  async open() {
    if (this.#track?.readyState === "live") return this.#track;
    this.close();
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio: SOUND });
    } catch (error) {
      throw new Problem(REASONS[error.name] ?? "no-microphone", { cause: error });
    }
    const track = this.#track;
    // It is not told when it was this page that stopped it.
    track.addEventListener("ended", () => track === this.#track && this.#lost());
    this.#watch(this.#stream);
    return track;
  }

  close() {
    clearInterval(this.#watching);
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#level(0);
  }

  get #track() {
    return this.#stream?.getAudioTracks()[0] ?? null;
  }

  #watch(stream) {
    const context = this.#context();
    const analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#watching = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, each) => sum + each * each, 0) / samples.length;
      this.#level(Math.min(1, Math.sqrt(power) / LOUD));
    }, LEVEL_EVERY_MS);
  }
}
