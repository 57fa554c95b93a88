"""Opens a network in the fastest way that computes what the sound way computes.

Each way of ``models.acceleration`` is tried on a picture, and left with a line of log where it
fails, or sees something else. On a device that has but one way, nothing is tried.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from models.acceleration import COMPILING, Way, cache_folder, ways
from models.devices import PROVIDERS, Device, Runtime
from models.half import disagreement
from models.session import (
    Model,
    Network,
    Opener,
    Shapes,
    bound,
    on_best,
    open_session,
    session_options,
)
from vision.types import Detections

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tunable:
    """A network, and how to tell whether it computes right."""

    model: Model
    "An ONNX file, or what gives the one that suits a device."
    shapes: Shapes
    "Of the inputs and outputs that the model leaves free."
    see: Callable[[Network], Detections]
    "What is in ``half.picture``, by a network of these shapes."


def open_tuned(
    tunable: Tunable,
    *,
    device: Device = "auto",
    threads: int | None = None,
    opener: Opener | None = None,
) -> Network:
    """Loads a model on the device asked for, or with ``auto`` on the best that works.

    ``threads`` bounds the CPU threads of one run (default: half of the cores).

    Raises:
        ConfigError, DeviceUnavailable, ModelError: as `models.session.open_network` does.
    """

    def load(runtime: Runtime) -> Network:
        cache = cache_folder() if runtime.device in COMPILING else None
        *faster, sound = ways(runtime.device, cache)
        network = _opened(tunable, runtime, sound, opener or open_session)
        expected = tunable.see(network) if faster else Detections.empty()
        for way in faster:
            try:
                quick = _opened(tunable, runtime, way, opener or open_session)
                why = disagreement(expected, tunable.see(quick))
            except Exception as error:  # onnxruntime's errors share no root
                why = str(error).strip().partition("\n")[0]
            if not why:
                log.info("computing on %s with %s", runtime.device, way.name)
                return quick
            log.warning("%s on %s: not used, %s", way.name, runtime.device, why)
        return network

    return on_best(device, threads, load)


def _opened(tunable: Tunable, runtime: Runtime, way: Way, opener: Opener) -> Network:
    model, provider = tunable.model, PROVIDERS[runtime.device]
    suiting = model if isinstance(model, bytes) else model(runtime.device)
    asked = (provider, dict(way.options)) if way.options else provider
    session = opener(suiting, session_options(runtime.threads), asked)
    return bound(session, runtime, tunable.shapes, recorded=way.recorded)
