"""The composition root: the only place where models, page and server meet."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI, Request, Response

import models.detectors
import models.session
import models.weights
import models.zoo.language
import web
from models.detector_process import DetectorProcess
from models.endpoint import Endpoint, Health
from models.endpoint_config import EndpointConfig
from models.endpoint_key import key_from
from models.pose_process import PoseProcess
from models.reader_process import ReaderProcess
from streaming import (
    events_socket,
    page_routes,
    problems,
    recording_routes,
    routes,
    still_routes,
)
from streaming.admin import routes as admin_routes
from streaming.admin.gate import AdminGate
from streaming.app_models import choice, models_folder
from streaming.app_speech import speech_loaders
from streaming.doctor import Check
from streaming.offloop import OffLoop
from streaming.origins import let_read, may_ask
from streaming.sample import sample_mp4
from streaming.security import Gate
from streaming.server import Server
from streaming.settings import Settings
from streaming.spoken_route import router as spoken_router
from streaming.understanding import Loaders
from streaming.version import VERSION
from streaming.yielding import yielding_thread
from vision.errors import NoAnswer
from vision.ports import Detector, SeeingModel

log = logging.getLogger(__name__)

Handler = Callable[[Request], Awaitable[Response]]

DISCOVERY_LIMIT = 2.0
"""Seconds that starting waits for a language model elsewhere; it is looked for again when asked."""

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"  # allowed origins are added at its end
    ),
    "Permissions-Policy": "camera=(self), microphone=(self), screen-wake-lock=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def load_detector(settings: Settings) -> Detector:
    """The detector that the operator chose.

    Raises:
        ModelError: it is not there, not intact, or not for this machine.
    """
    detector, why = models.detectors.open_detector(choice(settings))
    if why:
        log.info("%s", why)
    log.info("detector %s on %s", detector.name, detector.runtime)
    return detector


def load_detector_apart(settings: Settings) -> Detector:
    """The same, in a process of its own, wherever a process can inherit descriptors.

    There it is still to be started, which raises what `load_detector` does.
    """
    if os.name != "posix":
        return load_detector(settings)
    return DetectorProcess(choice(settings))


def load_reader(_: Settings) -> ReaderProcess:
    """The text reader, in a process of its own.

    Raises:
        ModelError: it is not there, or not intact.
    """
    return ReaderProcess()


@asynccontextmanager
async def open_model(settings: Settings) -> AsyncIterator[SeeingModel]:
    """The language model that the operator named.

    Raises:
        ConfigError: its address or key does not fit.
        ModelError: it is not there, or not intact.
    """
    opening = _open_endpoint(settings) if settings.vlm_url else _open_local(settings)
    async with opening as model:
        yield model


@asynccontextmanager
async def _open_endpoint(settings: Settings) -> AsyncIterator[SeeingModel]:
    endpoint = Endpoint(_endpoint_config(settings))
    try:
        async with asyncio.timeout(DISCOVERY_LIMIT):
            await endpoint.discover()
    except (NoAnswer, TimeoutError) as error:
        log.warning("the language model does not answer yet: %s", error or "nothing came back")
    try:
        yield endpoint
    finally:
        await endpoint.aclose()


def _endpoint_config(settings: Settings) -> EndpointConfig:
    return EndpointConfig(
        settings.vlm_url,
        model=settings.vlm_model or None,
        key=key_from(settings.vlm_key_env or None, settings.vlm_key_file),
        slots=settings.vlm_slots,
        first_token_timeout=settings.vlm_timeout,
    )


@asynccontextmanager
async def _open_local(settings: Settings) -> AsyncIterator[SeeingModel]:
    thread = yielding_thread("model")
    try:
        load = partial(models.zoo.language.load, settings.vlm, models_folder())
        yield OffLoop(await asyncio.get_running_loop().run_in_executor(thread, load), thread)
    finally:
        await asyncio.to_thread(thread.shutdown)


def make_loaders(settings: Settings) -> Loaders:
    """How everything that the operator asked for is loaded."""
    return Loaders(
        detector=lambda: load_detector_apart(settings),
        reader=(lambda: load_reader(settings)) if settings.read_text else None,
        poses=PoseProcess if settings.pose else None,
        speech=speech_loaders(settings.speech),
        model=(lambda: open_model(settings)) if settings.vlm or settings.vlm_url else None,
    )


def providers() -> tuple[str, ...]:
    """What onnxruntime can compute on, by its own names."""
    return models.session.offered_providers()


def model_checks(settings: Settings) -> list[Callable[[], Check]]:
    """Whether the packaged models are intact, and what the operator named can be used."""
    checks: list[Callable[[], Check]] = [
        partial(_check_model, name) for name in models.weights.names()
    ]
    if settings.read_text:
        checks.append(partial(_check_reader, settings))
    if settings.vlm or settings.vlm_url:
        checks.append(partial(_check_vlm, settings))
    return checks


def _check_model(name: str) -> Check:
    weights = models.weights.load(models.weights.manifest(name))
    return Check(f"model {name}", "ok", f"intact, {len(weights) / 1e6:.1f} MB")


def _check_reader(settings: Settings) -> Check:
    reader = load_reader(settings)
    reader.close()
    return Check("text reader", "ok", f"{reader.name} loads")


def _check_vlm(settings: Settings) -> Check:
    if settings.vlm:
        return asyncio.run(_check_local(settings))
    health = asyncio.run(_health(settings))
    return Check("language model", "ok" if health.ok else "fail", health.text)


async def _check_local(settings: Settings) -> Check:
    async with _open_local(settings) as model:
        return Check("language model", "ok", f"{model.name} loads")


async def _health(settings: Settings) -> Health:
    endpoint = Endpoint(_endpoint_config(settings))
    try:
        return await endpoint.health()
    finally:
        await endpoint.aclose()


def make_server(settings: Settings, gate: Gate, admin: AdminGate | None = None) -> Server:
    """A server with the real models and the real page."""
    return Server(settings, make_loaders(settings), gate, web.ROOT, sample_mp4, admin=admin)


def make_app(server: Server) -> FastAPI:
    """The server as an ASGI application."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with server.running():
            yield

    app = FastAPI(title="Open Eyes", version=VERSION, lifespan=lifespan, docs_url=None)
    app.state.server = server
    problems.install(app)
    app.include_router(routes.public)
    app.include_router(routes.router)
    app.include_router(still_routes.router)
    app.include_router(recording_routes.router)
    app.include_router(events_socket.router)
    app.include_router(spoken_router)
    app.include_router(admin_routes.public)
    app.include_router(admin_routes.router)
    app.include_router(page_routes.router)
    app.middleware("http")(_secured(server.gate.allowed))
    return app


def _secured(allowed: Collection[str]) -> Callable[[Request, Handler], Awaitable[Response]]:
    """What is done to every answer. Pages of the allowed origins may use and frame ours.

    They may not frame the operator's.
    """
    policy = " ".join((SECURITY_HEADERS["Content-Security-Policy"], *sorted(allowed)))
    framed = SECURITY_HEADERS | {"Content-Security-Policy": policy}

    async def secured(request: Request, call_next: Handler) -> Response:
        response = may_ask(request, allowed) or await call_next(request)
        let_read(request, response, allowed)
        own = request.scope["path"].startswith(("/admin", "/v1/admin"))
        for name, value in (SECURITY_HEADERS if own else framed).items():
            response.headers.setdefault(name, value)
        return response

    return secured
