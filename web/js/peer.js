/** One RTCPeerConnection: our track up, the annotated video back, and the two data channels. */

import { Problem } from "./problems.js";
import { hurry } from "./sending.js";

/** ICE often mends a broken path by itself; so long it may try, ms. */
const MEND_WITHIN = 1000;
/** From offer to a connection, ms. */
const CONNECT_WITHIN = 12_000;

/**
 * @typedef {object} PeerEvents
 * @property {(text: string) => void} tracks a message of the channel `tracks`
 * @property {(text: string) => void} event a message of the channel `events`
 * @property {() => void} ready `events` is open
 * @property {(stream: MediaStream) => void} returned the server's video
 * @property {(sender: RTCRtpSender) => void} sending it has begun, or sends another track
 * @property {(candidate: RTCIceCandidate | null) => void} candidate null after the last
 * @property {(problem: Problem) => void} lost it had worked and works no more
 */

export class Peer {
  #pc;
  #on;
  #events;
  #sender;
  #ear = null;
  #mending;
  #closed = false;

  constructor(iceServers, track, on) {
    this.#on = on;
    this.#pc = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.#openChannels();
    const transceiver = this.#pc.addTransceiver(track, { direction: "sendrecv" });
    this.#sender = transceiver.sender;
    hurry(transceiver.receiver);
    // Empty until somebody listens; then a microphone needs no new offer.
    if (on.hears?.()) this.#ear = this.#pc.addTransceiver("audio", { direction: "sendonly" }).sender;
    this.#pc.ontrack = ({ track: back, streams }) =>
      on.returned(streams[0] ?? new MediaStream([back]));
    this.#pc.onicecandidate = ({ candidate }) => on.candidate(candidate);
  }

  /** @returns {Promise<string>} our offer, in SDP */
  async offer() {
    const description = await this.#pc.createOffer();
    await this.#pc.setLocalDescription(description);
    return this.#pc.localDescription.sdp;
  }

  /**
   * Takes the answer and waits until media can flow.
   * @throws {Problem} `ice` if no path is found
   */
  async accept(sdp) {
    const connected = this.#connected();
    await Promise.all([this.#pc.setRemoteDescription({ type: "answer", sdp }), connected]);
    this.#pc.onconnectionstatechange = () => this.#watch();
    this.#on.sending(this.#sender);
  }

  /**
   * @param {object} message for the channel `events`
   * @returns {boolean} whether the channel took it
   */
  send(message) {
    if (this.#events.readyState !== "open") return false;
    this.#events.send(JSON.stringify(message));
    return true;
  }

  /** @param {MediaStreamTrack} track to send from now on */
  async replaceTrack(track) {
    await this.#sender.replaceTrack(track);
    this.#on.sending(this.#sender);
  }

  /**
   * @param {MediaStreamTrack | null} track of a microphone; null for none
   * @returns {Promise<boolean>} whether it can be heard
   */
  async hear(track) {
    await this.#ear?.replaceTrack(track);
    return this.#ear !== null;
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#mending);
    this.#pc.close();
  }

  #openChannels() {
    const tracks = this.#pc.createDataChannel("tracks", { ordered: false, maxRetransmits: 0 });
    tracks.onmessage = ({ data }) => this.#on.tracks(data);
    this.#events = this.#pc.createDataChannel("events", { ordered: true });
    this.#events.onmessage = ({ data }) => this.#on.event(data);
    this.#events.onopen = () => this.#on.ready();
    this.#events.onclose = () => this.#lose();
  }

  #connected() {
    return new Promise((resolve, reject) => {
      const fail = () => reject(new Problem("ice"));
      const timeout = setTimeout(fail, CONNECT_WITHIN);
      this.#pc.onconnectionstatechange = () => {
        const { connectionState } = this.#pc;
        if (connectionState === "connecting" || connectionState === "new") return;
        clearTimeout(timeout);
        if (connectionState === "connected") resolve();
        else fail();
      };
    });
  }

  #watch() {
    clearTimeout(this.#mending);
    const { connectionState } = this.#pc;
    if (connectionState === "disconnected") {
      this.#mending = setTimeout(() => this.#lose(), MEND_WITHIN);
    } else if (connectionState !== "connected" && connectionState !== "connecting") {
      this.#lose();
    }
  }

  #lose() {
    if (!this.#closed) this.#on.lost(new Problem("lost"));
  }
}
