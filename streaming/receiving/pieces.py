"""What the frame buffer takes and gives, and what a payload says about key frames.

Both codecs tell in the first bytes of a payload whether a key frame begins there: VP8 by its
payload descriptor and the P bit of its frame header (RFC 7741, sections 4.2 and 4.3), H.264 by the
types of its NAL units (RFC 6184, sections 5.2 to 5.8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

VP8_START = 0x10
"""Bit S of the descriptor: a partition begins."""

VP8_START_AND_PARTITION = 0x17
"""Bit S and the partition's index, which is 0 for the first."""

VP8_START_CODE = b"\x9d\x01\x2a"
"""Bytes 3 to 5 of every VP8 key frame (RFC 6386, section 9.1)."""

NAL_TYPE = 0x1F
IDR, SPS, STAP_A, FU_A = 5, 7, 24, 28
"""NAL unit types."""

FU_START = 0x80
"""Bit S of a fragment's header: a NAL unit begins."""


class Piece(NamedTuple):
    """One media packet, its payload descriptor taken off. A tuple: there are hundreds a second."""

    source: int
    "SSRC."
    sequence: int
    "16 bits; they wrap."
    stamp: int
    "RTP timestamp; 32 bits, they wrap."
    marker: bool
    "Set on the last packet of a frame."
    codec: str
    "VP8 or H264."
    opens: bool
    "A key frame can be decoded from here on."
    key: bool
    "It belongs to a key frame. For VP8 only the first packet knows."
    data: bytes
    "Bitstream; empty for padding."


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """A whole frame, ready for the decoder."""

    number: int
    "Counts the frames that one buffer gave free, from 0."
    source: int
    "SSRC."
    stamp: int
    "RTP timestamp."
    pts: int
    "Ticks of the media clock since the first frame; they do not wrap."
    codec: str
    "VP8 or H264."
    key: bool
    "It needs no frame before it."
    completed: float
    "Seconds, by the clock that the buffer was driven with: when nothing was missing any more."
    data: bytes
    "Bitstream."


def vp8_key(payload: bytes, data: bytes) -> tuple[bool, bool]:
    """Whether a key frame opens in a VP8 packet, and whether it is known to belong to one.

    ``payload`` has its descriptor, ``data`` has not.
    """
    first = bool(payload) and payload[0] & VP8_START_AND_PARTITION == VP8_START
    key = first and data[3:6] == VP8_START_CODE and not data[0] & 1
    return key, key


def h264_key(payload: bytes, _data: bytes) -> tuple[bool, bool]:
    """Whether a key frame opens in an H.264 packet, and whether it belongs to one.

    It opens with its sequence parameter set. An IDR picture without one is a key frame too, but its
    first packet cannot be told from a later one's.
    """
    kind = payload[0] & NAL_TYPE if payload else 0
    if kind == FU_A and len(payload) > 1:
        inner = payload[1] & NAL_TYPE
        return inner == SPS and payload[1] & FU_START > 0, inner == IDR
    if kind == STAP_A:
        inside = set(_aggregated(payload))
        return SPS in inside, IDR in inside
    return kind == SPS, kind == IDR


KeyOf = Callable[[bytes, bytes], tuple[bool, bool]]
"""Takes a payload with and without its descriptor; tells whether a key frame opens there, or is."""

KEY_OF: dict[str, KeyOf] = {"VP8": vp8_key, "H264": h264_key}
"""By codec."""


def _aggregated(payload: bytes) -> Iterator[int]:
    """The types of the NAL units in a packet of several."""
    position = 1
    while position + 2 < len(payload):
        yield payload[position + 2] & NAL_TYPE
        position += 2 + int.from_bytes(payload[position : position + 2], "big")
