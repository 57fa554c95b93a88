/** What the person does to ask: types, touches the picture, chooses an object from a list. */

import { setText } from "./cards.js";
import { boxAt, inPicture } from "./geometry.js";
import { named, say, translate } from "./strings.js";

/** Objects that are offered as buttons. */
const MOST_OFFERED = 12;

const find = (id) => document.getElementById(id);

export class Talk {
  #on;
  #stage;
  #watching = false;

  constructor(stage, on) {
    this.#on = on;
    this.#stage = stage;
    find("ask").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    find("watch-mode").addEventListener("click", () => this.#turn(!this.#watching));
    find("read").addEventListener("click", () => on.ask(say("ask.read.question")));
    find("stage").addEventListener("click", (event) => this.#touched(event));
    visualViewport?.addEventListener("resize", makeRoom);
  }

  /** Offers what is in view to those who cannot touch the picture. To be called now and then. */
  offerObjects() {
    const list = find("objects");
    const wanted = this.#stage.scene.boxes.slice(0, MOST_OFFERED);
    const ids = new Set(wanted.map(({ id }) => String(id)));
    for (const button of [...list.children]) {
      // The one that has the focus stays: else the focus would be lost.
      const stays = ids.has(button.dataset.object) || button === document.activeElement;
      if (!stays) button.remove();
    }
    for (const { id, label } of wanted) {
      const known = list.querySelector(`[data-object="${id}"]`);
      // The same words set again would be read out again.
      setText(known ?? this.#objectButton(list, id), say("objects.one", { label: named(label) }));
    }
  }

  #objectButton(list, id) {
    const button = list.appendChild(document.createElement("button"));
    button.dataset.object = String(id);
    button.addEventListener("click", () => this.askAbout({ object: id }));
    return button;
  }

  #touched({ clientX: x, clientY: y }) {
    const { boxes, picture, mirrored } = this.#stage.scene;
    const point = inPicture({ x, y }, picture, mirrored);
    if (!point) return;
    const box = boxAt(point, boxes);
    this.askAbout(box ? { object: box.id } : { point });
  }

  /** Asks about an object or a place, with the words in the box if there are any. */
  askAbout(target) {
    const text = this.#watching ? "" : this.#take();
    this.#on.ask(text || say("ask.this"), target);
  }

  #submit() {
    const text = this.#take();
    if (!text) find("question").focus();
    else if (this.#watching) this.#on.watch(text);
    else this.#on.ask(text);
    if (text) this.#turn(false);
  }

  /** The words in the box, which is then empty. */
  #take() {
    const { value } = find("question");
    find("question").value = "";
    return value.trim();
  }

  #turn(watching) {
    this.#watching = watching;
    const kind = watching ? "watch" : "ask";
    const words = { sayLabel: `${kind}.label`, sayHint: `${kind}.placeholder` };
    Object.assign(find("question").dataset, words);
    translate(find("ask"));
    find("watch-mode").setAttribute("aria-pressed", String(watching));
  }
}

/** Where the keyboard covers the page instead of shrinking it (iOS), what lies low moves up. */
function makeRoom() {
  const covered = innerHeight - visualViewport.height - visualViewport.offsetTop;
  document.documentElement.style.setProperty("--keyboard", `${Math.max(0, covered)}px`);
}
