"""Sessions on the processor pose as an accelerator's, for the detectors of every family."""

from __future__ import annotations

import logging
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from models import half
from models import session as sessions
from models.families import detector as detectors
from models.families.detector import FamilyDetector
from models.families.loading import Wanted, load
from models.open_vocabulary import detector as open_vocabulary
from models.open_vocabulary.detector import SHOWN, OpenVocabularyDetector
from models.session import File, Provider
from tests.models.families import constant_model, goldens
from tests.models.open_vocabulary import toys
from vision.errors import DeviceUnavailable
from vision.picture import Picture
from vision.types import Detections

CPU = "CPUExecutionProvider"
TOYS = {
    "yolox": "yolox",
    "nanodet-plus": "nanodet-plus",
    "rt-detr": "rt-detr",
    "d-fine": "d-fine",
    "rf-detr": "rf-detr",
    "rf-detr-transformers": "rf-detr",
}
HALF = {"trt_fp16_enable": "1"}
GRAPHS = {"enable_cuda_graph": "1"}


@pytest.fixture(autouse=True)
def accelerators(monkeypatch: pytest.MonkeyPatch) -> None:
    """This onnxruntime offers them, with memory of their own, which is the host's."""
    monkeypatch.setattr(
        sessions.ort, "get_available_providers",
        lambda: ["TensorrtExecutionProvider", "CUDAExecutionProvider", CPU],
    )  # fmt: skip
    apart = sessions._apart
    monkeypatch.setattr(sessions, "_apart", lambda buffer, _: apart(buffer, "cpu"))


class Posing:
    """An opener; ``faults`` may raise for what a session is asked, or give another model."""

    def __init__(self, faults: Callable[[dict[str, str]], Path | None] = lambda _: None) -> None:
        self.asked: list[dict[str, str]] = []
        self._faults = faults

    def __call__(
        self, model: File, options: ort.SessionOptions, provider: Provider
    ) -> ort.InferenceSession:
        asked = {} if isinstance(provider, str) else provider[1]
        self.asked.append(asked)
        return ort.InferenceSession(self._faults(asked) or model, options, providers=[CPU])


def refusing(asked: dict[str, str]) -> None:
    if asked:
        raise RuntimeError("This session cannot use the graph capture feature\nmore")


def toy(folder: Path, name: str, **more: Any) -> FamilyDetector:
    path = folder / f"{name}.onnx"
    path.write_bytes(lzma.decompress((goldens.DATA / f"{name}.onnx.xz").read_bytes()))
    if more.pop("wide", False):
        model = onnx.load(path)
        for value in (*model.graph.input, *model.graph.output):
            value.type.tensor_type.shape.dim[0].dim_param = "batch"
        onnx.save(model, path)
    golden = goldens.load(name)
    classes = 80 if "classes" not in golden else int(golden["classes"])
    labels = tuple(f"thing {number}" for number in range(classes))
    wanted = Wanted(labels, tuple(golden["size"].tolist()), TOYS[name])
    return load(name, path, more.pop("device"), 1, wanted, **more)


def pictures(name: str) -> list[Picture]:
    golden = goldens.load(name)
    return [Picture.from_bgr(golden[f"picture_{each}"]) for each in goldens.numbers(golden)]


def assert_same(one: Detections, other: Detections) -> None:
    assert len(one)
    for name in ("boxes", "scores", "classes"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("name", sorted(TOYS))
def test_bound_to_a_devices_memory_it_sees_the_same_to_the_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    monkeypatch.setattr(detectors, "SCORE_THRESHOLD", 0.01)
    posing = Posing(refusing)
    there = toy(tmp_path, name, device="cuda", opener=posing)
    here = toy(tmp_path, name, device="cpu")
    assert there.runtime.device == "cuda"
    assert there._places[1].network._staged
    assert not here._places[1].network._staged
    assert posing.asked == [{}, GRAPHS]
    assert "CUDA graphs on cuda: not used, This session cannot use the graph capture" in caplog.text
    for picture in pictures(name):
        assert_same(there.detect(picture), here.detect(picture))


def test_each_size_of_a_batch_is_recorded_by_a_number_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detectors, "SCORE_THRESHOLD", 0.01)
    monkeypatch.setattr(half, "SURE", 0.01)
    there = toy(tmp_path, "rt-detr", device="cuda", opener=Posing(), wide=True)
    there.take_up_to(4)
    options = [place.network._options for place in there._places.values()]
    numbers = [each.get_run_config_entry("gpu_graph_id") for each in options if each]
    assert sorted(numbers) == ["1", "2", "3"]
    here = toy(tmp_path, "rt-detr", device="cpu", wide=True)
    for one, other in zip(there.detect_batch(pictures("rt-detr")),
                          map(here.detect, pictures("rt-detr")), strict=True):  # fmt: skip
        assert_same(one, other)


def test_what_only_shows_shapes_is_not_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loose: list[str | None] = []
    run = ort.InferenceSession.run

    def noted(self: Any, names: Any, inputs: Any, options: Any = None) -> Any:
        loose.append(options and options.get_run_config_entry("gpu_graph_id"))
        return run(self, names, inputs, options)

    monkeypatch.setattr(ort.InferenceSession, "run", noted)
    monkeypatch.setattr(half, "SURE", 0.01)
    monkeypatch.setattr(detectors, "SCORE_THRESHOLD", 0.01)
    toy(tmp_path, "rt-detr", device="cuda", opener=Posing(), wide=True)
    # The sound way records nothing; the other one is looked at as often, and by this number.
    sound, recorded = loose[: len(loose) // 2], loose[len(loose) // 2 :]
    assert set(sound) == {None}
    assert set(recorded) == {"-1"}


def sure(path: Path, score: float) -> Path:
    """A network that sees one thing in every picture."""
    head = np.zeros((1, 5, 84), np.float32)
    head[0, :, 0] = (32, 32, 20, 10, score)
    metadata = {"task": "detect", "names": "{0: 'mug'}"}
    return constant_model.write(path, {"output0": head}, metadata=metadata)


@pytest.mark.parametrize(("score", "taken"), [(0.78, 0.78), (0.5, 0.8)])
def test_numbers_of_16_bits_are_taken_where_they_see_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, score: float, taken: float
) -> None:
    rough = sure(tmp_path / "rough.onnx", score)
    posing = Posing(lambda asked: rough if asked else None)
    with caplog.at_level(logging.INFO):
        path = sure(tmp_path / "mine.onnx", 0.8)
        detector = load("mine", path, "tensorrt", 1, opener=posing)
    assert posing.asked == [{}, HALF]
    assert detector.detect(half.picture()).scores == pytest.approx([taken])
    told = "computing on tensorrt with" if taken == score else "not used, of what is sure it misses"
    assert told in caplog.text


def test_a_device_that_does_not_start_is_told_or_left_for_the_next(tmp_path: Path) -> None:
    def broken(model: File, options: ort.SessionOptions, provider: Provider) -> Any:
        if provider != CPU:
            raise RuntimeError("no driver")
        return ort.InferenceSession(model, options, providers=[CPU])

    path = sure(tmp_path / "mine.onnx", 0.8)
    with pytest.raises(DeviceUnavailable, match=r"device cuda cannot be used: .*no driver"):
        load("mine", path, "cuda", 1, opener=broken)
    detector = load("mine", path, "auto", 1, opener=broken)
    assert (detector.runtime.device, detector.runtime.reason) == ("cpu", "cuda failed: no driver")


def test_one_that_is_asked_is_tried_with_what_its_picture_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = toys.unpacked(tmp_path)
    shown: list[tuple[str, ...]] = []
    want = OpenVocabularyDetector.want
    monkeypatch.setattr(
        OpenVocabularyDetector, "want", lambda self, words: shown.append(words) or want(self, words)
    )
    posing = Posing()
    with caplog.at_level(logging.INFO):
        there = open_vocabulary.load(folder, "cuda", 1, posing)
    assert posing.asked == [{}, {}, GRAPHS]  # the words' network has but one way
    assert there.runtime.device == "cuda"
    assert there._text._network.runtime.device == "cpu"
    assert (there.labels, shown) == ((), [SHOWN, (), SHOWN, ()])
    here = open_vocabulary.load(folder, "cpu", 1)
    for each in (there, here):
        each._threshold = 0.01
        each.want(["key"])
    picture = Picture.from_bgr(toys.golden()["picture_0"])
    assert_same(there.detect(picture), here.detect(picture))
