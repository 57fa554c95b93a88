/** Buttons and sheets: what the person can do. Knows elements and words, not what they set off. */

/**
 * @typedef {object} Intents what the person wants
 * @property {(kind: "camera" | "sample", choice?: CameraChoice) => void} source
 * @property {(file: File) => void} file
 * @property {() => void} flip
 * @property {() => void} toggle start or stop
 * @property {() => void} retry
 * @property {(view: View) => void} view
 * @property {(wanted: boolean) => void} captions
 * @property {(language: Language) => void} language
 * @property {(open: boolean) => void} panel
 * @property {() => void} dismiss
 * @property {() => void} choosing the sheet of sources is about to open
 */

import { say } from "./strings.js";

const find = (id) => document.getElementById(id);

export class Controls {
  #on;

  constructor(on) {
    this.#on = on;
    this.#wireBar();
    this.#wireStart();
    this.#wireSheets();
    this.#wireCard();
  }

  /**
   * @param {boolean} running whether something is looked at: else the start screen shows
   * @param {boolean} streaming whether the middle button stops it
   */
  showRunning(running, streaming) {
    const { classList } = document.body;
    const lost =
      classList.contains("running") !== running && document.activeElement !== document.body;
    classList.toggle("running", running);
    // What had the focus has just gone from the screen.
    if (lost) find(running ? "toggle" : "start-camera").focus({ preventScroll: true });
    find("toggle").dataset.streaming = String(streaming);
    find("toggle-label").textContent = say(streaming ? "bar.stop" : "bar.start");
  }

  showSources(cameras, source) {
    const list = find("cameras");
    list.replaceChildren(
      ...(cameras.length > 0 ? cameras : [{}]).map((camera) => this.#cameraButton(camera, source)),
    );
    for (const kind of ["file", "sample"]) mark(find(`choose-${kind}`), source?.kind === kind);
    find("flip").hidden = source?.kind !== "camera" || cameras.length < 2;
  }

  /** @param {readonly string[]} offered */
  showView(view, offered) {
    for (const choice of document.querySelectorAll("input[name=view]")) {
      choice.checked = choice.value === view;
      choice.closest("label").hidden = !offered.includes(choice.value);
    }
    find("view").dataset.view = view;
  }

  /** @param {boolean} captions whether they are wanted */
  showOptions(captions, language) {
    find("captions").checked = captions;
    for (const choice of document.querySelectorAll("input[name=language]")) {
      choice.checked = choice.value === language;
    }
  }

  showPanel(open) {
    find("panel").hidden = !open;
    find("figures").setAttribute("aria-pressed", String(open));
  }

  #wireBar() {
    onClick("source", () => {
      this.#on.choosing();
      find("source-sheet").showModal();
    });
    onClick("flip", () => this.#on.flip());
    onClick("toggle", () => this.#on.toggle());
    onClick("view", () => find("view-sheet").showModal());
    onClick("figures", () => this.#on.panel(find("panel").hidden));
  }

  #wireStart() {
    onClick("start-camera", () => this.#on.source("camera"));
    onClick("start-file", () => find("file").click());
    onClick("start-sample", () => this.#on.source("sample"));
    find("file").addEventListener("change", ({ target }) => {
      const [file] = target.files;
      target.value = "";
      if (file) this.#on.file(file);
    });
  }

  #wireSheets() {
    for (const sheet of document.querySelectorAll("dialog")) {
      // A tap beside the sheet lands on the dialog itself, as its content fills it.
      sheet.addEventListener("click", ({ target }) => target === sheet && sheet.close());
      sheet.querySelector("[data-close]").addEventListener("click", () => sheet.close());
    }
    onClick("choose-file", () => this.#chosen(() => find("file").click()));
    onClick("choose-sample", () => this.#chosen(() => this.#on.source("sample")));
    find("view-sheet").addEventListener("change", ({ target }) => {
      if (target.id === "captions") this.#on.captions(target.checked);
      else this.#on[target.name](target.value);
    });
  }

  #wireCard() {
    onClick("card-retry", () => this.#on.retry());
    onClick("card-dismiss", () => this.#on.dismiss());
  }

  #cameraButton({ deviceId, label }, source) {
    const button = find("camera-choice").content.firstElementChild.cloneNode(true);
    button.querySelector("[data-name]").textContent = label ?? say("source.camera.rear");
    mark(button, source?.kind === "camera" && source.deviceId === deviceId);
    const choice = deviceId ? { deviceId } : {};
    button.addEventListener("click", () => this.#chosen(() => this.#on.source("camera", choice)));
    return button;
  }

  #chosen(act) {
    find("source-sheet").close();
    act();
  }
}

function onClick(id, act) {
  find(id).addEventListener("click", act);
}

function mark(button, current) {
  button.setAttribute("aria-current", String(current));
}
