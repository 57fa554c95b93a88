/**
 * What is spoken, and when. Pure: no voice, no clock, no page; `now` is local ms.
 *
 * Answers are spoken as they come, by sentence, and to their end. Alerts interrupt them. Captions
 * come last: only where nothing else is to be said, seldom, and only when they say something new.
 * Whatever is being said stops the moment that the person speaks.
 *
 * Driving contract: tell it what happens; then, if `hushing` is true, stop the voice; and while the
 * voice is free, say what `next` gives and tell `ended` when that was said to its end.
 *
 * @typedef {"answer" | "alert" | "caption" | "reply"} Kind `reply`: what the page itself answers
 * @typedef {{text: string, kind: Kind, about: string}} Saying `about`: id of the message
 * @typedef {"talk" | "always" | "never"} Wish `talk`: what was asked by voice, and alerts from then
 */

import { Sentences } from "./sentences.js";
import { alike, novelty } from "./words_in.js";

/** Sayings that wait; a model that goes on and on is cut. */
export const MOST_WAITING = 24;
/** Between two captions, ms, and after anything else that was said. */
export const CAPTION_EVERY_MS = 8000;
export const CAPTION_AFTER_MS = 3000;
/** A caption that could not be said for so long is old, ms. */
export const CAPTION_FRESH_MS = 4000;
/** Part of a caption's words that none of the captions said lately had. */
export const LEAST_NEWS = 0.34;
/** Captions that are remembered, and for how long, ms. */
const MOST_CAPTIONS = 8;
const CAPTION_MEMORY_MS = 120_000;
/** So long after it was said may the room still echo it, ms; and how alike an echo is. */
const ECHO_MS = 6000;
const ECHO_LIKENESS = 0.6;
const MOST_SAID = 6;
/** Answers and alerts that are known again: a broken connection has the server tell them twice. */
export const MOST_KNOWN = 64;

export class Speaking {
  /** @type {Wish} */
  wish = "talk";
  /** Whether what is being said has to stop; taking it in is up to the driver. */
  hushing = false;

  #waiting = [];
  /** @type {Saying | null} what the voice is saying */
  #current = null;
  /** By id, oldest first. Those that were told to their end are silenced too. */
  #answers = new Map();
  /** Ids of those that were told. */
  #alerts = new Set();
  #caption = null;
  #captions = [];
  #said = [];
  #personSpeaks = false;
  #talked = false;
  #quietSince = -Infinity;
  #lastCaption = -Infinity;

  /** The person begins to speak, or presses the button: silence. */
  personSpeaks() {
    this.#personSpeaks = true;
    this.#talked = true;
    this.#waiting = this.#waiting.filter(({ kind }) => kind === "alert");
    this.#caption = null;
    for (const answer of this.#answers.values()) answer.silenced = true;
    if (this.#current) this.#hush(this.#current.kind === "alert");
  }

  personQuiet(now) {
    this.#personSpeaks = false;
    this.#quietSince = now;
  }

  /** A question was put; the answers to those before it are not waited for any more. */
  asked(id, byVoice) {
    for (const answer of this.#answers.values()) answer.silenced = true;
    this.#answers.delete(id);
    this.#expect(id, byVoice);
    this.#talked ||= byVoice;
    this.#waiting = this.#waiting.filter(({ kind }) => kind !== "answer");
    if (this.#current?.kind === "answer") this.#hush(false);
  }

  /** A piece of an answer, or all of it at its end. */
  answered({ id, delta, text, done }) {
    const answer = this.#answers.get(id) ?? this.#expect(id, false);
    if (answer.silenced) return;
    answer.silenced = Boolean(done);
    if (!this.#wanted("answer", answer.byVoice)) return;
    const ready = done ? answer.sentences.end(text) : answer.sentences.add(delta ?? "");
    for (const sentence of ready) this.#add({ text: sentence, kind: "answer", about: id });
  }

  /** What the page has to say to something that was said to it. */
  reply(text, about, byVoice) {
    if (this.#wanted("answer", byVoice)) this.#add({ text, kind: "reply", about });
  }

  /** Interrupts whatever is said; that is then said again. */
  alerted({ id, text }) {
    if (!this.#wanted("alert", this.#talked) || this.#alerts.has(id)) return;
    this.#alerts.add(id);
    forget(this.#alerts);
    this.#waiting.splice(this.#alertsWaiting, 0, { text, kind: "alert", about: id });
    this.#waiting.splice(MOST_WAITING);
    const kind = this.#current?.kind ?? "alert";
    if (kind !== "alert") this.#hush(kind !== "caption");
  }

  /** Another session gives its ids anew. */
  begin() {
    this.#answers.clear();
    this.#alerts.clear();
  }

  /** @param {{id: string, text: string}} caption takes the place of one that waits */
  captioned({ id, text }, now) {
    if (this.#wanted("caption", false)) this.#caption = { text, about: id, at: now };
  }

  /** @returns {Saying | null} what is to be said now; null for nothing yet */
  next(now) {
    if (this.#personSpeaks || this.#current) return null;
    this.#current = this.#waiting.shift() ?? this.#captionDue(now);
    if (this.#current) this.#remember(this.#current, now);
    return this.#current;
  }

  /** What was said last was said to its end, or could not be said. */
  ended(now) {
    if (this.#current?.kind === "caption") this.#lastCaption = now;
    this.#current = null;
    this.#quietSince = now;
  }

  /** Whether words that were heard are our own, back from the loudspeaker. */
  isEcho(text, now) {
    const recent = this.#said.filter(({ at }) => now - at < ECHO_MS);
    return recent.some((said) => alike(text, said.text) > ECHO_LIKENESS);
  }

  /** @param {Wish} wish */
  set(wish) {
    this.wish = wish;
    if (wish !== "never") return;
    this.#waiting = [];
    this.#caption = null;
    if (this.#current) this.#hush(false);
  }

  get #alertsWaiting() {
    return this.#waiting.filter(({ kind }) => kind === "alert").length;
  }

  #wanted(kind, byVoice) {
    if (this.wish === "always") return true;
    return this.wish === "talk" && byVoice && kind !== "caption";
  }

  #expect(id, byVoice) {
    const answer = { byVoice, sentences: new Sentences(), silenced: false };
    this.#answers.set(id, answer);
    forget(this.#answers);
    return answer;
  }

  #add(saying) {
    this.#caption = null;
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(saying);
    if (this.#current?.kind === "caption") this.#hush(false);
  }

  /** @param {boolean} again whether it is said once more, from its beginning */
  #hush(again) {
    if (again) {
      const alert = this.#current.kind === "alert";
      this.#waiting.splice(alert ? 0 : this.#alertsWaiting, 0, this.#current);
    }
    this.#current = null;
    this.hushing = true;
  }

  #captionDue(now) {
    const caption = this.#caption;
    if (!caption) return null;
    if (now - caption.at > CAPTION_FRESH_MS) {
      this.#caption = null;
      return null;
    }
    if (now - this.#quietSince < CAPTION_AFTER_MS) return null;
    if (now - this.#lastCaption < CAPTION_EVERY_MS) return null;
    this.#caption = null;
    this.#captions = this.#captions.filter(({ at }) => now - at < CAPTION_MEMORY_MS);
    if (novelty(caption.text, this.#captions.map(({ text }) => text)) < LEAST_NEWS) return null;
    this.#captions = [...this.#captions, { text: caption.text, at: now }].slice(-MOST_CAPTIONS);
    return { text: caption.text, kind: "caption", about: caption.about };
  }

  #remember({ text }, now) {
    this.#said = [...this.#said, { text, at: now }].slice(-MOST_SAID);
  }
}

/** @param {Map | Set} known by id, of which the oldest go */
function forget(known) {
  for (const id of known.keys()) {
    if (known.size <= MOST_KNOWN) return;
    known.delete(id);
  }
}
