/** How old what is known is, in words and in steps. Pure. */

import { say } from "./strings.js";

/** A caption is stale when its sight is, but first there is time to read it; then it goes, ms. */
const CAPTION_STALE = 8000;
const CAPTION_READ = 3000;
const CAPTION_GONE = 20_000;

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

/**
 * @param {{at: number, received: number}} caption local ms of its sight and of its coming
 * @returns {"fresh" | "stale" | "gone"}
 */
export function captionState({ at, received }, now) {
  if (now - received > CAPTION_GONE) return "gone";
  return now - at > CAPTION_STALE && now - received > CAPTION_READ ? "stale" : "fresh";
}
