/**
 * Browser storage that may be forbidden: then values last as long as the page.
 * @typedef {Pick<Storage, "getItem" | "setItem">} Store
 */

/** @param {() => Store} open reading `window.localStorage` itself can throw */
export function safely(open) {
  try {
    const storage = open();
    storage.setItem("openeyes.try", "1");
    storage.removeItem("openeyes.try");
    return storage;
  } catch {
    const kept = new Map();
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
    };
  }
}

/** What the person chose last, remembered across visits. */
export class Choices {
  #storage;
  static #KEY = "openeyes.choices";

  /** @param {Store} storage */
  constructor(storage) {
    this.#storage = storage;
  }

  /**
   * @returns {{deviceId?: string, facing?: string, view?: string, panel?: boolean,
   *   captions?: boolean, language?: string, search?: string}}
   */
  read() {
    try {
      return JSON.parse(this.#storage.getItem(Choices.#KEY) ?? "{}") ?? {};
    } catch {
      return {};
    }
  }

  /** @param {ReturnType<Choices["read"]>} changes */
  remember(changes) {
    this.#storage.setItem(Choices.#KEY, JSON.stringify({ ...this.read(), ...changes }));
  }
}
