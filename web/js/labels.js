/**
 * Where labels go, so that none lies over another and none jumps. Pure.
 *
 * A label keeps its side of its box for as long as it has room there. Only when that place is really
 * taken, by the edge or by the label of an object known for longer, it goes to another side, and
 * there it needs some room to spare: what just fits would soon be left again. One that finds no
 * place is left out, since its box is seen all the same, and comes back no sooner than a moment later.
 *
 * @typedef {{id: number, rect: Rect, size: Size}} Labelled an object's box, and what is to be said
 * @typedef {{spot: Rect, alpha: number}} Placed
 */

import { inside, shared } from "./geometry.js";

/** Room that a place has beyond the label itself to be taken up, CSS pixels: rather the first. */
const SPARE = [20, 4];
/** What had no place stays away so long, ms. */
const AWAY_FOR = 400;
/** A label that changed its place grows visible there within this, ms. */
const APPEARS_IN = 150;

/** In the order in which they are tried. */
export const SIDES = [
  "above",
  "within",
  "below",
  "above end",
  "within end",
  "below end",
  "right",
  "left",
  "foot",
];

export class Labels {
  /** @type {Map<number, {side: string | null, since: number}>} of what was drawn last */
  #held = new Map();

  /** @returns {Map<number, Placed>} by id; what has no place is not in it */
  place(items, room, now) {
    const known = this.#held;
    this.#held = new Map();
    const found = new Map();
    const taken = [];
    const put = (id, spot, side, since) => {
      found.set(id, { spot, alpha: Math.min(1, (now - since) / APPEARS_IN) });
      taken.push(spot);
      this.#held.set(id, { side, since });
    };
    const byAge = [...items].sort((one, other) => one.id - other.id);
    const moving = byAge.filter((item) => {
      const before = known.get(item.id);
      const spot = before?.side && spotAt(before.side, item, room);
      if (!spot || taken.some((other) => shared(spot, other))) return true;
      put(item.id, spot, before.side, before.since);
      return false;
    });
    for (const item of moving) {
      const before = known.get(item.id);
      const away = before?.side === null && now - before.since < AWAY_FOR;
      const side = away ? undefined : freeSide(item, room, taken);
      // What is seen for the first time has nothing to leave, and is labelled at once.
      if (side) put(item.id, spotAt(side, item, room), side, before ? now : -Infinity);
      else this.#held.set(item.id, { side: null, since: away ? before.since : now });
    }
    return found;
  }

  /** The side that a label was last drawn at, null if it had none. */
  sideOf(id) {
    return this.#held.get(id)?.side ?? null;
  }
}

function freeSide(item, room, taken) {
  const spots = SIDES.map((side) => [side, spotAt(side, item, room)]).filter(([, spot]) => spot);
  for (const spare of SPARE) {
    const free = ([, spot]) => !taken.some((other) => shared(grown(spot, spare), other));
    const found = spots.find(free);
    if (found) return found[0];
  }
  return undefined;
}

/**
 * Where a label lies on one side of its box, shifted into the room.
 * @returns {Rect | null} null if it would not be by its box there, or the box is out of the room
 */
export function spotAt(side, { rect, size }, room) {
  const box = shared(rect, room);
  if (!box || size.width > room.width) return null;
  const { left, top, width, height } = rect;
  const end = left + width - size.width;
  const foot = top + height;
  const [x, y] = {
    above: [left, top - size.height],
    within: [left, top],
    below: [left, foot],
    "above end": [end, top - size.height],
    "within end": [end, top],
    "below end": [end, foot],
    right: [left + width, top],
    left: [left - size.width, top],
    foot: [left, foot - size.height],
  }[side];
  const spot = inside({ left: x, top: y, ...size }, room);
  return shared(grown(spot, 1), box) ? spot : null;
}

function grown({ left, top, width, height }, by) {
  return { left: left - by, top: top - by, width: width + 2 * by, height: height + 2 * by };
}
