"""Pictures that people hold still and send to be read: unpacked with care, read in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.scripted_reader import Reading, ScriptedReader
from streaming.still import MOST_BYTES, read_jpeg
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


@given(st.integers(0, 600), st.integers(0, 255))
def test_a_damaged_file_is_read_or_refused(place: int, value: int) -> None:
    data = bytearray(jpeg())
    data[place % len(data)] = value
    try:
        picture = read_jpeg(bytes(data))
    except ValueError:
        return
    assert picture.width * picture.height <= 64 * 48 * 4


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
