/** Carries boxes from the frame they were found in to the frame that is displayed. Pure. */

/** A box is not carried further than this, either way, ms: beyond it the guess is no longer one. */
const FURTHEST_AHEAD = 1000;
const FURTHEST_BACK = 500;

/** Unconfirmed for so long, a box is drawn thin and dashed, begins to fade, and is gone, ms. */
const DASHED_AFTER = 450;
const FADES_AFTER = 800;
const GONE_AFTER = 1300;

/**
 * @typedef {object} DrawnBox
 * @property {number} id
 * @property {string} label
 * @property {number} score 0…1
 * @property {number[]} box left, top, width, height; fractions of the picture
 * @property {number} alpha 0…1
 * @property {boolean} dashed not confirmed lately
 */

/**
 * The boxes of a snapshot as they are at another time; those that are gone are left out.
 * @param {readonly import("./messages.js").SeenObject[]} objects
 * @param {number} elapsed ms from the snapshot's capture to the displayed frame's
 * @returns {DrawnBox[]}
 */
export function boxesAfter(objects, elapsed) {
  return objects
    .map((object) => ({
      id: object.id,
      label: object.label,
      score: object.score,
      box: moved(object.box, object.v, elapsed),
      ...appearance(object.seen + Math.max(0, elapsed)),
    }))
    .filter((box) => box.alpha > 0);
}

/**
 * @param {readonly number[]} box left, top, width, height
 * @param {readonly number[]} velocity of its centre, fractions a second
 * @param {number} elapsed ms
 * @returns {number[]}
 */
export function moved([left, top, width, height], [vx, vy], elapsed) {
  const seconds = Math.max(-FURTHEST_BACK, Math.min(elapsed, FURTHEST_AHEAD)) / 1000;
  return [left + vx * seconds, top + vy * seconds, width, height];
}

/**
 * @param {number} unseen ms since a detection last confirmed the object
 * @returns {{alpha: number, dashed: boolean}}
 */
export function appearance(unseen) {
  const left = (GONE_AFTER - unseen) / (GONE_AFTER - FADES_AFTER);
  return { alpha: Math.max(0, Math.min(1, left)), dashed: unseen > DASHED_AFTER };
}
