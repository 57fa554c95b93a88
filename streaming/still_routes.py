"""The door for pictures that are held still: what can be read in them."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from streaming.problems import HTTPProblem
from streaming.routes import EntryHere, ServerHere, let_in
from streaming.still import MOST_BYTES, read_jpeg
from vision.picture import Picture
from vision.prompt import Shot
from vision.reading_order import reading_order
from vision.types import TextBlock

RETRY = 2
"""Seconds after which the reader may have time again."""

JPEG = "image/jpeg"

router = APIRouter(dependencies=[Depends(let_in)])


@router.post("/v1/sessions/{session_id}/read")
async def read_still(request: Request, entry: EntryHere, server: ServerHere) -> Response:
    """The lines of text in a JPEG, in reading order. It is kept nowhere."""
    assert server.faculties is not None
    desk = server.faculties.reader
    if desk is None:
        raise HTTPProblem(501, "This server reads no text: its operator has turned the reader off")
    picture = await _picture(request)
    said = await desk.read_now(entry.session.identity.session, Shot(picture))
    if said.failed:
        detail = f"The text could not be read: {said.failed}"
        raise HTTPProblem(503, detail, {"Retry-After": str(RETRY)})
    blocks = await asyncio.to_thread(reading_order, said.blocks)
    return JSONResponse({"blocks": [_block(each) for each in blocks]})


async def _picture(request: Request) -> Picture:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != JPEG:
        raise HTTPProblem(415, f"Send Content-Type: {JPEG}, not {given or 'nothing'}")
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_BYTES:
            raise HTTPProblem(
                413, f"A picture may have at most {MOST_BYTES} bytes: send it smaller"
            )
    try:
        return await asyncio.to_thread(read_jpeg, bytes(data))
    except ValueError as error:
        raise HTTPProblem(400, str(error)) from error


def _block(block: TextBlock) -> dict[str, object]:
    return {"text": block.text, "quad": block.quad, "score": round(block.score, 3)}
