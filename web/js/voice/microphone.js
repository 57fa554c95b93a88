/** The microphone, open only while it is listened to, and how loud it is. */

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
  #stream = null;
  #watching = null;

  /**
   * @param {() => AudioContext} context
   * @param {(level: number) => void} level 0 to 1, now and then
   */
  constructor(context, level) {
    this.#context = context;
    this.#level = level;
  }

  /** @returns {Promise<MediaStreamTrack>} @throws {Problem} `denied` and others of this page */
  async open() {
    if (this.#stream) return this.#stream.getAudioTracks()[0];
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio: SOUND });
    } catch (error) {
      throw new Problem(REASONS[error.name] ?? "no-microphone", { cause: error });
    }
    this.#watch(this.#stream);
    return this.#stream.getAudioTracks()[0];
  }

  close() {
    clearInterval(this.#watching);
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#level(0);
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
