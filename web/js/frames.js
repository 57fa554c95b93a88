/** Runs something for every frame that a video shows. */

/** Frames over which the rate is measured. */
const RATE_FRAMES = 30;

/** The callback is of requestVideoFrameCallback, or lacks its metadata. @returns what ends it */
export function everyFrame(video, callback) {
  return "requestVideoFrameCallback" in video
    ? byFrameCallback(video, callback)
    : byAnimationFrame(video, callback);
}

function byFrameCallback(video, callback) {
  let handle = video.requestVideoFrameCallback(step);
  function step(now, metadata) {
    handle = video.requestVideoFrameCallback(step);
    callback(now, metadata);
  }
  return () => video.cancelVideoFrameCallback(handle);
}

function byAnimationFrame(video, callback) {
  let handle = requestAnimationFrame(step);
  let last = -1;
  function step(now) {
    handle = requestAnimationFrame(step);
    if (video.currentTime === last) return;
    last = video.currentTime;
    callback(now, null);
  }
  return () => cancelAnimationFrame(handle);
}

/** Frames a second over the last frames. Pure. */
export class FrameRate {
  #times = [];

  /** @param {number} now ms at which a frame was shown */
  tick(now) {
    this.#times.push(now);
    if (this.#times.length > RATE_FRAMES) this.#times.shift();
  }

  /** @returns {number | null} null before two frames */
  get value() {
    const span = this.#times.at(-1) - this.#times[0];
    return span > 0 ? ((this.#times.length - 1) * 1000) / span : null;
  }

  reset() {
    this.#times = [];
  }
}
