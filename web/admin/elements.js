/** Elements with their text and attributes; text never becomes markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {Record<string, string | boolean | null | undefined>} attributes false and null are left
 *   out, true has no value
 * @param {...(Node | string)} children
 */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same of SVG. */
export function shape(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/** Writes only what changes: a screen reader is not told the same again. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children);
  return node;
}
