"""The door for pictures that are held still: what can be read in them."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from streaming.problems import HTTPProblem
from streaming.reading_desk import ReadingDesk
from streaming.routes import EntryHere, ServerHere, let_in
from streaming.still import MOST_BYTES, read_jpeg
from vision.picture import Picture
from vision.prompt import Shot
from vision.reading_order import reading_order
from vision.types import TextBlock

RETRY = 2
"""Seconds after which the reader may have time again."""

BODY_WITHIN = 20.0
"""Seconds in which a picture has to have come."""

BUSY = "the last picture is still being read; wait for it"

JPEG = "image/jpeg"

router = APIRouter(dependencies=[Depends(let_in)])


@router.post("/v1/sessions/{session_id}/read")
async def read_still(request: Request, entry: EntryHere, server: ServerHere) -> Response:
    """The lines of text in a JPEG, in reading order. It is kept nowhere."""
    assert server.faculties is not None
    desk = server.faculties.reader
    if desk is None:
        raise HTTPProblem(501, "This server reads no text: its operator has turned the reader off")
    session = entry.session.identity.session
    with desk.turn(session) as mine:
        if not mine:
            raise _unread(BUSY)
        picture = await _picture(desk, await _body(request))
        said = await desk.read_now(session, Shot(picture))
    if said.failed:
        raise _unread(said.failed)
    blocks = await asyncio.to_thread(reading_order, said.blocks)
    return JSONResponse({"blocks": [_block(each) for each in blocks]})


def _unread(why: str) -> HTTPProblem:
    return HTTPProblem(503, f"The text could not be read: {why}", {"Retry-After": str(RETRY)})


async def _body(request: Request) -> bytes:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != JPEG:
        raise HTTPProblem(415, f"Send Content-Type: {JPEG}, not {given or 'nothing'}")
    data = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN):
            async for chunk in request.stream():
                data += chunk
                if len(data) > MOST_BYTES:
                    raise HTTPProblem(
                        413, f"A picture may have at most {MOST_BYTES} bytes: send it smaller"
                    )
    except TimeoutError:
        raise HTTPProblem(
            408, f"The picture did not come within {BODY_WITHIN:.0f} s: send it smaller"
        ) from None
    return bytes(data)


async def _picture(desk: ReadingDesk, data: bytes) -> Picture:
    try:
        async with desk.unpacking:
            return await asyncio.to_thread(read_jpeg, data)
    except ValueError as error:
        raise HTTPProblem(400, str(error)) from error


def _block(block: TextBlock) -> dict[str, object]:
    return {"text": block.text, "quad": block.quad, "score": round(block.score, 3)}
