/** Lets boxes glide where a new message corrects them a little, instead of jumping. Pure. */

const GLIDE_MS = 60;
/** A correction by more than this part of the box is taken at once: the box was wrong. */
const LARGEST = 0.25;

/** @typedef {readonly DrawnBox[]} Boxes */

export class Glide {
  /** By id, how far each side was off when the last but one message was last drawn. */
  #offsets = new Map();
  #since = 0;
  #drawn = 0;

  /**
   * A new message is about to be drawn.
   * @param {Boxes} old where, on the same frame, boxes would be without it
   * @param {Boxes} fresh where they are
   */
  turn(old, fresh) {
    const before = new Map(this.#off(old, this.#drawn).map(({ id, box }) => [id, box]));
    this.#offsets = new Map();
    for (const { id, box } of fresh) {
      const offset = before.get(id)?.map((side, index) => side - box[index]);
      if (offset && isSmall(offset, box)) this.#offsets.set(id, offset);
    }
    this.#since = this.#drawn;
  }

  /**
   * @param {number} now local ms
   * @returns {Boxes} as they are to be drawn
   */
  draw(boxes, now) {
    this.#drawn = now;
    return this.#off(boxes, now);
  }

  #off(boxes, now) {
    const left = 1 - (now - this.#since) / GLIDE_MS;
    if (!(left > 0)) return boxes;
    return boxes.map((each) => {
      const offset = this.#offsets.get(each.id);
      return offset ? { ...each, box: each.box.map((side, i) => side + offset[i] * left) } : each;
    });
  }
}

function isSmall(offset, box) {
  return offset.every((by, index) => Math.abs(by) <= LARGEST * box[2 + (index % 2)]);
}
