/** Asks what to find: in words, or by choosing from what is known. Made anew for each time. */

import { part } from "../explore/parts.js";
import { say } from "../strings.js";

export class FindSheet {
  #dialog;
  #input;
  #go;
  #told;
  #done = false;

  /**
   * @param {object} on
   * @param {(words: string) => void} on.start
   * @param {() => void} on.cancel the person closed it
   */
  constructor({ start, cancel }) {
    const title = say("find.title");
    this.#dialog = part("dialog", { id: "seek-sheet", "aria-label": title });
    const inner = this.#dialog.appendChild(part("div", { class: "sheet" }));
    const head = inner.appendChild(part("header"));
    const close = part("button", { type: "button" }, say("sheet.close"));
    close.addEventListener("click", () => this.#dialog.close());
    head.append(part("h2", {}, title), close);
    inner.append(this.#makeForm(start));
    inner.append(part("div", { class: "kinds", role: "group", "aria-label": say("find.what") }));
    this.#dialog.addEventListener("click", ({ target }) => {
      if (target === this.#dialog) this.#dialog.close();
    });
    this.#dialog.addEventListener("close", () => {
      this.#dialog.remove();
      if (!this.#done) cancel();
    });
  }

  /** @param {[name: string, start: () => void][]} kinds to choose from */
  open(kinds) {
    const buttons = kinds.map(([name, start]) => {
      const button = part("button", { type: "button" }, name);
      button.addEventListener("click", start);
      return button;
    });
    this.#dialog.querySelector(".kinds").append(...buttons);
    document.body.append(this.#dialog);
    this.#dialog.showModal();
  }

  /** The server is asked: until `wrong` or `close` the same is not asked once more. */
  wait() {
    this.#go.setAttribute("aria-disabled", "true");
    this.#told.textContent = say("find.asking");
  }

  wrong(words) {
    this.#go.removeAttribute("aria-disabled");
    this.#told.textContent = words;
    this.#input.focus();
  }

  close() {
    this.#done = true;
    this.#dialog.close();
  }

  #makeForm(start) {
    const form = part("form");
    const field = form.appendChild(part("label", {}, say("find.what")));
    const hints = { maxlength: 60, autocomplete: "off", enterkeyhint: "go" };
    this.#input = field.appendChild(part("input", hints));
    this.#told = part("p", { class: "wrong", role: "alert" });
    this.#go = part("button", {}, say("find.start"));
    form.append(this.#told, this.#go);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.#go.hasAttribute("aria-disabled")) start(this.#input.value);
    });
    return form;
  }
}
