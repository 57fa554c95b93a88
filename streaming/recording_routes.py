"""Where the person fetches the recording that they asked for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

from fastapi import APIRouter, Depends
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from streaming.problems import HTTPProblem
from streaming.recording import Recorder
from streaming.routes import EntryHere, let_in

log = logging.getLogger(__name__)

CHUNK = 256 << 10
"""Bytes that are handed to the socket at a time."""

DOWNLOAD_LIMIT = 300.0
"""Seconds that one download may take; the page gives up as late."""

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
    return Download(sent(recorder), headers=headers, media_type="application/zip")


class Cut(Exception):
    """The recording was dropped, or is fetched by another download."""


class Download(StreamingResponse):
    """Ends in any case: whoever reads it may be as slow as they like."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it, or breaks off."""
        try:
            async with asyncio.timeout(DOWNLOAD_LIMIT):
                await super().__call__(scope, receive, send)
        except (TimeoutError, Cut) as error:
            log.warning("the download of a recording was broken off: %s", error or "too slow")


async def sent(recorder: Recorder) -> AsyncIterator[bytes]:
    """The recording in pieces. Between them nothing holds it but its recorder, which counts it.

    Raises:
        Cut: see there.
    """
    turn, size = recorder.fetching(), len(recorder.zip or b"")
    for at in range(0, size, CHUNK):
        if recorder.zip is None or recorder.turn != turn:
            raise Cut("it was dropped, or is fetched anew")
        yield recorder.zip[at : at + CHUNK]
