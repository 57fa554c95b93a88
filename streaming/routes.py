"""The HTTP of the wire contract: signalling, state, snapshots. All else is below."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from streaming.admin.clients import client_kind
from streaming.metrics import exposition
from streaming.offer import BadOffer, UnusableOffer, read_fragment, read_offer
from streaming.problems import HTTPProblem
from streaming.remembering.entries import Search
from streaming.server import Server
from streaming.session import OverlayMode
from streaming.sessions import Entry, ServerFull
from streaming.snapshot import jpeg
from streaming.version import VERSION
from vision.recollection import Recollection

MAX_BODY = 256 * 1024
"""Bytes of an offer or fragment."""

RETRY_FULL = 10
RETRY_LOADING = 2
"""Seconds after which a client that was turned away may come back."""

MAX_QUERY = 200
"""Characters of a search in the memory."""

MAX_MEMORIES = 100
"""Memories that one search gives."""

RESUME = "Openeyes-Resume"
"""Header that carries a session's token: in a header it stands in no log and no history."""

SDP = "application/sdp"
SDP_FRAGMENT = "application/trickle-ice-sdpfrag"


def the_server(request: Request) -> Server:
    """The server that the app was made for."""
    server: Server = request.app.state.server
    return server


ServerHere = Annotated[Server, Depends(the_server)]


def let_in(request: Request, server: ServerHere) -> None:
    """Checks origin and token."""
    server.gate.check_origin(request)
    server.gate.check_header(request)


router = APIRouter(dependencies=[Depends(let_in)])
public = APIRouter()


def session_entry(session_id: str, server: ServerHere) -> Entry:
    """The session named in the path."""
    entry = server.sessions.get(session_id)
    if entry is None:
        raise HTTPProblem(404, "There is no such session; it may have ended")
    return entry


EntryHere = Annotated[Entry, Depends(session_entry)]


@router.post("/v1/sessions", status_code=201)
async def open_session(
    request: Request, server: ServerHere, overlay: Annotated[OverlayMode | None, Query()] = None
) -> Response:
    """Answers an SDP offer (WHIP, RFC 9725), and goes on with a session whose token it shows."""
    _require_type(request, SDP)
    _require_ready(server)
    body = await _text(request)
    try:
        resume = request.headers.get(RESUME, "")
        entry, answer = await server.sessions.open(read_offer(body), overlay, resume)
    except BadOffer as error:
        raise HTTPProblem(400, str(error)) from error
    except UnusableOffer as error:
        raise HTTPProblem(422, str(error)) from error
    except ServerFull as error:
        detail = f"All {server.sessions.limit} places are taken; try again in a moment"
        raise HTTPProblem(503, detail, {"Retry-After": str(RETRY_FULL)}) from error
    entry.client = client_kind(request.headers.get("user-agent", ""))
    location = f"/v1/sessions/{entry.session.identity.session}"
    headers = {
        "Location": location,
        "ETag": entry.etag,
        "Cache-Control": "no-store",
        RESUME: entry.session.resume,
    }
    return Response(answer, 201, headers, media_type=SDP)


@router.patch("/v1/sessions/{session_id}", status_code=204)
async def trickle(request: Request, entry: EntryHere) -> Response:
    """Adds the client's ICE candidates (RFC 8840)."""
    _require_type(request, SDP_FRAGMENT)
    try:
        fragment = read_fragment(await _text(request))
    except BadOffer as error:
        raise HTTPProblem(400, str(error)) from error
    if fragment.ufrag and fragment.ufrag != entry.ufrag:
        raise HTTPProblem(422, f"ICE restarts are not supported: offer again, with {RESUME}")
    await entry.peer.trickle(fragment)
    return Response(status_code=204)


@router.delete("/v1/sessions/{session_id}")
async def end_session(entry: EntryHere, server: ServerHere) -> Response:
    """Ends a session."""
    server.sessions.end(entry.session.identity.session)
    return Response(status_code=200)


@router.get("/v1/sessions/{session_id}")
async def describe_session(entry: EntryHere) -> Response:
    """State, latencies of the stages, counters."""
    return JSONResponse(entry.describe())


@router.get("/v1/sessions/{session_id}/snapshot.jpg")
async def snapshot(entry: EntryHere) -> Response:
    """The newest annotated frame."""
    picture = await entry.session.snapshot()
    if picture is None:
        raise HTTPProblem(404, "No frame has come yet")
    headers = {"Cache-Control": "no-store"}
    return Response(await jpeg(picture), headers=headers, media_type="image/jpeg")


@router.get("/v1/sessions/{session_id}/evidence/{name}.jpg")
async def evidence(entry: EntryHere, name: int) -> Response:
    """The picture that an answer or an alert rests on."""
    picture = await entry.session.conversation.evidence.jpeg(name)
    return _kept_picture(picture)


@router.get("/v1/sessions/{session_id}/memory")
async def memory(
    entry: EntryHere,
    server: ServerHere,
    q: Annotated[str, Query(max_length=MAX_QUERY)] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_MEMORIES)] = 24,
) -> Response:
    """What is remembered of some words, best first; without words, the newest first."""
    assert server.faculties is not None
    session = entry.session.identity.session
    keeper = server.faculties.memory
    found = await keeper.recall(session, Search(q, any_word=True, limit=limit))
    return JSONResponse({"memories": [_memory(each) for each in found]})


@router.get("/v1/sessions/{session_id}/memory/{picture}.jpg")
async def memory_picture(entry: EntryHere, server: ServerHere, picture: int) -> Response:
    """The small picture that something is remembered by."""
    assert server.faculties is not None
    session = entry.session.identity.session
    return _kept_picture(await server.faculties.memory.thumbnail(session, picture))


@router.get("/v1/config")
async def config(server: ServerHere) -> Response:
    """What the page needs to know before it offers."""
    return JSONResponse(server.describe())


@router.get("/v1/sample.mp4")
async def sample(server: ServerHere) -> Response:
    """A clip to look at where there is no camera."""
    clip = await server.sample.get()
    return Response(
        clip, media_type="video/mp4", headers={"Cache-Control": "private, max-age=3600"}
    )


@router.get("/metrics")
async def metrics(server: ServerHere) -> Response:
    """Figures for Prometheus."""
    text, media_type = exposition(server)
    return Response(text, media_type=media_type)


@public.get("/healthz")
async def healthz() -> Response:
    """Whether the process answers."""
    return PlainTextResponse("ok\n")


@public.get("/readyz")
async def readyz(server: ServerHere) -> Response:
    """Whether the models are loaded."""
    _require_ready(server)
    return PlainTextResponse("ready\n")


def _kept_picture(jpeg_bytes: bytes | None) -> Response:
    if jpeg_bytes is None:
        raise HTTPProblem(404, "That picture is not kept, or not any more")
    headers = {"Cache-Control": "private, no-store"}
    return Response(jpeg_bytes, headers=headers, media_type="image/jpeg")


def _memory(found: Recollection) -> dict[str, object]:
    return {
        "kind": found.kind,
        "text": found.text,
        "ago": round(found.ago * 1e3),
        "box": found.box,
        "evidence": found.evidence or None,
        "here": found.here,
    }


def _require_type(request: Request, expected: str) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != expected:
        raise HTTPProblem(415, f"Send Content-Type: {expected}, not {given or 'nothing'}")


def _require_ready(server: Server) -> None:
    if server.failure is not None:
        raise HTTPProblem(503, f"No detector: {server.failure}")
    if server.engine is None:
        headers = {"Retry-After": str(RETRY_LOADING)}
        raise HTTPProblem(503, f"Open Eyes {VERSION} is loading its models", headers)


async def _text(request: Request) -> str:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise HTTPProblem(413, f"The body may have at most {MAX_BODY} bytes")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise HTTPProblem(400, "The body is not UTF-8 text") from error
