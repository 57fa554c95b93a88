/** Short tones, from left or right. */

/** A tone's length, and how loud it is at most. */
const SECONDS = 0.06;
const LOUD = 0.25;
/** Between the tones of one tick. */
const APART = 0.09;

export class Sounds {
  #context = null;

  /** To be called while the person touches the page: browsers let no other page sound. */
  wake() {
    const Context = window.AudioContext ?? window.webkitAudioContext;
    this.#context ??= Context ? new Context() : null;
    this.#context?.resume().catch(() => {}); // it is silent then; words and pulses remain
  }

  /** @param {number[]} pitches Hz, one after the other @param {number} pan -1 left, 1 right */
  tick(pitches, pan) {
    if (this.#context?.state !== "running") return;
    pitches.forEach((pitch, n) => this.#tone(pitch, pan, this.#context.currentTime + n * APART));
  }

  end() {
    this.#context?.close();
    this.#context = null;
  }

  #tone(pitch, pan, at) {
    const context = this.#context;
    const tone = context.createOscillator();
    const loud = context.createGain();
    tone.frequency.value = pitch;
    loud.gain.setValueAtTime(0, at);
    loud.gain.linearRampToValueAtTime(LOUD, at + 0.005);
    loud.gain.exponentialRampToValueAtTime(0.001, at + SECONDS);
    tone.connect(loud);
    // Missing in Safari before 14.1: then it sounds from the middle.
    const side = context.createStereoPanner?.();
    if (side) side.pan.value = pan;
    (side ? loud.connect(side) : loud).connect(context.destination);
    tone.start(at);
    tone.stop(at + SECONDS);
  }
}
