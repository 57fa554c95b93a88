/** Finds a thing with the person: asks what, then guides by sound, pulses, arrow and words. */

import { setText } from "../cards.js";
import { part } from "../explore/parts.js";
import { say } from "../strings.js";
import { GIVE_UP_AFTER, Guide } from "./guide.js";
import { Sounds } from "./sounds.js";
import { inView, tickOf } from "./ticking.js";
import { labelFor, plainly } from "./wanted.js";

/** Guidance is worked out so often, ms: faster than ticks come, slower than the picture. */
const STEP = 60;
/** How long a detector that is asked is waited for to refuse a phrase, ms. */
const REFUSED_WITHIN = 1500;
const MINUTE = 60_000;
const SVG = "http://www.w3.org/2000/svg";

/** Names of labels in other languages than the detectors'. */
const NAMES = { zh: () => import("./chinese_names.js") };

export class Seeker {
  #parts;
  #sheet = null;
  #view = null;
  #guide = null;
  #sounds = new Sounds();
  #stepping;
  #ticked = 0;
  #names = {};
  #asked = false;

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
    const { lang } = document.documentElement;
    this.#names = NAMES[lang] ? (await NAMES[lang]()).default : {};
    this.#sheet ??= this.#makeSheet();
    this.#offer();
    this.#sheet.querySelector(".wrong").textContent = "";
    this.#sheet.showModal();
  }

  /** Ends the search. */
  stop(why = "find.stopped") {
    if (!this.#guide) return;
    clearInterval(this.#stepping);
    this.#guide = null;
    this.#view.remove();
    this.#sounds.end();
    if (this.#asked) this.#parts.send({ type: "set", labels: [] });
    this.#asked = false;
    document.getElementById("seek").setAttribute("aria-pressed", "false");
    this.#parts.note(say(why, { minutes: GIVE_UP_AFTER / MINUTE }));
  }

  #makeSheet() {
    const sheet = part("dialog", { id: "seek-sheet", "aria-label": say("find.title") });
    const inner = sheet.appendChild(part("div", { class: "sheet" }));
    const head = inner.appendChild(part("header"));
    const close = part("button", { type: "button" }, say("sheet.close"));
    close.addEventListener("click", () => sheet.close());
    head.append(part("h2", {}, say("find.title")), close);
    const form = inner.appendChild(part("form"));
    const field = form.appendChild(part("label", {}, say("find.what")));
    const input = part("input", { maxlength: 60, autocomplete: "off", enterkeyhint: "go" });
    field.append(input);
    const go = part("button", {}, say("find.start"));
    form.append(part("p", { class: "wrong", role: "alert" }), go);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#start(input.value);
    });
    inner.append(part("div", { class: "kinds", role: "group", "aria-label": say("find.what") }));
    sheet.addEventListener("click", ({ target }) => target === sheet && sheet.close());
    document.body.append(sheet);
    return sheet;
  }

  /** What is in view first, since that can surely be found. */
  #offer() {
    const { stage, known } = this.#parts;
    const here = stage.scene.boxes.map(({ label }) => label);
    const labels = [...new Set([...here, ...known().labels])];
    const buttons = labels.map((label) => {
      const button = part("button", { type: "button" }, this.#named(label));
      button.addEventListener("click", () => this.#start(label));
      return button;
    });
    this.#sheet.querySelector(".kinds").replaceChildren(...buttons);
  }

  #named(label) {
    return this.#names[label] ?? label;
  }

  async #start(words) {
    // Now, while the person touches the page.
    this.#sounds.wake();
    const { labels, anything } = this.#parts.known();
    const label = labelFor(words, labels, this.#names) ?? (anything ? plainly(words) : null);
    const wrong = await this.#refusal(words, label, labels);
    this.#sheet.querySelector(".wrong").textContent = wrong;
    if (wrong) return this.#sheet.querySelector("input").focus();
    this.#sheet.close();
    this.#begin(label);
  }

  /** Why it cannot be looked for, empty if it can. */
  async #refusal(words, label, labels) {
    if (!plainly(words)) return say("find.what");
    if (!label) return say("find.unknown", { words: words.trim() });
    if (labels.includes(label)) return labels.length ? "" : say("find.unready");
    const refused = this.#parts.refusal(REFUSED_WITHIN);
    if (!this.#parts.send({ type: "set", labels: [label] })) return say("find.unready");
    this.#asked = true;
    return refused;
  }

  #begin(label) {
    this.#guide = new Guide(label, performance.now());
    this.#ticked = -Infinity;
    this.#makeView(this.#named(label));
    document.getElementById("seek").setAttribute("aria-pressed", "true");
    this.#stepping = setInterval(() => this.#step(), STEP);
    this.#step();
  }

  #makeView(what) {
    this.#view = part("section", { id: "seeker", "aria-label": say("find.title") });
    const words = this.#view.appendChild(part("div", { class: "words" }));
    const stop = part("button", { class: "stop", type: "button" }, say("find.stop"));
    stop.addEventListener("click", () => this.stop());
    words.append(
      part("p", { class: "what" }, say("find.wanting", { what })),
      part("p", { class: "way", role: "status" }),
      stop,
    );
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 132 132");
    svg.setAttribute("aria-hidden", "true");
    svg.append(
      shape("circle", { class: "ring", cx: 66, cy: 66, r: 44 }),
      shape("path", { class: "arrow", d: "M128 66 104 46v40z" }),
    );
    this.#view.append(svg);
    document.getElementById("shelf").after(this.#view);
    stop.focus({ preventScroll: true });
  }

  #step() {
    const now = performance.now();
    const { stage } = this.#parts;
    const { scene, size } = stage;
    const boxes = scene.boxes.map((each) => ({ ...each, box: inView(each.box, scene, size) }));
    const guidance = this.#guide.step(boxes, now);
    if (guidance.state === "over") return this.stop("find.gave");
    this.#draw(guidance);
    this.#sound(guidance, now);
    if (guidance.object !== null) stage.mark([guidance.object]);
  }

  #draw({ state, way: [across, down], words }) {
    const { size } = this.#parts.stage;
    this.#view.dataset.tone = state;
    const angle = Math.atan2(down * size.height, across * size.width);
    this.#view.querySelector(".arrow").style.transform = `rotate(${angle.toFixed(3)}rad)`;
    if (words.length === 0) return;
    const text = words.map((key) => say(key)).join(say("find.and"));
    setText(this.#view.querySelector(".way"), text);
  }

  #sound(guidance, now) {
    const tick = tickOf(guidance);
    if (!tick || now - this.#ticked < tick.every) return;
    this.#ticked = now;
    this.#sounds.tick(tick.pitches, tick.pan);
    navigator.vibrate?.(tick.pulses);
  }
}

function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) {
    element.setAttribute(attribute, String(value));
  }
  return element;
}
