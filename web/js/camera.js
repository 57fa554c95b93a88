/** The camera as a source: which one, how large, and what it is called. */

import { Problem, fromMedia } from "./problems.js";
import { say } from "./strings.js";

/** More than this helps no detector and costs the phone's encoder. */
const BEST = { width: 1280, height: 720 };
const BEST_RATE = 30;

/**
 * @typedef {object} Source something that gives pictures
 * @property {"camera" | "file" | "sample"} kind
 * @property {MediaStreamTrack} track what is streamed
 * @property {boolean} mirrored whether its preview is shown as in a mirror
 * @property {string} [deviceId] of the camera
 * @property {"user" | "environment"} [facing] of the camera
 * @property {number} [delay] ms from capture to display, if known
 * @property {(preview: HTMLVideoElement) => Promise<void>} show
 * @property {() => void} stop
 *
 * @typedef {{deviceId?: string, facing?: "user" | "environment"}} CameraChoice
 * @typedef {{deviceId: string, label: string}} Camera
 */

/** The wished one if it is there, else the one that faces away. @returns {Promise<Source>} */
export async function openCamera(choice, limits) {
  const stream = await getStream(choice, limits);
  const [track] = stream.getVideoTracks();
  const facing = facingOf(track);
  return {
    kind: "camera",
    track,
    mirrored: facing === "user",
    facing,
    deviceId: track.getSettings().deviceId,
    show: (preview) => showStream(preview, stream),
    stop: () => track.stop(),
  };
}

/** With names once the camera is allowed. */
export async function listCameras() {
  const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  return devices
    .filter((device) => device.kind === "videoinput" && device.deviceId)
    .map(({ deviceId, label }, index) => ({
      deviceId,
      label: label || say("source.camera.numbered", { number: index + 1 }),
    }));
}

/** The camera that "flip" goes to: the other side of a phone, else the next of several. Pure. */
export function otherCamera(current, cameras) {
  if (current.facing) return { facing: current.facing === "user" ? "environment" : "user" };
  const index = cameras.findIndex((camera) => camera.deviceId === current.deviceId);
  return { deviceId: cameras[(index + 1) % cameras.length]?.deviceId };
}

/** What to ask the browser for. Pure. @returns {MediaTrackConstraints} */
export function constraintsFor({ deviceId, facing = "environment" }, limits) {
  const size = {
    width: { ideal: Math.min(BEST.width, limits.max_width) },
    height: { ideal: Math.min(BEST.height, limits.max_height) },
    frameRate: { ideal: Math.min(BEST_RATE, limits.max_fps) },
  };
  if (deviceId) return { ...size, deviceId: { exact: deviceId } };
  return { ...size, facingMode: { ideal: facing } };
}

async function getStream(choice, limits) {
  try {
    const video = constraintsFor(choice, limits);
    return await navigator.mediaDevices.getUserMedia({ video, audio: false });
  } catch (error) {
    const problem = fromMedia(error);
    // The remembered camera may have been unplugged since, or been given another id.
    const remembered = problem.code === "no-camera" && choice.deviceId;
    if (remembered) return getStream({ facing: choice.facing }, limits);
    throw problem;
  }
}

function facingOf(track) {
  const told = track.getSettings().facingMode;
  if (told === "user" || told === "environment") return told;
  if (/front|facetime/i.test(track.label)) return "user";
  return /back|rear/i.test(track.label) ? "environment" : undefined;
}

async function showStream(preview, stream) {
  preview.removeAttribute("src");
  preview.srcObject = stream;
  await preview.play().catch((error) => {
    if (error.name !== "AbortError") throw new Problem("unknown", { detail: error.message });
  });
}
