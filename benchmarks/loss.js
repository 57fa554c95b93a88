// Runs in the page before harness.js makes its connection: notes what getStats says of it.
// `window.linkStats()` → { ended, sent, received, history: [[ms, width, sent bytes…]…] }

const STATS_EVERY_MS = 500;

const SENT = ["framesEncoded", "framesSent", "keyFramesEncoded", "nackCount", "pliCount", "firCount",
  "retransmittedPacketsSent", "packetsSent", "bytesSent", "frameWidth", "frameHeight", "targetBitrate",
  "qualityLimitationReason", "encoderImplementation"];
const RECEIVED = ["framesReceived", "framesDecoded", "framesDropped", "keyFramesDecoded", "nackCount",
  "pliCount", "firCount", "packetsReceived", "packetsLost", "retransmittedPacketsReceived", "bytesReceived",
  "freezeCount", "totalFreezesDuration", "jitterBufferDelay", "jitterBufferEmittedCount", "frameWidth",
  "frameHeight"];

const noted = { ended: null, sent: {}, received: {}, history: [] };

function pick(report, names) {
  return Object.fromEntries(names.filter((name) => name in report).map((name) => [name, report[name]]));
}

async function note(connection) {
  for (const report of (await connection.getStats()).values()) {
    if (report.kind !== "video") continue;
    if (report.type === "outbound-rtp") noted.sent = pick(report, SENT);
    if (report.type === "inbound-rtp") noted.received = pick(report, RECEIVED);
  }
  const { sent, received } = noted;
  noted.history.push([Math.round(performance.now()), sent.frameWidth ?? 0, sent.targetBitrate ?? 0,
    sent.keyFramesEncoded ?? 0, received.keyFramesDecoded ?? 0, received.framesDecoded ?? 0]);
}

const Plain = window.RTCPeerConnection;

window.RTCPeerConnection = class extends Plain {
  constructor(...given) {
    super(...given);
    this.timer = setInterval(() => note(this), STATS_EVERY_MS);
  }

  close() {
    clearInterval(this.timer);
    noted.ended = performance.now();
    super.close();
  }
};

window.linkStats = () => noted;
