/** The frozen picture: it stands still, grows under the fingers, and its words can be copied. */

import { ageWords } from "../age.js";
import { setText } from "../cards.js";
import { chooseFit, placed } from "../geometry.js";
import { readLines } from "../sayings.js";
import { say } from "../strings.js";
import { transformOnto } from "./lettering.js";
import { part, copied } from "./parts.js";
import { Zooming } from "./zooming.js";

/** Of the picture that is sent to be read: what is lost with less, a reader does not miss. */
const QUALITY = 0.92;
const AGE_EVERY = 1000;
/** Letters are laid out this large before they are fitted to the picture, CSS pixels. */
const LETTERS = 20;

export class Still {
  #parts;
  #root = document.getElementById("stage");
  #bar;
  #held = null;
  #layer;
  #canvas;
  #zooming = null;
  #ageing;
  #turn = 0;
  #backs = 0;
  #freezing = false;
  /** What is told, in the language that is spoken then. */
  #telling = () => "";
  #resized = new ResizeObserver(() => this.#held && this.#rest());

  /** `parts` as Explore has them. */
  constructor(parts) {
    this.#parts = parts;
    addEventListener("popstate", () => {
      // A step that was taken back here is no wish of the person, who may have frozen again since.
      if (this.#backs > 0) this.#backs -= 1;
      else this.#leave();
    });
    addEventListener("keydown", ({ key, defaultPrevented }) => {
      const busy = defaultPrevented || document.querySelector("dialog[open]");
      if (key === "Escape" && this.#held && !busy) this.release();
    });
    document.addEventListener("selectionchange", () => this.#held && this.#nameCopy());
  }

  /** Whether a picture stands still. */
  get on() {
    return this.#held !== null;
  }

  async freeze() {
    if (this.#freezing) return;
    this.#freezing = true;
    try {
      await this.#hold();
    } finally {
      this.#freezing = false;
    }
  }

  /** Another language is spoken. */
  translate() {
    if (!this.#held) return;
    this.#bar.setAttribute("aria-label", say("still.name"));
    this.#layer.setAttribute("aria-label", say("still.text"));
    setText(this.#bar.querySelector(".go"), say("still.go"));
    this.#tell(this.#telling);
    this.#tellAge();
    this.#nameCopy();
  }

  async #hold() {
    const turn = ++this.#turn;
    this.#canvas = part("canvas", { id: "still", "aria-hidden": "true" });
    const paint = (preview) => {
      const { videoWidth: width, videoHeight: height } = preview;
      Object.assign(this.#canvas, { width, height });
      this.#canvas.getContext("2d").drawImage(preview, 0, 0);
    };
    const held = await this.#parts.stage.hold(paint, () => this.release());
    if (turn !== this.#turn) return;
    if (!held) this.#parts.note(say("still.nothing"));
    else this.#show(held);
  }

  /** Back to the stream. */
  release() {
    // Takes the step back that freezing put into the history; that ends it.
    if (this.#held && history.state?.still) {
      this.#backs += 1;
      history.back();
    }
    this.#leave();
  }

  /** Says to the server which frame is looked at, if one is. */
  tell() {
    const pts = this.#held?.pts ?? null;
    if (pts !== null) this.#parts.send({ type: "freeze", pts });
  }

  #show(held) {
    this.#held = held;
    this.#layer = part("ol", { id: "lines", "aria-label": say("still.text") });
    document.getElementById("overlay").before(this.#canvas);
    this.#root.append(this.#layer);
    this.#root.classList.add("still");
    this.#makeBar();
    history.pushState({ still: true }, "");
    this.#pressed(true);
    this.tell();
    this.#zooming = new Zooming(this.#root, (rect) => this.#move(rect));
    this.#resized.observe(this.#root);
    this.#rest();
    this.#write();
    this.#ageing = setInterval(() => this.#tellAge(), AGE_EVERY);
    this.#read();
  }

  #leave() {
    if (!this.#held) return;
    this.#turn += 1;
    const sent = this.#held.pts !== null;
    this.#held = null;
    clearInterval(this.#ageing);
    this.#zooming.end();
    this.#resized.disconnect();
    const had = this.#bar.contains(document.activeElement);
    for (const gone of [this.#canvas, this.#layer, this.#bar]) gone.remove();
    this.#root.classList.remove("still");
    this.#pressed(false);
    this.#parts.stage.release();
    if (sent) this.#parts.send({ type: "freeze" });
    if (had) document.getElementById("freeze").focus();
  }

  #pressed(on) {
    document.getElementById("freeze").setAttribute("aria-pressed", String(on));
  }

  #makeBar() {
    const age = part("p", { class: "age" });
    const told = part("p", { class: "told", role: "status" });
    const copy = part("button", { class: "copy", type: "button", hidden: "" });
    const go = part("button", { class: "go", type: "button" }, say("still.go"));
    copy.addEventListener("click", () => this.#copy());
    go.addEventListener("click", () => this.release());
    this.#bar = part("section", { id: "still-bar", "aria-label": say("still.name") });
    this.#bar.append(age, told, copy, go);
    document.getElementById("shelf").after(this.#bar);
    this.#tellAge();
  }

  #tellAge() {
    const age = ageWords(performance.now() - this.#held.shown);
    setText(this.#bar.querySelector(".age"), say("still.age", { age }));
  }

  /** @param {() => string} words */
  #tell(words) {
    this.#telling = words;
    setText(this.#bar.querySelector(".told"), words());
  }

  get #base() {
    const { size } = this.#parts.stage;
    return placed(this.#canvas, size, chooseFit(this.#canvas, size));
  }

  /** Puts the picture where it lies when it is not enlarged; also after the stage has changed. */
  #rest() {
    const base = this.#base;
    this.#zooming.rest(base, this.#parts.stage.size);
    const { style } = this.#layer;
    style.width = `${base.width}px`;
    style.height = `${base.height}px`;
    this.#fitLines(base);
  }

  #move(picture) {
    this.#held.picture = picture;
    this.#parts.stage.showHeld();
    const { left, top, width, height } = picture;
    const { style } = this.#canvas;
    Object.entries({ left, top, width, height }).forEach(([side, pixels]) => {
      style[side] = `${pixels}px`;
    });
    const scale = width / this.#base.width;
    this.#layer.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
  }

  /** Asks for the text of this very picture, as it is on the screen. */
  async #read() {
    const turn = this.#turn;
    this.#tell(() => say("still.reading"));
    let words;
    try {
      const type = "image/jpeg";
      const picture = await new Promise((done) => this.#canvas.toBlob(done, type, QUALITY));
      const lines = readLines((await this.#parts.read(picture)).blocks);
      if (turn !== this.#turn) return;
      this.#held.lines = lines.filter(({ text }) => text);
      this.#write();
      const count = this.#held.lines.length;
      words = () => (count ? say("still.lines", { count }) : say("still.none"));
    } catch (problem) {
      words = () => unread(problem);
    }
    if (turn === this.#turn) this.#tell(words);
  }

  #write() {
    const { lines } = this.#held;
    this.#layer.replaceChildren(
      ...lines.map(({ text }) => {
        const line = part("li", { "data-words": "" }, text);
        line.addEventListener("click", (event) => {
          event.stopPropagation();
          if (getSelection().isCollapsed) getSelection().selectAllChildren(line);
        });
        return line;
      }),
    );
    this.#fitLines(this.#base);
    this.#bar.querySelector(".copy").hidden = lines.length === 0;
    this.#nameCopy();
    this.#parts.stage.showHeld();
  }

  #fitLines(layer) {
    const size = ({ offsetWidth, offsetHeight }) => ({
      width: Math.max(1, offsetWidth),
      height: Math.max(1, offsetHeight),
    });
    // All are measured before any is changed, which spares a layout for each.
    const sizes = [...this.#layer.children].map(size);
    [...this.#layer.children].forEach((line, n) => {
      line.style.fontSize = `${LETTERS}px`;
      line.style.transform = transformOnto(this.#held.lines[n].quad, sizes[n], layer);
    });
  }

  #selected() {
    const selection = getSelection();
    const here = !selection.isCollapsed && this.#layer.contains(selection.anchorNode);
    return here ? String(selection) : "";
  }

  #nameCopy() {
    const key = this.#selected() ? "still.copy.selected" : "still.copy";
    setText(this.#bar.querySelector(".copy"), say(key));
  }

  async #copy() {
    const text = this.#selected() || this.#held.lines.map((line) => line.text).join("\n");
    const done = await copied(text);
    if (this.#held) this.#tell(() => say(done ? "still.copied" : "still.notcopied"));
  }
}

function unread({ code, detail }) {
  if (code === "gone" || code === "offline" || code === "lost") return say("still.offline");
  return say("still.unread", { detail: detail ?? "" });
}
