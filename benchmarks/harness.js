// Runs in the page of a measured server: sends the fake camera there, plays what comes back, and
// notes when each frame number (see vision/frame_stamp.py) was on either screen.
// `window.glassToGlass(url, seconds)` → { local: [[ms, number]…], remote: [[ms, number]…], … }

const CELLS = 20;
const PIXELS = 8; // of a cell on the canvas that is read back
const STRIP = 16 / 480; // height of the strip, fraction of the picture

function makeReader() {
  const canvas = document.createElement("canvas");
  canvas.width = CELLS * PIXELS;
  canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (video) => {
    const { videoWidth: width, videoHeight: height } = video;
    if (!width) return null;
    const middle = height * (1 - STRIP / 2);
    context.drawImage(video, 0, middle - 1, width, 2, 0, 0, canvas.width, 1);
    const { data } = context.getImageData(0, 0, canvas.width, 1);
    return decode(cellLevels(data));
  };
}

function cellLevels(data) {
  return Array.from({ length: CELLS }, (_, cell) => {
    let sum = 0;
    for (let x = PIXELS / 4; x < (PIXELS * 3) / 4; x += 1) sum += data[(cell * PIXELS + x) * 4 + 1];
    return sum / (PIXELS / 2);
  });
}

function decode([white, black, ...cells]) {
  if (white - black < 60) return null;
  const bits = cells.map((level) => (level - black) / (white - black) > 0.5);
  const number = bits.slice(0, 16).reduce((value, bit) => value * 2 + bit, 0);
  const check = bits.slice(16).reduce((value, bit) => value * 2 + bit, 0);
  return bits.slice(0, 16).filter(Boolean).length % 4 === check ? number : null;
}

function log(video, notes) {
  const read = makeReader();
  const note = (now, metadata) => {
    const number = read(video);
    const shown = metadata.expectedDisplayTime ?? now;
    if (number !== null && notes.at(-1)?.[1] !== number) notes.push([shown, number]);
    video.requestVideoFrameCallback(note);
  };
  video.requestVideoFrameCallback(note);
}

async function makeVideo(stream) {
  const video = document.createElement("video");
  Object.assign(video, { srcObject: stream, muted: true, autoplay: true, playsInline: true });
  video.style.width = "320px";
  document.body.append(video);
  return video;
}

window.glassToGlass = async (url, seconds) => {
  const camera = await navigator.mediaDevices.getUserMedia({
    video: { width: 640, height: 480, frameRate: 30 },
  });
  const [local, remote] = [[], []];
  log(await makeVideo(camera), local);
  const connection = new RTCPeerConnection({ iceServers: [] });
  let messages = 0;
  const tracks = connection.createDataChannel("tracks", { ordered: false, maxRetransmits: 0 });
  tracks.onmessage = () => (messages += 1);
  connection.createDataChannel("events");
  connection.addTransceiver(camera.getVideoTracks()[0], { direction: "sendrecv" });
  connection.ontrack = async ({ track }) => log(await makeVideo(new MediaStream([track])), remote);
  await connection.setLocalDescription(await connection.createOffer());
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/sdp" },
    body: connection.localDescription.sdp,
  });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  const session = answer.headers.get("Location");
  await connection.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  let state = null;
  if (session) {
    state = await (await fetch(session)).json().catch(() => null);
    await fetch(session, { method: "DELETE" });
  }
  connection.close();
  camera.getTracks().forEach((track) => track.stop());
  return { local, remote, messages, state };
};
