/**
 * Where a person searches the web: their own choice, asked for before the first time. Nothing is
 * sent to anyone until they tap. Pure.
 */

/** Words that a search is asked with; longer ones no engine takes. */
const LONGEST = 200;
const WORDS = "{words}";

/** Offered, in the order of their names; any other address will do. */
export const ENGINES = [
  { name: "Baidu", address: "https://www.baidu.com/s?wd={words}" },
  { name: "Bing", address: "https://www.bing.com/search?q={words}" },
  { name: "DuckDuckGo", address: "https://duckduckgo.com/?q={words}" },
  { name: "Google", address: "https://www.google.com/search?q={words}" },
];

/** @returns {string | null} a template as it is kept, null for what is none */
export function templateOf(text) {
  const address = text.trim();
  if (!address.includes(WORDS) || !/^https:\/\/[^\s/]/.test(address)) return null;
  return URL.canParse?.(filled(address, "a")) === false ? null : address;
}

/** @returns {string} the name of what a template asks, empty where it is none of ours */
export function engineName(template) {
  return ENGINES.find(({ address }) => address === template)?.name ?? "";
}

/** @returns {string} the address that searches for some words */
export function filled(template, words) {
  const plain = words.replace(/\s+/g, " ").trim().slice(0, LONGEST);
  return template.replaceAll(WORDS, encodeURIComponent(plain));
}
