"""The composition root: the only place where models, page and server meet."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeAlias, get_args

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles

import models.devices
import models.registry
import models.session
import models.weights
import models.zoo.cards
import models.zoo.catalogue
import models.zoo.language
import models.zoo.pulling
import models.zoo.removal
import web
from models.detector_process import DetectorProcess
from models.endpoint import Endpoint, Health
from models.endpoint_config import EndpointConfig
from models.endpoint_key import key_from
from models.reader_process import ReaderProcess
from streaming import events_socket, problems, routes
from streaming.doctor import Check
from streaming.offloop import OffLoop
from streaming.private_folder import state_folder
from streaming.sample import sample_mp4
from streaming.security import Gate
from streaming.server import Server
from streaming.settings import Settings
from streaming.understanding import Loaders
from streaming.version import VERSION
from streaming.yielding import yielding_thread
from vision.errors import ConfigError, NoAnswer
from vision.ports import Detector, SeeingModel

log = logging.getLogger(__name__)

ModelCard: TypeAlias = models.zoo.cards.Card
"""A model of the catalogue, and whether it is here."""

DISCOVERY_LIMIT = 2.0
"""Seconds that starting waits for a language model elsewhere; it is looked for again when asked."""

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    ),
    "Permissions-Policy": "camera=(self), microphone=(self), screen-wake-lock=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def detector_names() -> tuple[str, ...]:
    """What ``--detector`` takes."""
    return models.registry.names()


def devices() -> tuple[str, ...]:
    """What ``--device`` takes."""
    return models.devices.DEVICES


def load_detector(settings: Settings) -> Detector:
    """The detector that the operator chose.

    Raises:
        ModelError: it is not there, not intact, or not for this machine.
    """
    device = _device(settings)
    detector = models.registry.create(settings.detector, device=device, threads=settings.threads)
    log.info("detector %s on %s", detector.name, detector.runtime)
    return detector


def load_detector_apart(settings: Settings) -> Detector:
    """The same, in a process of its own, wherever a process can inherit descriptors.

    There it is still to be started, which raises what `load_detector` does.
    """
    if os.name != "posix":
        return load_detector(settings)
    return DetectorProcess(settings.detector, device=_device(settings), threads=settings.threads)


def _device(settings: Settings) -> models.devices.Device:
    for device in models.devices.DEVICES:
        if device == settings.device:
            return device
    raise ConfigError(f"no device {settings.device!r}; there are: {', '.join(devices())}")


def model_names() -> tuple[str, ...]:
    """What ``--vlm`` takes."""
    return models.zoo.language.names()


def models_folder() -> Path:
    """Where pulled models are kept."""
    return state_folder(os.environ) / "models"


def model_tasks() -> tuple[str, ...]:
    """What the models of the catalogue may be for."""
    return get_args(models.zoo.catalogue.Task)


def model_cards() -> list[ModelCard]:
    """All models of the catalogue, and whether they are here."""
    return models.zoo.cards.cards(models_folder())


def model_card(name: str) -> ModelCard:
    """One of them.

    Raises:
        UnknownModel: there is none of that name.
    """
    return models.zoo.cards.card(name, models_folder())


def pull_model(
    name: str, *, accept_licence: bool = False, offline: bool = False
) -> models.zoo.pulling.Pulled:
    """Fetches a model and verifies it.

    Raises:
        ConfigError: its licence was not accepted, or there is no room for it.
        ModelError: it cannot be had.
    """
    return models.zoo.pulling.pull(
        models.zoo.catalogue.entry(name),
        models_folder(),
        accept_licence=accept_licence,
        offline=offline,
    )


def verify_models(names: Sequence[str]) -> Iterator[models.zoo.cards.Verdict]:
    """Reads the files of these models, or of all that are here.

    Raises:
        UnknownModel: there is none of a name.
    """
    return models.zoo.cards.verdicts(names, models_folder())


def remove_model(name: str) -> int:
    """Deletes a pulled model; gives the bytes that it had.

    Raises:
        ConfigError, ModelError: it cannot be deleted.
    """
    return models.zoo.removal.remove(name, models_folder())


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


def make_server(settings: Settings, gate: Gate) -> Server:
    """A server with the real models and the real page."""
    return Server(settings, make_loaders(settings), gate, web.ROOT, sample_mp4)


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
    app.include_router(events_socket.router)
    app.mount("/web", StaticFiles(directory=web.ROOT), name="web")
    app.middleware("http")(_secured)
    return app


async def _secured(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await call_next(request)
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.scope["path"].startswith("/web/"):
        response.headers["Cache-Control"] = "no-cache"
    return response
