/** Where a menu opens: at the finger, and wholly on the screen. Pure. */

/** From the edges of the screen, and from the finger, CSS pixels. */
export const EDGE = 8;
const FINGER = 12;

/**
 * Below and right of the finger, else on the other side of it, else as far up or left as need be.
 * @param {{x: number, y: number}} at
 * @param {Size} size of the menu
 * @param {Rect} screen what is free of notches and bars
 */
export function menuSpot({ x, y }, size, screen) {
  return {
    left: along(x, size.width, screen.left, screen.width),
    top: along(y, size.height, screen.top, screen.height),
  };
}

function along(at, length, start, room) {
  const first = start + EDGE;
  const last = start + room - EDGE - length;
  if (at + FINGER <= last) return Math.max(first, at + FINGER);
  const before = at - FINGER - length;
  return before >= first ? before : Math.max(first, last);
}
