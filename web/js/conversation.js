/**
 * Questions and what became of them. Each ends: with an answer, with a reason, or when its time is
 * up. Pure: `now` is an argument, local ms.
 *
 * @typedef {object} Entry
 * @property {string} id
 * @property {string} question empty if it was not put into words here
 * @property {{object?: number, point?: number[]}} target what was pointed at
 * @property {"waiting" | "saying" | "done" | "failed"} state
 * @property {string} text the answer so far; when failed, the server's reason
 * @property {"" | "lost" | "late" | "offline"} reason for a failure that the page itself found
 * @property {string} source
 * @property {number[]} objects
 * @property {string | null} evidence
 * @property {number} asked
 * @property {number | null} at when what the answer rests on was seen
 * @property {number | null} ended
 */

import { LONGEST_TEXT } from "./sayings.js";

export const MOST_ENTRIES = 20;
/** A question without its whole answer after this has failed, ms. */
export const WAIT_MS = 90_000;
/** An answer is put away so long after it was whole, ms. */
export const STALE_MS = 12_000;

export class Conversation {
  #asked = 0;

  /** @type {Entry[]} newest last */
  entries = [];

  /** @returns {Entry} */
  ask(question, target, now) {
    this.#asked += 1;
    return this.#add({ id: `ask-${this.#asked}`, question, target, asked: now });
  }

  /** Takes a piece of an answer. @returns {Entry | null} null if it is too late, or nobody's */
  answer({ id, delta, text, done, age, source, objects, evidence }, now) {
    const entry = this.#open(id) ?? this.#unasked(id, now);
    if (!entry) return null;
    entry.text = text ?? (entry.text + delta).slice(0, LONGEST_TEXT);
    entry.state = done ? "done" : "saying";
    entry.at = now - age;
    entry.source = source;
    if (objects.length > 0) entry.objects = objects;
    entry.evidence = evidence ?? entry.evidence;
    entry.ended = done ? now : null;
    return entry;
  }

  /** @returns {Entry | null} null if it is about no open question */
  refuse(id, detail, now) {
    const entry = this.#open(id);
    if (entry) Object.assign(entry, { state: "failed", text: detail, ended: now });
    return entry;
  }

  /** Fails those that are open. @returns {boolean} whether there were any */
  fail(reason, now, which = () => true) {
    const failing = this.entries.filter((entry) => entry.ended === null && which(entry));
    for (const entry of failing) Object.assign(entry, { state: "failed", reason, ended: now });
    return failing.length > 0;
  }

  /** Fails those whose time is up. */
  tick(now) {
    this.fail("late", now, ({ asked }) => now - asked > WAIT_MS);
  }

  #open(id) {
    return this.entries.find((entry) => entry.id === id && entry.ended === null) ?? null;
  }

  /** Asked from elsewhere; but what was asked here and is not open is too late. */
  #unasked(id, now) {
    const known = this.entries.some((entry) => entry.id === id);
    if (!id || known || id.startsWith("ask-")) return null;
    return this.#add({ id, question: "", target: {}, asked: now });
  }

  #add(entry) {
    const blank = { state: "waiting", text: "", reason: "", source: "", objects: [] };
    this.entries.push({ ...blank, evidence: null, at: null, ended: null, ...entry });
    if (this.entries.length > MOST_ENTRIES) this.entries.shift();
    return this.entries.at(-1);
  }
}

/** Whether an answer has had its time on the picture. */
export function isStale({ ended }, now) {
  return ended !== null && now - ended > STALE_MS;
}
