/** The camera's own light and zoom, where it has them: controls in the sheet of sources. */

/** Few words, of what only some cameras have: they come with it. */
export const WORDS = {
  en: { zoom: "Zoom", light: "Light" },
  zh: { zoom: "变焦", light: "补光灯" },
};

/**
 * What a camera can do. Pure.
 * @param {MediaTrackCapabilities} can
 * @returns {{zoom: {min: number, max: number, step: number} | null, light: boolean}}
 */
export function abilities(can = {}) {
  const { min, max, step } = can.zoom ?? {};
  return {
    zoom: max > min ? { min, max, step: step > 0 ? step : (max - min) / 100 } : null,
    // A browser that lists what a lamp may be set to says so where there is no lamp, too.
    light: can.torch === true || (Array.isArray(can.torch) && can.torch.includes(true)),
  };
}

export class Lens {
  #root = document.createElement("div");
  #zoom = labelled("range");
  #light = labelled("checkbox", "switch");
  #track = null;

  /** @param {HTMLElement} after the controls go behind it */
  constructor(after) {
    this.#root.append(this.#zoom.label, this.#light.label);
    this.#root.className = "lens";
    const turned = ({ target }) => this.#set({ zoom: Number(target.value) });
    this.#zoom.input.addEventListener("input", turned);
    this.#light.input.addEventListener("change", ({ target }) => this.#set({ torch: target.checked }));
    after.after(this.#root);
  }

  /** @param {MediaStreamTrack | null} track of the camera that is looked through */
  show(track, language) {
    this.#track = track;
    const { zoom, light } = abilities(track?.getCapabilities?.());
    const { zoom: now, torch } = track?.getSettings() ?? {};
    this.#zoom.label.hidden = !zoom;
    if (zoom) Object.assign(this.#zoom.input, zoom, { value: now ?? zoom.min });
    this.#light.label.hidden = !light;
    this.#light.input.checked = torch === true;
    const words = WORDS[language];
    this.#zoom.name.textContent = words.zoom;
    this.#light.name.textContent = words.light;
  }

  /** A camera that refuses goes on as it was, and the control says so. */
  async #set(wanted) {
    const track = this.#track;
    try {
      await track.applyConstraints({ ...track.getConstraints(), advanced: [wanted] });
    } catch {
      this.show(track, document.documentElement.lang);
    }
  }
}

function labelled(type, role) {
  const [label, name, input] = ["label", "b", "input"].map((tag) => document.createElement(tag));
  label.className = "choice";
  input.type = type;
  if (role) input.setAttribute("role", role);
  label.append(name, input);
  return { label, name, input };
}
