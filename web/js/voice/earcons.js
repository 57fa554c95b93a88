/** Short signs by sound: listening begins, ends, failed. */

const NOTE_S = 0.09;
const LOUDNESS = 0.07;
const SIGNS = { start: [587, 880], stop: [880, 587], failed: [330, 247] };

/** @param {AudioContext} context @param {keyof typeof SIGNS} name */
export function sign(context, name) {
  SIGNS[name].forEach((pitch, index) => {
    const from = context.currentTime + index * NOTE_S;
    const gain = context.createGain();
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(LOUDNESS, from + 0.012);
    gain.gain.linearRampToValueAtTime(0, from + NOTE_S);
    const tone = context.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(gain).connect(context.destination);
    tone.start(from);
    tone.stop(from + NOTE_S);
  });
}
