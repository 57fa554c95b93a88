/** Keeps the screen on while something is streamed. */

export class WakeLock {
  #wanted = false;
  #lock = null;
  #asking = null;

  async keep(wanted) {
    this.#wanted = wanted;
    await this.refresh();
    if (!this.#wanted) await this.#lock?.release();
  }

  /** The system takes the lock away when the page is hidden; to be called when it is back. */
  async refresh() {
    if (!this.#wanted || document.hidden || (this.#lock && !this.#lock.released)) return;
    // One that is asked for while another comes would never be given back.
    this.#asking ??= this.#ask();
    await this.#asking;
  }

  async #ask() {
    try {
      this.#lock = (await navigator.wakeLock?.request("screen")) ?? null;
    } catch {
      // Refused when the battery is low: streaming goes on, the screen may go dark.
      this.#lock = null;
    }
    this.#asking = null;
    if (!this.#wanted) await this.#lock?.release();
  }
}
