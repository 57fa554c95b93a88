// Runs in the page of a measured server: sends the fake camera there, plays what comes back, and
// notes when each frame number was on either screen. Needs stamp.js before it.
//
// `window.openStream({ url, signalling, question, hold })` begins, `window.takeNotes()` gives what
// was noted since it was last asked, `window.closeStream()` ends and gives the rest. In the notes,
// `local` and `remote` have a row for each displayed frame:
//   [shown, number, captured, received, decoding, width, height]
// (ms of the page's clock; null where the browser does not tell), `samples` one object a second of
// what getStats says of the video.
// `window.glassToGlass(url, seconds, question)` does all of it in one go.

const ASK_EVERY_MS = 5000;
const SAMPLE_EVERY_MS = 1000;
const START_KBPS = 1200;

const SENT = ["framesEncoded", "totalEncodeTime", "packetsSent", "totalPacketSendDelay", "frameWidth",
  "frameHeight", "targetBitrate", "keyFramesEncoded"];
const RECEIVED = ["framesReceived", "framesDecoded", "framesDropped", "totalDecodeTime", "jitterBufferDelay",
  "jitterBufferEmittedCount", "totalAssemblyTime", "framesAssembledFromMultiplePackets", "keyFramesDecoded",
  "totalProcessingDelay", "freezeCount", "totalFreezesDuration"];

const pick = (report, names) =>
  Object.fromEntries(names.filter((name) => name in report).map((name) => [name, report[name]]));

const noNotes = () => ({ local: [], remote: [], samples: [], said: [], messages: 0 });

const stream = { notes: noNotes(), connection: null, camera: null, session: null, timers: [] };

function log(video, kind) {
  const read = window.makeStampReader();
  let last = null;
  const note = (now, frame) => {
    video.requestVideoFrameCallback(note);
    const number = read(video);
    if (number === null || number === last) return;
    last = number;
    const decoding = (frame.processingDuration ?? NaN) * 1000;
    stream.notes[kind].push([frame.expectedDisplayTime ?? now, number, frame.captureTime ?? null,
      frame.receiveTime ?? null, Number.isFinite(decoding) ? decoding : null, frame.width, frame.height]);
  };
  video.requestVideoFrameCallback(note);
}

async function makeVideo(source) {
  const video = document.createElement("video");
  Object.assign(video, { srcObject: source, muted: true, autoplay: true, playsInline: true });
  video.style.width = "320px";
  document.body.append(video);
  return video;
}

function converse(channel, question) {
  channel.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "answer" && message.done) stream.notes.said.push(["answer", message.source]);
    if (message.type === "problem") stream.notes.said.push(["problem", message.code]);
  };
  let asked = 0;
  const ask = () => channel.send(JSON.stringify({ type: "ask", id: `q${asked++}`, text: question }));
  const begin = () => stream.timers.push(setInterval(() => channel.readyState === "open" && ask(), ASK_EVERY_MS));
  if (question) channel.onopen = begin;
}

async function sample(connection) {
  const found = { at: performance.now() };
  for (const report of (await connection.getStats()).values()) {
    if (report.type === "outbound-rtp" && report.kind === "video") found.sent = pick(report, SENT);
    if (report.type === "inbound-rtp" && report.kind === "video") found.received = pick(report, RECEIVED);
    if (report.type === "candidate-pair" && report.nominated) found.roundTrip = report.currentRoundTripTime;
  }
  stream.notes.samples.push(found);
}

// Every system is measured at the camera's own size: a picture that the browser shrank is a different task.
async function holdResolution(sender) {
  const parameters = sender.getParameters();
  await sender.setParameters({ ...parameters, degradationPreference: "maintain-resolution" });
}

// Where congestion control begins: the same for all, whether or not their answer says so.
function withStartBitrate(sdp) {
  if (sdp.includes("x-google-start-bitrate")) return sdp;
  const lines = sdp.split("\r\n");
  return lines.flatMap((line) => {
    const codec = /^a=rtpmap:(\d+) (?:VP8|H264)\/90000/i.exec(line)?.[1];
    if (!codec) return [line];
    const described = lines.some((each) => each.startsWith(`a=fmtp:${codec} `));
    return described ? [line] : [line, `a=fmtp:${codec} x-google-start-bitrate=${START_KBPS}`];
  }).map((line) => {
    const codec = /^a=fmtp:(\d+) /.exec(line)?.[1];
    const video = codec && lines.some((each) => new RegExp(`^a=rtpmap:${codec} (?:VP8|H264)/`, "i").test(each));
    const hinted = line.includes("x-google-start-bitrate");
    return video && !hinted ? `${line};x-google-start-bitrate=${START_KBPS}` : line;
  }).join("\r\n");
}

async function post(url, type, body) {
  const answer = await fetch(url, { method: "POST", headers: { "Content-Type": type }, body });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer;
}

// How each kind of server takes an offer; each gives the answer's SDP and, if there is one, the session's address.
const SIGNALLING = {
  async whip(url, sdp) {
    const answer = await post(url, "application/sdp", sdp);
    const session = answer.headers.get("Location");
    return { sdp: await answer.text(), session: session && new URL(session, url).href };
  },
  async json(url, sdp) {
    const answer = await post(url, "application/json", JSON.stringify({ sdp, type: "offer" }));
    return { sdp: (await answer.json()).sdp, session: null };
  },
  async fastrtc(url, sdp) {
    const body = JSON.stringify({ sdp, type: "offer", webrtc_id: "measured" });
    const answer = await (await post(url, "application/json", body)).json();
    if (!answer.sdp) throw new Error(JSON.stringify(answer));
    return { sdp: answer.sdp, session: null };
  },
};

function openChannels(connection, signalling, question) {
  if (signalling === "fastrtc") connection.createDataChannel("text");
  if (signalling !== "whip") return;
  const tracks = connection.createDataChannel("tracks", { ordered: false, maxRetransmits: 0 });
  tracks.onmessage = () => (stream.notes.messages += 1);
  converse(connection.createDataChannel("events"), question);
}

window.openStream = async ({ url, signalling = "whip", question = "", hold = true }) => {
  const camera = await navigator.mediaDevices.getUserMedia({
    video: { width: 640, height: 480, frameRate: 30 },
  });
  const connection = new RTCPeerConnection({ iceServers: [] });
  Object.assign(stream, { notes: noNotes(), camera, connection, session: null, timers: [] });
  log(await makeVideo(camera), "local");
  openChannels(connection, signalling, question);
  const { sender } = connection.addTransceiver(camera.getVideoTracks()[0], { direction: "sendrecv" });
  connection.ontrack = async ({ track }) => log(await makeVideo(new MediaStream([track])), "remote");
  await connection.setLocalDescription(await connection.createOffer());
  const { sdp, session } = await SIGNALLING[signalling](url, connection.localDescription.sdp);
  stream.session = session;
  await connection.setRemoteDescription({ type: "answer", sdp: withStartBitrate(sdp) });
  if (hold) await holdResolution(sender);
  stream.timers.push(setInterval(() => sample(connection), SAMPLE_EVERY_MS));
  return { session };
};

window.takeNotes = () => {
  const taken = stream.notes;
  stream.notes = noNotes();
  return { ...taken, state: stream.connection.connectionState };
};

window.closeStream = async () => {
  stream.timers.forEach(clearInterval);
  let state = null;
  if (stream.session) {
    state = await (await fetch(stream.session)).json().catch(() => null);
    await fetch(stream.session, { method: "DELETE" });
  }
  stream.connection.close();
  stream.camera.getTracks().forEach((track) => track.stop());
  document.querySelectorAll("video").forEach((video) => video.remove());
  return { ...stream.notes, state };
};

window.glassToGlass = async (url, seconds, question = "") => {
  await window.openStream({ url, question });
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return window.closeStream();
};
