/** The element `<open-eyes>`: a picture with boxes over it, and what the server says of it. */

import { Stage } from "../js/stage.js";
import { inWords } from "../js/problems.js";
import { languageFor, say, speak } from "../js/strings.js";
import { OpenEyes } from "./eyes.js";
import { LOOK } from "./look.js";

const VIEWS = ["client", "burn-in", "off"];
/** Events of `OpenEyes` that come from the element too. */
const PASSED_ON = [
  "state",
  "tracks",
  "caption",
  "answer",
  "alert",
  "watching",
  "text",
  "stats",
  "problem",
];

/**
 * Attributes: `src`, `token`, `source` (`camera`, `sample`), `view` (`client`, `burn-in`, `off`),
 * `language`, `autostart`. Slots: the default one lies over the picture; `start` takes the place
 * of the button. Parts: `stage`, `start`, `button`, `caption`, `status`.
 */
export class OpenEyesElement extends HTMLElement {
  static observedAttributes = ["view"];

  #parts;
  #stage;
  /** @type {OpenEyes | null} */
  #eyes = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    const look = new CSSStyleSheet();
    look.replaceSync(LOOK);
    root.adoptedStyleSheets = [look];
    this.#parts = build(root);
    this.#parts.start.addEventListener("click", () => this.start().catch(() => {}));
  }

  /** What is behind it; null while it is stopped. @returns {OpenEyes | null} */
  get eyes() {
    return this.#eyes;
  }

  /** One word, as `OpenEyes.state`. */
  get state() {
    return this.#eyes?.state ?? "idle";
  }

  /** What was last drawn: `{at, frame, boxes}`. */
  get drawn() {
    return this.#stage?.drawn ?? { at: 0, frame: null, boxes: [] };
  }

  async connectedCallback() {
    await speak(languageFor(this.getAttribute("language"), navigator.language));
    if (!this.isConnected) return;
    this.#showState({ state: this.state });
    if (this.hasAttribute("autostart") && !this.#eyes) this.start().catch(() => {});
  }

  disconnectedCallback() {
    // An element that is only moved is back by then.
    queueMicrotask(() => this.isConnected || this.#gone());
  }

  #gone() {
    this.stop();
    this.#stage?.end();
    this.#stage = undefined;
  }

  attributeChangedCallback() {
    this.#stage?.setView(this.#view);
    this.#eyes?.set({ view: this.#view });
  }

  /**
   * Begins; what goes wrong is shown as well.
   * @param {"camera" | "sample" | MediaStreamTrack | Blob} [source] else the attribute's
   * @throws {Problem}
   */
  async start(source = this.getAttribute("source") || "camera") {
    this.stop();
    this.#eyes = this.#made();
    this.#showState({ state: "connecting" });
    await this.#eyes.connect(source);
  }

  stop() {
    const eyes = this.#eyes;
    this.#eyes = null;
    eyes?.stop();
    this.#stage?.setSource(null);
    this.#parts.caption.hidden = true;
    if (eyes) this.#showState({ state: "idle" });
  }

  /** As `OpenEyes.ask`. */
  async ask(text, about) {
    return this.#running.ask(text, about);
  }

  /** As `OpenEyes.watch`. */
  watch(text) {
    return this.#running.watch(text);
  }

  unwatch(id) {
    this.#eyes?.unwatch(id);
  }

  get #running() {
    if (!this.#eyes) throw new Error("Call start() first, and wait for it");
    return this.#eyes;
  }

  get #view() {
    const view = this.getAttribute("view");
    return VIEWS.includes(view) ? view : VIEWS[0];
  }

  #made() {
    const { preview, root, returned, canvas } = this.#parts;
    const eyes = new OpenEyes({
      server: this.getAttribute("src") ?? undefined,
      token: this.getAttribute("token") ?? undefined,
      language: this.getAttribute("language") ?? undefined,
      view: this.#view,
      preview,
    });
    this.#stage ??= new Stage(
      { root, preview, returned, canvas, chrome: [] },
      () => this.#eyes?.roundTrip ?? 0,
      () => {},
    );
    this.#stage.setView(this.#view);
    this.#listen(eyes);
    return eyes;
  }

  /** Events of one that was replaced in the meantime are nobody's. */
  #listen(eyes) {
    const on = (type, take) =>
      eyes.addEventListener(type, ({ detail }) => this.#eyes === eyes && take(detail));
    on("source", (source) => this.#stage.setSource(source));
    on("returned", (stream) => this.#stage.setReturned(stream));
    on("tracks", (message) => this.#stage.take(message));
    on("caption", ({ text }) => this.#showCaption(text));
    on("state", (standing) => {
      if (standing.state !== "live") this.#stage.forget();
      this.#showState(standing);
    });
    for (const type of PASSED_ON) {
      on(type, (detail) => this.dispatchEvent(new CustomEvent(type, { detail })));
    }
  }

  #showCaption(text) {
    this.#parts.caption.hidden = !text;
    this.#parts.caption.textContent = text;
  }

  #showState({ state, problem }) {
    const { start, button, status } = this.#parts;
    const stopped = state === "idle" || state === "failed";
    start.hidden = !stopped;
    const kind = this.getAttribute("source") === "sample" ? "sample" : "camera";
    button.textContent = say(state === "failed" ? "action.retry" : `start.${kind}`);
    status.hidden = state === "live" || state === "idle";
    status.textContent = problem ? problemWords(problem) : say(`state.${state}`);
    this.setAttribute("data-state", state);
  }
}

/** The server's or the browser's own words say more than ours where we cannot know better. */
function problemWords(problem) {
  const { title, help } = inWords(problem);
  const more = problem.detail && !help.includes(problem.detail) ? ` ${problem.detail}` : "";
  return `${title}. ${help}${more}`;
}

function build(root) {
  const make = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };
  const video = (id) =>
    Object.assign(make("video", { id, playsinline: "", disablepictureinpicture: "" }), {
      muted: true,
    });
  const [preview, returned] = [video("preview"), video("returned")];
  const canvas = make("canvas", { id: "overlay", "aria-hidden": "true" });
  const stage = make("div", { id: "stage", part: "stage" }, preview, returned, canvas);
  const button = make("button", { part: "button", type: "button" });
  const start = make("div", { part: "start", id: "start" }, make("slot", { name: "start" }, button));
  const caption = make("p", { part: "caption", id: "caption" });
  const status = make("p", { part: "status", id: "status", role: "status" });
  caption.hidden = true;
  status.hidden = true;
  root.append(stage, make("div", { id: "over" }, make("slot")), caption, status, start);
  return { root: stage, preview, returned, canvas, start, button, caption, status };
}
