/**
 * Recording: the button that begins one, the sign for as long as it is made, and the file at the
 * end. Loaded with the sheet that the button is in, or when the server tells of a recording.
 */

/** Between two tellings of the server; one that stays away for longer is not being told of, ms. */
const TOLD_WITHIN = 5000;
/** A file that is fetched stays in memory for so long after, ms: browsers copy it while saving. */
const SAVED_WITHIN = 60_000;
/** So long the server may take to put together what is fetched before its session ends, ms. */
const PACKED_WITHIN = 20_000;

/** They come with it: few ever record. */
export const WORDS = {
  en: {
    begin: "Record",
    "begin.note": "Video and all that is said. It stays in the server’s memory until you save it.",
    end: "End recording",
    starting: "Recording begins…",
    on: "Recording {time}",
    began: "Recording has begun.",
    unknown: "Recording: no word from the server…",
    packing: "The recording is being put together…",
    save: "Save recording, {size}",
    saving: "Saving…",
    drop: "Dismiss",
    done: "The recording is ready to be saved.",
    "ended.long": "It ended by itself: it was as long as one may be.",
    "ended.full": "It ended by itself: it was as large as one may be.",
    "ended.server-full": "It ended by itself: the server has no memory left for it.",
    "ended.connection": "It ended when the connection broke off.",
    "ended.behind": "It ended by itself: the server could not keep up.",
    "ended.broken": "It ended by a fault of the server; what there is can be saved.",
    "ended.no-key-frame": "There is no recording: no picture came that it could begin with.",
    lost: "The recording is lost: the server has it no more, or did not send it in time.",
    unsaved: "The recording could not be saved. {detail}",
  },
  zh: {
    begin: "录制",
    "begin.note": "录下视频和所有话语。保存之前只留在服务器内存中。",
    end: "结束录制",
    starting: "即将开始录制…",
    on: "正在录制 {time}",
    began: "录制已开始。",
    unknown: "录制：服务器暂无回应…",
    packing: "正在整理录像…",
    save: "保存录像，{size}",
    saving: "正在保存…",
    drop: "关闭",
    done: "录像可以保存了。",
    "ended.long": "录像已达最长时间，自动结束。",
    "ended.full": "录像已达最大容量，自动结束。",
    "ended.server-full": "服务器内存不足，录制自动结束。",
    "ended.connection": "连接断开，录制随之结束。",
    "ended.behind": "服务器来不及处理，录制自动结束。",
    "ended.broken": "服务器出错，录制结束；已录内容可以保存。",
    "ended.no-key-frame": "没有录像：没有等到可以开始的画面。",
    lost: "录像已丢失：服务器不再有它，或未能及时发送。",
    unsaved: "录像无法保存。{detail}",
  },
};

export class Recording {
  #parts;
  #words = WORDS.en;
  #button = choice();
  #sign = sign();
  #state = "off";
  #message = null;
  #ticking;
  #heard = 0;
  /** @type {Blob | null} the recording itself, once it is here, until it is saved or dismissed */
  #blob = null;
  /** @type {Promise<Blob> | null} */
  #fetching = null;
  /** @type {Promise<void> | null} */
  #keeping = null;
  #settled = () => {};

  /**
   * @param {HTMLElement} parts.sheet where the button goes, at its end
   * @param {(message: object) => boolean} parts.send
   * @param {(path: string) => Promise<Blob>} parts.fetch
   * @param {(text: string) => void} parts.note says something in passing
   */
  constructor(parts) {
    this.#parts = parts;
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = new URL("../recording.css", import.meta.url).href;
    document.head.append(style);
    parts.sheet.append(this.#button);
    document.body.append(this.#sign);
    this.#button.addEventListener("click", () => this.#press());
    const [end, save, drop] = this.#sign.querySelectorAll("button");
    end.addEventListener("click", () => this.#end());
    save.addEventListener("click", () => this.#save());
    drop.addEventListener("click", () => this.#drop());
  }

  /** Whether one is being made. */
  get on() {
    return this.#state === "on" || this.#state === "starting";
  }

  /** @param {Language} language to say it in */
  show(language) {
    this.#words = WORDS[language];
    this.#show();
  }

  /**
   * Ends and fetches it, as the session is about to end, and a recording at the server with it.
   * @returns {Promise<void> | null} settles when it is here or lost; null: nothing to wait for
   */
  keep() {
    if (this.#blob || this.#state === "off") return null;
    this.#keeping ??= this.#rescue().finally(() => (this.#keeping = null));
    return this.#keeping;
  }

  /** Takes a message of the type `recording`. */
  hear(message) {
    const before = this.#state;
    // It is here, whatever becomes of the server's own; and what is being ended is not on again.
    if (this.#blob && ["off", "done"].includes(message.state)) return;
    if (this.#keeping && message.state === "on") return;
    this.#message = message;
    this.#heard = performance.now();
    if (message.state === "off" && message.reason) this.#become("packing");
    // What is dismissed or being saved is told of once more, as it goes.
    else if (message.state !== "off") this.#become(message.state);
    else if (before !== "saving") this.#become("off");
    if (this.#state !== before) this.#announce(before);
    if (this.#state === "done" || this.#state === "off") this.#settled();
  }

  /** Another session, or the same after a break. @param {boolean} resumed */
  greeted(resumed) {
    if (resumed || this.#blob || this.#state === "off") return;
    this.#lose();
  }

  #press() {
    this.#button.closest("dialog")?.close();
    if (this.on) this.#end();
    else if (this.#parts.send({ type: "record", on: true })) this.#blob = null;
  }

  /** @returns {boolean} whether the server is told */
  #end() {
    return this.#parts.send({ type: "record", on: false });
  }

  async #save() {
    this.#become("saving");
    try {
      const url = URL.createObjectURL(await this.#fetched());
      download(url);
      setTimeout(() => URL.revokeObjectURL(url), SAVED_WITHIN);
      this.#drop();
    } catch (error) {
      if (this.#state === "saving") this.#become("done");
      this.#parts.note(this.#put("unsaved", { detail: error.message }));
    }
  }

  /** It is saved, or not wanted: nobody need keep it. */
  #drop() {
    this.#blob = null;
    this.#become("off");
    this.#forget();
  }

  /** The server keeps it for as long as nobody says this. */
  #forget() {
    this.#parts.send({ type: "record", drop: true });
  }

  #lose() {
    this.#become("off");
    this.#parts.note(this.#put("lost"));
  }

  async #fetched() {
    if (this.#blob) return this.#blob;
    if (!this.#message?.url) throw new Error("there is none");
    this.#fetching ??= this.#parts.fetch(this.#message.url).finally(() => (this.#fetching = null));
    return this.#fetching;
  }

  async #rescue() {
    try {
      if ((this.on || this.#state === "unknown") && !this.#end()) throw new Error("no way there");
      if (this.on || this.#state === "unknown") this.#become("packing");
      if (this.#state === "packing") await this.#packed();
      // There was nothing yet, and that is told.
      if (this.#state === "off") return;
      const blob = await this.#fetched();
      // Saved or dismissed in the meantime.
      if (this.#state === "off") return;
      this.#blob = blob;
      this.#forget();
    } catch {
      if (this.#state !== "off") this.#lose();
    }
  }

  /** Waits until the server has put it together, or for long enough. */
  #packed() {
    return new Promise((resolve) => {
      const late = setTimeout(resolve, PACKED_WITHIN);
      this.#settled = () => {
        clearTimeout(late);
        resolve();
      };
    });
  }

  #become(state) {
    this.#state = state;
    clearInterval(this.#ticking);
    if (this.on) this.#ticking = setInterval(() => this.#tick(), 1000);
    this.#show();
  }

  /** The server tells every second; where it does not, nobody knows whether it still records. */
  #tick() {
    if (performance.now() - this.#heard > TOLD_WITHIN) this.#become("unknown");
  }

  #announce(before) {
    const { reason } = this.#message;
    if (this.#state === "on" && before !== "on") this.#tell("began");
    else if (this.#state === "done") this.#tell("done", reason);
    else if (this.#state === "failed") {
      this.#parts.note(this.#why(reason));
      this.#become("off");
    }
  }

  /** To those who cannot see the sign; and why, to all. */
  #tell(key, reason) {
    const why = this.#why(reason);
    this.#sign.querySelector("[role=status]").textContent = `${this.#put(key)} ${why}`.trim();
    if (why) this.#parts.note(why);
  }

  #why(reason) {
    if (!reason || reason === "asked") return "";
    return Object.hasOwn(this.#words, `ended.${reason}`) ? this.#put(`ended.${reason}`) : reason;
  }

  #show() {
    const [end, save, drop] = this.#sign.querySelectorAll("button");
    const [name, note] = this.#button.querySelectorAll("b, small");
    const { seconds = 0, bytes = 0 } = this.#message ?? {};
    name.textContent = this.#put(this.on ? "end" : "begin");
    note.textContent = this.#put("begin.note");
    this.#button.setAttribute("aria-pressed", String(this.on));
    this.#sign.hidden = this.#state === "off";
    this.#sign.dataset.state = this.#state;
    const key = ["done", "off"].includes(this.#state) ? "" : this.#state;
    this.#sign.querySelector("b").textContent = key ? this.#put(key, { time: clock(seconds) }) : "";
    end.textContent = this.#put("end");
    save.textContent = this.#put("save", { size: megabytes(bytes) });
    drop.textContent = this.#put("drop");
    end.hidden = !this.on;
    save.hidden = drop.hidden = this.#state !== "done";
  }

  #put(key, values = {}) {
    return this.#words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }
}

/** @returns {string} minutes and seconds, 0:07 */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** @returns {string} 3.2 MB */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function choice() {
  const button = document.createElement("button");
  button.id = "record";
  button.className = "choice";
  const dot = document.createElement("i");
  dot.setAttribute("aria-hidden", "true");
  const words = document.createElement("span");
  words.append(document.createElement("b"), document.createElement("small"));
  button.append(dot, words);
  return button;
}

function sign() {
  const box = document.createElement("div");
  box.id = "recording";
  box.hidden = true;
  const said = document.createElement("span");
  said.className = "unseen";
  said.setAttribute("role", "status");
  const dot = document.createElement("i");
  dot.setAttribute("aria-hidden", "true");
  const buttons = [1, 2, 3].map(() => document.createElement("button"));
  box.append(said, dot, document.createElement("b"), ...buttons);
  return box;
}

function download(url) {
  const link = document.createElement("a");
  link.href = url;
  link.download = "openeyes-recording.zip";
  link.click();
}
