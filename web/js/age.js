/** How old what is known is, in words and in steps. Pure. */

import { say } from "./strings.js";

/** Fresher than this is now, ms. */
const NOW = 1500;
/** Each unit, and how many of it make the next. */
const UNITS = Object.entries({ s: 60, min: 60, h: 24, d: Infinity });

export function ageWords(ms) {
  if (!(ms >= NOW)) return say("age.now");
  let value = Math.round(ms / 1000);
  for (const [unit, many] of UNITS) {
    if (value < many) return say(`age.${unit}`, { value });
    value = Math.floor(value / many);
  }
}
