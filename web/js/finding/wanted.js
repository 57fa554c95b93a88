/** What a person wants found, by what they call it. Pure. */

const SMALL_WORDS = /^(?:my|the|a|an|some|our|your)\s+|^(?:我的|我们的|那个|这个|一个)/;

/** Words that people use for what detectors call otherwise. */
const ALSO = {
  phone: "cell phone",
  mobile: "cell phone",
  "mobile phone": "cell phone",
  telephone: "cell phone",
  bag: "handbag",
  purse: "handbag",
  rucksack: "backpack",
  sofa: "couch",
  television: "tv",
  fridge: "refrigerator",
  glass: "wine glass",
  mug: "cup",
  table: "dining table",
  desk: "dining table",
  bike: "bicycle",
  plant: "potted plant",
  ball: "sports ball",
  teddy: "teddy bear",
  people: "person",
  somebody: "person",
  "remote control": "remote",
  notebook: "laptop",
  computer: "laptop",
};

/**
 * @param {readonly string[]} labels that can be found
 * @param {Record<string, string>} [names] of labels, in the person's language
 * @returns {string | null} the label that is meant
 */
export function labelFor(words, labels, names = {}) {
  const plain = plainly(words);
  if (!plain) return null;
  for (const wanted of [plain, singular(plain)]) {
    const found =
      labels.find((label) => label.toLowerCase() === wanted) ??
      labels.find((label) => names[label] === wanted) ??
      labels.find((label) => label === ALSO[wanted]) ??
      labels.find((label) => label.toLowerCase().split(" ").includes(wanted));
    if (found) return found;
  }
  return null;
}

/** @returns {string} without article, as a detector that is asked is told it */
export function plainly(words) {
  const text = words.trim().toLowerCase().replace(/\s+/g, " ");
  return text.replace(SMALL_WORDS, "").replace(/[.!?。！？]+$/, "").trim();
}

function singular(word) {
  if (/(?:ss|us)$/.test(word)) return word;
  if (/(?:ch|sh|x|s)es$/.test(word)) return word.slice(0, -2);
  return word.replace(/ves$/, "f").replace(/s$/, "");
}
