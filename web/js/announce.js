/** What is told to those who do not see it. */

/**
 * A new element is read out even if it says the same as the last.
 * @param {HTMLElement} region a live one, that is always there
 */
export function announce(region, text) {
  const line = document.createElement("p");
  line.textContent = text;
  region.replaceChildren(line);
}
