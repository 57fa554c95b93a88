/** The assistant's side of the page: what it says is kept and shown, what it is asked is sent. */

import { announce } from "./announce.js";
import { Bubbles } from "./bubbles.js";
import { Caption, showCaption } from "./caption.js";
import { setText, showCards } from "./cards.js";
import { Conversation, isStale } from "./conversation.js";
import { alertCard, entryCard, ruleWords, watchCard } from "./faces.js";
import { Recall } from "./recall.js";
import { readSaying } from "./sayings.js";
import { say } from "./strings.js";
import { Alerts, Watches } from "./watches.js";

/** What a phone does once when an alert comes, ms. */
const BUZZ = 200;

const find = (id) => document.getElementById(id);

export class Assistant {
  #parts;
  #conversation = new Conversation();
  #watches = new Watches();
  #alerts = new Alerts();
  #caption = new Caption();
  #bubbles;
  #selected = null;

  /**
   * @param {(message: object) => boolean} parts.send
   * @param {(words: string) => Promise<unknown>} parts.recall searches the memory
   * @param {(text: string) => void} parts.note says something in passing
   */
  constructor(parts) {
    this.#parts = parts;
    this.#bubbles = new Bubbles(find("bubbles"), () => this.#showTalk());
    const recall = new Recall(parts.recall, parts.evidence);
    find("watching").addEventListener("click", () => find("watch-sheet").showModal());
    find("recall").addEventListener("click", () => {
      find("recall-sheet").showModal();
      this.#showTalk();
      recall.look();
    });
  }

  /** @param {Scene} scene of the frame that is shown */
  follow(scene) {
    this.#bubbles.follow(scene);
  }

  /** Takes a message of the channel `events`. @returns {boolean} whether it was for here */
  hear(message) {
    const now = performance.now();
    if (message.type === "problem") return this.#refused(message, now);
    const saying = readSaying(message);
    if (saying?.type === "caption") this.#captioned(saying, now);
    else if (saying?.type === "answer") this.#answered(saying, now);
    else if (saying?.type === "watching") this.#understood(saying);
    else if (saying?.type === "alert") this.#alerted(saying, now);
    else if (saying) this.#parts.stage.takeText(saying.lines);
    return saying !== null;
  }

  /** A new session: it knows nothing of what was wanted of the last. */
  opened() {
    this.lost();
    this.#alerts.begin();
    for (const { id, text } of this.#watches.open) this.#parts.send({ type: "watch", id, text });
  }

  /** The session is gone, and with it every question that was open. */
  lost() {
    if (this.#conversation.fail("lost", performance.now())) this.#showTalk();
  }

  /** @returns {string} id of the question */
  ask(question, target = {}) {
    const now = performance.now();
    const entry = this.#conversation.ask(question, target, now);
    this.#select(entry);
    const sent = this.#parts.send({ type: "ask", id: entry.id, text: question, ...target });
    if (!sent) this.#conversation.fail("offline", now, (each) => each === entry);
    this.#showTalk();
    return entry.id;
  }

  /**
   * @param {{object?: number, about?: "this" | "like"}} [which] an object that is meant. Another
   *   session does not know it: there the words alone are what is watched for
   * @returns {string | null} id of the watch, null if there are too many
   */
  watch(text, which = {}) {
    const watch = this.#watches.add(text);
    if (watch) this.#parts.send({ type: "watch", id: watch.id, text, ...which });
    else this.#parts.note(say("watch.full"));
    this.#showWatches();
    return watch?.id ?? null;
  }

  /** Shows everything as it is now; to be called now and then, since all of it ages. */
  show() {
    this.#conversation.tick(performance.now());
    this.#showTalk();
    this.#showCaption();
    this.#showAlerts();
    this.#showWatches();
  }

  /** All that is known, for inspection. */
  get known() {
    const now = performance.now();
    const aged = (each) => ({ ...each, age: each.at === null ? null : now - each.at });
    return {
      caption: this.#caption.said && aged(this.#caption.said),
      answers: this.#conversation.entries.map((entry) => ({
        ...aged(entry),
        done: entry.state === "done",
        anchor: this.#bubbles.anchor(entry.id),
      })),
      watches: this.#watches.list,
      alerts: this.#alerts.list.map(aged),
    };
  }

  #captioned(saying, now) {
    this.#caption.take(saying, now);
    if (this.#caption.worthTelling(now)) announce(find("said"), saying.text);
    this.#showCaption();
  }

  #answered(saying, now) {
    const entry = this.#conversation.answer(saying, now);
    if (entry?.state === "done") announce(find("said"), entry.text);
    this.#showTalk();
  }

  #understood(saying) {
    const watch = this.#watches.heed(saying);
    if (watch?.state === "watching") this.#parts.note(ruleWords(watch));
    this.#showWatches();
  }

  #alerted(saying, now) {
    if (!this.#alerts.add(saying, now)) return;
    announce(find("warned"), saying.text);
    this.#parts.stage.mark(saying.objects);
    navigator.vibrate?.(BUZZ);
    this.#showAlerts();
  }

  #refused({ about, detail, code }, now) {
    const words = String(detail ?? code ?? "");
    if (this.#conversation.refuse(about, words, now)) {
      announce(find("said"), words);
      this.#showTalk();
    } else if (this.#watches.refuse(about, words)) {
      this.#parts.note(words);
      this.#showWatches();
    } else return false;
    return true;
  }

  #select(entry) {
    this.#selected = entry;
    this.#parts.stage.select(entry?.target.object ?? null);
  }

  #showTalk() {
    const now = performance.now();
    const { entries } = this.#conversation;
    const { evidence } = this.#parts;
    const card = (entry) => entryCard(entry, now, (each) => this.ask(each.question, each.target));
    const fresh = entries.filter((entry) => !isStale(entry, now));
    if (!fresh.includes(this.#selected)) this.#select(null);
    this.#bubbles.show(fresh, card, evidence);
    const docked = fresh.filter(({ id }) => this.#bubbles.anchor(id) === null).slice(-1);
    showCards(find("docked"), docked.map(card), evidence);
    if (!find("recall-sheet").open) return;
    showCards(find("history"), entries.map(card).reverse(), evidence);
    find("not-asked").hidden = entries.length > 0;
  }

  #showCaption() {
    showCaption(find("caption"), this.#caption, performance.now(), this.#parts.stage.ids);
  }

  #showAlerts() {
    const dismiss = (id) => {
      this.#alerts.dismiss(id);
      this.#showAlerts();
    };
    const cards = this.#alerts.list.map((alert) => alertCard(alert, performance.now(), dismiss));
    showCards(find("alerts"), cards, this.#parts.evidence);
  }

  #showWatches() {
    const { list, open } = this.#watches;
    const remove = (id) => {
      if (this.#watches.remove(id)) this.#parts.send({ type: "unwatch", id });
      this.#showWatches();
    };
    const cards = list.map((watch) => watchCard(watch, remove));
    showCards(find("watches"), cards, this.#parts.evidence);
    find("watching").hidden = list.length === 0;
    setText(find("watching-count"), String(open.length));
    find("not-watched").hidden = list.length > 0;
  }
}

