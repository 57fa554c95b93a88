// What the server says and sees, scripted: `see` gives the page its tracks, `hear` its events. What
// the page says is kept in `sent`. The server's own words never reach the page: one would take the
// place of a scripted one.
{
  const make = RTCPeerConnection.prototype.createDataChannel;
  const tracks = {};
  const seen = [];
  const { get } = Object.getOwnPropertyDescriptor(MediaDeviceInfo.prototype, "label");
  Object.defineProperty(MediaDeviceInfo.prototype, "label", {
    get() {
      return get.call(this) && "Back camera";
    },
  });
  const unscripted = new Set(["caption", "answer", "watching", "alert", "text"]);
  let seq = 0;
  window.sent = [];
  window.see = (...objects) => seen.splice(0, Infinity, ...objects);
  RTCPeerConnection.prototype.createDataChannel = function (name, options) {
    const channel = make.call(this, name, options);
    if (name === "tracks") return tracks;
    channel.addEventListener("message", (event) => {
      if (unscripted.has(JSON.parse(event.data).type)) event.stopImmediatePropagation();
    });
    const send = channel.send.bind(channel);
    channel.send = (text) => {
      const message = JSON.parse(text);
      if (message.type !== "ping") window.sent.push(message);
      if (["ping", "set"].includes(message.type)) send(text);
    };
    window.hear = (message) => channel.onmessage({ data: JSON.stringify(message) });
    return channel;
  };
  setInterval(() => {
    const now = performance.now();
    const frame = { pts: Math.round(now * 90), age: 1, captured: performance.timeOrigin + now };
    const message = { type: "tracks", v: 1, seq: (seq += 1), frame, part: [0, 1] };
    const objects = seen.map((each) => ({ score: 0.9, v: [0, 0], seen: 0, ...each }));
    tracks.onmessage?.({ data: JSON.stringify({ ...message, camera: [0, 0], objects }) });
  }, 50);
}
