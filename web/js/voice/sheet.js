/** The sheet of voice: what is spoken, how fast, who understands; and the one question before. */

import { tell } from "./tell.js";

const RATES = { min: 0.5, max: 2, step: 0.1 };

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** A dialog like those of the page: gone when it is closed. */
function openDialog(titleKey, className, content) {
  const title = make("h2", { id: "voice-title" }, tell(titleKey));
  const sheet = make("div", { class: "sheet" }, ...content(title));
  const dialog = make("dialog", { class: className, "aria-labelledby": "voice-title" }, sheet);
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Asks once whether the browser may listen. @returns {Promise<boolean>} */
export function askConsent() {
  return new Promise((resolve) => {
    const dialog = openDialog("consent.title", "voice-consent", (title) => {
      const yes = make("button", { class: "primary", value: "yes" }, tell("consent.yes"));
      const no = make("button", { value: "no" }, tell("consent.no"));
      for (const button of [yes, no]) button.onclick = () => dialog.close(button.value);
      const actions = make("div", { class: "actions" }, yes, no);
      return [title, make("p", {}, tell("consent.text")), actions];
    });
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"));
  });
}

/**
 * @param {object} now how things are set: `spoken`, `rate`, `hearing`, and the `hearings` there are
 *   with the server's `name`; `voice`, whether anything can speak
 * @param {(changes: object) => void} change
 */
export function openSheet(now, change) {
  openDialog("sheet.title", "voice-sheet", (title) => {
    const close = make("button", {}, tell("sheet.close"));
    close.onclick = () => close.closest("dialog").close();
    return [
      make("header", {}, title, close),
      ...(now.voice ? [] : [make("p", { class: "lack" }, tell("spoken.none"))]),
      ...choices("spoken", ["talk", "always", "never"], now.spoken, change),
      speed(now.rate, change),
      ...choices("hearing", now.hearings, now.hearing, change, { name: now.name }),
    ];
  });
}

function choices(name, values, chosen, change, words = {}) {
  const id = `voice-${name}`;
  const options = values.map((value) => {
    const input = make("input", { type: "radio", name, value, checked: value === chosen });
    input.onchange = () => change({ [name]: value });
    const note = `${name}.${value}.note`;
    const small = tell(note, words) === note ? [] : [make("small", {}, tell(note, words))];
    const text = make("span", {}, make("b", {}, tell(`${name}.${value}`)), ...small);
    return make("label", { class: "choice" }, input, text, tick());
  });
  const title = make("h3", { id }, tell(`${name}.title`));
  return [title, make("fieldset", { "aria-labelledby": id }, ...options)];
}

function speed(rate, change) {
  const input = make("input", { type: "range", ...RATES, value: rate, id: "voice-rate" });
  const value = make("output", { for: "voice-rate" });
  const show = () => {
    value.textContent = tell("rate.value", { value: Number(input.value).toFixed(1) });
    input.setAttribute("aria-valuetext", value.textContent);
  };
  input.oninput = show;
  input.onchange = () => change({ rate: Number(input.value) });
  show();
  const label = make("label", { for: "voice-rate" }, tell("rate.title"));
  return make("div", { class: "voice-speed" }, label, input, value);
}

function tick() {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("class", "tick");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(namespace, "use");
  use.setAttribute("href", "#i-check");
  svg.append(use);
  return svg;
}
