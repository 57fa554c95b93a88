/** Trickle ICE candidates in the form of RFC 8840, `application/trickle-ice-sdpfrag`. Pure. */

/** @typedef {Pick<RTCIceCandidate, "candidate" | "sdpMid">} Candidate */

/**
 * @param {string} offer SDP that the candidates belong to
 * @param {boolean} complete whether no more will come
 * @returns {string | null} null if the offer has no ICE credentials or no media section
 */
export function sdpFragment(offer, candidates, complete) {
  const ufrag = line(offer, "a=ice-ufrag:");
  const password = line(offer, "a=ice-pwd:");
  const media = line(offer, "m=");
  if (!ufrag || !password || !media) return null;
  const mid = candidates.find((candidate) => candidate.sdpMid)?.sdpMid ?? firstMid(offer);
  const lines = [ufrag, password, media, `a=mid:${mid}`];
  lines.push(...candidates.map(({ candidate }) => `a=${candidate}`));
  if (complete) lines.push("a=end-of-candidates");
  return `${lines.join("\r\n")}\r\n`;
}

function line(sdp, start) {
  return sdp.split(/\r?\n/).find((candidate) => candidate.startsWith(start)) ?? null;
}

function firstMid(offer) {
  return line(offer, "a=mid:")?.slice("a=mid:".length) ?? "0";
}
