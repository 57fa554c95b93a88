"""The HTTP of speech: a session asks for some sentences as sound."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from streaming.problems import HTTPProblem
from streaming.routes import EntryHere, ServerHere, let_in
from streaming.spoken import LONGEST_TEXT, TooMuchToSay
from vision.errors import NoAnswer
from vision.types import Language

MAX_BODY = 8 * 1024
"""Bytes of a request."""

RETRY = 2
"""Seconds after which one that was turned away may come back."""

Sayable = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_TEXT, pattern=r"\S")]

router = APIRouter(dependencies=[Depends(let_in)])


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be said."""

    text: Sayable
    language: Language


@router.post("/v1/sessions/{session_id}/speech")
async def speech(request: Request, _entry: EntryHere, server: ServerHere) -> Response:
    """Some sentences as sound."""
    speaking = server.faculties.voice if server.faculties else None
    if speaking is None:
        raise HTTPProblem(404, "This server has no voice; its operator can name one: --voice-url")
    wish = await _wish(request)
    try:
        spoken = await speaking.say(wish.text, wish.language)
    except TooMuchToSay:
        raise HTTPProblem(
            503, "Too many want to hear something", {"Retry-After": str(RETRY)}
        ) from None
    except NoAnswer as error:
        raise HTTPProblem(502, error.public) from error
    headers = {"Cache-Control": "no-store"}
    return Response(spoken.audio, headers=headers, media_type=spoken.media_type)


async def _wish(request: Request) -> Wish:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise HTTPProblem(413, f"The body may have at most {MAX_BODY} bytes")
    try:
        return msgspec.json.decode(body, type=Wish)
    except msgspec.MsgspecError as error:
        detail = f'Send {{"text": …, "language": "en" or "zh"}}, at most {LONGEST_TEXT} characters'
        raise HTTPProblem(400, f"{detail}: {error}") from error
