// Runs in the page of a measured server: sends the fake camera there, plays what comes back, and
// notes when each frame number was on either screen. Needs stamp.js before it.
// `window.glassToGlass(url, seconds, question)` → { local: [[ms, number]…], remote: …, said: … }
// A question, if there is one, is asked every few seconds.

function log(video, notes) {
  const read = window.makeStampReader();
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

const ASK_EVERY_MS = 5000;

function converse(channel, question, said) {
  channel.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "answer" && message.done) said.push(["answer", message.source]);
    if (message.type === "problem") said.push(["problem", message.code]);
  };
  let asked = 0;
  const ask = () => channel.send(JSON.stringify({ type: "ask", id: `q${asked++}`, text: question }));
  if (question) channel.onopen = () => setInterval(() => channel.readyState === "open" && ask(), ASK_EVERY_MS);
}

window.glassToGlass = async (url, seconds, question = "") => {
  const camera = await navigator.mediaDevices.getUserMedia({
    video: { width: 640, height: 480, frameRate: 30 },
  });
  const [local, remote] = [[], []];
  log(await makeVideo(camera), local);
  const connection = new RTCPeerConnection({ iceServers: [] });
  let messages = 0;
  const tracks = connection.createDataChannel("tracks", { ordered: false, maxRetransmits: 0 });
  tracks.onmessage = () => (messages += 1);
  const said = [];
  converse(connection.createDataChannel("events"), question, said);
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
  return { local, remote, messages, state, said };
};
