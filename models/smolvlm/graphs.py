"""onnxruntime sessions whose shapes change from run to run; what they compute may stay in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.devices import PROVIDERS, Device, Runtime
from models.session import DEVICE_MEMORY, on_best, open_session, session_options
from vision.errors import ModelError

Array: TypeAlias = NDArray[Any]
Opener: TypeAlias = Callable[[Path, ort.SessionOptions, str], ort.InferenceSession]
"""Makes a session of the graph in a file on one provider; raises anything when that fails."""

_DTYPES: Mapping[str, Any] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(bool)": np.bool_,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
}


class Graph:
    """One graph, loaded. Not for several threads at once."""

    def __init__(self, session: ort.InferenceSession, memory: str = "cpu") -> None:
        """``memory`` is where outputs that are kept lie: ``cpu`` or ``cuda``.

        Raises:
            ModelError: an input is of a type that is not known here.
        """
        self.shapes: dict[str, tuple[int | str | None, ...]] = {
            each.name: tuple(each.shape) for each in session.get_inputs()
        }
        "Of the inputs, by name; a side that changes is not a number."
        self.outputs = tuple(each.name for each in session.get_outputs())
        "Names."
        self._session = session
        self._memory = memory
        self._dtypes = {each.name: _dtype(each) for each in session.get_inputs()}

    def empty(self, name: str, shape: tuple[int, ...]) -> ort.OrtValue:
        """An input of the type that it has to be, all zeros."""
        return ort.OrtValue.ortvalue_from_numpy(np.zeros(shape, self._dtypes[name]))

    def run(
        self, feeds: Mapping[str, Array | ort.OrtValue], keep: Iterable[str] = ()
    ) -> dict[str, ort.OrtValue]:
        """The outputs by name; inputs that the graph has not are left out.

        Args:
            feeds: arrays, converted to the types that the graph takes, or outputs of a run.
            keep: outputs that are fed to a later run, and so stay on the device.
        """
        kept = frozenset(keep)
        binding = self._session.io_binding()
        for name, value in feeds.items():
            if isinstance(value, ort.OrtValue):
                binding.bind_ortvalue_input(name, value)
            elif name in self._dtypes:
                array = np.ascontiguousarray(value, self._dtypes[name])
                binding.bind_ortvalue_input(name, ort.OrtValue.ortvalue_from_numpy(array))
        for name in self.outputs:
            binding.bind_output(name, self._memory if name in kept else "cpu")
        self._session.run_with_iobinding(binding)
        return dict(zip(self.outputs, binding.get_outputs(), strict=True))


def open_graphs(
    paths: Mapping[str, Path],
    *,
    device: Device = "auto",
    threads: int | None = None,
    opener: Opener | None = None,
) -> tuple[dict[str, Graph], Runtime]:
    """Loads graphs, all on the device asked for, or with ``auto`` on the best that loads them all.

    Raises:
        ConfigError: there is no such device, or fewer than one thread was asked for.
        DeviceUnavailable: the device was asked for by name and is missing or fails.
        ModelError: no device can load the graphs.
    """

    def load(runtime: Runtime) -> tuple[dict[str, Graph], Runtime]:
        return _opened(paths, runtime, opener or open_session), runtime

    return on_best(device, threads, load)


def _opened(paths: Mapping[str, Path], runtime: Runtime, opener: Opener) -> dict[str, Graph]:
    options = session_options(runtime.threads)
    memory = DEVICE_MEMORY.get(runtime.device, "cpu")
    provider = PROVIDERS[runtime.device]
    return {name: Graph(opener(path, options, provider), memory) for name, path in paths.items()}


def _dtype(described: ort.NodeArg) -> Any:
    if described.type not in _DTYPES:
        raise ModelError(f"{described.name} is {described.type}: the graph is not of SmolVLM")
    return _DTYPES[described.type]
