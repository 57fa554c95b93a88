/** How much two texts have in common, by their words; Chinese by its pairs of characters. Pure. */

/** Words that say nothing. */
const EMPTY = new Set(
  "a an the is are was there here and or of on in at to it its i see".split(" "),
);

/** @returns {Set<string>} */
export function wordsIn(text) {
  const plain = text.toLowerCase().normalize("NFKC");
  const words = plain.match(/[\p{L}\p{N}]+/gu) ?? [];
  const found = new Set();
  for (const word of words) {
    if (!/\p{Script=Han}/u.test(word)) {
      if (!EMPTY.has(word)) found.add(word);
      continue;
    }
    if (word.length === 1) found.add(word);
    for (let at = 0; at + 1 < word.length; at += 1) found.add(word.slice(at, at + 2));
  }
  return found;
}

/** @returns {number} part of the words of a text that none of the others has; 0 for no words */
export function novelty(text, others) {
  const words = wordsIn(text);
  const known = new Set(others.flatMap((other) => [...wordsIn(other)]));
  const fresh = [...words].filter((word) => !known.has(word));
  return words.size ? fresh.length / words.size : 0;
}

/** @returns {number} part of the words of a text that another has too; 0 for no words */
export function alike(text, other) {
  const words = wordsIn(text);
  return words.size ? 1 - novelty(text, [other]) : 0;
}
