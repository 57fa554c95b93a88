"""What the operator's page is told: ``AdminState``, put together at the moment of asking."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from streaming.admin.history import INTERVAL, SPAN, Pair, Sample
from streaming.admin.sampling import Durations, summaries
from streaming.admin.troubles import Trouble
from streaming.sessions import Entry
from streaming.version import VERSION

if TYPE_CHECKING:
    from streaming.server import Server


class ModelLine(msgspec.Struct, frozen=True):
    """One model, and what it runs on."""

    role: str
    "``detector``, ``text``, ``poses``, ``language``, ``hearing`` or ``voice``."
    name: str
    "Empty where there is none."
    runs: str = ""
    "What it runs on, in words; empty where it does not tell."


class SessionLine(msgspec.Struct, frozen=True):
    """One session. Nothing of what it sees or says is in it."""

    id: str
    seconds: float
    "Since it was opened."
    state: str
    "As in ``RTCPeerConnection.connectionState``."
    client: str
    "Browser and system, as far as known."
    size: tuple[int, int] | None
    "Pixels of its newest frame."
    overlay: str
    rung: str
    "Which input of the detector its last result was made at."
    rates: dict[str, float]
    "Frames a second."
    drops: dict[str, int]
    "Since its start, by place."
    stages: dict[str, Pair]
    shared: bool
    "Whether the person agreed that small pictures of it are shown here."


class AdminState(msgspec.Struct, frozen=True):
    """Everything at a time. Times ``at`` are of one clock that only rises, as is ``now``."""

    now: float
    version: str
    seconds: float
    "Since the server's start."
    interval: float
    "Seconds between two samples."
    span: float
    "Seconds of samples that are kept."
    limit: int
    "Sessions there may be."
    opened: int
    "Sessions since the start."
    degradation: int
    rungs: tuple[str, ...]
    "Inputs that the detector has, the best first."
    models: tuple[ModelLine, ...]
    sessions: tuple[SessionLine, ...]
    troubles: tuple[Trouble, ...]
    "The newest first."
    history: tuple[Sample, ...]
    "The oldest first."


async def admin_state(server: Server, after: float) -> bytes:
    """The state as JSON, with the samples taken later than ``after``."""
    entries = server.sessions.all()
    now = time.monotonic()
    durations = [_durations(entry) for entry in entries]
    stages = await asyncio.to_thread(lambda: [summaries(each) for each in durations])
    engine = server.engine
    state = AdminState(
        now=now,
        version=VERSION,
        seconds=round(now - server.started, 1),
        interval=INTERVAL,
        span=SPAN,
        limit=server.sessions.limit,
        opened=server.sessions.opened,
        degradation=engine.degradation if engine else 0,
        rungs=tuple(getattr(engine.detector, "rungs", ())) if engine else (),
        models=_models(server),
        sessions=tuple(
            _line(entry, late, now) for entry, late in zip(entries, stages, strict=True)
        ),
        troubles=server.troubles.newest(),
        history=server.sampler.history.after(after),
    )
    return msgspec.json.encode(state)


def _durations(entry: Entry) -> Durations:
    return {name: list(each.values) for name, each in entry.session.stats.stages.items()}


def _line(entry: Entry, stages: dict[str, Pair], now: float) -> SessionLine:
    session = entry.session
    shown = session.shown
    return SessionLine(
        id=session.identity.session,
        seconds=round(now - session.started, 1),
        state=entry.peer.state,
        client=entry.client,
        size=(shown.picture.width, shown.picture.height) if shown else None,
        overlay=session.overlay,
        rung=session.rung,
        rates=session.stats.per_second(now),
        drops=session.dropped(),
        stages=stages,
        shared=session.shared,
    )


def _models(server: Server) -> tuple[ModelLine, ...]:
    engine, faculties, settings = server.engine, server.faculties, server.settings
    detector = engine.detector if engine else None
    reader = faculties.reader.reader if faculties and faculties.reader else None
    poses = faculties.poses.estimator if faculties and faculties.poses else None
    model = faculties.model.model if faculties and faculties.model else None
    ears = faculties.ears.recogniser if faculties and faculties.ears else None
    voice = faculties.voice.voice if faculties and faculties.voice else None
    where = _host(settings.vlm_url) or "this process"
    speech = settings.speech
    return (
        ModelLine("detector", detector.name if detector else "", _runs(detector)),
        ModelLine("text", reader.name if reader else "", _runs(reader)),
        ModelLine("poses", poses.name if poses else "", _runs(poses)),
        ModelLine("language", model.name if model else "", where if model else ""),
        ModelLine("hearing", ears.name if ears else "", _host(speech.hearing.url)),
        ModelLine("voice", voice.name if voice else "", _host(speech.speaking.url)),
    )


def _host(url: str) -> str:
    """Whom an address names; what else is in it is nobody's business."""
    return urlsplit(url).hostname or ""


def _runs(model: object) -> str:
    return str(getattr(model, "runtime", None) or "")
