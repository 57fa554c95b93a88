"""Opens a network in the fastest way that computes what the sound way computes.

Each way of ``models.acceleration`` is tried on a picture, and left with a line of log where it
fails, or sees something else. On a device that has but one way, nothing is tried.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import onnxruntime as ort

from models.acceleration import COMPILING, Way, cache_folder, kept_for, ways
from models.devices import PROVIDERS, Device, Runtime
from models.half import disagreement
from models.session import (
    File,
    Model,
    Network,
    Opener,
    Shapes,
    bound,
    on_best,
    open_session,
    session_options,
    suiting,
)
from vision.types import Detections

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session, and how its runs go."""

    session: ort.InferenceSession
    runtime: Runtime
    "What it runs on."
    recorded: bool
    "Whether it records its runs."

    def bound(self, shapes: Shapes | None = None) -> Network:
        """Its network, after a first run; see ``models.session.bound``."""
        return bound(self.session, self.runtime, shapes, recorded=self.recorded)


@dataclass(frozen=True, slots=True)
class Tunable(Generic[T]):
    """A network, what is made of it, and how to tell whether that computes right."""

    model: Model
    "An ONNX file, or what gives the one that suits a device."
    made: Callable[[OpenedSession], T]
    "What is to be had: a network with its buffers, a detector."
    see: Callable[[T], Detections]
    "What is in ``half.picture``, by that."


def open_tuned(
    tunable: Tunable[T],
    *,
    device: Device = "auto",
    threads: int | None = None,
    opener: Opener | None = None,
) -> T:
    """Loads a model on the device asked for, or with ``auto`` on the best that works.

    ``threads`` bounds the CPU threads of one run (default: half of the cores).

    Raises:
        ConfigError, DeviceUnavailable, ModelError: as `models.session.open_network` does.
    """

    def load(runtime: Runtime) -> T:
        file = suiting(tunable.model, runtime)
        folder = cache_folder() if runtime.device in COMPILING else None
        *faster, sound = ways(runtime.device, kept_for(file, folder) if folder else None)
        made = tunable.made(_opened(file, runtime, sound, opener or open_session))
        expected = tunable.see(made) if faster else Detections.empty()
        for way in faster:
            try:
                quick = tunable.made(_opened(file, runtime, way, opener or open_session))
                why = disagreement(expected, tunable.see(quick))
            except Exception as error:  # onnxruntime's errors share no root
                why = str(error).strip().partition("\n")[0]
            if not why:
                log.info("computing on %s with %s", runtime.device, way.name)
                return quick
            log.warning("%s on %s: not used, %s", way.name, runtime.device, why)
        return made

    return on_best(device, threads, load)


def _opened(file: File, runtime: Runtime, way: Way, opener: Opener) -> OpenedSession:
    provider = PROVIDERS[runtime.device]
    asked = (provider, dict(way.options)) if way.options else provider
    session = opener(file, session_options(runtime.threads), asked)
    return OpenedSession(session, runtime, way.recorded)
