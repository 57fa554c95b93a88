"""Reading what a client offers: SDP (RFC 8866) and trickled fragments of it (RFC 8840)."""

from __future__ import annotations

from dataclasses import dataclass

from aiortc import RTCIceCandidate
from aiortc.sdp import SessionDescription, candidate_from_sdp

MAX_CANDIDATES = 64
"""In one fragment."""

PARSE_ERRORS = (
    ValueError,
    AssertionError,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
    StopIteration,
)
"""What aiortc's parser raises on text that is not SDP."""


class BadOffer(ValueError):
    """The text is not an SDP offer, or contradicts itself."""


class UnusableOffer(ValueError):
    """A good offer of which nothing can be used here."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What matters of an offer."""

    sdp: str
    "Without the candidates that name an mDNS host: our answer would wait for each to be resolved."
    ufrag: str
    "The ICE user fragment of its video section."
    returned_in: str | None
    "The section in which the client takes the returned stream, by its mid; None where in none."

    @property
    def receives_video(self) -> bool:
        """Whether the client can take the returned stream."""
        return self.returned_in is not None


@dataclass(frozen=True, slots=True)
class Fragment:
    """Trickled candidates."""

    ufrag: str
    "The ICE user fragment they belong to; empty where not told."
    candidates: tuple[RTCIceCandidate, ...]
    complete: bool
    "Whether these are the last."


def read_offer(sdp: str) -> Offer:
    """Checks an offer before a connection is made for it.

    Raises:
        BadOffer: it is not SDP.
        UnusableOffer: it has no video section, or the client sends none.
    """
    try:
        description = SessionDescription.parse(sdp)
    except PARSE_ERRORS as error:
        raise BadOffer(f"The body is not an SDP offer: {error or type(error).__name__}") from error
    if not sdp.startswith("v=0") or not description.media:
        raise BadOffer("The body is not an SDP offer: it has no v=0 line or no media section")
    _check_sections(description)
    videos = [media for media in description.media if media.kind == "video"]
    if not videos:
        raise UnusableOffer("The offer has no video section: add the camera's track to it")
    ice, dtls = videos[0].ice, videos[0].dtls
    if ice is None or not ice.usernameFragment or dtls is None or not dtls.fingerprints:
        raise BadOffer("The offer's video section lacks ICE credentials or a fingerprint")
    # the very section in which the camera comes is best
    taking = [media for media in videos if media.direction in {"recvonly", "sendrecv"}]
    taking.sort(key=lambda media: media.direction != "sendrecv")
    returned_in = str(taking[0].rtp.muxId) if taking else None
    kept = "".join(line for line in sdp.splitlines(keepends=True) if not _names_mdns(line))
    return Offer(kept, ice.usernameFragment, returned_in)


def _check_sections(description: SessionDescription) -> None:
    """Refuses what aiortc would fail on half-way, with its sockets open."""
    mids = {media.rtp.muxId for media in description.media}
    bundled = {mid for group in description.group for mid in group.items}
    if not bundled <= mids:
        raise BadOffer("The offer bundles sections that it does not have")
    for media in description.media:
        if media.kind not in {"audio", "video", "application"}:
            raise BadOffer(f"The offer has a section of an unknown kind: {media.kind[:40]!r}")
        if media.ice is None or media.dtls is None or not media.dtls.role:
            raise BadOffer("A section of the offer lacks ICE credentials, fingerprint or setup")


def read_fragment(text: str) -> Fragment:
    """Reads an ``application/trickle-ice-sdpfrag`` body.

    Raises:
        BadOffer: a candidate line does not parse, or there are too many.
    """
    ufrag, mid, index, complete = "", None, -1, False
    candidates: list[RTCIceCandidate] = []
    for line in text.splitlines():
        key, _, value = line.strip().partition(":")
        if line.startswith("m="):
            index += 1
        elif key == "a=mid":
            mid = value
        elif key == "a=ice-ufrag":
            ufrag = value
        elif key == "a=end-of-candidates":
            complete = True
        elif key == "a=candidate" and not _names_mdns(line):
            candidates.append(_candidate(value, mid, max(index, 0)))
        if len(candidates) > MAX_CANDIDATES:
            raise BadOffer(f"More than {MAX_CANDIDATES} candidates in one fragment")
    return Fragment(ufrag, tuple(candidates), complete)


def _names_mdns(line: str) -> bool:
    return line.startswith("a=candidate:") and ".local " in line


def _candidate(value: str, mid: str | None, index: int) -> RTCIceCandidate:
    try:
        candidate = candidate_from_sdp(value)
    except PARSE_ERRORS as error:
        raise BadOffer(f"Not an ICE candidate: {value[:120]!r}") from error
    candidate.sdpMid = mid
    candidate.sdpMLineIndex = None if mid is not None else index
    return candidate
