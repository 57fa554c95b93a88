/**
 * Where a picture lies that is made larger and moved about. Pure: rectangles in, rectangles out.
 * `base` is where it lies when it is not, and it never gets smaller than that.
 */

/** More shows no more: a camera's picture has about that many pixels. */
export const MOST = 8;
/** How much one press of a key, or one notch of a wheel of 100 pixels, enlarges. */
export const STEP = 1.3;
const NOTCH = 100;

/** @param {{x: number, y: number}} spot that stays where it is */
export function zoomed(rect, base, stage, factor, { x, y }) {
  const before = rect.width / base.width;
  const after = Math.max(1, Math.min(before * factor, MOST));
  const by = after / before;
  const left = x + (rect.left - x) * by;
  const top = y + (rect.top - y) * by;
  return kept({ left, top, width: base.width * after, height: base.height * after }, base, stage);
}

/** @returns {Rect} moved by so many pixels, no edge of the picture further in than it was at rest */
export function panned(rect, base, stage, across, down) {
  return kept({ ...rect, left: rect.left + across, top: rect.top + down }, base, stage);
}

/** @param {number} delta of a wheel, pixels */
export function wheelFactor(delta) {
  return STEP ** (-delta / NOTCH);
}

function kept(rect, base, stage) {
  const left = held(rect.left, rect.width, base.left, base.width, stage.width);
  const top = held(rect.top, rect.height, base.top, base.height, stage.height);
  return { ...rect, left, top };
}

function held(start, length, baseStart, baseLength, room) {
  const first = Math.max(0, baseStart);
  const last = Math.min(room, baseStart + baseLength);
  return Math.max(last - length, Math.min(start, first));
}
