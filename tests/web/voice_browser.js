/** As much of a browser as voice needs: it opens nothing, and tells what was opened. */

/** A recogniser that ends only when a test says so. */
export class Recogniser {
  static all = [];
  /** Whether the next one that starts refuses to. */
  static refuses = false;
  state = "new";

  constructor() {
    Recogniser.all.push(this);
  }

  start() {
    if (Recogniser.refuses) throw new DOMException("it is running", "InvalidStateError");
    this.state = "running";
  }

  stop() {
    this.state = "stopping";
  }

  abort() {
    this.state = "aborted";
  }

  /** Ends, as after `stop` or by itself. */
  end() {
    this.state = "ended";
    this.onend();
  }

  say(text) {
    const result = Object.assign([{ transcript: text }], { isFinal: true });
    this.onresult({ results: [result], resultIndex: 0 });
  }

  static get running() {
    return Recogniser.all.filter(({ state }) => state === "running");
  }
}

class Track extends EventTarget {
  readyState = "live";
  muted = false;

  stop() {
    this.readyState = "ended";
  }

  /** As when it is pulled out, or another app takes it. */
  end() {
    this.readyState = "ended";
    this.dispatchEvent(new Event("ended"));
  }

  mute(muted) {
    this.muted = muted;
    this.dispatchEvent(new Event(muted ? "mute" : "unmute"));
  }
}

/** What was opened, in order. */
export const opened = [];

/** What the microphone does when it is asked for. */
export const device = { error: null };

async function getUserMedia() {
  if (device.error) throw new DOMException("no", device.error);
  const track = new Track();
  opened.push(track);
  return { getTracks: () => [track], getAudioTracks: () => [track] };
}

/** Anything may be called on it and read from it. */
function anything() {
  return new Proxy(() => {}, {
    get: (_, name) => (name === Symbol.toPrimitive ? () => 0 : anything()),
    set: () => true,
    apply: () => anything(),
  });
}

class Sounding {
  state = "running";
  currentTime = 0;
  destination = {};

  createGain() {
    return anything();
  }

  createOscillator() {
    return anything();
  }

  createMediaStreamSource() {
    return anything();
  }

  createAnalyser() {
    return { getFloatTimeDomainData: (samples) => samples.fill(0) };
  }
}

export function element() {
  return {
    dataset: {},
    style: { setProperty() {} },
    attributes: {},
    listeners: {},
    setAttribute(name, value) {
      this.attributes[name] = value;
    },
    addEventListener(name, listener) {
      this.listeners[name] = listener;
    },
    append() {},
    closest: () => null,
  };
}

export function browser() {
  const document = Object.assign(new EventTarget(), {
    documentElement: { lang: "en" },
    hidden: false,
    head: element(),
    body: element(),
    createElement: element,
  });
  const given = {
    document,
    window: new EventTarget(),
    navigator: { mediaDevices: { getUserMedia }, language: "en-GB" },
    AudioContext: Sounding,
    SpeechRecognition: Recogniser,
  };
  for (const [name, value] of Object.entries(given)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  return document;
}

/** Waits until something is so. */
export async function until(holds) {
  for (let tries = 0; tries < 500 && !holds(); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  if (!holds()) throw new Error(`it never was so: ${holds}`);
}
