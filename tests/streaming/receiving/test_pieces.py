from __future__ import annotations

import pytest
from aiortc.codecs import depayload
from hypothesis import given
from hypothesis import strategies as st

from streaming.receiving.pieces import KEY_OF, h264_key, vp8_key
from tests.streaming.receiving.bitstreams import CODECS, Encoder

KEY_HEADER = b"\x10\x02\x00\x9d\x01\x2a\x40\x01\xf0\x00"
"""Of a VP8 key frame: tag, start code, size."""


@pytest.mark.parametrize("codec", ["VP8", "H264"])
def test_real_key_frames_are_told_from_their_packets(codec: str) -> None:
    encoder = Encoder(codec)
    for key in (True, False, True, False):
        encoder.key_next = key
        flags = [
            KEY_OF[codec](packet.payload, depayload(CODECS[packet.payload_type], packet.payload))
            for packet in encoder.packets()
        ]
        assert not key or len(flags) > 1
        assert [opens for opens, _ in flags] == [key] + [False] * (len(flags) - 1)
        assert any(belongs for _, belongs in flags) is key


@pytest.mark.parametrize(
    ("descriptor", "key"),
    [
        (b"\x10", True),
        (b"\x30", True),
        (b"\x90\x80\x05", True),
        (b"\x90\xe0\x85\x05\x01\x40", True),
        (b"\x00", False),
        (b"\x11", False),
        (b"", False),
    ],
)
def test_vp8_descriptors(descriptor: bytes, *, key: bool) -> None:
    assert vp8_key(descriptor + KEY_HEADER if descriptor else b"", KEY_HEADER) == (key, key)


def test_vp8_delta_frames_and_headers_cut_short_are_no_key_frames() -> None:
    assert vp8_key(b"\x10", b"\x11" + KEY_HEADER[1:]) == (False, False)
    for length in range(6):
        assert vp8_key(b"\x10", KEY_HEADER[:length]) == (False, False)


SPS, PPS, IDR, SLICE, SEI = (bytes([0x60 | kind, 0x80, 0x12]) for kind in (7, 8, 5, 1, 6))


def stap(*units: bytes) -> bytes:
    return b"\x78" + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


@pytest.mark.parametrize(
    ("payload", "opens", "key"),
    [
        (SPS, True, False),
        (IDR, False, True),
        (SLICE, False, False),
        (stap(SPS, PPS), True, False),
        (stap(SEI, SPS, PPS, IDR), True, True),
        (stap(SEI, SLICE), False, False),
        (b"\x7c\x85\x80", False, True),
        (b"\x7c\x05\x80", False, True),
        (b"\x7c\x81\x80", False, False),
        (b"\x7c\x87\x80", True, False),
        (b"\x7c\x07\x80", False, False),
        (b"\x7c", False, False),
        (b"\x78\x00", False, False),
        (b"", False, False),
    ],
)
def test_h264_payloads(payload: bytes, *, opens: bool, key: bool) -> None:
    assert h264_key(payload, b"") == (opens, key)


@given(st.binary(max_size=40), st.binary(max_size=12))
def test_no_payload_is_too_strange(payload: bytes, data: bytes) -> None:
    for key_of in KEY_OF.values():
        assert all(isinstance(flag, bool) for flag in key_of(payload, data))
