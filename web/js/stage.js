/** What is looked at: the preview, the boxes over it, and the server's video in its place. */

import { shownTime } from "./clock.js";
import { FrameRate, everyFrame } from "./frames.js";
import { chooseFit, placed, roomBeside } from "./geometry.js";
import { BoxLatency, GlassToGlass } from "./latency.js";
import { Overlay } from "./overlay.js";
import { Sight } from "./sight.js";

/** From capture to display of a frame that went to the server and back, if it is not known, ms. */
const RETURNED_DELAY = 120;
/** So long what was marked stands out, ms. */
const MARKED_FOR = 8000;
/** So long a frame to hold is waited for, ms. */
const NEXT_FRAME = 250;
/** Older frames, or older word of what is in them, say nothing of what is there now, ms. */
const LIVE_FOR = 1500;

/**
 * @typedef {"client" | "burn-in" | "off"} View
 *
 * @typedef {Layout & {boxes: DrawnBox[], labels: Rect[]}} Scene no boxes in the view `off`
 *
 * @typedef {object} DrawnFrame
 * @property {number} seq of the message that the boxes come from
 * @property {number} pts of the frame that they were found in
 * @property {number} captured local ms of that frame's capture
 * @property {"captured" | "estimated"} how that is known
 * @property {number} shown local ms of the capture of the frame on the screen
 * @property {number} screen local ms at which it shows, boxes and all, at the earliest
 * @property {number | null} media its place in a recording, seconds
 *
 * @typedef {Record<"root" | "preview" | "returned" | "canvas", HTMLElement> & {chrome:
 *   HTMLElement[]}} StageParts `chrome` lies over the picture, and labels keep clear of it
 *
 * @typedef {{at: number, frame: DrawnFrame | null, boxes: DrawnBox[]}} Drawn
 *
 * @typedef {object} Held a frame that is looked at while the stream goes on
 * @property {DrawnBox[]} boxes as of that frame
 * @property {{text: string, quad: number[][]}[]} lines of text that are known in it
 * @property {number} shown local ms of its capture
 * @property {number | null} pts of it, if the server's clock is known
 * @property {Rect} picture where it lies now
 * @property {() => void} ended is called when there is nothing to look at any more
 */

export class Stage {
  #parts;
  #overlay;
  #sight = new Sight(performance.timeOrigin);
  #roundTrip;
  #follow;
  #end;
  #source = null;
  /** @type {View} */
  #view = "client";
  #selected = null;
  #marked = { ids: [], until: 0 };
  #glass = new GlassToGlass();
  #boxes = new BoxLatency();
  /** @type {Drawn} */
  #drawn = { at: 0, frame: null, boxes: [] };
  /** @type {Held | null} */
  #held = null;
  /** When the newest frame came, and what is known of it. */
  #newest = [-Infinity, null];
  /** Waits for the next frame, to hold it. */
  #taking = null;
  #size = { width: 0, height: 0 };
  #room = { left: 0, top: 0, width: 0, height: 0 };

  /** Rate of the frames that are shown. */
  rate = new FrameRate();
  /** @type {Scene} as of the last frame */
  scene = {
    boxes: [],
    picture: this.#room,
    room: this.#room,
    mirrored: false,
    labels: [],
  };

  /**
   * @param {() => number} roundTrip least recent round trip, ms
   * @param {(scene: Scene) => void} follow is called for every frame
   */
  constructor(parts, roundTrip, follow) {
    this.#parts = parts;
    this.#roundTrip = roundTrip;
    this.#follow = follow;
    this.#overlay = new Overlay(parts.canvas);
    const observer = new ResizeObserver(() => this.#resize());
    for (const element of [parts.root, ...parts.chrome]) observer.observe(element);
    const ends = [
      everyFrame(parts.preview, (now, metadata) => this.#show(now, metadata)),
      everyFrame(parts.returned, (_, metadata) => this.#showReturned(metadata)),
      () => observer.disconnect(),
    ];
    this.#end = () => ends.forEach((end) => end());
  }

  /** Lets go of its elements, for good. */
  end() {
    this.#end();
    for (const video of [this.#parts.preview, this.#parts.returned]) video.srcObject = null;
  }

  get preview() {
    return this.#parts.preview;
  }

  /** What was last drawn. */
  get drawn() {
    return this.#drawn;
  }

  /** How many objects the server follows. */
  get objects() {
    return this.#sight.snapshot?.objects.length ?? 0;
  }

  /** The ids of what the server follows, null where that is not known. */
  get ids() {
    return this.#sight.snapshot?.objects.map(({ id }) => id) ?? null;
  }

  /** How late what is on the screen is, each null where it is not known. */
  late(now) {
    return { view: this.#view, glass: this.#glass.at(now), ...this.#boxes.at(now) };
  }

  /** The size of the stage, CSS pixels. */
  get size() {
    return this.#size;
  }

  /**
   * Stands still at the next frame, until `release`. What is seen goes on meanwhile.
   * @param {(preview: HTMLVideoElement) => void} paint is called while that frame is the newest
   * @param {() => void} ended
   * @returns {Promise<Held | null>} null where nothing is shown
   */
  async hold(paint, ended) {
    if (!this.#source || !this.preview.videoWidth) return null;
    // A camera that stands still itself, as behind a lock screen, gives no next frame.
    const [now, metadata] = await new Promise((resolve) => {
      this.#taking = resolve;
      setTimeout(() => resolve([performance.now(), null]), NEXT_FRAME);
    });
    this.#taking = null;
    if (!this.#source) return null;
    paint(this.preview);
    const shown = shownTime(now, metadata, this.#source.delay);
    const { boxes, lines, pts } = this.#sight.asOf(shown, now);
    this.#held = { boxes, lines, shown, pts, picture: this.#fit(), ended };
    this.showHeld();
    return this.#held;
  }

  /** Draws what is held where it lies now. */
  showHeld() {
    const { boxes, lines, picture } = this.#held;
    this.scene = { boxes, picture, room: this.#room, mirrored: false, labels: [] };
    this.scene.labels = this.#overlay.draw(this.#view === "off" ? [] : boxes, {
      ...this.scene,
      quads: lines.map(({ quad }) => quad),
      ringed: this.#ringed(boxes),
    });
    this.#follow(this.scene);
  }

  /** Goes on with the stream. */
  release() {
    this.#held = null;
    this.#empty();
  }

  async setSource(source) {
    this.#held?.ended();
    this.#source = source;
    this.forget();
    this.#parts.root.classList.toggle("mirrored", source?.mirrored ?? false);
    if (source) await source.show(this.#parts.preview);
    else this.#parts.preview.srcObject = null;
  }

  setView(view) {
    this.#view = view;
    this.#glass.captured = null;
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
    this.#sight.take(message, performance.now(), this.#roundTrip());
    const { snapshot } = this.#sight;
    if (snapshot) this.#glass.tie(snapshot);
  }

  /** @param {{text: string, quad: number[][]}[]} lines of text, to outline */
  takeText(lines) {
    this.#sight.takeText(lines, performance.now());
  }

  /** Lines of text in view, as near as is known. */
  get lines() {
    return this.#held?.lines ?? this.#sight.linesAt(performance.now());
  }

  /**
   * What is before the camera, in any view, and while a picture is held too.
   * @returns {Pick<Scene, "boxes" | "picture" | "mirrored"> | null} null where that is not known
   */
  live(now) {
    const [came] = this.#newest;
    const { snapshot } = this.#sight;
    if (!this.#source || !snapshot) return null;
    if (now - Math.min(came, snapshot.received) > LIVE_FOR) return null;
    const boxes = this.#sight.plainAt(shownTime(...this.#newest, this.#source.delay));
    return { boxes, picture: this.#fit(), mirrored: this.#mirrored };
  }

  /** @param {number | null} id of the object to make stand out */
  select(id) {
    this.#selected = id;
  }

  /** Makes objects stand out for a while. @param {number[]} ids */
  mark(ids) {
    this.#marked = { ids, until: performance.now() + MARKED_FOR };
  }

  #ringed(boxes) {
    const { ids, until } = this.#marked;
    const marked = performance.now() < until ? ids : [];
    return boxes.filter(({ id }) => id === this.#selected || marked.includes(id));
  }

  /** Another session or another source: nothing that was known still holds. */
  forget() {
    this.#sight.forget();
    this.#selected = null;
    this.rate.reset();
    this.#glass = new GlassToGlass();
    this.#boxes = new BoxLatency();
    this.#parts.root.classList.remove("returning");
    this.#empty();
  }

  #empty() {
    this.#overlay.clear();
    if (this.#held) return;
    this.scene = { ...this.scene, boxes: [], labels: [] };
    this.#drawn = { at: performance.now(), frame: null, boxes: [] };
  }

  #show(now, metadata) {
    this.rate.tick(now);
    // Now, since the next task may find another frame.
    this.#newest = [now, metadata];
    this.#taking?.([now, metadata]);
    if (this.#held) return this.showHeld();
    const picture = this.#fit();
    const shown = this.#shownTime(now, metadata);
    const boxes = shown === null ? [] : this.#sight.boxesAt(shown, now);
    const mirrored = this.#mirrored;
    this.scene = { boxes, picture, room: this.#room, mirrored, labels: [] };
    if (shown !== null) this.#draw(now, shown, metadata);
    this.#follow(this.scene);
  }

  get #mirrored() {
    const returning = this.#parts.root.classList.contains("returning");
    return (this.#source?.mirrored ?? false) && !returning;
  }

  #shownTime(now, metadata) {
    if (!this.#source || this.#view === "off") return null;
    if (this.#view === "burn-in") return this.#glass.captured ?? now - RETURNED_DELAY;
    return shownTime(now, metadata, this.#source.delay);
  }

  #draw(now, shown, metadata) {
    const drawn = this.#view === "client";
    this.scene.labels = this.#overlay.draw(drawn ? this.scene.boxes : [], {
      ...this.scene,
      quads: this.#sight.quadsAt(now),
      ringed: this.#ringed(this.scene.boxes),
    });
    if (!drawn) return;
    this.#drawn = { at: now, frame: this.#describe(shown, metadata), boxes: this.scene.boxes };
    if (this.#drawn.frame) this.#boxes.draw(this.#drawn);
  }

  #describe(shown, metadata) {
    if (!this.#sight.snapshot) return null;
    const { seq, frame, capture } = this.#sight.snapshot;
    const media = this.#source.kind === "camera" ? null : (metadata?.mediaTime ?? null);
    // The canvas is not on the screen before it was painted, however early the frame is.
    const screen = Math.max(metadata?.expectedDisplayTime ?? 0, performance.now());
    return { seq, pts: frame.pts, captured: capture.at, how: capture.how, shown, screen, media };
  }

  /** The returned video is shown from its first frame on, so that no gap is seen. */
  #showReturned(metadata) {
    if (this.#view !== "burn-in") return;
    this.#parts.root.classList.add("returning");
    this.#glass.show(metadata);
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
    const { clientWidth: width, clientHeight: height } = root;
    if (width !== this.#size.width || height !== this.#size.height) {
      this.#size = { width, height };
      this.#overlay.resize(this.#size, devicePixelRatio);
    }
    this.#room = roomBeside(
      this.#size,
      chrome.map((element) => element.getBoundingClientRect()),
    );
    this.#fit();
  }
}
