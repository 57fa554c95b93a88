"""The operator's HTTP: the page, the figures, and the small pictures that people share."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from streaming.admin.state import admin_state
from streaming.problems import HTTPProblem
from streaming.remembering.thumbnails import thumbnail
from streaming.routes import EntryHere, ServerHere
from streaming.session import Session

NOT_SHARED = (
    "There is no picture of this session to see: the person has not agreed to share it, or has "
    "withdrawn that, or nothing has come yet"
)


def let_in(request: Request, server: ServerHere) -> None:
    """Checks the operator's token."""
    server.admin.check(request)


router = APIRouter(prefix="/v1/admin", dependencies=[Depends(let_in)])
public = APIRouter()


@router.get("/state")
async def state(
    server: ServerHere, after: Annotated[float, Query(allow_inf_nan=False)] = 0.0
) -> Response:
    """Sessions, models, recent problems, and the samples later than ``after``."""
    body = await admin_state(server, after)
    return Response(body, headers={"Cache-Control": "no-store"}, media_type="application/json")


@router.get("/sessions/{session_id}/thumbnail.jpg")
async def small_picture(entry: EntryHere) -> Response:
    """The newest annotated frame, small, where its person shares it."""
    picture = None if entry.away else await _shared_picture(entry.session)
    if picture is None:
        raise HTTPProblem(404, NOT_SHARED)
    headers = {"Cache-Control": "no-store"}
    return Response(picture, headers=headers, media_type="image/jpeg")


@public.get("/admin", include_in_schema=False)
async def page(server: ServerHere, request: Request) -> Response:
    """The operator's page."""
    return await server.page.answer("admin/index.html", request)


async def _shared_picture(session: Session) -> bytes | None:
    """None where it is not shared, nor any more once the picture is made."""
    if not session.shared:
        return None
    picture = await session.snapshot()
    if picture is None:
        return None
    small = await asyncio.to_thread(thumbnail, picture)
    return small if session.shared else None
