/** What one does with what is seen: the parts of this folder, put together. */

import { boxAt, inPicture, onStage } from "../geometry.js";
import { learn, named, say } from "../strings.js";
import { Actions } from "./actions.js";
import { lineAt, textIn } from "./lettering.js";
import { Menu } from "./menu.js";
import { Still } from "./still.js";

const TABLES = { en: () => import("./english.js"), zh: () => import("./chinese.js") };

/** Loads words and style, then gives the Explorer. */
export async function open(parts) {
  await Promise.all([learn(TABLES), styled()]);
  return new Explorer(parts);
}

/**
 * @typedef {object} Target what was pressed
 * @property {number} [object] its id
 * @property {string} label empty where it is no object
 * @property {[number, number]} point fractions of the picture
 * @property {string} text that is on it
 */

class Explorer {
  #parts;
  #still;
  #menu = new Menu();
  #actions;
  #seeker = null;

  constructor(parts) {
    this.#parts = parts;
    this.#still = new Still(parts);
    this.#actions = new Actions({ ...parts, menu: this.#menu, freeze: () => this.freeze() });
  }

  /** Freezes the picture, or lets it go on. */
  freeze() {
    if (this.#still.on) return this.#still.release();
    this.#seeker?.stop("find.frozen");
    this.#still.freeze();
  }

  /** The server has forgotten what is frozen. */
  resumed() {
    this.#still.tell();
  }

  /** Helps to find something. */
  async seek() {
    if (this.#still.on) this.#still.release();
    const { Seeker } = await import("../finding/seeker.js");
    this.#seeker ??= new Seeker(this.#parts);
    await this.#seeker.ask();
  }

  /** A new session has to be told what is looked for. */
  opened() {
    this.#seeker?.opened();
  }

  /** Another language is spoken. */
  translate() {
    this.#seeker?.translate();
    this.#still.translate();
  }

  /** Takes the server's word that something is remembered. */
  hear(message) {
    this.#actions.remembered(message);
  }

  /** The picture was pressed long at a place of the screen. */
  press(spot) {
    const { boxes, picture, mirrored } = this.#parts.stage.scene;
    const point = inPicture(spot, picture, mirrored);
    if (!point) return;
    const box = boxAt(point, boxes);
    if (box) this.#object(box, point, spot);
    else this.#place(point, spot);
  }

  /** An object of the list was chosen with the menu key. */
  listed(id, button) {
    const { boxes, picture, mirrored } = this.#parts.stage.scene;
    const box = boxes.find((each) => each.id === id);
    if (!box) return this.#parts.note(say("menu.gone"));
    const [left, top, width, height] = box.box;
    const { left: x, top: y } = onStage([left, top, 0, 0], picture, mirrored);
    button.focus();
    this.#object(box, [left + width / 2, top + height / 2], { x, y });
  }

  #object({ id, label, box }, point, spot) {
    const { stage } = this.#parts;
    stage.mark([id]);
    const target = { object: id, label, point, text: textIn(box, stage.lines) };
    this.#menu.open(named(label), spot, this.#actions.of(target, { still: this.#still.on }));
  }

  #place(point, spot) {
    const text = lineAt(point, this.#parts.stage.lines)?.text ?? "";
    const target = { label: "", point, text };
    const title = text || say("menu.here");
    this.#menu.open(title, spot, this.#actions.of(target, { still: this.#still.on }));
  }
}

/** Settles when the style is there, or is known not to come: then things are plain, but work. */
function styled() {
  const sheet = document.createElement("link");
  Object.assign(sheet, { rel: "stylesheet", href: new URL("../../explore.css", import.meta.url) });
  return new Promise((resolve) => {
    sheet.onload = resolve;
    sheet.onerror = resolve;
    document.head.append(sheet);
  });
}
