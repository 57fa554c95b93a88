/** Puts `tracks` messages together. They come in parts, out of order, or not at all. Pure. */

/**
 * @typedef {Pick<TracksPart, "seq" | "frame" | "camera" | "objects"> & {received: number}} Snapshot
 *   what the server believed at one frame; its first part came at `received`, local ms
 */

/** More half-received snapshots than this and the oldest is given up. */
const MOST_PENDING = 4;

export class TracksInbox {
  #pending = new Map();
  #newest = -1;

  /**
   * Takes one part.
   * @param {number} received local ms
   * @returns {Snapshot | null} the snapshot that this part completes, if it is the newest yet
   */
  push(part, received) {
    if (part.seq <= this.#newest) return null;
    const entry = this.#entry(part, received);
    if (part.parts !== entry.parts) return null;
    entry.objects.set(part.index, part.objects);
    if (entry.objects.size < entry.parts) return null;
    this.#newest = part.seq;
    this.#forgetUpTo(part.seq);
    return snapshotOf(part.seq, entry);
  }

  /** How many snapshots are half received. */
  get pending() {
    return this.#pending.size;
  }

  #entry(part, received) {
    let entry = this.#pending.get(part.seq);
    if (!entry) {
      const { frame, parts, camera } = part;
      entry = { frame, parts, camera, received, objects: new Map() };
      this.#pending.set(part.seq, entry);
      if (this.#pending.size > MOST_PENDING)
        this.#pending.delete(Math.min(...this.#pending.keys()));
    }
    return entry;
  }

  #forgetUpTo(seq) {
    for (const pending of this.#pending.keys()) {
      if (pending <= seq) this.#pending.delete(pending);
    }
  }
}

function snapshotOf(seq, { frame, camera, received, parts, objects }) {
  const inOrder = Array.from({ length: parts }, (_, index) => objects.get(index));
  return { seq, frame, camera, received, objects: inOrder.flat() };
}
