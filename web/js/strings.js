/** Words for keys, in the language that is spoken. A language is a table like english.js. */

/** @typedef {"en" | "zh"} Language */

/** Only the language that is spoken is loaded. */
const TABLES = {
  en: () => import("./english.js"),
  zh: () => import("./chinese.js"),
};

/** What detectors see has English names. */
const NAMES = { zh: () => import("./finding/chinese_names.js") };

/** @type {Record<string, string>} */
let words = {};
/** @type {Record<string, string>} */
let names = {};

/** Tables of what was loaded since. */
let more = [];
/** @type {Language} */
let spoken = "en";
/** Settles when all that was begun before is done: what was asked for last is what holds. */
let turn = Promise.resolve();

/**
 * @param {Language} language to speak from now on; where its words cannot be loaded the promise is
 *   rejected, and the old ones hold
 */
export function speak(language) {
  return inTurn(() => become(language, more));
}

/** Adds the words of something that is loaded only when it is wanted: tables like the first. */
export function learn(tables) {
  return inTurn(async () => {
    if (!more.includes(tables)) await become(spoken, [...more, tables]);
  });
}

function inTurn(act) {
  const done = turn.then(act);
  turn = done.catch(() => {});
  return done;
}

async function become(language, tables) {
  const own = NAMES[language]?.() ?? { default: {} };
  const loading = [own, TABLES[language](), ...tables.map((each) => each[language]())];
  const [naming, ...all] = await Promise.all(loading);
  words = Object.assign({}, ...all.map((table) => table.default));
  names = naming.default;
  more = tables;
  spoken = language;
}

/** The language to speak: the one chosen before, else the browser's. @returns {Language} */
export function languageFor(chosen, browser = "") {
  if (Object.hasOwn(TABLES, chosen)) return chosen;
  return /^zh\b/i.test(browser) ? "zh" : "en";
}

/**
 * The words for a key, with `{name}` places filled in. An unknown key is returned as it is, so
 * that a missing word shows up on the screen instead of hiding.
 */
export function say(key, values = {}) {
  const template = known(key) ? words[key] : key;
  return template.replace(/\{(\w+)\}/g, (place, name) =>
    Object.hasOwn(values, name) ? String(values[name]) : place,
  );
}

/** What a thing is called; one of a detector with other labels keeps its name. */
export function named(label) {
  return Object.hasOwn(names, label) ? names[label] : label;
}

/** @returns {boolean} whether there are words for it */
export function known(key) {
  return Object.hasOwn(words, key);
}

/** Where in markup the words of a key go: `data-say` is the text, the others are attributes. */
const ATTRIBUTES = { sayLabel: "aria-label", sayHint: "placeholder" };

/** Puts words into markup. */
export function translate(root) {
  for (const element of root.querySelectorAll("[data-say], [data-say-label], [data-say-hint]")) {
    const { say: key } = element.dataset;
    if (key) element.textContent = say(key);
    for (const [name, attribute] of Object.entries(ATTRIBUTES)) {
      if (element.dataset[name]) element.setAttribute(attribute, say(element.dataset[name]));
    }
  }
}
