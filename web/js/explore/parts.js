/** Small things that the parts of this folder share. */

/** An element with attributes and text. */
export function part(name, attributes = {}, text = "") {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    element.setAttribute(attribute, value);
  }
  if (text) element.textContent = text;
  return element;
}

/** @returns {Promise<boolean>} whether a text is in the clipboard now */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
