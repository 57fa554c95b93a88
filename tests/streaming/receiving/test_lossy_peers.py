"""Real aiortc peers; the server's transport loses packets by a script."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from streaming import known_aiortc
from streaming.ingest import Ingest
from streaming.receiving import standstill
from streaming.receiving.adapter import MANGLED
from streaming.receiving.decoder import Decoded, PictureDecoder
from vision.errors import MediaError

Maker = Callable[..., Any]
Lost = Callable[[int], bool]


def ingest_of(running: Any) -> Ingest:
    """That of the only session."""
    (entry,) = running.server.sessions._entries.values()
    ingest = entry.peer.ingest
    assert isinstance(ingest, Ingest)
    return ingest


def lose(ingest: Ingest, lost: Lost) -> None:
    """Drops the datagrams of media whose turn it is; retransmissions have their turns too."""
    transport: Any = ingest._receiving._receiver.transport
    handle, turns = transport._handle_rtp_data, itertools.count()

    async def sometimes(data: bytes, arrival_time_ms: int) -> None:
        if not lost(next(turns)):
            await handle(data, arrival_time_ms=arrival_time_ms)

    transport._handle_rtp_data = sometimes


def refuse(*_: object) -> Iterator[Decoded]:
    """A decoder that takes nothing."""
    raise MediaError("A picture is damaged")


async def test_each_tenth_packet_lost_is_repaired_and_every_frame_comes(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running) as client:
        ingest = ingest_of(running)
        await client.until(lambda: ingest.received > 5)
        lose(ingest, lambda turn: turn % 10 == 3)
        before = ingest.received, client.camera.sent
        await client.until(lambda: ingest.counts()["repaired"] >= 6, 30)
        came, sent = ingest.received - before[0], client.camera.sent - before[1]
        counts = ingest.counts()
        assert came >= sent - 8, "but for those on their way"
        assert counts["decode_errors"] == counts["given_up"] == 0


async def test_after_a_blackout_the_picture_comes_back(serving: Maker, connected: Maker) -> None:
    async with serving() as running, connected(running) as client:
        ingest, dark = ingest_of(running), asyncio.Event()
        await client.until(lambda: ingest.received > 5)
        lose(ingest, lambda _: dark.is_set())
        dark.set()
        await asyncio.sleep(1.2)
        dark.clear()
        before = ingest.received
        await client.until(lambda: ingest.received > before + 10)
        counts = ingest.counts()
        assert counts["lost"] > 20
        assert counts["decode_errors"] == 0
        assert ingest.out_of_order == 0


async def test_a_person_whose_video_gives_no_picture_is_told(
    serving: Maker, connected: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standstill, "LONG", 0.2)
    async with serving() as running, connected(running) as client:
        ingest = ingest_of(running)
        await client.until(lambda: ingest.received > 5)
        assert not client.said("problem")
        monkeypatch.setattr(PictureDecoder, "decode", refuse)
        await client.until(lambda: client.said("problem"))
        assert {each["code"] for each in client.said("problem")} == {"no-picture"}
        assert ingest.counts()["decode_errors"] > 0


async def test_with_an_aiortc_that_is_not_known_pictures_still_come(
    serving: Maker, connected: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_aiortc, "KNOWN", "0.9")
    async with serving() as running, connected(running) as client:
        await client.until(lambda: len(client.frames) > 3)
        assert ingest_of(running).received > 0
        assert ingest_of(running).counts()["lost"] == 0


async def test_a_session_that_ends_while_frames_wait_blocks_nothing_and_leaves_no_thread(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running:
        async with connected(running) as client:
            ingest = ingest_of(running)
            await client.until(lambda: ingest.received > 3)
            decoding = ingest._receiving._decoding
            gate, left = threading.Event(), threading.Event()
            decoding._decoded = lambda _: (gate.wait(60), left.set())
            await client.until(lambda: decoding.waiting > 3)
            await running.http.delete(client.location)
            assert not left.is_set(), "closing waited for the decoder"
            assert decoding.waiting == 0
        thread = decoding._thread
        assert thread is not None
        assert thread.is_alive()
        gate.set()
        await asyncio.to_thread(thread.join, 10)
        assert not thread.is_alive()
        assert getattr(ingest._receiving._receiver, f"{MANGLED}decoder_thread") is None
