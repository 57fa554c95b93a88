/** Keeps the screen on while something is streamed. */

export class WakeLock {
  #wanted = false;
  #lock = null;

  async keep(wanted) {
    this.#wanted = wanted;
    if (!wanted) await this.#lock?.release();
    else await this.refresh();
  }

  /** The system takes the lock away when the page is hidden; to be called when it is back. */
  async refresh() {
    if (!this.#wanted || document.hidden || (this.#lock && !this.#lock.released)) return;
    try {
      this.#lock = (await navigator.wakeLock?.request("screen")) ?? null;
    } catch {
      // Refused when the battery is low: streaming goes on, the screen may go dark.
      this.#lock = null;
    }
  }
}
