"""Where the person fetches the recording that they asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import APIRouter, Depends
from fastapi.responses import Response, StreamingResponse

from streaming.problems import HTTPProblem
from streaming.routes import EntryHere, let_in

CHUNK = 256 << 10
"""Bytes that are handed to the socket at a time."""

router = APIRouter(dependencies=[Depends(let_in)])


@router.get("/v1/sessions/{session_id}/recording.zip")
async def recording(entry: EntryHere) -> Response:
    """The recording, as often as it is wanted, until the client says that it has it."""
    recorder = entry.session.recorder
    if recorder is None or recorder.zip is None:
        raise HTTPProblem(404, "There is no recording, or not yet: end it first, then fetch it")
    headers = {
        "Cache-Control": "no-store",
        "Content-Length": str(len(recorder.zip)),
        "Content-Disposition": 'attachment; filename="openeyes-recording.zip"',
    }
    chunks = _sent(recorder.zip)
    return StreamingResponse(chunks, headers=headers, media_type="application/zip")


async def _sent(packed: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(packed), CHUNK):
        yield packed[at : at + CHUNK]
