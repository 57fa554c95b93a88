/** Carries boxes from the frames they were found in to the frame that is displayed. Pure. */

/** Speeds are trusted so far ahead, ms, then less and less, to `FADE` more; and so far back. */
const TRUSTED = 250;
const FADE = 350;
const FURTHEST_BACK = 500;

/** Unconfirmed for so long, a box is drawn thin and dashed, begins to fade, and is gone, ms. */
const DASHED_AFTER = 450;
const FADES_AFTER = 800;
const GONE_AFTER = 1300;
/** Joints found in a picture so long before the displayed frame are no longer drawn, ms. */
const POSE_LASTS = 1000;

/**
 * @typedef {object} DrawnBox
 * @property {number} id
 * @property {string} label
 * @property {number} score 0…1
 * @property {number[]} box left, top, width, height; fractions of the picture
 * @property {number} unseen ms from the frame of its last detection to the displayed one
 * @property {number} alpha 0…1
 * @property {boolean} dashed not confirmed lately
 * @property {readonly number[]} [keypoints] joints, in fractions of the box
 *
 * @typedef {{objects: readonly SeenObject[], at: number}} Known as of a
 *   frame, with local ms of its capture
 */

/**
 * The boxes as of any displayed frame; those that are gone are left out.
 * @param {Known} newest
 * @param {Known | null} before the message before it
 * @param {number} shown local ms of the displayed frame's capture
 * @returns {DrawnBox[]}
 */
export function boxesAt(newest, before, shown) {
  const elapsed = shown - newest.at;
  const step = before ? newest.at - before.at : 0;
  const known = elapsed < 0 && step > 0 ? before.objects : [];
  const earlier = new Map(known.map((object) => [object.id, object]));
  return newest.objects
    .map((object) => ({
      id: object.id,
      label: object.label,
      score: object.score,
      box: placed(object, earlier.get(object.id), elapsed, step),
      unseen: object.seen + elapsed,
      ...appearance(object.seen + Math.max(0, elapsed)),
      ...pose(object, elapsed),
    }))
    .filter((box) => box.alpha > 0);
}

/** Joints go where their box goes, for as long as they are believed. */
function pose({ keypoints, posed }, elapsed) {
  return keypoints && posed + elapsed <= POSE_LASTS ? { keypoints } : {};
}

/** A frame between two that the server spoke of has its boxes between theirs. */
function placed(object, earlier, elapsed, step) {
  if (!earlier) return moved(object, elapsed);
  if (elapsed < -step) return moved(earlier, elapsed + step);
  return object.box.map((side, index) => side + ((side - earlier.box[index]) * elapsed) / step);
}

/**
 * @param {Pick<SeenObject, "box" | "v">} object
 * @param {number} elapsed ms
 * @returns {number[]} its box then
 */
export function moved({ box: [left, top, width, height], v: [vx, vy] }, elapsed) {
  const seconds = reach(elapsed) / 1000;
  return [left + vx * seconds, top + vy * seconds, width, height];
}

function reach(elapsed) {
  if (elapsed <= TRUSTED) return Math.max(elapsed, -FURTHEST_BACK);
  return TRUSTED + FADE * (1 - Math.exp((TRUSTED - elapsed) / FADE));
}

/**
 * @param {number} unseen ms since a detection last confirmed the object
 * @returns {{alpha: number, dashed: boolean}}
 */
export function appearance(unseen) {
  const left = (GONE_AFTER - unseen) / (GONE_AFTER - FADES_AFTER);
  return { alpha: Math.max(0, Math.min(1, left)), dashed: unseen > DASHED_AFTER };
}
