/** Every word that the page shows. Another language is another table of this shape. */

const english = {
  "app.name": "Open Eyes",
  "app.promise": "Point your camera at the world. What it sees is named and followed, live.",
  "app.footnote": "Detector {detector} · version {version}",

  "start.camera": "Use the camera",
  "start.file": "Open a video file",
  "start.sample": "Watch the sample",

  "state.idle": "Ready",
  "state.opening.camera": "Opening the camera…",
  "state.opening.file": "Opening the video…",
  "state.opening.sample": "Fetching the sample…",
  "state.connecting": "Connecting…",
  "state.live": "Live",
  "state.reconnecting": "Reconnecting…",
  "state.waiting": "Waiting for the server",
  "state.failed": "Stopped",
  "state.retry": "again in {seconds} s",

  "bar.label": "Controls",
  "bar.source": "Source",
  "bar.flip": "Flip",
  "bar.flip.label": "Switch to the other camera",
  "bar.start": "Start",
  "bar.stop": "Stop",
  "bar.view": "View",
  "bar.panel": "Figures",

  "sheet.close": "Done",
  "source.title": "What to look at",
  "source.camera": "Camera",
  "source.camera.rear": "Camera, facing away",
  "source.camera.numbered": "Camera {number}",
  "source.file": "Video file…",
  "source.file.note": "Plays in a loop",
  "source.sample": "Sample clip",
  "source.sample.note": "Needs no camera",

  "view.title": "Draw the boxes",
  "view.client": "On your picture",
  "view.client.note": "Quickest; drawn on this device",
  "view.burn-in": "On the server's video",
  "view.burn-in.note": "As the server sends it back",
  "view.off": "Nowhere",
  "view.off.note": "The picture alone",

  "stage.preview": "Your picture",
  "stage.returned": "Video returned by the server",

  "panel.title": "Figures",
  "panel.roundtrip": "Round trip",
  "panel.age": "Age of boxes",
  "panel.objects": "Objects",
  "panel.shown": "Picture shown",
  "panel.detections": "Detections",
  "panel.returned": "Video back",
  "panel.stage": "Server, {stage}",
  "panel.stage.look": "Following",
  "panel.stage.detect": "Detecting",
  "panel.stage.detect_age": "Detection age",
  "panel.stage.server": "In the server",
  "panel.dropped": "Dropped, {stage}",
  "panel.detector": "Detector",
  "panel.degradation": "Running lighter",
  "unit.ms": "{value} ms",
  "unit.spread": "{p50} ms, p95 {p95}",
  "unit.fps": "{value} /s",
  "unit.step": "step {value}",
  "unit.unknown": "–",

  "action.retry": "Try again",
  "action.dismiss": "Close",

  "problem.permission.title": "The camera is not allowed",
  "problem.permission.help":
    "Allow the camera for this page in your browser's settings (often the icon beside the address), then try again.",
  "problem.no-camera.title": "No camera found",
  "problem.no-camera.help": "Connect a camera, or use a video file or the sample instead.",
  "problem.camera-busy.title": "The camera is in use",
  "problem.camera-busy.help":
    "Another app or tab holds the camera. Close it there, then try again.",
  "problem.camera-ended.title": "The camera stopped",
  "problem.camera-ended.help":
    "It was unplugged, or the system took it away. Try again to open it anew.",
  "problem.insecure.title": "The camera needs a secure address",
  "problem.insecure.help":
    "Browsers give the camera only to https pages. Open the https address that the server printed, or use a video file or the sample.",
  "problem.unsupported.title": "This browser cannot stream video",
  "problem.unsupported.help": "It lacks WebRTC. A current Chrome, Edge, Firefox or Safari will do.",
  "problem.bad-file.title": "This video cannot be played",
  "problem.bad-file.help":
    "The browser does not know its format. An MP4 with H.264 plays everywhere.",
  "problem.ice.title": "No way through to the server",
  "problem.ice.help":
    "The page loads but video does not get through. Are phone and computer on the same network? A guest network, a VPN or a firewall may block UDP.",
  "problem.lost.title": "The connection broke off",
  "problem.lost.help": "The network changed or the server went away.",
  "problem.gone.title": "The server does not answer",
  "problem.gone.help": "Is it still running, and is this device on the same network?",
  "problem.full.title": "The server has no place yet",
  "problem.full.help": "It says: {detail}. This page tries again by itself.",
  "problem.token.title": "This page is not paired",
  "problem.token.help":
    "The pairing code is missing or no longer valid. Scan the QR code that the server shows in its terminal once more.",
  "problem.rejected.title": "The server refused",
  "problem.rejected.help": "{detail}",
  "problem.no-sample.title": "There is no sample here",
  "problem.no-sample.help":
    "This server was set up without the sample clip. Use the camera or a video file.",
  "problem.unknown.title": "Something went wrong",
  "problem.unknown.help": "{detail}",
};

/**
 * The words for a key, with `{name}` places filled in. An unknown key is returned as it is, so
 * that a missing word shows up on the screen instead of hiding.
 * @param {string} key
 * @param {Record<string, any>} [values]
 * @returns {string}
 */
export function say(key, values = {}) {
  const template = Object.hasOwn(english, key) ? english[key] : key;
  return template.replace(/\{(\w+)\}/g, (place, name) =>
    Object.hasOwn(values, name) ? String(values[name]) : place,
  );
}

/**
 * @param {string} key
 * @returns {boolean} whether there are words for it
 */
export function known(key) {
  return Object.hasOwn(english, key);
}

/**
 * Puts words into markup: `data-say` fills the text, `data-say-label` the accessible name.
 * @param {ParentNode} root
 */
export function translate(root) {
  for (const element of root.querySelectorAll("[data-say]")) {
    element.textContent = say(element.dataset.say);
  }
  for (const element of root.querySelectorAll("[data-say-label]")) {
    element.setAttribute("aria-label", say(element.dataset.sayLabel));
  }
}
