/** The server's HTTP door for the operator, and the token that opens it. */

/** An answer that takes longer is not coming, ms. */
const ANSWER_WITHIN = 8000;

const KEY = "openeyes.admin-token";

/** What the server refused, and why. */
export class Refused extends Error {
  /** @param {number} status of HTTP @param {string} detail in the server's words */
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export class Door {
  #storage;

  /** @param {Store} storage of this tab */
  constructor(storage) {
    this.#storage = storage;
  }

  /** A token in the address's fragment goes into this tab's storage, and out of the address. */
  takeFrom(location, history) {
    const token = new URLSearchParams(location.hash.slice(1)).get("token");
    if (!token) return;
    this.remember(token);
    history.replaceState(null, "", location.pathname + location.search);
  }

  remember(token) {
    this.#storage.setItem(KEY, token);
  }

  /** Everything that is new since `after`. @throws {Refused} */
  async state(after) {
    return this.#ask(`v1/admin/state?after=${after}`, (response) => response.json());
  }

  /** @returns {Promise<Blob>} a session's small picture @throws {Refused} */
  async picture(session) {
    const path = `v1/admin/sessions/${encodeURIComponent(session)}/thumbnail.jpg`;
    return this.#ask(path, (response) => response.blob());
  }

  async #ask(path, read) {
    const token = this.#storage.getItem(KEY);
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), ANSWER_WITHIN);
    try {
      const url = new URL(path, document.baseURI);
      const response = await fetch(url, { headers, signal: controller.signal, cache: "no-store" });
      if (!response.ok) throw await refusal(response);
      return await read(response);
    } finally {
      clearTimeout(timer);
    }
  }
}

async function refusal(response) {
  const body = await response.json().catch(() => null);
  return new Refused(response.status, body?.detail ?? `HTTP ${response.status}`);
}
