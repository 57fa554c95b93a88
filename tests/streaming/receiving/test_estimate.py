from __future__ import annotations

from typing import Any

from aiortc import RTCRtpReceiver
from aiortc.rate import RemoteBitrateEstimator

from streaming.receiving.adapter import MANGLED, Receiving
from streaming.receiving.estimate import INTERVAL, SeldomEstimator
from tests.streaming.receiving.bitstreams import FakeTransport


class Scripted:
    """Gives the bit rates of a list, one for each packet; 0 stands for none."""

    def __init__(self, *bitrates: int) -> None:
        self.bitrates = list(bitrates)

    def add(self, **_packet: Any) -> tuple[int, list[int]] | None:
        bitrate = self.bitrates.pop(0)
        return (bitrate, [7]) if bitrate else None


def told(times: list[float], *bitrates: int) -> list[int]:
    """What comes of bit rates at those times; 0 where nothing was told."""
    clock = iter([time for time, rate in zip(times, bitrates, strict=True) if rate])
    estimator = SeldomEstimator(Scripted(*bitrates), lambda: next(clock))
    estimates = [estimator.add() for _ in bitrates]
    return [0 if estimate is None else estimate[0] for estimate in estimates]


def test_the_first_is_told_and_what_repeats_it_waits_for_its_time() -> None:
    times = [1.0, 1.01, 1.0 + INTERVAL / 2, 1.0 + INTERVAL * 1.1, 1.0 + INTERVAL * 1.2]
    assert told(times, 500, 500, 505, 510, 515) == [500, 0, 0, 510, 0]


def test_a_fall_is_told_at_once_and_one_too_small_to_matter_is_not() -> None:
    assert told([1.0, 1.01, 1.02, 1.03], 1000, 980, 900, 870) == [1000, 0, 900, 870]


def test_where_there_is_no_estimate_none_is_told() -> None:
    assert told([1.0, 1.1], 0, 400) == [0, 400]


def test_an_overused_link_is_not_burdened_with_a_message_for_each_packet() -> None:
    """Packets that come ever later, as on a link whose queue grows."""
    plain, seldom = RemoteBitrateEstimator(), RemoteBitrateEstimator()
    now = 0.0
    ours = SeldomEstimator(seldom, lambda: now)
    counts = [0, 0]
    for number in range(600):
        sent, now = number * 0.010, number * 0.013
        packet = {
            "arrival_time_ms": round(now * 1000),
            "abs_send_time": int(sent * (1 << 18)) & 0xFFFFFF,
            "payload_size": 1000,
            "ssrc": 7,
        }
        counts[0] += plain.add(**packet) is not None
        counts[1] += ours.add(**packet) is not None
    assert counts[0] > 200
    assert 0 < counts[1] < 100


async def test_ours_takes_the_place_of_aiortcs_estimator() -> None:
    receiver = RTCRtpReceiver("video", FakeTransport())  # type: ignore[arg-type]
    estimator = getattr(receiver, f"{MANGLED}remote_bitrate_estimator")
    assert isinstance(estimator, RemoteBitrateEstimator)
    Receiving(receiver, print, print, print)
    assert isinstance(getattr(receiver, f"{MANGLED}remote_bitrate_estimator"), SeldomEstimator)
