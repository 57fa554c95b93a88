/** Finds a thing with the person: asks what, then guides by sound, pulses, arrow and words. */

import { named, say } from "../strings.js";
import { GIVE_UP_AFTER, Guide } from "./guide.js";
import { FindPanel } from "./panel.js";
import { FindSheet } from "./sheet.js";
import { Sounds } from "./sounds.js";
import { inView, tickOf } from "./ticking.js";
import { labelFor, plainly } from "./wanted.js";

/** Guidance is worked out so often, ms: faster than ticks come, slower than the picture. */
const STEP = 60;
/** How long a detector that is asked is waited for to refuse a phrase, ms. */
const REFUSED_WITHIN = 1500;
const MINUTE = 60_000;

/** Names of labels in other languages than the detectors'. */
const NAMES = { zh: () => import("./chinese_names.js") };

export class Seeker {
  #parts;
  #sheet = null;
  #panel = null;
  #guide = null;
  #sounds = new Sounds();
  #stepping;
  #ticked = 0;
  #names = {};
  /** What the server was asked to look for, beside what it knows. */
  #asked = null;
  /** Of asking: what was begun in an earlier one counts no more. */
  #turn = 0;
  /** For how long it was really looked, ms, and local ms of the last step: null while it waits. */
  #looked = 0;
  #stepped = null;

  /** `parts` as Explore has them; with `known()`: the labels, and whether any words will do. */
  constructor(parts) {
    this.#parts = parts;
    addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && this.#guide && !document.querySelector("dialog[open]")) this.stop();
    });
  }

  /** Asks what to find. */
  async ask() {
    this.stop();
    this.#sheet?.close();
    this.#cancel();
    const turn = this.#turn;
    const { lang } = document.documentElement;
    this.#names = NAMES[lang] ? (await NAMES[lang]()).default : {};
    if (turn !== this.#turn) return;
    this.#sheet = new FindSheet({
      start: (words) => this.#start(words),
      cancel: () => this.#cancel(),
    });
    this.#sheet.open(this.#kinds());
  }

  /** Ends the search. @param {string} why key of the words for it */
  stop(why = "find.stopped") {
    if (!this.#guide) return;
    clearInterval(this.#stepping);
    this.#guide = null;
    this.#panel.remove();
    this.#sounds.end();
    this.#withdraw();
    document.getElementById("seek").setAttribute("aria-pressed", "false");
    this.#parts.note(say(why, { minutes: GIVE_UP_AFTER / MINUTE }));
  }

  /** Another session: it does not know yet what was asked for. */
  opened() {
    if (this.#asked) this.#parts.send({ type: "set", labels: [this.#asked] });
  }

  /** Another language is spoken. */
  translate() {
    if (this.#guide) this.#panel.translate();
  }

  /** What is in view first, since that can surely be found. */
  #kinds() {
    const { stage, known } = this.#parts;
    const here = (stage.live(performance.now())?.boxes ?? []).map(({ label }) => label);
    const labels = [...new Set([...here, ...known().labels])];
    return labels.map((label) => [named(label), () => this.#start(label)]);
  }

  async #start(words) {
    this.#turn += 1;
    const turn = this.#turn;
    // Now, while the person touches the page.
    this.#sounds.wake();
    const { labels, anything } = this.#parts.known();
    const label = labelFor(words, labels, this.#names) ?? (anything ? plainly(words) : null);
    const wrong = await this.#refusal(words, label, labels);
    if (turn !== this.#turn) return;
    if (wrong) return this.#refuse(wrong);
    this.#sheet.close();
    this.#sheet = null;
    this.#begin(label);
  }

  /** Why it cannot be looked for, empty if it can. */
  async #refusal(words, label, labels) {
    if (!plainly(words)) return say("find.what");
    if (!label) return say("find.unknown", { words: words.trim() });
    if (labels.includes(label)) {
      this.#withdraw();
      return "";
    }
    const refused = this.#parts.refusal(REFUSED_WITHIN);
    if (!this.#parts.send({ type: "set", labels: [label] })) return say("find.unready");
    this.#asked = label;
    this.#sheet.wait();
    return refused;
  }

  #refuse(wrong) {
    this.#withdraw();
    this.#sheet.wrong(wrong);
  }

  /** The person does not want to find anything after all, or something else. */
  #cancel() {
    this.#turn += 1;
    this.#sheet = null;
    this.#withdraw();
    this.#sounds.end();
  }

  #withdraw() {
    if (this.#asked) this.#parts.send({ type: "set", labels: [] });
    this.#asked = null;
  }

  #begin(label) {
    clearInterval(this.#stepping);
    this.#panel?.remove();
    this.#looked = 0;
    this.#stepped = null;
    this.#guide = new Guide(label, 0);
    this.#ticked = -Infinity;
    this.#panel = new FindPanel(label, () => this.stop());
    document.getElementById("seek").setAttribute("aria-pressed", "true");
    this.#stepping = setInterval(() => this.#step(), STEP);
    this.#step();
  }

  #step() {
    if (!document.body.classList.contains("running")) return this.stop();
    const now = performance.now();
    const live = document.hidden ? null : this.#parts.stage.live(now);
    if (live) this.#guideBy(live, now);
    else this.#wait();
  }

  /** Nothing is known of what is before the camera now: nothing is said of where things are. */
  #wait() {
    this.#stepped = null;
    this.#panel.point("none", [0, 0]);
    this.#panel.tell(["find.waiting"]);
  }

  #guideBy(live, now) {
    if (this.#stepped === null) this.#guide.sayAgain();
    else this.#looked += now - this.#stepped;
    this.#stepped = now;
    const { stage } = this.#parts;
    const boxes = live.boxes.map((each) => ({ ...each, box: inView(each.box, live, stage.size) }));
    const guidance = this.#guide.step(boxes, this.#looked);
    if (guidance.state === "over") return this.stop("find.gave");
    this.#draw(guidance);
    this.#sound(guidance, now);
    if (guidance.object !== null) stage.mark([guidance.object]);
  }

  #draw({ state, way: [across, down], words }) {
    const { width, height } = this.#parts.stage.size;
    this.#panel.point(state, [across * width, down * height]);
    if (words.length > 0) this.#panel.tell(words);
  }

  #sound(guidance, now) {
    const tick = tickOf(guidance);
    if (!tick || now - this.#ticked < tick.every) return;
    this.#ticked = now;
    this.#sounds.tick(tick.pitches, tick.pan);
    navigator.vibrate?.(tick.pulses);
  }
}
