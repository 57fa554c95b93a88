/**
 * What the assistant says, read with care as in messages.js: words are cut to a length, lists to a
 * number, and what does not fit is left out. Pure.
 *
 * @typedef {object} Saying
 * @property {"caption" | "answer" | "watching" | "alert" | "text"} type
 * @property {string} text
 * @property {number} age ms of what it rests on, when it was sent
 * @property {number[]} objects ids that it speaks of, in its order
 * @property {string | null} evidence path of a picture
 */

import { areNumbers } from "./messages.js";

export const LONGEST_TEXT = 8000;
const MOST_OBJECTS = 32;
const MOST_BLOCKS = 80;
export const MOST_MEMORIES = 24;

const READERS = {
  caption: common,
  answer: ({ id, delta, done, ...message }) => ({
    ...common(message),
    id: words(id),
    delta: words(delta),
    // An answer may end with all of its text or with none, its pieces being all.
    text: typeof message.text === "string" ? words(message.text) : null,
    done: done === true,
  }),
  watching: ({ id, rule, state }) => ({
    id: words(id),
    rule: words(rule),
    ended: state === "ended",
  }),
  alert: ({ id, ...message }) => ({ ...common(message), told: words(id) }),
  text: ({ blocks }) => ({ lines: readLines(blocks) }),
};

/** @returns {Saying | null} null if it is none */
export function readSaying(message) {
  const { type } = message;
  return Object.hasOwn(READERS, type) ? { ...READERS[type](message), type } : null;
}

/**
 * @param {unknown} answer of the memory's door
 * @returns {{kind: string, text: string, ago: number, box: number[] | null,
 *   evidence: string | null}[]}
 */
export function readMemories(answer) {
  return list(answer?.memories, MOST_MEMORIES, (found) => ({
    kind: words(found?.kind),
    text: words(found?.text),
    ago: number(found?.ago),
    box: areNumbers(found?.box, 4) ? found.box : null,
    evidence: words(found?.evidence) || null,
  }));
}

/** @returns {{text: string, quad: number[][]}[]} lines of text with their corners */
export function readLines(blocks) {
  return list(blocks, MOST_BLOCKS, (block) => {
    const quad = readQuad(block);
    return quad && { text: words(block.text), quad };
  });
}

function common({ text, age, source, objects, evidence }) {
  return {
    text: words(text),
    age: number(age),
    source: words(source),
    objects: list(objects, MOST_OBJECTS, (id) => (Number.isSafeInteger(id) ? id : null)),
    evidence: words(evidence) || null,
  };
}

function readQuad(block) {
  const corners = list(block?.quad, 4, (corner) => (areNumbers(corner, 2) ? corner : null));
  return corners.length === 4 ? corners : null;
}

function words(value) {
  return typeof value === "string" ? value.slice(0, LONGEST_TEXT) : "";
}

function number(value) {
  return Number.isFinite(value) ? Math.max(0, value) : 0;
}

function list(value, most, read) {
  const items = Array.isArray(value) ? value.slice(0, most) : [];
  return items.map(read).filter((item) => item !== null);
}
