"""Pictures that people hold still and send to be read: unpacked with care, read in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.scripted_reader import Reading, ScriptedReader
from streaming import still_routes
from streaming.reading_desk import MOST_UNPACKED, ReadingDesk
from streaming.still import MOST_BYTES, MOST_PIXELS, MOST_SCANS, read_jpeg
from vision.picture import Picture
from vision.types import TextBlock

Maker = Callable[..., Any]
JPEG = {"Content-Type": "image/jpeg"}


def jpeg(width: int = 64, height: int = 48) -> bytes:
    pixels = np.full((height, width, 3), (30, 60, 200), np.uint8)
    return bytes(cv2.imencode(".jpg", pixels)[1])


def line(text: str, top: float) -> TextBlock:
    return TextBlock(text, ((0.1, top), (0.5, top), (0.5, top + 0.1), (0.1, top + 0.1)), 0.91234)


def test_a_jpeg_becomes_a_picture_of_even_sides() -> None:
    picture = read_jpeg(jpeg(65, 49))
    assert (picture.width, picture.height) == (64, 48)
    assert picture.bgr()[20, 20] == pytest.approx((30, 60, 200), abs=6)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"hello" * 99, jpeg()[2:], jpeg()[:100]])
def test_what_is_no_jpeg_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="JPEG"):
        read_jpeg(data)


def test_a_small_file_with_a_huge_picture_is_not_unpacked() -> None:
    data = jpeg()
    at = data.index(b"\xff\xc0")
    huge = data[: at + 5] + b"\xff\xff\xff\xff" + data[at + 9 :]
    with pytest.raises(ValueError, match="65535 x 65535"):
        read_jpeg(huge)
    with pytest.raises(ValueError, match="8 x 48"):
        read_jpeg(jpeg(8, 48))


@pytest.mark.parametrize("bare", [0x00, 0x01, 0xBF, *range(0xD0, 0xD9), 0xFF])
def test_a_size_in_a_comment_is_not_believed(bare: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has no length is followed by a comment, and taken for one its mark leads far into it."""
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("it was unpacked"))
    false = b"\xff\xc0\x00\x0b\x08\x00\x20\x00\x20" + bytes(4)
    head = b"\xff\xd8\xff" + bytes([bare]) + comment(bytes(0x8000))
    at = 4 + int.from_bytes(head[4:6]) - len(head) - 4
    data = head + comment(bytes(at) + false) + jpeg()[2:]
    assert data[4 + 0xFFFE :].startswith(false)
    with pytest.raises(ValueError, match="is not a JPEG file"):
        read_jpeg(data)


def comment(text: bytes) -> bytes:
    return b"\xff\xfe" + (len(text) + 2).to_bytes(2) + text


def test_a_picture_of_too_many_scans_is_not_unpacked() -> None:
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00"
    with pytest.raises(ValueError, match="scans"):
        read_jpeg(jpeg()[:-2] + scan * MOST_SCANS + b"\xff\xd9")


@given(st.integers(0, 600), st.integers(0, 255))
def test_a_damaged_file_is_read_or_refused(place: int, value: int) -> None:
    data = bytearray(jpeg())
    data[place % len(data)] = value
    try:
        picture = read_jpeg(bytes(data))
    except ValueError:
        return
    assert picture.width * picture.height <= MOST_PIXELS


async def test_lines_come_in_reading_order_with_their_places(
    serving: Maker, connected: Maker
) -> None:
    reader = ScriptedReader([Reading((line("below", 0.5), line("above", 0.2)))])
    async with serving(reader=reader) as running, connected(running) as client:
        answer = await running.http.post(f"{client.location}/read", content=jpeg(), headers=JPEG)
        assert answer.status_code == 200, answer.text
        above, below = answer.json()["blocks"]
        assert (above["text"], below["text"]) == ("above", "below")
        assert above["quad"] == [list(corner) for corner in line("above", 0.2).quad]
        assert above["score"] == 0.912


async def test_bad_pictures_get_an_answer_that_says_what_to_do(
    serving: Maker, connected: Maker
) -> None:
    reader = ScriptedReader([Reading()])
    async with serving(reader=reader) as running, connected(running) as client:

        async def send(content: bytes, **headers: str) -> httpx.Response:
            found: httpx.Response = await running.http.post(
                f"{client.location}/read", content=content, headers=headers or JPEG
            )
            assert "detail" in found.json()
            return found

        assert (await send(b"hello")).status_code == 400
        assert (await send(jpeg(), **{"Content-Type": "image/png"})).status_code == 415
        assert (await send(bytes(MOST_BYTES + 1))).status_code == 413
        assert (await running.http.post("/v1/sessions/none/read")).status_code == 404


async def test_a_server_without_a_reader_says_so(serving: Maker, connected: Maker) -> None:
    async with serving() as running, connected(running) as client:
        answer = await running.http.post(f"{client.location}/read", content=jpeg(), headers=JPEG)
        assert answer.status_code == 501
        assert "reads no text" in answer.json()["detail"]


async def test_a_session_has_one_picture_read_at_a_time_and_faults_are_told(
    serving: Maker, connected: Maker
) -> None:
    fault = Reading(seconds=0.3, fault=RuntimeError("worn out"))
    async with (
        serving(reader=ScriptedReader([fault])) as running,
        connected(running) as client,
    ):

        async def ask() -> httpx.Response:
            found: httpx.Response = await running.http.post(
                f"{client.location}/read", content=jpeg(), headers=JPEG
            )
            return found

        first, second = await asyncio.gather(ask(), ask())
        assert {first.status_code, second.status_code} == {503}
        details = {answer.json()["detail"] for answer in (first, second)}
        assert any("still being read" in each for each in details)
        assert any("the reader failed" in each for each in details)
        assert all("worn out" not in each for each in details)
        assert first.headers["retry-after"]


async def test_a_second_picture_of_a_session_is_refused_before_it_is_taken_in(
    serving: Maker, connected: Maker
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield jpeg()[:100]
        begun.set()
        await go_on.wait()
        yield jpeg()[100:]

    async with serving(reader=ScriptedReader([Reading()])) as running, connected(running) as client:
        path = f"{client.location}/read"
        first = asyncio.create_task(running.http.post(path, content=slow(), headers=JPEG))
        async with asyncio.timeout(5):
            await begun.wait()
        await asyncio.sleep(0.1)  # until the head of it is there
        second = await running.http.post(path, content=b"not looked at", headers=JPEG)
        assert second.status_code == 503
        assert "still being read" in second.json()["detail"]
        go_on.set()
        assert (await first).status_code == 200
        third = await running.http.post(path, content=jpeg(), headers=JPEG)
        assert third.status_code == 200, "the turn is given back"


async def test_a_picture_that_does_not_come_is_given_up(
    serving: Maker, connected: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(still_routes, "BODY_WITHIN", 0.1)

    async def slow() -> AsyncIterator[bytes]:
        yield jpeg()[:100]
        await asyncio.sleep(1)
        yield jpeg()[100:]

    async with serving(reader=ScriptedReader([Reading()])) as running, connected(running) as client:
        path = f"{client.location}/read"
        assert (await running.http.post(path, content=slow(), headers=JPEG)).status_code == 408


async def test_few_pictures_are_unpacked_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = ReadingDesk(ScriptedReader([Reading()]), ThreadPoolExecutor(1))
    under_way: list[bytes] = []
    counts: list[int] = []

    def unpack(data: bytes) -> Picture:
        under_way.append(data)
        counts.append(len(under_way))
        time.sleep(0.05)
        under_way.pop()
        return read_jpeg(jpeg())

    monkeypatch.setattr(still_routes, "read_jpeg", unpack)
    await asyncio.gather(*(still_routes._picture(desk, b"") for _ in range(MOST_UNPACKED + 3)))
    assert max(counts) <= MOST_UNPACKED
    await desk.close()
