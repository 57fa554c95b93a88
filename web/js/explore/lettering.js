/** Lays words over the words of a picture. Pure. */

/**
 * The CSS transform that puts a text's own box on the four corners where it is to be read, or as
 * near as a parallelogram comes. The text lies at the layer's top left, and turns about its own.
 * @param {number[][]} quad corners, clockwise from the reader's top left; fractions of the picture
 * @param {Size} text as it is laid out by itself
 * @param {Size} layer as large as the picture
 */
export function transformOnto([topLeft, topRight, , bottomLeft], text, layer) {
  const place = ([x, y]) => [x * layer.width, y * layer.height];
  const [[x, y], across, down] = [place(topLeft), place(topRight), place(bottomLeft)];
  const numbers = [
    (across[0] - x) / text.width,
    (across[1] - y) / text.width,
    (down[0] - x) / text.height,
    (down[1] - y) / text.height,
    x,
    y,
  ];
  return `matrix(${numbers.map((number) => number.toFixed(4)).join(", ")})`;
}

/** The line that is at a place, or null. @param {[number, number]} point fractions */
export function lineAt(point, lines) {
  return lines.find(({ quad }) => inside(point, quad)) ?? null;
}

/** What is written on an object: the lines whose middle lies in its box, in their order. */
export function textIn([left, top, width, height], lines) {
  const on = ({ quad }) => {
    const [x, y] = middle(quad);
    return x >= left && x <= left + width && y >= top && y <= top + height;
  };
  return lines.filter(on).map(({ text }) => text).filter(Boolean).join("\n");
}

function middle(quad) {
  return [0, 1].map((axis) => quad.reduce((sum, corner) => sum + corner[axis] / 4, 0));
}

/** Whether a point is on the same side of all four edges. */
function inside([x, y], quad) {
  const turns = quad.map(([ax, ay], n) => {
    const [bx, by] = quad[(n + 1) % 4];
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax);
  });
  return turns.every((turn) => turn >= 0) || turns.every((turn) => turn <= 0);
}
