/** Tunes what is sent, as far as the browser has the means. */

import { Keeping, encodingFor, isLow } from "./encoding.js";

export class Sending {
  #limits;
  #sender;
  #keeping;
  #battery;
  #asked;
  #spared;
  #sparing = false;

  /** @param {() => void} [spared] is called when less is sent for the battery's sake */
  constructor(limits, battery, spared = () => {}) {
    this.#limits = limits;
    this.#spared = spared;
    battery?.then((known) => (this.#battery = known)).catch(() => {});
  }

  /** @param {RTCRtpSender} sender that now sends, or sends another track */
  use(sender) {
    if (sender !== this.#sender) this.#keeping = new Keeping();
    this.#sender = sender;
    this.#asked = "";
    this.#tune();
  }

  /** @param {Partial<Limits>} limits the server's */
  limit(limits) {
    this.#limits = { ...this.#limits, ...limits };
    this.#tune();
  }

  /** @param {Record<string, any>} stats of the server */
  heed(stats) {
    this.#keeping?.heed(stats);
    this.#tune();
  }

  #tune() {
    const track = this.#sender?.track;
    if (!track) return;
    if ("contentHint" in track) track.contentHint = "motion";
    const sparing = isLow(this.#battery);
    if (sparing && !this.#sparing) this.#spared();
    this.#sparing = sparing;
    const ease = { behind: this.#keeping.behind, sparing };
    const wanted = encodingFor(track.getSettings(), this.#limits, ease);
    const asked = JSON.stringify(wanted);
    if (asked === this.#asked) return;
    this.#asked = asked;
    // A browser that refuses goes on as it was.
    encode(this.#sender, wanted).catch(() => {});
  }
}

async function encode(sender, wanted) {
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings ?? []) Object.assign(encoding, wanted);
  parameters.degradationPreference = "maintain-framerate";
  await sender.setParameters(parameters);
}

/** Asks for the smallest jitter buffer: this is live, not a film. */
export function hurry(receiver) {
  if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
  else if ("playoutDelayHint" in receiver) receiver.playoutDelayHint = 0;
}
