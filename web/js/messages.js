/**
 * What comes over the data channels, read with care: anything that does not fit is null, never an
 * exception, since one bad message must not stop the picture. Pure.
 *
 * @typedef {object} SeenObject
 * @property {number} id stable while the object is followed
 * @property {string} label
 * @property {number} score 0…1
 * @property {readonly number[]} box left, top, width, height; fractions of the picture
 * @property {readonly number[]} v motion of the box's centre, fractions a second
 * @property {number} seen ms since a detection last confirmed it, at the time of its frame
 * @property {readonly number[]} [keypoints] a person's joints; see `skeleton.js`
 * @property {number} [posed] ms since the picture in which they were found
 *
 * @typedef {object} FrameTime
 * @property {number} pts 90 kHz media clock
 * @property {number} age ms from the frame's arrival at the server to the message
 * @property {number | null} captured ms since the Unix epoch by the sender's own clock, if known
 * @property {number | null} returned RTP timestamp that it bears in the returned video, if known
 *
 * @typedef {{seq: number, frame: FrameTime, index: number, parts: number, camera: number[],
 *   objects: SeenObject[]}} TracksPart part `index` of `parts`; `camera` is the picture's own motion
 */

const LONGEST_MESSAGE = 65_536;
/** x, y, score of 17 joints. */
const KEYPOINTS = 51;
const MOST_PARTS = 128;
const MOST_OBJECTS_A_PART = 64;

/** @returns {({type: string} & Record<string, any>) | null} */
export function readMessage(text) {
  if (typeof text !== "string" || text.length > LONGEST_MESSAGE) return null;
  try {
    const message = JSON.parse(text);
    return typeof message?.type === "string" ? message : null;
  } catch {
    return null;
  }
}

/** @returns {TracksPart | null} of a message of type `tracks` */
export function readTracks(message) {
  const { seq, frame, part, camera, objects } = message;
  if (!Number.isSafeInteger(seq) || !Array.isArray(objects)) return null;
  if (!Number.isFinite(frame?.pts)) return null;
  const [index, parts] = Array.isArray(part) ? part : [0, 1];
  if (!fits(index, parts)) return null;
  return {
    seq,
    frame: readFrame(frame),
    index,
    parts,
    camera: areNumbers(camera, 2) ? camera : [0, 0],
    objects: objects.slice(0, MOST_OBJECTS_A_PART).map(readObject).filter(Boolean),
  };
}

/** What is absent has its default: the server leaves out what says nothing. */
function readFrame({ pts, age, captured, returned }) {
  return {
    pts,
    age: number(age, 0),
    captured: number(captured, null),
    returned: number(returned, null),
  };
}

function fits(index, parts) {
  const whole = Number.isInteger(index) && Number.isInteger(parts);
  return whole && index >= 0 && index < parts && parts <= MOST_PARTS;
}

/** @returns {SeenObject | null} */
function readObject(object) {
  if (!Number.isFinite(object?.id) || !areNumbers(object.box, 4)) return null;
  return {
    id: object.id,
    label: String(object.label ?? ""),
    score: number(object.score, 0),
    box: object.box,
    v: areNumbers(object.v, 2) ? object.v : [0, 0],
    seen: number(object.seen, 0),
    ...readPose(object),
  };
}

/** Nothing at all where there is none, which is the rule. */
function readPose({ keypoints, posed }) {
  return areNumbers(keypoints, KEYPOINTS) ? { keypoints, posed: number(posed, 0) } : {};
}

function number(value, otherwise) {
  return Number.isFinite(value) ? value : otherwise;
}

/** @returns {boolean} whether it is a list of so many numbers */
export function areNumbers(list, count) {
  return Array.isArray(list) && list.length === count && list.every(Number.isFinite);
}
