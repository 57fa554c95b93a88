/** What is looked at: the preview, the boxes over it, and the server's video in its place. */

import { MediaClock, shownTime } from "./clock.js";
import { FrameRate, everyFrame } from "./frames.js";
import { chooseFit, placed, roomBeside } from "./geometry.js";
import { readTracks } from "./messages.js";
import { boxesAfter } from "./motion.js";
import { Overlay } from "./overlay.js";
import { TracksInbox } from "./tracks.js";

/**
 * @typedef {"client" | "burn-in" | "off"} View
 *
 * @typedef {object} DrawnFrame
 * @property {number} seq of the message that the boxes come from
 * @property {number} pts of the frame that they were found in
 * @property {number} captured local ms of that frame's capture
 * @property {"captured" | "estimated"} how that is known
 * @property {number} shown local ms of the capture of the frame on the screen
 * @property {number | null} media its place in a recording, seconds
 *
 * @typedef {object} StageParts
 * @property {HTMLElement} root
 * @property {HTMLVideoElement} preview
 * @property {HTMLVideoElement} returned
 * @property {HTMLCanvasElement} canvas
 * @property {HTMLElement[]} chrome what lies over the picture, and labels keep clear of
 *
 * @typedef {object} Drawn what was last drawn, for inspection
 * @property {number} at local ms at which it was drawn
 * @property {DrawnFrame | null} frame null without boxes
 * @property {import("./motion.js").DrawnBox[]} boxes
 */

export class Stage {
  #parts;
  #overlay;
  #clock = new MediaClock(performance.timeOrigin);
  #inbox = new TracksInbox();
  #roundTrip;
  #source = null;
  /** @type {View} */
  #view = "client";
  #snapshot = null;
  /** @type {Drawn} */
  #drawn = { at: 0, frame: null, boxes: [] };
  #size = { width: 0, height: 0 };
  #room = { left: 0, top: 0, width: 0, height: 0 };

  /** Rate of the frames that are shown. */
  rate = new FrameRate();

  /**
   * @param {StageParts} parts
   * @param {() => number} roundTrip least recent round trip, ms
   */
  constructor(parts, roundTrip) {
    this.#parts = parts;
    this.#roundTrip = roundTrip;
    this.#overlay = new Overlay(parts.canvas);
    const observer = new ResizeObserver(() => this.#resize());
    for (const element of [parts.root, ...parts.chrome]) observer.observe(element);
    everyFrame(parts.preview, (now, metadata) => this.#show(now, metadata));
    everyFrame(parts.returned, () => this.#uncover());
  }

  /** @returns {HTMLVideoElement} */
  get preview() {
    return this.#parts.preview;
  }

  /** What was last drawn. */
  get drawn() {
    return this.#drawn;
  }

  /** How many objects the server follows. */
  get objects() {
    return this.#snapshot?.objects.length ?? 0;
  }

  /** Age in ms of what the boxes rest on, at the last drawing; null without boxes. */
  get age() {
    const { frame } = this.#drawn;
    return frame ? frame.shown - frame.captured : null;
  }

  /** @param {import("./camera.js").Source | null} source */
  async setSource(source) {
    this.#source = source;
    this.forget();
    this.#parts.root.classList.toggle("mirrored", source?.mirrored ?? false);
    if (source) await source.show(this.#parts.preview);
    else this.#parts.preview.srcObject = null;
  }

  /** @param {View} view */
  setView(view) {
    this.#view = view;
    this.#parts.root.classList.remove("returning");
    if (view !== "client") this.#empty();
  }

  /** @param {MediaStream} stream the server's video */
  async setReturned(stream) {
    this.#parts.returned.srcObject = stream;
    // A newer stream interrupts the older one's start.
    await this.#parts.returned.play().catch(() => {});
  }

  /** @param {Record<string, any>} message of type `tracks` */
  take(message) {
    const part = readTracks(message);
    const snapshot = part && this.#inbox.push(part, performance.now());
    if (!snapshot) return;
    const { frame, received } = snapshot;
    this.#snapshot = {
      ...snapshot,
      capture: this.#clock.captureTime(frame, received, this.#roundTrip()),
    };
  }

  /** Another session or another source: nothing that was known still holds. */
  forget() {
    this.#inbox = new TracksInbox();
    this.#clock.reset();
    this.#snapshot = null;
    this.rate.reset();
    this.#parts.root.classList.remove("returning");
    this.#empty();
  }

  #empty() {
    this.#overlay.clear();
    this.#drawn = { at: performance.now(), frame: null, boxes: [] };
  }

  #show(now, metadata) {
    this.rate.tick(now);
    if (!this.#source || this.#view !== "client") return this.#fit();
    const shown = shownTime(now, metadata, this.#source.delay);
    const boxes = this.#boxesAt(shown);
    this.#overlay.draw(boxes, {
      picture: this.#fit(),
      room: this.#room,
      mirrored: this.#source.mirrored,
    });
    this.#drawn = { at: now, frame: this.#describe(shown, metadata), boxes };
  }

  #boxesAt(shown) {
    if (!this.#snapshot) return [];
    return boxesAfter(this.#snapshot.objects, shown - this.#snapshot.capture.at);
  }

  #describe(shown, metadata) {
    if (!this.#snapshot) return null;
    const { seq, frame, capture } = this.#snapshot;
    const media = this.#source.kind === "camera" ? null : (metadata?.mediaTime ?? null);
    return { seq, pts: frame.pts, captured: capture.at, how: capture.how, shown, media };
  }

  /** The returned video is shown from its first frame on, so that no gap is seen. */
  #uncover() {
    if (this.#view === "burn-in") this.#parts.root.classList.add("returning");
  }

  #fit() {
    const { preview, root } = this.#parts;
    const picture = { width: preview.videoWidth || 1, height: preview.videoHeight || 1 };
    const fit = chooseFit(picture, this.#size);
    if (root.dataset.fit !== fit) root.dataset.fit = fit;
    return placed(picture, this.#size, fit);
  }

  #resize() {
    const { root, chrome } = this.#parts;
    this.#size = { width: root.clientWidth, height: root.clientHeight };
    this.#overlay.resize(this.#size, devicePixelRatio);
    this.#room = roomBeside(
      this.#size,
      chrome.map((element) => element.getBoundingClientRect()),
    );
    this.#fit();
  }
}
