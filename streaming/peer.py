"""The aiortc side of one session: offer and answer, candidates, data channels, liveness.

Driving contract: ``answer`` once, then ``trickle`` any number of times; ``ended`` is called when
the connection is over for whatever reason. ``part`` lets go of the session, which may go on with
another peer, and ``close`` frees everything; each once or more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from typing import Any

import av
from aiortc import (
    RTCConfiguration,
    RTCDataChannel,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidAccessError, InvalidStateError, OperationError

from streaming.answer import with_limits
from streaming.channels import ChannelSink
from streaming.commands import Listener
from streaming.egress import ReturnedTrack
from streaming.garbage import guard_against_garbage
from streaming.hearing_track import pump
from streaming.ingest import Ingest
from streaming.mailbox import Mailbox
from streaming.offer import PARSE_ERRORS, BadOffer, Fragment, UnusableOffer
from streaming.sending.adapter import Sending
from streaming.sending.limits import Limits
from streaming.sending.negotiation import accept_playout_delay, prefer
from streaming.session import Session

log = logging.getLogger(__name__)

CLOSE_TIMEOUT = 5.0
"""Seconds that freeing a connection may take before it is left to the garbage collector."""

MAX_CHANNELS = 4
"""Data channels one client may open."""

MAX_EVENTS_BACKLOG = 512 * 1024
"""Bytes waiting on ``events``; beyond, messages are dropped and counted."""

MAX_TRACKS_BACKLOG = 8 * 1024
"""Bytes waiting on ``tracks``: a few frames' worth. What is late is worthless."""


NO_RETURNED_VIDEO = (
    "The picture cannot be sent back any more. What is seen is still told: "
    "draw it on your own picture, or connect again"
)

NO_PICTURE = (
    "Video comes in, but none of it can be decoded. "
    "If this goes on, stop the camera and start it again, or offer the other codec (VP8 or H.264)"
)

VIDEO_ENDED = (
    "Your video has ended. Whatever you asked for stays, and goes on when video comes again"
)

LOOK_LIMIT = 2.0
"""Seconds that the frame being looked at is waited for."""

DEFAULT_LIMITS = Limits()


class Peer:
    """One peer connection, tied to one session."""

    def __init__(
        self,
        session: Session,
        ice_servers: list[RTCIceServer],
        ended: Callable[[], object],
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._session = session
        self._limits = limits
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=ice_servers))
        self._ended = ended
        self._tasks: list[asyncio.Task[None]] = []
        self._frames: asyncio.Task[None] | None = None
        self._channels: list[RTCDataChannel] = []
        self._listening: ChannelSink | None = None
        self._drawing: ChannelSink | None = None
        self._returned: Mailbox[av.VideoFrame] | None = None
        self.ingest: Ingest | None = None
        self.sending: Sending | None = None
        self._pc.on("connectionstatechange", self._on_state)
        self._pc.on("datachannel", self._on_channel)

    @property
    def state(self) -> str:
        """As in ``RTCPeerConnection.connectionState``."""
        return str(self._pc.connectionState)

    @property
    def bytes_received(self) -> int:
        """Grows for as long as the other side lives: media, RTCP, DTLS and data alike."""
        transports = {t.receiver.transport for t in self._pc.getTransceivers()}
        return sum(
            int(getattr(transport, "_RTCDtlsTransport__rx_bytes", 0)) for transport in transports
        )

    async def answer(self, offer: str, *, returned_in: str | None) -> str:
        """The SDP answer, with all of our candidates in it.

        Args:
            offer: in SDP.
            returned_in: mid of the section in which video goes back; None where none does.

        Raises:
            BadOffer: the offer contradicts itself.
            UnusableOffer: nothing in it that both sides can do.
        """
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        except OperationError as error:
            raise UnusableOffer(f"No video codec in common (VP8 or H.264): {error}") from error
        except (InvalidAccessError, InvalidStateError, *PARSE_ERRORS) as error:
            raise BadOffer(f"The offer cannot be used: {error}") from error
        self._receive(returned_in)
        self._hear()
        try:
            await self._pc.setLocalDescription(await self._pc.createAnswer())
        except (InvalidAccessError, InvalidStateError, *PARSE_ERRORS) as error:
            raise BadOffer(f"The offer cannot be answered: {error}") from error
        return with_limits(self._pc.localDescription.sdp, self._limits)

    async def trickle(self, fragment: Fragment) -> None:
        """Adds the client's candidates."""
        for candidate in fragment.candidates:
            await self._pc.addIceCandidate(candidate)
        if fragment.complete:
            await self._pc.addIceCandidate(None)

    def part(self) -> None:
        """Lets go of the session: no frames to it, no messages from it."""
        if self.ingest is not None:
            self.ingest.forget()
            if self._session.camera is self.ingest:
                self._session.cut()
        if self._returned is not None:
            self._returned.close()
        if self._listening is not None:
            self._session.detach(self._listening)
        if self._drawing is not None and self._session.tracks.sink is self._drawing:
            self._session.tracks.sink = None

    async def close(self) -> None:
        """Frees the connection, its threads and sockets."""
        self.part()
        await self._end_tasks()
        self._channels.clear()
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await self._pc.close()
        except TimeoutError:
            log.warning("session %s: closing took too long", self._session.identity.session)
        except Exception:
            log.warning("session %s: closing failed", self._session.identity.session, exc_info=True)

    async def _end_tasks(self) -> None:
        """The frame in work is waited for: the worker that looks at it cannot be stopped."""
        if self._frames is not None:
            await asyncio.wait([self._frames], timeout=LOOK_LIMIT)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    def _receive(self, returned_in: str | None) -> None:
        """Takes the first video that the client sends; everything else is turned down."""
        transceivers = self._pc.getTransceivers()
        sending = [each for each in transceivers if _sends_video(each)]
        if not sending:
            raise UnusableOffer("No video section in which you send: offer the camera's track")
        chosen = sending[0]
        returning = next((each for each in transceivers if each.mid == returned_in), None)
        guard_against_garbage(chosen.receiver.transport)
        self._returned = self._session.meet()
        self._session.returns_video = returning is not None
        if returning is not None:
            self._send_back(returning, self._returned, beside=returning is not chosen)
        for each in {chosen, returning or chosen}:
            self._order_codecs(each)
        for other in transceivers:
            if other is not chosen and other is not returning:
                other.direction = "inactive"
        self._take_in(chosen)

    def _take_in(self, chosen: RTCRtpTransceiver) -> None:
        receiver, session = chosen.receiver, self._session
        self.ingest = Ingest(receiver.track, receiver, self._stands_still, self._video_ended)
        session.camera = self.ingest
        session.drops_before = self.ingest.drops
        session.link = self._link
        self._frames = self._spawn(self._run(self.ingest), "session")
        self._spawn(self.ingest.pump(), "pump")

    def _send_back(
        self, chosen: RTCRtpTransceiver, frames: Mailbox[av.VideoFrame], *, beside: bool
    ) -> None:
        """``beside``: in a section of its own, not in that in which the camera's video comes."""
        chosen.sender.replaceTrack(ReturnedTrack(frames))
        chosen.direction = "sendonly" if beside else "sendrecv"
        self.sending = Sending(chosen.sender, frames, self._limits)
        self.sending.failed = self._returns_nothing
        self._session.returned_rtp = self.sending.rtp
        self._session.stats.stages["encode"] = self.sending.encode_times
        if self.sending.known:
            accept_playout_delay(chosen, self._pc.remoteDescription.sdp)

    def _order_codecs(self, chosen: RTCRtpTransceiver) -> None:
        """Where aiortc encodes by itself, its H.264 takes too long to be put first unasked."""
        ours = self.sending is None or self.sending.known
        if ours or self._limits.codec != "auto":
            prefer(chosen, self._limits.codec)

    def _hear(self) -> None:
        """Takes the first sound that the client may send, where the server hears."""
        hearing = self._session.hearing
        sending = [each for each in self._pc.getTransceivers() if _sends(each, "audio")]
        if hearing is not None and sending:
            sending[0].direction = "recvonly"
            self._spawn(pump(sending[0].receiver.track, hearing.take), "sound")

    def _stands_still(self) -> None:
        self._session.complain("no-picture", NO_PICTURE)

    def _video_ended(self) -> None:
        self._session.complain("video-ended", VIDEO_ENDED)

    def _returns_nothing(self) -> None:
        self._session.returns_video = False
        self._session.complain("no-returned-video", NO_RETURNED_VIDEO)

    def _link(self) -> dict[str, dict[str, int]]:
        counts = {} if self.ingest is None else {"in": self.ingest.counts()}
        return counts if self.sending is None else counts | {"out": asdict(self.sending.counts())}

    async def _run(self, ingest: Ingest) -> None:
        try:
            await self._session.watch(ingest.arrivals())
        except Exception:
            log.exception("session %s: ended by an error", self._session.identity.session)
        self._ended()

    def _spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(coroutine, name=name)
        self._tasks.append(task)
        return task

    def _on_state(self) -> None:
        log.info("session %s: %s", self._session.identity.session, self.state)
        if self.state in {"failed", "closed"}:
            self._ended()

    def _on_channel(self, channel: RTCDataChannel) -> None:
        if len(self._channels) >= MAX_CHANNELS or channel.label not in {"tracks", "events"}:
            log.warning("session %s: channel refused", self._session.identity.session)
            channel.close()
            return
        self._channels.append(channel)
        channel.on("close", lambda: self._forget_channel(channel))
        if channel.label == "tracks":
            self._open_tracks(channel)
        else:
            self._open_events(channel)

    def _forget_channel(self, channel: RTCDataChannel) -> None:
        if channel in self._channels:
            self._channels.remove(channel)

    def _open_tracks(self, channel: RTCDataChannel) -> None:
        tracks = self._session.tracks
        tracks.sink = self._drawing = sink = ChannelSink(channel, MAX_TRACKS_BACKLOG)

        def on_close() -> None:
            if tracks.sink is sink:
                tracks.sink = None

        channel.on("close", on_close)

    def _open_events(self, channel: RTCDataChannel) -> None:
        self._listening = sink = ChannelSink(channel, MAX_EVENTS_BACKLOG)
        listener = Listener(self._session, sink, person=True)

        def on_message(data: str | bytes) -> None:
            if not listener.hear(data):
                channel.close()

        def on_close() -> None:
            self._session.detach(sink)

        channel.on("message", on_message)
        channel.on("close", on_close)
        if not self._session.attach(sink, person=True):
            channel.close()


def _sends_video(transceiver: RTCRtpTransceiver) -> bool:
    return _sends(transceiver, "video")


def _sends(transceiver: RTCRtpTransceiver, kind: str) -> bool:
    return transceiver.kind == kind and transceiver.receiver.track is not None
