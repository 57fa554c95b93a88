/** The words of voice, in the language that the page speaks at that moment. */

import chinese from "./chinese.js";
import english from "./english.js";

/** @returns {"en" | "zh"} */
export function language() {
  return document.documentElement.lang === "zh" ? "zh" : "en";
}

/** @returns {Record<string, string>} */
export function words() {
  return language() === "zh" ? chinese : english;
}

export function tell(key, values = {}) {
  const template = words()[key] ?? key;
  return template.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
}
