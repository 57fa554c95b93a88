/** Where an answer's bubble goes: to which object, and to which side of it. Pure. */

import { holds, inside, shared } from "./geometry.js";

const GAP = 8;
/** A label sits on top of its box; a bubble above it leaves this room. */
const LABEL = 30;
/** Room that a side has to spare when it is taken up: else it would soon be left again. */
const SPARE = 10;

/**
 * The object that an answer is shown by: where it was, while that is in view, else the first that
 * it names which is.
 * @returns {number | null} its id
 */
export function anchorOf(wanted, last, inView) {
  if (wanted.includes(last) && inView(last)) return last;
  return wanted.find(inView) ?? null;
}

/**
 * The first side that has room and hits nothing; the one it was on before goes first, so that it
 * does not hop about. If there is none: within the box, as near as the room allows.
 * @returns {{side: string, spot: Rect}}
 */
export function bubbleSpot(box, size, room, taken, before) {
  const sides = spots(shared(box, room) ?? box, size, room);
  const free = (side, spare) =>
    holds(room, sides[side]) && !taken.some((other) => shared(grown(sides[side], spare), other));
  const stays = before in sides && free(before, 0) ? before : undefined;
  const found = (spare) => Object.keys(sides).find((side) => free(side, spare));
  const side = stays ?? found(SPARE) ?? found(0) ?? "within";
  return { side, spot: inside(sides[side], room) };
}

function grown({ left, top, width, height }, by) {
  return { left: left - by, top: top - by, width: width + 2 * by, height: height + 2 * by };
}

function spots({ left, top, width, height }, size, room) {
  const level = inside({ left, top, ...size }, room);
  return {
    below: { ...level, top: top + height + GAP },
    right: { ...level, left: left + width + GAP },
    left: { ...level, left: left - size.width - GAP },
    above: { ...level, top: top - LABEL - size.height - GAP },
    within: { ...size, left: left + GAP, top: top + height - size.height - GAP },
  };
}
