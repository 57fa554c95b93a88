/** Pictures that need the pairing token, which an `<img>` cannot send: fetched, and kept a while. */

/** Pictures kept; the one longest unused is given up first. */
const MOST_PICTURES = 64;

export class Evidence {
  #fetch;
  /** @type {Map<string, Promise<string | null>>} address by path, longest unused first */
  #kept = new Map();

  /** @param {(path: string) => Promise<Blob>} fetcher */
  constructor(fetcher) {
    this.#fetch = fetcher;
  }

  /**
   * Shows a picture once it is there; hides the frame that it is in if there is none.
   * @param {HTMLElement} holder of an `<img>`
   */
  async show(holder, path) {
    if (holder.dataset.path === (path ?? "")) return;
    holder.dataset.path = path ?? "";
    holder.hidden = true;
    const address = path && (await this.#address(path));
    if (!address || holder.dataset.path !== path) return;
    holder.querySelector("img").src = address;
    holder.hidden = false;
  }

  #address(path) {
    const found = this.#kept.get(path) ?? this.#fetch(path).then(URL.createObjectURL, () => null);
    this.#kept.delete(path);
    this.#kept.set(path, found);
    if (this.#kept.size > MOST_PICTURES) this.#giveUp(this.#kept.keys().next().value);
    return found;
  }

  async #giveUp(path) {
    const address = this.#kept.get(path);
    this.#kept.delete(path);
    URL.revokeObjectURL(await address);
  }
}
