/** Voice: what is heard is asked as if typed, and what is answered is spoken. */

import { sign } from "./earcons.js";
import { Gesture } from "./gesture.js";
import { isInstruction } from "./intent.js";
import { TurnLatency } from "./latency.js";
import { Microphone } from "./microphone.js";
import { BrowserMouth, ServerMouth } from "./mouth.js";
import { BrowserEar, browserRecogniser } from "./recognition.js";
import { fits, refusal } from "./refusals.js";
import { hearingRoute } from "./route.js";
import { askConsent, openSheet } from "./sheet.js";
import { Speaking } from "./speaking.js";
import { language, tell, words } from "./tell.js";

/** What was said last is still on its way when the button is let go, ms. */
const TAIL_MS = 250;
/** And a while longer before the microphone is shut, for the word that it has ended, ms. */
const SHUT_AFTER_MS = 150;
/** Nothing comes of what was said any more, ms. */
const UNDERSTOOD_WITHIN_MS = 35_000;
/** Instructions and questions by voice that are remembered. */
const MOST_REMEMBERED = 40;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * @typedef {object} VoiceParts
 * @property {HTMLElement} button
 * @property {(message: object) => boolean} send
 * @property {(track: MediaStreamTrack | null) => Promise<boolean>} listenTo sends a track's sound
 * @property {() => boolean} connected
 * @property {() => number} roundTrip ms
 * @property {(text: string) => string | null} ask gives the id
 * @property {(text: string) => string | null} watch
 * @property {(text: string) => void} note
 * @property {(text: string, language: string, signal: AbortSignal) => Promise<Blob>} speech
 * @property {{read: () => object, remember: (changes: object) => void}} choices
 * @property {{hears?: string, speaks?: string}} features of the server
 */

export class Voice {
  #parts;
  #gesture = new Gesture();
  #speaking = new Speaking();
  #latency = new TurnLatency();
  #microphone = new Microphone(
    () => this.#sound(),
    (level) => this.#showLevel(level),
    () => this.#refuse("no-microphone"),
  );
  #ear = null;
  #mouths = [];
  #context = null;
  #shown = "off";
  /** What is wanted, and what is so: they differ while the microphone opens or shuts. */
  #wanted = "off";
  #mode = "off";
  #settling = false;
  /** Who hears now: the choice may have changed since. */
  #hearer = "none";
  #byVoice = new Set();
  /** Ids of what was heard: after a broken connection the server may tell it again. */
  #told = new Set();
  #utterance = 0;
  #giveUp;
  #log = [];

  /** @param {VoiceParts} parts */
  constructor(parts) {
    this.#parts = parts;
    const style = document.createElement("link");
    Object.assign(style, { rel: "stylesheet", href: new URL("voice.css", import.meta.url).href });
    document.head.append(style);
    const Recogniser = browserRecogniser();
    if (Recogniser) {
      this.#ear = new BrowserEar(Recogniser, {
        begun: () => this.#begun(),
        heard: (text, ended) => this.#heard(text, ended),
        missed: (error) => this.#missed(error),
        quiet: () => this.#nothingCame(),
        over: () => this.#stopped(),
      });
    }
    if (globalThis.speechSynthesis) {
      const remote = () => this.#choices.hearing === "browser";
      this.#mouths.push(new BrowserMouth(speechSynthesis, remote));
    }
    if (parts.features.speaks) this.#mouths.push(new ServerMouth(parts.speech));
    this.#speaking.set(this.#choices.spoken ?? "talk");
    this.#show("off");
  }

  press(now) {
    this.#speaking.personSpeaks();
    this.#pump();
    this.#sound();
    this.#want(this.#gesture.press(now));
  }

  release(now) {
    this.#want(this.#gesture.release(now));
  }

  toggle() {
    this.#speaking.personSpeaks();
    this.#pump();
    this.#want(this.#gesture.toggle());
  }

  /** Nobody sees any more that it listens, or nobody is there to hear. */
  stop() {
    this.#gesture.reset();
    this.#want("off");
  }

  /** Another language is spoken from now on. */
  translate() {
    this.#show(this.#shown);
    if (this.#mode === "off") return;
    this.#listen(this.#mode).catch(() => this.#refuse("no-language"));
  }

  openSheet() {
    const { hears } = this.#parts.features;
    const hearings = [...(hears ? ["server"] : []), ...(this.#ear ? ["browser"] : []), "no"];
    const now = {
      spoken: this.#speaking.wish,
      rate: this.#rate,
      hearings,
      hearing: this.#choices.hearing ?? (hears ? "server" : "no"),
      name: hears,
      voice: this.#mouth() !== null,
    };
    openSheet(now, (changes) => this.#change(changes));
  }

  /** Takes a message of the channel `events`. */
  hear(message) {
    if (message.type === "heard") this.#heardByServer(message);
    else if (message.type === "answer") this.#speaking.answered(message);
    else if (message.type === "alert") this.#speaking.alerted(message);
    else if (message.type === "caption") this.#speaking.captioned(message, performance.now());
    else if (message.type === "watching") this.#understood(message);
    else if (message.type === "problem") this.#refused(message);
    else if (message.type === "hello") this.#greeted(message);
    else return;
    this.#pump();
  }

  /** There is a session, perhaps another one: it is told what the last one knew. */
  async opened() {
    this.#speaking.personQuiet(performance.now());
    if (this.#mode === "off" || this.#hearer !== "server") return;
    try {
      await this.#parts.listenTo(await this.#microphone.open());
    } catch (problem) {
      return this.#refuse(problem.code ?? "no-microphone");
    }
    // Shut in the meantime: while the browser asked for leave, say.
    if (this.#mode === "off") return this.#close();
    this.#tellServer(this.#mode);
    this.#show(this.#shown);
  }

  /** To be called now and then: captions come in pauses, and connections go. */
  tick() {
    this.#show(this.#shown);
    this.#pump();
  }

  /** From the end of the last question to the first word of its answer, ms. */
  get latency() {
    return this.#latency.last;
  }

  /** All that is known, for inspection. */
  get known() {
    const { wish } = this.#speaking;
    return { mode: this.#mode, wish, latencies: this.#latency.all, spoken: [...this.#log] };
  }

  get #choices() {
    return this.#parts.choices.read();
  }

  get #rate() {
    const { rate = 1 } = this.#choices;
    return Math.min(2, Math.max(0.5, Number(rate) || 1));
  }

  #route() {
    const { hearing } = this.#choices;
    if (hearing === "no") return "none";
    return hearingRoute(Boolean(this.#parts.features.hears), this.#ear !== null, hearing);
  }

  #change(changes) {
    this.#parts.choices.remember(changes);
    if (changes.spoken) this.#speaking.set(changes.spoken);
    if (changes.hearing) {
      this.#gesture.reset();
      this.#want("off");
    }
    this.#pump();
  }

  #want(mode) {
    this.#wanted = mode;
    this.#settle();
  }

  /** Brings what is so to what is wanted, one step after the other. */
  async #settle() {
    if (this.#settling) return;
    this.#settling = true;
    try {
      while (this.#mode !== this.#wanted) {
        if (this.#wanted === "off") await this.#shut();
        else if (this.#mode === "off") await this.#open();
        else await this.#goOn();
      }
    } catch (problem) {
      this.#missed(typeof problem.code === "string" ? problem.code : "no-microphone");
      this.#stopped();
    } finally {
      this.#settling = false;
    }
  }

  async #open() {
    let route = this.#route();
    if (route === "ask") route = await this.#ask();
    if (route === "none") return this.#refuse("none");
    if (route === "server" && !this.#parts.connected()) return this.#refuse("not-connected");
    this.#show("opening");
    if (route === "server") await this.#parts.listenTo(await this.#microphone.open());
    // Let go of in the meantime: while the browser asked for leave, say.
    if (this.#wanted === "off") {
      await this.#close();
      this.#show("off");
      return this.#missed("nothing-said");
    }
    this.#mode = this.#wanted;
    this.#hearer = route;
    await this.#listen(this.#mode);
    // It may have ended as soon as it began.
    if (this.#mode !== "off") this.#begin();
  }

  #begin() {
    if (this.#mode === "free") this.#speaking.personQuiet(performance.now());
    sign(this.#sound(), "start");
    this.#show(this.#mode);
    this.#parts.note(tell(`note.${this.#mode}`));
  }

  async #goOn() {
    this.#mode = this.#wanted;
    await this.#listen(this.#mode);
    if (this.#mode === "off") return;
    this.#speaking.personQuiet(performance.now());
    this.#show(this.#mode);
    this.#parts.note(tell(`note.${this.#mode}`));
  }

  async #shut() {
    const pushed = this.#mode === "push";
    if (pushed) await pause(TAIL_MS);
    this.#mode = "off";
    this.#show("off");
    this.#endHearing();
    if (pushed) this.#awaitText();
    else this.#speaking.personQuiet(performance.now());
    sign(this.#sound(), "stop");
    await pause(SHUT_AFTER_MS);
    await this.#close();
  }

  /** Has whoever hears now hear in another way, or another language. */
  async #listen(mode) {
    if (this.#hearer === "server") this.#tellServer(mode);
    else await this.#ear?.listen(mode, language());
  }

  /** Nobody hears any more, whoever it was. */
  #endHearing() {
    this.#hearer = "none";
    if (this.#parts.features.hears) this.#tellServer("off");
    this.#ear?.listen("off");
  }

  async #close() {
    await this.#parts.listenTo(null);
    this.#microphone.close();
  }

  #awaitText() {
    clearTimeout(this.#giveUp);
    this.#parts.note(tell("note.thinking"));
    this.#giveUp = setTimeout(
      () => this.#missed("away", tell("away.reason")),
      UNDERSTOOD_WITHIN_MS,
    );
  }

  async #ask() {
    const agreed = await askConsent();
    this.#parts.choices.remember({ hearing: agreed ? "browser" : "no" });
    // The press that it was asked about is long over.
    this.#gesture.reset();
    this.#gesture.toggle();
    this.#wanted = "free";
    return agreed ? "browser" : "none";
  }

  #refuse(error) {
    this.#missed(error);
    this.#stopped();
  }

  /** It does not listen any more, whatever was wanted. */
  #stopped() {
    this.#gesture.reset();
    this.#wanted = this.#mode = "off";
    this.#endHearing();
    this.#close();
    this.#show("off");
  }

  #tellServer(mode) {
    this.#parts.send({ type: "listen", mode, language: language() });
  }

  /** Another session counts from one again. */
  #greeted({ resumed }) {
    if (resumed) return;
    this.#told.clear();
    this.#speaking.begin();
  }

  #heardByServer({ id, text = "", final = false, ms = 0, error, detail }) {
    if (!final) return this.#begun();
    if (this.#told.has(id)) return;
    if (this.#told.size >= MOST_REMEMBERED) this.#told.clear();
    this.#told.add(id);
    const ended = performance.now() - ms - this.#parts.roundTrip() / 2;
    if (error) this.#missed(error, detail);
    else this.#heard(text, ended);
  }

  /** What was said has ended, and there is nothing to tell of it. */
  #nothingCame() {
    clearTimeout(this.#giveUp);
    this.#speaking.personQuiet(performance.now());
  }

  #begun() {
    this.#speaking.personSpeaks();
    this.#pump();
  }

  #heard(text, ended) {
    clearTimeout(this.#giveUp);
    const now = performance.now();
    this.#speaking.personQuiet(now);
    if (this.#speaking.isEcho(text, now)) return;
    this.#parts.note(tell("note.heard", { text }));
    const id = isInstruction(text) ? this.#parts.watch(text) : this.#parts.ask(text);
    if (!id) return;
    if (this.#byVoice.size >= MOST_REMEMBERED) this.#byVoice.clear();
    this.#byVoice.add(id);
    this.#speaking.asked(id, true);
    this.#latency.asked(id, ended);
    this.#pump();
  }

  #missed(error, detail) {
    clearTimeout(this.#giveUp);
    this.#speaking.personQuiet(performance.now());
    // Hands-free, noise that was no speech is nothing to speak of.
    if (this.#mode === "free" && error === "not-understood") return;
    sign(this.#sound(), "failed");
    const why = detail && fits(detail, language()) ? detail : tell("away.reason");
    this.#parts.note(tell(`missed.${error}`, { detail: why }));
    this.#pump();
  }

  #understood({ id, rule, state }) {
    if (state !== "watching" || !this.#byVoice.delete(id)) return;
    this.#speaking.reply(tell("watch.rule", { rule }), id, true);
  }

  #refused({ about, code, detail }) {
    if (!this.#byVoice.delete(about)) return;
    this.#speaking.reply(refusal(words(), code, detail, language()), about, true);
  }

  /** Stops and begins to speak as the policy says. */
  #pump() {
    if (this.#speaking.hushing) {
      this.#speaking.hushing = false;
      this.#utterance += 1;
      for (const mouth of this.#mouths) mouth.stop();
    }
    const saying = this.#speaking.next(performance.now());
    if (saying) this.#say(saying);
  }

  async #say(saying) {
    this.#utterance += 1;
    const turn = this.#utterance;
    const began = () => {
      this.#latency.spoke(saying.about, performance.now());
      this.#log = [...this.#log, saying].slice(-MOST_REMEMBERED);
    };
    const how = { language: language(), rate: this.#rate, began };
    const mouth = this.#mouth();
    const said = mouth ? await mouth.say(saying.text, how) : false;
    if (turn !== this.#utterance) return;
    if (!said) this.#parts.note(tell(mouth ? "spoken.failed" : "spoken.none"));
    this.#speaking.ended(performance.now());
    this.#pump();
  }

  #mouth() {
    return this.#mouths.find((mouth) => mouth.speaks(language())) ?? null;
  }

  /** Browsers let sound out only after a touch, so it is opened at one. */
  #sound() {
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") this.#context.resume().catch(() => {});
    return this.#context;
  }

  #show(mode) {
    this.#shown = mode;
    const { button } = this.#parts;
    const listening = mode === "push" || mode === "free";
    const shown = listening && this.#isDeaf ? "deaf" : mode;
    button.dataset.mode = shown;
    button.setAttribute("aria-pressed", String(listening));
    button.setAttribute("aria-label", tell(`listen.${listening ? shown : "off"}`));
  }

  /** Whether nothing that is said comes to who is to hear it, for the time being. */
  get #isDeaf() {
    if (this.#hearer !== "server") return false;
    return !this.#parts.connected() || !this.#microphone.gives;
  }

  #showLevel(level) {
    this.#parts.button.style.setProperty("--level", level.toFixed(2));
  }
}
