"""What is put into an answer before aiortc makes it: the order of codecs, and ``playout-delay``.

H.264 comes first: with it a frame costs half of VP8's time to encode here, half to decode, and
phones do both in hardware. Browsers encode what they send with the first codec of the answer too.
That order is fixed, not found out on each machine: it was measured once, as the head of the package
tells, and where a GPU encodes, it is H.264 anyway.

H.264's level is answered as aiortc has it, 3.1 (720p at 30 a second), and browsers offer the same.
x264 writes the level that a picture truly has, which is higher for a larger one (4.0 for 1080p at
30), and is not made to write less: that is what decoders size themselves by, and ours too.

aiortc's ``setCodecPreferences`` only counts before the offer is set, when an answering connection
has no transceiver yet, so the list that it would have filled is put in order instead.
"""

from __future__ import annotations

from aiortc import RTCRtpTransceiver
from aiortc.rtcrtpparameters import RTCRtpCodecParameters, RTCRtpHeaderExtensionParameters
from aiortc.sdp import SessionDescription

from streaming.sending import playout

ORDERS = {"auto": ("H264", "VP8"), "h264": ("H264", "VP8"), "vp8": ("VP8", "H264")}
"""Codecs by preference, for what an operator can ask for."""

CONSTRAINED_BASELINE = "42e0"
"""How the ``profile-level-id`` of H.264 begins that every browser decodes, and x264 makes here."""


def prefer(transceiver: RTCRtpTransceiver, codec: str) -> None:
    """Puts the common codecs in order; each keeps its retransmission format behind it.

    With an aiortc that keeps them elsewhere nothing is changed.
    """
    codecs: list[RTCRtpCodecParameters] = getattr(transceiver, "_codecs", [])
    if not codecs:
        return
    order = ORDERS[codec]
    media = [each for each in codecs if each.name.lower() != "rtx"]
    media.sort(key=lambda each: _rank(each, order))
    again = {each.parameters.get("apt"): each for each in codecs if each.name.lower() == "rtx"}
    ordered: list[RTCRtpCodecParameters] = []
    for each in media:
        ordered.append(each)
        if each.payloadType in again:
            ordered.append(again[each.payloadType])
    transceiver._codecs = ordered  # noqa: SLF001


def accept_playout_delay(transceiver: RTCRtpTransceiver, offer: str) -> None:
    """Takes the extension, under the number that the offer gave it, if the offer has it."""
    known = transceiver._headerExtensions  # noqa: SLF001
    taken = {each.id for each in known}
    for media in SessionDescription.parse(offer).media:
        if media.rtp.muxId != transceiver.mid:
            continue
        for each in media.rtp.headerExtensions:
            if each.uri == playout.URI and each.id not in taken:
                known.append(RTCRtpHeaderExtensionParameters(id=each.id, uri=each.uri))
                return


def _rank(codec: RTCRtpCodecParameters, order: tuple[str, ...]) -> tuple[int, bool]:
    profile = str(codec.parameters.get("profile-level-id", CONSTRAINED_BASELINE)).lower()
    place = order.index(codec.name) if codec.name in order else len(order)
    return place, not profile.startswith(CONSTRAINED_BASELINE)
