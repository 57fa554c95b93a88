import pytest

from models import devices
from models.devices import Runtime, candidates, default_threads
from vision.errors import ConfigError, DeviceUnavailable

CPU, CUDA, TENSORRT, OPENVINO = (
    devices.PROVIDERS[device] for device in ("cpu", "cuda", "tensorrt", "openvino")
)


@pytest.mark.parametrize(
    ("available", "expected"),
    [
        ([CPU], ("cpu",)),
        (["AzureExecutionProvider", CPU], ("cpu",)),
        ([CPU, CUDA], ("cuda", "cpu")),
        ([TENSORRT, CUDA, CPU], ("cuda", "cpu")),
        ([OPENVINO, CPU], ("openvino", "cpu")),
    ],
)
def test_auto_tries_what_is_offered_best_first(available, expected):
    assert candidates("auto", available) == expected


def test_a_device_asked_for_by_name_is_the_only_candidate():
    assert candidates("tensorrt", [TENSORRT, CUDA, CPU]) == ("tensorrt",)
    assert candidates("cpu", [CUDA, CPU]) == ("cpu",)


@pytest.mark.parametrize(
    ("device", "cure"),
    [
        ("cuda", r"pip install openeyes\[gpu\]"),
        ("tensorrt", r"pip install openeyes\[gpu\]"),
        ("openvino", "pip install onnxruntime-openvino"),
    ],
)
def test_a_missing_device_says_how_to_get_it(device, cure):
    with pytest.raises(DeviceUnavailable, match=f"device {device} cannot be used.*{cure}"):
        candidates(device, [CPU])


def test_a_device_that_does_not_exist_is_refused_with_the_list():
    with pytest.raises(ConfigError, match="'gpu'; choose one of: auto, cpu, cuda, tensorrt"):
        candidates("gpu", [CPU])


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 1), (3, 1), (4, 2), (16, 8)])
def test_half_of_the_cores_are_left_to_the_media(cores, threads):
    assert default_threads(cores) == threads


def test_cores_are_those_that_this_process_may_use(monkeypatch):
    monkeypatch.setattr(devices.os, "sched_getaffinity", lambda _: {0, 3, 5, 6}, raising=False)
    assert default_threads() == 2


@pytest.mark.parametrize(
    ("runtime", "line"),
    [
        (Runtime("cpu", 1, "asked for"), "cpu, 1 thread (asked for)"),
        (Runtime("cuda", 4, "best"), "cuda, 4 threads (best)"),
    ],
)
def test_a_runtime_is_a_line_for_people(runtime, line):
    assert str(runtime) == line
