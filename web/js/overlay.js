/** Draws boxes and their labels on a canvas that lies over the picture. */

import { coloursOf } from "./colour.js";
import { onStage, shared } from "./geometry.js";
import { Labels } from "./labels.js";
import { named } from "./strings.js";

/** A stage whose shorter side is this many CSS pixels gets lines and letters as designed. */
const DESIGNED_FOR = 420;
const LEAST_SCALE = 0.9;
const MOST_SCALE = 1.5;
/** Sharper than this is not seen, only paid for. */
const MOST_DENSITY = 3;

const LINE = 2.5;
const THIN_LINE = 1.5;
const HALO = 2;
const DASHES = [7, 6];
/** Text is outlined thinly, and what was touched with a second line around it. */
const TEXT_LINE = 1;
const TEXT_COLOUR = "rgb(255 255 255 / 0.6)";
const RING = 4;
const CORNER = 7;
const LETTERS = 13;
const FIGURES = 11;
const PADDING = 6;
/** Labels whose width is kept; more kinds of things are not in view at a time. */
const MOST_MEASURED = 100;
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/**
 * @typedef {object} Layout
 * @property {Rect} picture where the picture lies on the stage
 * @property {Rect} room where labels may go
 * @property {boolean} mirrored
 * @property {readonly number[][][]} quads text to outline
 * @property {readonly DrawnBox[]} ringed to make stand out, drawn or not
 */

export class Overlay {
  #canvas;
  #pen;
  #scale = 1;
  #labels = new Labels();
  /** @type {Map<string, number>} widths by label, at this scale */
  #widths = new Map();
  /** Comes with the first pose: most people look at pictures without. */
  #bones = null;

  constructor(canvas) {
    this.#canvas = canvas;
    this.#pen = canvas.getContext("2d");
  }

  /** Takes the stage's size in CSS pixels, and device pixels a CSS pixel; when either changes. */
  resize(stage, density) {
    const sharp = Math.min(density, MOST_DENSITY);
    this.#canvas.width = Math.round(stage.width * sharp);
    this.#canvas.height = Math.round(stage.height * sharp);
    this.#pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    const wanted = Math.min(stage.width, stage.height) / DESIGNED_FOR;
    this.#scale = Math.max(LEAST_SCALE, Math.min(wanted, MOST_SCALE));
    this.#widths.clear();
  }

  clear() {
    this.#pen.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  /** @returns {Rect[]} where the labels are */
  draw(boxes, layout) {
    this.clear();
    for (const quad of layout.quads) this.#outline(quad, layout);
    const placed = boxes
      .map((box) => ({ box, rect: onStage(box.box, layout.picture, layout.mirrored) }))
      .filter(({ rect }) => shared(rect, layout.picture));
    for (const { box, rect } of placed) this.#skeleton(box, rect, layout.mirrored);
    for (const { box, rect } of placed) this.#frame(box, rect);
    for (const box of layout.ringed) this.#ring(box, layout);
    const spots = this.#write(placed, layout.room);
    this.#pen.globalAlpha = 1;
    return spots;
  }

  #write(placed, room) {
    const texts = placed.map(({ box }) => this.#measure(box));
    const items = placed.map(({ box, rect }, n) => ({ id: box.id, rect, size: texts[n].size }));
    const spots = this.#labels.place(items, room, performance.now());
    placed.forEach(({ box }, n) => {
      const found = spots.get(box.id);
      if (found) this.#label(box, texts[n], found);
    });
    return [...spots.values()].map(({ spot }) => spot);
  }

  #outline(quad, { picture, mirrored }) {
    const pen = this.#pen;
    pen.setLineDash([]);
    pen.beginPath();
    for (const [x, y] of quad) {
      const { left, top } = onStage([x, y, 0, 0], picture, mirrored);
      pen.lineTo(left, top);
    }
    pen.closePath();
    pen.strokeStyle = TEXT_COLOUR;
    pen.lineWidth = TEXT_LINE * this.#scale;
    pen.stroke();
  }

  #ring({ box, alpha }, { picture, mirrored }) {
    const pen = this.#pen;
    const { left, top, width, height } = onStage(box, picture, mirrored);
    const out = RING * this.#scale;
    pen.globalAlpha = alpha;
    pen.setLineDash([]);
    pen.beginPath();
    const ring = { left: left - out, top: top - out, width: width + 2 * out };
    rounded(pen, { ...ring, height: height + 2 * out }, CORNER * this.#scale + out);
    pen.strokeStyle = "#fff";
    pen.lineWidth = LINE * this.#scale;
    pen.stroke();
  }

  #frame(box, rect) {
    const pen = this.#pen;
    const width = (box.dashed ? THIN_LINE : LINE) * this.#scale;
    pen.globalAlpha = box.alpha;
    pen.setLineDash(box.dashed ? DASHES : []);
    pen.beginPath();
    const corner = Math.min(CORNER * this.#scale, rect.width / 3, rect.height / 3);
    rounded(pen, rect, corner);
    pen.strokeStyle = "rgb(0 0 0 / 0.4)";
    pen.lineWidth = width + HALO;
    pen.stroke();
    pen.strokeStyle = coloursOf(box.id).fill;
    pen.lineWidth = width;
    pen.stroke();
  }

  #skeleton({ keypoints, alpha }, rect, mirrored) {
    if (!keypoints) return;
    this.#bones ??= this.#loadBones();
    this.#pen.globalAlpha = alpha;
    this.#bones.draw?.(this.#pen, keypoints, rect, mirrored, this.#scale);
  }

  #loadBones() {
    const bones = {};
    import("./skeleton.js").then(
      ({ drawSkeleton }) => (bones.draw = drawSkeleton),
      () => {}, // boxes are drawn all the same
    );
    return bones;
  }

  #label(box, text, { spot, alpha }) {
    const pen = this.#pen;
    const { fill, ink } = coloursOf(box.id);
    pen.globalAlpha = box.alpha * alpha;
    pen.beginPath();
    rounded(pen, spot, (CORNER - 1) * this.#scale);
    pen.fillStyle = fill;
    pen.fill();
    pen.fillStyle = ink;
    this.#letter(text, spot);
  }

  /** The score has room for two digits, so that a label does not change its width with it. */
  #measure({ label, score }) {
    const padding = PADDING * this.#scale;
    const name = named(label);
    const percentAt = this.#width(name, 600, LETTERS) + 0.75 * padding;
    const width = percentAt + this.#width("88%", 500, FIGURES) + 2 * padding;
    const height = (LETTERS + 9) * this.#scale;
    const percent = `${Math.min(99, Math.round(score * 100))}%`;
    return { name, percent, percentAt, size: { width, height } };
  }

  #width(text, weight, size) {
    const known = this.#widths.get(text);
    if (known !== undefined) return known;
    if (this.#widths.size >= MOST_MEASURED) this.#widths.clear();
    this.#font(weight, size);
    const { width } = this.#pen.measureText(text);
    this.#widths.set(text, width);
    return width;
  }

  #letter({ name, percent, percentAt }, spot) {
    const pen = this.#pen;
    const left = spot.left + PADDING * this.#scale;
    const base = spot.top + spot.height / 2 + LETTERS * this.#scale * 0.36;
    pen.textBaseline = "alphabetic";
    this.#font(600, LETTERS);
    pen.fillText(name, left, base);
    this.#font(500, FIGURES);
    pen.fillText(percent, left + percentAt, base);
  }

  #font(weight, size) {
    this.#pen.font = `${weight} ${size * this.#scale}px ${FONT}`;
  }
}

/** `roundRect` is missing in browsers of 2022. */
function rounded(pen, { left, top, width, height }, radius) {
  if (pen.roundRect) pen.roundRect(left, top, width, height, radius);
  else pen.rect(left, top, width, height);
}
