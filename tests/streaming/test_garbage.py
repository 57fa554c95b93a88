"""Packets that cannot be parsed, from a client whose keys are right."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import pytest
from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, RtpPacket
from aiortc.sdp import SessionDescription

from streaming.garbage import HANDLERS, MOST_SOURCES, SSRC, guard_against_garbage

Maker = Callable[..., Any]

SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"


ESTIMATE = bytes(RtcpPsfbPacket(RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=b"REMB\x40\xff\xff\xff"))
"""A REMB message that tells of 64 streams and names none."""


def with_extension(number: int, value: bytes) -> bytes:
    """A media packet with one header extension."""
    head = struct.pack("!BBHLL", 0x90, 97, 1, 1, 1)
    padded = bytes([number << 4 | len(value) - 1]) + value
    padded += bytes(-len(padded) % 4)
    return head + struct.pack("!HH", 0xBEDE, len(padded) // 4) + padded + b"\x10abc"


@pytest.mark.parametrize("query", ["", "?overlay=client"], ids=["returned", "received only"])
async def test_it_ends_no_session(serving: Maker, connected: Maker, query: str) -> None:
    async with serving() as running, connected(running, query=query) as client:
        await client.until(lambda: client.said("hello"))
        (media, *_) = SessionDescription.parse(client.answer).media
        (number,) = [each.id for each in media.rtp.headerExtensions if each.uri == SEND_TIME]
        (entry,) = running.server.sessions._entries.values()
        (theirs,) = entry.peer._pc.getTransceivers()
        garbage = with_extension(number, b"\1\2")
        with pytest.raises(struct.error):
            RtpPacket.parse(garbage, theirs.receiver.transport._rtp_header_extensions_map)
        (ours,) = client.connection.getTransceivers()
        for each in (garbage, ESTIMATE, garbage):
            await ours.sender.transport._send_rtp(each)
        received = entry.peer.ingest.received
        await client.until(lambda: entry.peer.ingest.received > received + 10)
        assert (await running.http.get(client.location)).json()["state"] == "connected"


@pytest.mark.parametrize("name", HANDLERS)
@pytest.mark.parametrize("error", [struct.error("short"), IndexError(), ValueError()])
async def test_what_parsers_raise_is_dropped_with_the_packet(name: str, error: Exception) -> None:
    class Transport:
        async def _handle_rtp_data(self, data: bytes, arrival_time_ms: int) -> None:
            taken.append((data, arrival_time_ms))
            raise error

        async def _handle_rtcp_data(self, data: bytes) -> None:
            taken.append((data, 7))
            raise error

    taken: list[tuple[bytes, int]] = []
    transport = Transport()
    guard_against_garbage(transport)
    named = {"arrival_time_ms": 7} if name == "_handle_rtp_data" else {}
    await getattr(transport, name)(b"x", **named)
    assert taken == [(b"x", 7)]


async def test_only_so_many_sources_are_listened_to() -> None:
    class Transport:
        async def _handle_rtp_data(self, data: bytes, arrival_time_ms: int) -> None:
            assert arrival_time_ms == 7
            taken.append(int.from_bytes(data[SSRC], "big"))

    taken: list[int] = []
    transport = Transport()
    guard_against_garbage(transport)
    for source in (*range(3 * MOST_SOURCES), 2):
        await transport._handle_rtp_data(struct.pack("!BBHLL", 0x80, 97, 1, 1, source), 7)
    assert taken == [*range(MOST_SOURCES), 2]


async def test_a_connection_that_is_gone_is_no_garbage() -> None:
    class Transport:
        async def _handle_rtcp_data(self, _data: bytes) -> None:
            raise ConnectionError

    transport = Transport()
    guard_against_garbage(transport)
    with pytest.raises(ConnectionError):
        await transport._handle_rtcp_data(b"x")


async def test_where_the_names_are_others_nothing_is_touched() -> None:
    transport = object()
    guard_against_garbage(transport)
