/**
 * Everything that is said to the person is a card: a picture, words, a button. This makes them,
 * and keeps a list of them as it should be, touching only what changed. Text is only ever text.
 *
 * @typedef {object} Card
 * @property {string} key stays while it is the same card
 * @property {string} [head] what was asked, or is wanted
 * @property {string} text
 * @property {string} [meta] age, source
 * @property {string} [tone] one word for the style
 * @property {string | null} [picture] path of the evidence
 * @property {number[] | null} [box] in the picture
 * @property {{name: string, run: () => void} | null} [action]
 */

/** @param {Evidence} evidence where pictures come from */
export function showCards(list, cards, evidence) {
  const known = new Map([...list.children].map((each) => [each.dataset.key, each]));
  cards.forEach((card, index) => {
    const element = known.get(card.key) ?? newCard(card.key);
    known.delete(card.key);
    fill(element, card, evidence);
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  });
  for (const gone of known.values()) drop(gone, list);
}

/** A card that had the focus hands it on. */
function drop(gone, list) {
  const lost = gone.contains(document.activeElement);
  gone.remove();
  if (!lost) return;
  const near = list.querySelector(".act:not([hidden])") ?? list.closest("dialog");
  (near ?? document.getElementById("question")).focus();
}

function newCard(key) {
  const { content } = document.getElementById("saying");
  const element = content.firstElementChild.cloneNode(true);
  element.dataset.key = key;
  return element;
}

function fill(element, { head, text, meta, tone, picture, box, action }, evidence) {
  const part = (name) => element.querySelector(`.${name}`);
  const button = part("act");
  for (const [line, words] of [
    [part("head"), head],
    [part("text"), text],
    [part("meta"), meta],
    [button, action?.name],
  ]) {
    setText(line, words ?? "");
    line.hidden = !words;
  }
  button.onclick = action?.run ?? null;
  if (element.dataset.tone !== tone) element.dataset.tone = tone ?? "";
  evidence.show(part("picture"), picture ?? null);
  const frame = part("frame");
  frame.hidden = !box;
  if (box) place(frame, box);
}

/** Setting the same text again would end a selection, and be read out again. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function place({ style }, box) {
  ["left", "top", "width", "height"].forEach((side, index) => {
    style[side] = `${box[index] * 100}%`;
  });
}
