"""onnxruntime sessions whose inputs and outputs are bound to memory once.

The buffers of a ``Network`` are made when it is opened. On the CPU the session reads and writes the
caller's arrays themselves; for a GPU there are buffers on the device too, and a run copies. Where a
model leaves sides of its shapes free, each set of shapes gets buffers of its own, and all share one
session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.devices import PROVIDERS, Device, Runtime, candidates, default_threads, unavailable
from vision.errors import ConfigError, DeviceUnavailable, ModelError, OpenEyesError

T = TypeVar("T")
Array: TypeAlias = NDArray[Any]
Provider: TypeAlias = str | tuple[str, dict[str, str]]
"""Name of an execution provider, with its options where there are any."""
File: TypeAlias = bytes | Path
"""An ONNX file, read or not; one that has its weights beside it is not read before."""
Opener: TypeAlias = Callable[[File, ort.SessionOptions, Provider], ort.InferenceSession]
"""Makes a session of a model on one provider; raises anything when that fails."""
Model: TypeAlias = File | Callable[[Device], bytes]
"""An ONNX file, or what gives the one that suits a device."""
Shapes: TypeAlias = Mapping[str, tuple[int, ...]]
"""Of inputs and outputs, by name."""

_DTYPES: Mapping[str, Any] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
}
DEVICE_MEMORY: Mapping[Device, str] = {"cuda": "cuda", "tensorrt": "cuda"}
"""Where outputs can stay between runs, on devices with a memory of their own."""

MOST_RECORDINGS = 64
"""Runs of one session that are recorded, each for one set of buffers; they are never given back."""

UNRECORDED = -1
"""Number of a run that is not recorded, whatever the session does else."""

_ERRORS_ONLY = 3


class Network:
    """A network whose inputs and outputs have one place in memory each.

    Not for several threads at once: every run uses the same buffers.
    """

    def __init__(  # noqa: PLR0913 — whoever makes one says all that there is to its buffers
        self,
        session: ort.InferenceSession,
        runtime: Runtime,
        *,
        shapes: Shapes | None = None,
        memory: str = "cpu",
        staged: bool = False,
        recordings: Iterator[int] | None = None,
    ) -> None:
        """Binds ``session`` to buffers.

        Args:
            session: of a model.
            runtime: what the session runs on.
            shapes: of those inputs that the model does not fix, and of such outputs where they
                are known; else a run shows them.
            memory: where the session's buffers lie, ``cpu`` or ``cuda``.
            staged: the session has buffers of its own, and each run copies to and from them;
                otherwise it works on the host's arrays themselves.
            recordings: numbers for recorded runs, of all networks of this session, from 1; None
                where the session does not record.

        Raises:
            ModelError: a shape is neither fixed nor given, or a type is not known here.
        """
        self.runtime = runtime
        shapes = shapes or {}
        self.inputs = {each.name: _host_buffer(each, shapes) for each in session.get_inputs()}
        "Write the next input here: arrays by name, in the model's shapes and types."
        loosely = None if recordings is None else _numbered(UNRECORDED)
        shapes = {**_seen_shapes(session, self.inputs, shapes, loosely), **shapes}
        self._outputs = {each.name: _host_buffer(each, shapes) for each in session.get_outputs()}
        self._session, self._loosely = session, loosely
        self._memory, self._staged = memory, staged
        self._recordings, self._options = recordings, _run_options(recordings)
        place = _apart if staged else _shared
        self._bound_inputs = {name: place(it, memory) for name, it in self.inputs.items()}
        self._bound_outputs = {name: place(it, memory) for name, it in self._outputs.items()}
        self._binding = session.io_binding()
        for name, value in self._bound_inputs.items():
            self._binding.bind_ortvalue_input(name, value)
        for name, value in self._bound_outputs.items():
            self._binding.bind_ortvalue_output(name, value)

    def reshaped(self, shapes: Shapes) -> Network:
        """The same session with buffers of other shapes; not for several threads at once either.

        Raises:
            ModelError: as when a network is made.
        """
        return Network(
            self._session,
            self.runtime,
            shapes=shapes,
            memory=self._memory,
            staged=self._staged,
            recordings=self._recordings,
        )

    @property
    def output_shapes(self) -> Shapes:
        """Of the outputs that a run gives."""
        return {name: value.shape for name, value in self._outputs.items()}

    def run_loosely(self) -> Mapping[str, Array]:
        """The same as `run`, but slower, in arrays of their own and of whatever shape they have."""
        names = list(self._outputs)
        found = self._session.run(names, dict(self.inputs), self._loosely)
        return dict(zip(names, found, strict=True))

    def run(self) -> Mapping[str, Array]:
        """The outputs, by name, for what ``inputs`` hold now; the next run overwrites them."""
        if not self._staged:
            self._session.run_with_iobinding(self._binding, self._options)
            return self._outputs
        for name, value in self._bound_inputs.items():
            value.update_inplace(self.inputs[name])
        self._session.run_with_iobinding(self._binding, self._options)
        return {name: value.numpy() for name, value in self._bound_outputs.items()}


def offered_providers() -> tuple[str, ...]:
    """What this installation of onnxruntime can compute on, by its own names."""
    return tuple(ort.get_available_providers())


def open_network(
    model: Model,
    *,
    device: Device = "auto",
    threads: int | None = None,
    shapes: Shapes | None = None,
    opener: Opener | None = None,
) -> Network:
    """Loads a model on the device asked for, or with ``auto`` on the best that works.

    ``threads`` bounds the CPU threads of one run (default: half of the cores); ``shapes`` are
    needed where the model leaves sides free.

    Raises:
        ConfigError: there is no such device, or fewer than one thread was asked for.
        DeviceUnavailable: the device was asked for by name and is missing or fails.
        ModelError: no device can load the model, or a shape is neither fixed nor given.
    """

    def load(runtime: Runtime) -> Network:
        return _started(suiting(model, runtime), runtime, shapes, opener or open_session)

    return on_best(device, threads, load)


def on_best(device: Device, threads: int | None, load: Callable[[Runtime], T]) -> T:
    """What ``load`` makes on the device asked for, or with ``auto`` on the best where it works.

    Raises:
        ConfigError: there is no such device, or fewer than one thread was asked for.
        DeviceUnavailable: the device was asked for by name and is missing or fails.
        ModelError: ``load`` raised it, or fails on every device.
    """
    threads = default_threads() if threads is None else threads
    if threads < 1:
        raise ConfigError(f"a network needs at least one thread, not {threads}")
    failures: list[str] = []
    for choice in candidates(device, offered_providers()):
        try:
            return load(Runtime(choice, threads, _reason(device, choice, failures)))
        except OpenEyesError:
            raise
        except Exception as error:  # onnxruntime's errors share no root
            failures.append(f"{choice} failed: {_first_line(error)}")
    why = "; ".join(failures) or "onnxruntime offers no provider"
    if device in ("auto", "cpu"):
        raise ModelError(f"the model cannot be loaded: {why}")
    raise DeviceUnavailable(unavailable(device, why))


def suiting(model: Model, runtime: Runtime) -> File:
    """The file for what it is to run on."""
    return model(runtime.device) if callable(model) else model


def _started(model: File, runtime: Runtime, shapes: Shapes | None, opener: Opener) -> Network:
    """The network after its first run, which shows what does not work and allocates the rest."""
    session = opener(model, session_options(runtime.threads), PROVIDERS[runtime.device])
    return bound(session, runtime, shapes)


def bound(
    session: ort.InferenceSession,
    runtime: Runtime,
    shapes: Shapes | None = None,
    *,
    recorded: bool = False,
) -> Network:
    """A network of an open session, after its first run; ``recorded`` where the session records.

    Raises:
        ModelError: a shape is neither fixed nor given, or a type is not known here.
        Exception: whatever onnxruntime does when the run fails.
    """
    memory = DEVICE_MEMORY.get(runtime.device)
    network = Network(
        session,
        runtime,
        shapes=shapes,
        memory=memory or "cpu",
        staged=memory is not None,
        recordings=count(1) if recorded else None,
    )
    network.run()
    return network


def open_session(
    model: File, options: ort.SessionOptions, provider: Provider
) -> ort.InferenceSession:
    """A session of a model in memory or in a file, on this provider and no other.

    Raises:
        Exception: whatever onnxruntime does when that fails.
    """
    session = ort.InferenceSession(model, options, providers=[provider])
    session.disable_fallback()
    name = provider if isinstance(provider, str) else provider[0]
    if session.get_providers()[0] != name:
        # onnxruntime only warns when an accelerator's libraries do not load, and takes the CPU.
        raise RuntimeError(f"{name} did not start: its libraries or its driver are missing")
    return session


def session_options(threads: int) -> ort.SessionOptions:
    """As every network here runs: in its own few threads, which do not spin."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = _ERRORS_ONLY
    # Idle workers that spin would take the cores that decode and encode the video.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _run_options(recordings: Iterator[int] | None) -> ort.RunOptions | None:
    """The next number for a recording, as long as there are any."""
    if recordings is None:
        return None
    number = next(recordings)
    return _numbered(number if number <= MOST_RECORDINGS else UNRECORDED)


def _numbered(recording: int) -> ort.RunOptions:
    options = ort.RunOptions()
    options.add_run_config_entry("gpu_graph_id", str(recording))
    return options


def _reason(asked: Device, taken: Device, failures: list[str]) -> str:
    if asked != "auto":
        return "asked for"
    if failures:
        return "; ".join(failures)
    return "this onnxruntime has no accelerator" if taken == "cpu" else "best device offered"


def _seen_shapes(
    session: ort.InferenceSession,
    inputs: Mapping[str, Array],
    known: Shapes,
    options: ort.RunOptions | None,
) -> Shapes:
    """Of the outputs that neither the model nor ``known`` tells, as a run has them."""
    free = [
        each.name
        for each in session.get_outputs()
        if each.name not in known and not all(isinstance(side, int) for side in each.shape)
    ]
    if not free:
        return {}
    found = session.run(free, dict(inputs), options)
    return {name: value.shape for name, value in zip(free, found, strict=True)}


def _host_buffer(described: ort.NodeArg, shapes: Shapes) -> Array:
    shape = shapes.get(described.name, described.shape)
    if described.type not in _DTYPES or not all(isinstance(side, int) for side in shape):
        raise ModelError(
            f"{described.name} is {described.type} of shape {described.shape}, but fixed shapes "
            "and plain numbers are needed: export the model with a fixed input size"
        )
    return np.zeros(shape, _DTYPES[described.type])


def _shared(buffer: Array, memory: str) -> ort.OrtValue:
    """The array's own memory, so that writing to the one writes to the other."""
    return ort.OrtValue.ortvalue_from_numpy(buffer, memory, 0)


def _apart(buffer: Array, memory: str) -> ort.OrtValue:
    """New memory of the array's shape and type."""
    return ort.OrtValue.ortvalue_from_shape_and_type(buffer.shape, buffer.dtype, memory, 0)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
