/** Recorded video as a source: a file of the person's own, or the server's sample. */

import { everyFrame } from "./frames.js";
import { within } from "./geometry.js";
import { Problem } from "./problems.js";

/** An upper bound; the canvas gives a frame only when it was painted. */
const CAPTURE_RATE = 30;

/**
 * The preview itself plays the recording. Each frame that it shows is painted on a canvas, which
 * is what is streamed: `captureStream` of a video is missing in Safari, of a canvas it is not.
 * @returns {Promise<Source>}
 * @throws {Problem} `bad-file`
 */
export async function openFootage(kind, blob, preview, limits) {
  const url = URL.createObjectURL(blob);
  try {
    await play(preview, url);
  } catch (error) {
    URL.revokeObjectURL(url);
    throw new Problem("bad-file", { detail: error.message, cause: error });
  }
  const { stream, stop } = paintedStream(preview, limits);
  const [track] = stream.getVideoTracks();
  return {
    kind,
    track,
    mirrored: false,
    delay: 0,
    show: async () => {},
    stop: () => {
      stop();
      track.stop();
      preview.pause();
      preview.removeAttribute("src");
      preview.load();
      URL.revokeObjectURL(url);
    },
  };
}

async function play(preview, url) {
  preview.srcObject = null;
  preview.src = url;
  preview.loop = true;
  await preview.play();
  if (!preview.videoWidth) throw new Error("no picture in it");
}

function paintedStream(preview, limits) {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { alpha: false });
  const paint = () => {
    const size = { width: preview.videoWidth, height: preview.videoHeight };
    const fitted = within(size, { width: limits.max_width, height: limits.max_height });
    if (canvas.width !== fitted.width) canvas.width = fitted.width;
    if (canvas.height !== fitted.height) canvas.height = fitted.height;
    pen.drawImage(preview, 0, 0, fitted.width, fitted.height);
  };
  paint();
  return { stream: canvas.captureStream(CAPTURE_RATE), stop: everyFrame(preview, paint) };
}
