/**
 * How guidance sounds and feels: ticks from the side where the thing is, higher when it lies
 * higher, faster as it nears the middle. Pure.
 */

import { onStage, shared } from "../geometry.js";

/** Between two ticks at the edge of the view, and near its middle, ms. */
const SLOW = 900;
const FAST = 130;
/** Hz of a thing at the middle's height; an octave up at the top, down at the bottom. */
const PITCH = 660;
/** The found one is told by a higher pair, this often, ms. */
const FOUND_EVERY = 700;
const FOUND_PITCHES = [880, 1320];

/** Pulses of a phone, ms. */
const PULSE = 25;
const FOUND_PULSES = [60, 50, 60];

/**
 * @param {Guidance} guidance
 * @returns {{every: number, pitches: number[], pan: number, pulses: number | number[]} | null}
 *   null for silence; `pan` from -1, left, to 1
 */
export function tickOf({ state, way: [across, down], nearness }) {
  if (state === "found") {
    return { every: FOUND_EVERY, pitches: FOUND_PITCHES, pan: 0, pulses: FOUND_PULSES };
  }
  if (state !== "seen") return null;
  const every = SLOW * (FAST / SLOW) ** nearness;
  return { every, pitches: [PITCH * 2 ** -down], pan: across, pulses: PULSE };
}

/**
 * Where a box lies in what the person sees: the part of the picture that is on the screen.
 * @param {number[]} box fractions of the picture
 * @param {{picture: Rect, mirrored: boolean}} scene
 * @param {Size} stage
 * @returns {number[]} fractions of that part
 */
export function inView(box, { picture, mirrored }, stage) {
  const seen = shared(picture, { left: 0, top: 0, ...stage }) ?? picture;
  const { left, top, width, height } = onStage(box, picture, mirrored);
  return [
    (left - seen.left) / seen.width,
    (top - seen.top) / seen.height,
    width / seen.width,
    height / seen.height,
  ];
}
