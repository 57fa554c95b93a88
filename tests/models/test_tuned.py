"""Sessions on the processor pose as an accelerator's, and compute right, wrong, or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper

from models import acceleration
from models import session as sessions
from models.session import Network, Provider
from models.tuned import Tunable, open_tuned
from streaming import serve
from vision.errors import DeviceUnavailable
from vision.types import Detections

CPU = "CPUExecutionProvider"


def times(factor: float) -> bytes:
    """A model that multiplies."""
    graph = helper.make_graph(
        [
            helper.make_node("Constant", [], ["factor"], value_float=factor),
            helper.make_node("Mul", ["x", "factor"], ["y"]),
        ],
        "times",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def see(network: Network) -> Detections:
    """One thing, whose score is what the network makes of 0.8."""
    network.inputs["x"][:] = 0.8
    score = network.run()["y"].astype(np.float32)
    return Detections(np.array([[0.1, 0.1, 0.5, 0.5]], np.float32), score, np.zeros(1, np.int32))


Opened = list[dict[str, str]]


@pytest.fixture
def posing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Opens a network on a device that is not there."""
    monkeypatch.setattr(
        sessions.ort, "get_available_providers",
        lambda: ["TensorrtExecutionProvider", "CUDAExecutionProvider", CPU],
    )  # fmt: skip
    apart = sessions._apart
    monkeypatch.setattr(sessions, "_apart", lambda buffer, _: apart(buffer, "cpu"))

    def opening(device: str, factors: Callable[[dict[str, str]], float]) -> tuple[Network, Opened]:
        opened: Opened = []

        def opener(
            model: bytes, options: ort.SessionOptions, provider: Provider
        ) -> ort.InferenceSession:
            asked = {} if isinstance(provider, str) else provider[1]
            opened.append(asked)
            return ort.InferenceSession(times(factors(asked)), options, providers=[CPU])

        tunable = Tunable(times(1), lambda opened: opened.bound(), see)
        return open_tuned(tunable, device=device, opener=opener), opened  # type: ignore[arg-type]

    return opening


def test_a_processor_is_opened_once_and_not_tried(posing: Callable[..., Any]) -> None:
    network, opened = posing("cpu", lambda _: 1.0)
    assert opened == [{}]
    assert network._options is None


def test_a_folder_for_engines_is_made_only_where_something_is_compiled(
    posing: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert serve.ENGINES == acceleration.CACHE
    folder = tmp_path / "engines"
    monkeypatch.setenv(acceleration.CACHE, str(folder))
    for device in ("cpu", "cuda"):
        posing(device, lambda _: 1.0)
        assert not folder.exists()
    _, opened = posing("tensorrt", lambda _: 1.0)
    (within,) = folder.iterdir()
    assert all(asked["trt_engine_cache_path"] == str(within) for asked in opened)


def test_a_faster_way_that_agrees_is_taken(
    posing: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        network, opened = posing("tensorrt", lambda asked: 0.98 if asked else 1.0)
    assert opened == [{}, {"trt_fp16_enable": "1"}]
    assert see(network).scores[0] == pytest.approx(0.98 * 0.8)
    assert "computing on tensorrt with real numbers of 16 bits" in caplog.text


def test_one_that_disagrees_is_left_and_told_of(
    posing: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    network, _ = posing("tensorrt", lambda asked: 0.5 if asked else 1.0)
    assert see(network).scores[0] == pytest.approx(0.8)
    assert "16 bits on tensorrt: not used, of what is sure it misses 1" in caplog.text


def test_one_that_fails_is_left_and_told_of(
    posing: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    def factors(asked: dict[str, str]) -> float:
        if asked:
            raise RuntimeError("this session cannot be recorded\nmore")
        return 1.0

    network, opened = posing("cuda", factors)
    assert opened == [{}, {"enable_cuda_graph": "1"}]
    assert network._options is None
    assert "CUDA graphs on cuda: not used, this session cannot be recorded" in caplog.text


def test_a_device_on_which_nothing_works_is_refused(posing: Callable[..., Any]) -> None:
    def factors(_: dict[str, str]) -> float:
        raise RuntimeError("no driver")

    with pytest.raises(DeviceUnavailable, match="no driver"):
        posing("cuda", factors)


def test_every_set_of_buffers_is_recorded_by_a_number_of_its_own(
    posing: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MOST_RECORDINGS", 3)
    network, _ = posing("cuda", lambda _: 1.0)
    others = [network.reshaped({}) for _ in range(3)]
    numbers = [each._options.get_run_config_entry("gpu_graph_id") for each in (network, *others)]
    assert numbers == ["1", "2", "3", "-1"]
    assert [see(each).scores[0] for each in others] == pytest.approx([0.8] * 3)
