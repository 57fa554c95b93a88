/** What a page of another's can show: the camera, the sample, a recording, or a track of its own. */

import { openCamera } from "../js/camera.js";
import { openFootage } from "../js/footage.js";
import { Problem, missingAbility } from "../js/problems.js";

/** How large pictures may be until the server has said so. @type {Limits} */
export const LIMITS = { max_width: 1280, max_height: 720, max_fps: 30 };

/** A video that is not laid out shows few frames, so one pixel of it is. */
const UNSEEN =
  "position: fixed; width: 1px; height: 1px; opacity: 0; pointer-events: none; inset: 0 auto auto 0";

/**
 * @param {"camera" | "sample" | MediaStreamTrack | Blob} wish
 * @param {HTMLVideoElement} [preview] where recordings play
 * @returns {Promise<Source>}
 * @throws {Problem}
 */
export async function openSource(wish, api, preview, limits = LIMITS) {
  if (wish instanceof MediaStreamTrack) return ofTrack(wish);
  if (wish !== "camera" && wish !== "sample" && !(wish instanceof Blob)) {
    const detail = `"${wish}" is no source: camera, sample, a video track or a Blob`;
    throw new Problem("rejected", { detail });
  }
  const missing = missingAbility(window, wish === "camera" ? "camera" : "file");
  if (missing) throw missing;
  if (wish === "camera") return openCamera({}, limits);
  const kind = wish === "sample" ? "sample" : "file";
  const clip = kind === "sample" ? await api.sample() : wish;
  return preview ? openFootage(kind, clip, preview, limits) : unseen(kind, clip, limits);
}

/** The page's own: it is shown to the server, and left alone at the end. */
function ofTrack(track) {
  if (track.kind !== "video") throw new Problem("rejected", { detail: "It is no video track" });
  return {
    kind: "camera",
    track,
    mirrored: false,
    show: async (preview) => {
      preview.removeAttribute("src");
      preview.srcObject = new MediaStream([track]);
      await preview.play().catch(() => {}); // it starts with the first frame that comes
    },
    stop: () => {},
  };
}

async function unseen(kind, clip, limits) {
  const preview = document.createElement("video");
  Object.assign(preview, { muted: true, playsInline: true });
  preview.style.cssText = UNSEEN;
  document.body.append(preview);
  try {
    const source = await openFootage(kind, clip, preview, limits);
    const stop = () => {
      source.stop();
      preview.remove();
    };
    return { ...source, stop };
  } catch (error) {
    preview.remove();
    throw error;
  }
}
