/**
 * Why something was not done, in the language that is spoken. What the server says of it is English
 * or in the language of the question: it is shown only where it fits. Pure.
 */

/** Whether a text is in a language: Chinese is written in Han characters, English is not. */
export function fits(text, language) {
  return /\p{Script=Han}/u.test(text) === (language === "zh");
}

/**
 * @param {Record<string, string>} words of voice, in the language
 * @param {string} code of the server's problem
 * @param {string} [detail] what the server says of it
 * @returns {string}
 */
export function refusal(words, code, detail, language) {
  const own = `refused.${code}`;
  if (Object.hasOwn(words, own)) return words[own];
  return detail && fits(detail, language) ? detail : words["refused.other"];
}
