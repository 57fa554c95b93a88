/**
 * Where things lie. Pure. Boxes from the server are `[left, top, width, height]` in fractions of
 * the picture; everything else here is `{left, top, width, height}` in CSS pixels of the stage.
 *
 * @typedef {{width: number, height: number}} Size
 * @typedef {{left: number, top: number, width: number, height: number}} Rect
 */

/** Less of the picture than this left over by `cover` means: show it whole instead. */
const LEAST_VISIBLE = 0.5;

/** Labels keep this far from edges and from what lies over the picture. */
const MARGIN = 6;

/**
 * `cover` fills the stage and crops; it is given up where most of the picture would be lost, as
 * with a wide video on an upright phone.
 * @returns {"cover" | "contain"}
 */
export function chooseFit(picture, stage) {
  const ratio = picture.width / picture.height / (stage.width / stage.height);
  return Math.min(ratio, 1 / ratio) >= LEAST_VISIBLE ? "cover" : "contain";
}

/**
 * The rectangle that CSS `object-fit` gives the picture, centred; `cover` reaches over the edges.
 * @returns {Rect}
 */
export function placed(picture, stage, fit) {
  const across = stage.width / picture.width;
  const down = stage.height / picture.height;
  const scale = fit === "cover" ? Math.max(across, down) : Math.min(across, down);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { left: (stage.width - width) / 2, top: (stage.height - height) / 2, width, height };
}

/**
 * A box of the picture on the stage.
 * @param {readonly number[]} box fractions: left, top, width, height
 * @returns {Rect}
 */
export function onStage([left, top, width, height], picture, mirrored) {
  const from = mirrored ? 1 - left - width : left;
  return {
    left: picture.left + from * picture.width,
    top: picture.top + top * picture.height,
    width: width * picture.width,
    height: height * picture.height,
  };
}

/**
 * The place of the picture at a place of the stage: the way back from `onStage`.
 * @param {{x: number, y: number}} spot CSS pixels
 * @returns {[number, number] | null} fractions; null beside the picture
 */
export function inPicture({ x, y }, picture, mirrored) {
  const across = (x - picture.left) / picture.width;
  const down = (y - picture.top) / picture.height;
  const within = across >= 0 && across <= 1 && down >= 0 && down <= 1;
  return within ? [mirrored ? 1 - across : across, down] : null;
}

/** What is touched at a place: of all boxes there the smallest, as it lies in front or is meant. */
export function boxAt([x, y], boxes) {
  const area = ({ box }) => box[2] * box[3];
  const [least] = boxes
    .filter(({ box: [left, top, width, height] }) => {
      return x >= left && x <= left + width && y >= top && y <= top + height;
    })
    .sort((one, other) => area(one) - area(other));
  return least ?? null;
}

/** What two rectangles share, or null. @returns {Rect | null} */
export function shared(a, b) {
  const left = Math.max(a.left, b.left);
  const top = Math.max(a.top, b.top);
  const width = Math.min(a.left + a.width, b.left + b.width) - left;
  const height = Math.min(a.top + a.height, b.top + b.height) - top;
  return width > 0 && height > 0 ? { left, top, width, height } : null;
}

/**
 * What is left of the stage beside things that lie along its edges. Each takes the strip between
 * itself and the edge it is nearest to: top or bottom if it is wide, left or right if it is high.
 * @param {readonly Rect[]} things empty ones take nothing
 * @returns {Rect}
 */
export function roomBeside(stage, things) {
  const room = {
    left: MARGIN,
    top: MARGIN,
    right: stage.width - MARGIN,
    bottom: stage.height - MARGIN,
  };
  for (const { left, top, width, height } of things) {
    if (width * height === 0) continue;
    const [low, high, start, end, length] =
      width > height
        ? ["top", "bottom", top, top + height, stage.height]
        : ["left", "right", left, left + width, stage.width];
    if (start + end < length) room[low] = Math.max(room[low], end + MARGIN);
    else room[high] = Math.min(room[high], start - MARGIN);
  }
  const { left, top, right, bottom } = room;
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * The largest even size with the same shape that stays within the limits; never larger than it is.
 * Even, since video codecs halve the colour planes.
 * @param {Size} limit longest and shortest side in either order
 * @returns {Size}
 */
export function within(size, limit) {
  const long = Math.max(limit.width, limit.height);
  const short = Math.min(limit.width, limit.height);
  const longest = Math.max(size.width, size.height);
  const scale = Math.min(1, long / longest, short / Math.min(size.width, size.height));
  return { width: even(size.width * scale), height: even(size.height * scale) };
}

/** @returns {Rect} the same, shifted into the room */
export function inside(rect, room) {
  const left = clamp(rect.left, room.left, room.left + room.width - rect.width);
  const top = clamp(rect.top, room.top, room.top + room.height - rect.height);
  return { ...rect, left, top };
}

/** @returns {boolean} whether it lies wholly within */
export function holds(room, rect) {
  const { left, top } = inside(rect, room);
  const fits = rect.width <= room.width && rect.height <= room.height;
  return fits && left === rect.left && top === rect.top;
}

function clamp(value, low, high) {
  return Math.max(low, Math.min(value, high));
}

function even(value) {
  return Math.max(2, 2 * Math.round(value / 2));
}
