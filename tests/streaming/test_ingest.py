from __future__ import annotations

import asyncio
from fractions import Fraction
from types import SimpleNamespace

import av
import pytest
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from streaming.ingest import MAX_REPORT_AGE, NTP_TO_UNIX, Ingest, SenderClock

UNIX = 1_790_000_000.25
NTP = int((UNIX + NTP_TO_UNIX) * (1 << 32))


def test_a_sender_report_dates_frames_before_and_after_it() -> None:
    clock = SenderClock()
    assert clock.captured(1000) is None
    clock.report(NTP, rtp=90_000)
    assert clock.captured(90_000) == pytest.approx(UNIX, abs=1e-3)
    assert clock.captured(90_000 + 3_000) == pytest.approx(UNIX + 1 / 30, abs=1e-3)
    assert clock.captured(90_000 - 3_000) == pytest.approx(UNIX - 1 / 30, abs=1e-3)


def test_time_stamps_may_wrap_between_report_and_frame() -> None:
    clock = SenderClock()
    clock.report(NTP, rtp=(1 << 32) - 3_000)
    assert clock.captured(6_000) == pytest.approx(UNIX + 0.1, abs=1e-3)


def test_a_report_too_old_or_without_time_says_nothing() -> None:
    clock = SenderClock()
    clock.report(0, rtp=0)
    assert clock.captured(0) is None
    clock.report(NTP, rtp=0)
    assert clock.captured(int((MAX_REPORT_AGE + 1) * 90_000)) is None


class ScriptedTrack(MediaStreamTrack):
    kind = "video"

    def __init__(self, stamps: list[int]) -> None:
        super().__init__()
        self._stamps = iter(stamps)

    async def recv(self) -> av.VideoFrame:
        await asyncio.sleep(0)
        pts = next(self._stamps, None)
        if pts is None:
            raise MediaStreamError
        frame = av.VideoFrame(16, 16, "yuv420p")
        frame.pts, frame.time_base = pts, Fraction(1, 90_000)
        return frame


def receiver(origin: int | None = None) -> SimpleNamespace:
    async def handle(_: object) -> None: ...

    mapper = SimpleNamespace(_origin=origin)
    return SimpleNamespace(_handle_rtcp_packet=handle, _RTCRtpReceiver__timestamp_mapper=mapper)


async def read_all(ingest: Ingest) -> list[int]:
    pump = asyncio.create_task(ingest.pump())
    stamps = [arrival.pts async for arrival in ingest.arrivals()]
    await pump
    return stamps


async def test_frames_come_in_order_and_end_with_the_track() -> None:
    ingest = Ingest(ScriptedTrack([0, 3000, 6000]), receiver())  # type: ignore[arg-type]
    stamps = await read_all(ingest)
    assert stamps == sorted(stamps)
    assert ingest.received == 3
    assert len(stamps) + ingest.drops()["in"] == 3


async def test_a_frame_that_goes_back_in_time_is_left_out_and_counted() -> None:
    ingest = Ingest(ScriptedTrack([3000, 0, 3000, 6000]), receiver())  # type: ignore[arg-type]
    assert 0 not in await read_all(ingest)
    assert ingest.drops()["order"] == 2


async def test_the_senders_own_time_stamp_is_found_again() -> None:
    ingest = Ingest(ScriptedTrack([3000]), receiver(origin=(1 << 32) - 1000))  # type: ignore[arg-type]
    pump = asyncio.create_task(ingest.pump())
    arrival = await anext(ingest.arrivals())
    await pump
    assert arrival.rtp == 2000
    assert arrival.t == pytest.approx(3000 / 90_000)


async def test_on_aiortcs_own_way_a_frame_is_complete_when_it_is_decoded() -> None:
    ingest = Ingest(ScriptedTrack([3000]), receiver())  # type: ignore[arg-type]
    pump = asyncio.create_task(ingest.pump())
    arrival = await anext(ingest.arrivals())
    await pump
    assert arrival.completed <= arrival.arrived
    assert arrival.rtp is None
    assert ingest.counts()["lost"] == 0


async def test_forgetting_ends_the_arrivals_even_if_nothing_was_ever_read() -> None:
    ingest = Ingest(ScriptedTrack([]), receiver())  # type: ignore[arg-type]
    ingest.forget()
    ingest.forget()
    assert [arrival async for arrival in ingest.arrivals()] == []


async def test_a_track_that_fails_ends_the_arrivals(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(ScriptedTrack):
        async def recv(self) -> av.VideoFrame:
            raise RuntimeError("no such device")

    ingest = Ingest(Failing([]), receiver())  # type: ignore[arg-type]
    assert await read_all(ingest) == []
    assert "reading a track failed" in caplog.text
