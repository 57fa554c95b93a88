/**
 * A person's skeleton, drawn as the server draws it too. Loaded with the first pose that comes.
 *
 * Keypoints are x, y, score of 17 joints one after the other, in COCO's order; x and y are
 * fractions of the person's box. Left and right are the person's own.
 *
 * @typedef {{at: number[], side: Side, sure: boolean}} Joint CSS pixels
 * @typedef {{from: number[], to: number[], side: Side, sure: boolean}} Limb CSS pixels
 * @typedef {"left" | "right" | "middle"} Side
 */

/** Joints that score less are not drawn; those that score this much are sure. */
const LEAST_SCORE = 0.3;
const SURE_SCORE = 0.5;
/** Further out than this many boxes, no joint of a person is. */
const FURTHEST = 8;

/** Amber and sky blue differ in hue and lightness to everyone's eyes. */
const COLOURS = { left: "rgb(255 193 7)", right: "rgb(39 174 255)", middle: "rgb(244 244 244)" };
const EDGE = "rgb(0 0 0 / 0.65)";
const HALO = 2;
/** Of lines and dots; what is unsure is thin, broken and small. */
const SURE = { line: 2.5, dot: 7, dashes: [] };
const UNSURE = { line: 1.5, dot: 4, dashes: [5, 5] };

/** Shoulders, hips, trunk, arms, legs, and the face. */
const LIMBS = [
  ...[[5, 6], [11, 12], [5, 11], [6, 12], [5, 7], [7, 9], [6, 8], [8, 10]],
  ...[[11, 13], [13, 15], [12, 14], [14, 16], [0, 1], [0, 2], [1, 3], [2, 4]],
];

/** All dark edges first, so that no line is cut by another's. */
export function drawSkeleton(pen, keypoints, rect, mirrored, scale) {
  const { limbs, joints } = skeleton(keypoints, rect, mirrored);
  for (const halo of [HALO, 0]) {
    for (const limb of limbs) drawLimb(pen, limb, scale, halo);
    for (const joint of joints) drawJoint(pen, joint, scale, halo);
  }
}

function drawLimb(pen, { from, to, side, sure }, scale, halo) {
  const { line, dashes } = sure ? SURE : UNSURE;
  pen.setLineDash(dashes);
  pen.beginPath();
  pen.moveTo(...from);
  pen.lineTo(...to);
  pen.strokeStyle = halo ? EDGE : COLOURS[side];
  pen.lineWidth = line * scale + halo;
  pen.stroke();
}

function drawJoint(pen, { at: [x, y], side, sure }, scale, halo) {
  pen.beginPath();
  pen.arc(x, y, ((sure ? SURE : UNSURE).dot * scale + halo) / 2, 0, 2 * Math.PI);
  pen.fillStyle = halo ? EDGE : COLOURS[side];
  pen.fill();
}

/** @returns {{limbs: Limb[], joints: Joint[]}} what is to be seen of it */
export function skeleton(keypoints, rect, mirrored) {
  const all = Array.from({ length: keypoints.length / 3 }, (_, index) =>
    placed(keypoints.slice(3 * index), rect, mirrored, index),
  );
  const limbs = LIMBS.map((pair) => pair.map((index) => all[index]))
    .filter((ends) => ends.every(Boolean))
    .map(([a, b]) => ({ from: a.at, to: b.at, side: shared(a, b), sure: a.sure && b.sure }));
  return { limbs, joints: all.filter(Boolean) };
}

/** @returns {Joint | null} null for one that is only guessed, or nowhere near */
function placed([x, y, score], { left, top, width, height }, mirrored, index) {
  if (!(score >= LEAST_SCORE) || Math.abs(x) > FURTHEST || Math.abs(y) > FURTHEST) return null;
  const at = [left + (mirrored ? 1 - x : x) * width, top + y * height];
  const side = index === 0 ? "middle" : index % 2 ? "left" : "right";
  return { at, side, sure: score >= SURE_SCORE };
}

/** The nose belongs to neither side: what goes from it has the side of the other end. */
function shared(a, b) {
  if (a.side === b.side) return a.side;
  return a.side === "middle" ? b.side : "middle";
}
