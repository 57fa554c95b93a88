"""The page: its document, its files, and the script that keeps its shell for want of a network."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from streaming.routes import ServerHere

router = APIRouter(include_in_schema=False)


@router.get("/")
@router.head("/")
async def page(server: ServerHere, request: Request) -> Response:
    """The page."""
    return await server.page.answer("index.html", request)


@router.get("/sw.js")
async def worker(server: ServerHere, request: Request) -> Response:
    """The service worker; it lies beside the page, since it can only serve what is below it."""
    return await server.page.answer("sw.js", request)


@router.get("/web/{name:path}")
@router.head("/web/{name:path}")
async def file(server: ServerHere, request: Request, name: str) -> Response:
    """A file of the page."""
    return await server.page.answer(name, request)
