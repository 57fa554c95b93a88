/** The operator's words, apart from the person's: who looks through a camera loads none of them. */

import { languageFor } from "../js/strings.js";

const TABLES = {
  en: () => import("./english.js"),
  zh: () => import("./chinese.js"),
};

let words = {};

/** @returns {Promise<"en" | "zh">} the language that is spoken from now on */
export async function speak(chosen, browser) {
  const language = languageFor(chosen, browser);
  words = (await TABLES[language]()).default;
  return language;
}

/** The words for a key with its `{name}` places filled in; a key without words shows itself. */
export function say(key, values = {}) {
  const template = Object.hasOwn(words, key) ? words[key] : key;
  return template.replace(/\{(\w+)\}/g, (place, name) =>
    Object.hasOwn(values, name) ? String(values[name]) : place,
  );
}

/** A value with its unit. @param {number | null} value */
export function figure(value, unit) {
  if (value === null || value === undefined) return say("unknown");
  if (unit === "ms" && value >= 1000) return say("unit.s", { number: (value / 1000).toFixed(1) });
  const number = plain(value);
  return unit ? say(`unit.${unit}`, { number }) : number;
}

/** @returns {string} as many digits as are worth reading */
export function plain(value) {
  const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0;
  return value.toFixed(digits);
}

/** For a scale, where there is little room. */
export function short(value) {
  return value >= 10_000 ? `${plain(value / 1000)}k` : plain(value);
}

/** How long something lasted or ago it was. */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return say("time.s", { s: whole });
  if (whole < 3600) return minutes(Math.floor(whole / 60), whole % 60);
  const [h, min] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return say("time.h", { h, min });
}

function minutes(min, s) {
  return s === 0 ? say("time.minutes", { min }) : say("time.min", { min, s });
}
