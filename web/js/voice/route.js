/**
 * Who turns speech into text, and what speaks. Pure.
 *
 * The server first: what is said stays between the person and the machine that they look with.
 * The browser's own recogniser only once the person has agreed to it, since some browsers send the
 * sound to their maker; so do voices that are not on the device.
 *
 * @typedef {"server" | "browser" | "ask" | "none"} Route `ask`: the person has to be asked first
 */

/**
 * @param {boolean} server whether the server recognises speech
 * @param {boolean} browser whether the browser does
 * @param {string} [chosen] what the person chose: server, browser or no
 * @returns {Route}
 */
export function hearingRoute(server, browser, chosen) {
  if (server && !(browser && chosen === "browser")) return "server";
  if (!browser) return "none";
  if (chosen === "browser") return "browser";
  return chosen === "no" ? "none" : "ask";
}

const LANGUAGES = {
  en: ["en-US", "en-GB", "en"],
  zh: ["zh-CN", "cmn-Hans-CN", "zh-TW", "zh", "cmn"],
};

/**
 * @param {{lang: string, localService: boolean, default: boolean}[]} voices the browser's
 * @param {boolean} remote whether those that are not on the device may be used
 * @returns the best one of the language, null for none
 */
export function pickVoice(voices, language, remote) {
  const wanted = LANGUAGES[language] ?? [language];
  const rank = ({ lang, localService, default: usual }) => {
    const tag = lang.replace("_", "-").toLowerCase();
    const place = wanted.findIndex((each) => tag.startsWith(each.toLowerCase()));
    return place < 0 ? Infinity : place + (localService ? 0 : 20) - (usual ? 10 : 0);
  };
  const fit = voices
    .filter((voice) => rank(voice) < Infinity && (remote || voice.localService))
    .sort((one, other) => rank(one) - rank(other));
  return fit[0] ?? null;
}

/** The tag under which the browser's recogniser knows a language. */
export function recognitionTag(language, preferred = "") {
  if (preferred.toLowerCase().startsWith(language)) return preferred;
  return language === "zh" ? "zh-CN" : "en-US";
}
