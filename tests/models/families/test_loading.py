from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from models.families.labels import LONGEST, read_labels
from models.families.loading import Wanted, load
from tests.models.families import constant_model
from vision.errors import ConfigError, DeviceUnavailable, ModelError, WeightsCorrupt, WeightsMissing
from vision.picture import Picture

NAMES = "{0: 'mug', 1: 'door handle'}"
PICTURE = Picture.from_bgr(np.zeros((32, 64, 3), np.uint8))


def raw(*found: tuple[float, float, float, float, float, float]) -> np.ndarray:
    """A raw head of two classes over 84 cells: x, y, w, h in pixels, and two scores."""
    head = np.zeros((1, 6, 84), np.float32)
    for cell, column in enumerate(found):
        head[0, :, cell] = column
    return head


def written(path: Path, **changed: str) -> Path:
    head = raw((32, 32, 20, 10, 0.9, 0.2), (33, 32, 20, 10, 0.8, 0.1), (10, 20, 8, 4, 0.1, 0.7))
    metadata = {"task": "detect", "names": NAMES, "imgsz": "[64, 64]"} | changed
    return constant_model.write(path / "mine.onnx", {"output0": head}, metadata=metadata)


def test_a_file_is_read_by_what_it_tells_of_itself(tmp_path: Path) -> None:
    detector = load("mine", written(tmp_path), "cpu", 1)
    assert (detector.name, detector.labels) == ("mine", ("mug", "door handle"))
    assert (detector.size, detector.runtime.device) == ((64, 64), "cpu")
    found = detector.detect(PICTURE)
    assert found.scores == pytest.approx([0.9, 0.7])
    assert found.classes.tolist() == [0, 1]
    # The picture lies in the middle of the input, 16 pixels from above.
    assert found.boxes[0] == pytest.approx([22 / 64, 11 / 32, 20 / 64, 10 / 32])


def test_a_picture_of_another_shape_lies_elsewhere(tmp_path: Path) -> None:
    upright = Picture.from_bgr(np.zeros((128, 64, 3), np.uint8))
    found = load("mine", written(tmp_path), "cpu", 1).detect(upright)
    (box,) = found.boxes  # the other one lies in the grey beside
    assert box == pytest.approx([12 / 64, 54 / 128, 40 / 64, 20 / 128])


def test_the_operators_labels_go_first(tmp_path: Path) -> None:
    detector = load("mine", written(tmp_path), "cpu", 1, Wanted(labels=("cup", "handle")))
    assert detector.labels == ("cup", "handle")


def test_too_many_labels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="tells 2 classes apart, but 3 labels were given"):
        load("mine", written(tmp_path), "cpu", 1, Wanted(labels=("a", "b", "c")))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"there is no file .*none\.onnx"):
        load("none", tmp_path / "none.onnx", "cpu", 1)


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_half_a_file_is_told_to_be_damaged(tmp_path: Path, kept: float) -> None:
    path = written(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(WeightsCorrupt, match="not an ONNX file, or not a whole one"):
        load("mine", path, "cpu", 1)


def test_a_file_of_something_else_is_told_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "mine.onnx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" * 100)
    with pytest.raises(WeightsCorrupt, match="not an ONNX file"):
        load("mine", path, "cpu", 1)


def test_outputs_that_nobody_knows_are_listed(tmp_path: Path) -> None:
    path = constant_model.write(
        tmp_path / "odd.onnx", {"heat": np.zeros((1, 17, 48, 48), np.float32)}
    )
    with pytest.raises(ModelError, match=r"odd is no detector .*images 1×3×64×64.*heat 1×17×48×48"):
        load("odd", path, "cpu", 1)


def test_a_network_that_takes_no_picture_is_none_that_is_known(tmp_path: Path) -> None:
    path = constant_model.write(
        tmp_path / "text.onnx", {"out": np.zeros((1, 5), np.float32)}, (1, 77), name="input_ids"
    )
    with pytest.raises(ModelError, match=r"text is no detector .*input_ids 1×77"):
        load("text", path, "cpu", 1)


def test_where_sides_are_free_the_file_or_the_caller_tells_them(tmp_path: Path) -> None:
    path = constant_model.write(
        tmp_path / "free.onnx",
        {"output0": raw()},
        ("batch", 3, "height", "width"),
        {"task": "detect", "names": NAMES, "imgsz": "[64, 96]"},
    )
    assert load("free", path, "cpu", 1).size == (96, 64)
    assert load("free", path, "cpu", 1, Wanted(size=(128, 64))).size == (128, 64)


@pytest.mark.parametrize(
    ("metadata", "words"),
    [({"imgsz": "[64]"}, "metadata imgsz of free is damaged"), ({"imgsz": "[0, 9000]"}, "9000×0")],
)
def test_a_size_that_cannot_be_is_refused(
    tmp_path: Path, metadata: dict[str, str], words: str
) -> None:
    path = constant_model.write(
        tmp_path / "free.onnx",
        {"output0": raw()},
        ("batch", 3, "height", "width"),
        {"task": "detect", "names": NAMES} | metadata,
    )
    with pytest.raises(ModelError, match=words):
        load("free", path, "cpu", 1)


def test_a_size_that_the_file_does_not_take_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="takes pictures of 64×64 only"):
        load("mine", written(tmp_path), "cpu", 1, Wanted(size=(96, 96)))


def test_a_device_that_is_not_here_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeviceUnavailable, match="device tensorrt cannot be used"):
        load("mine", written(tmp_path), "tensorrt", 1)


def test_labels_are_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_text("﻿red mug\n  门把手 \ndoor\n\n", encoding="utf-8")
    assert read_labels(path) == ("red mug", "门把手", "door")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"mug\n\ncup\n", "line 2 of .* is no label"),
        (b"mug\n" + b"x" * (LONGEST + 1), "line 2 of"),
        (b"mug\n\x1b[31mred\n", "line 2 of"),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"x\n" * (1 << 20), "more than"),
    ],
)
def test_a_file_of_labels_that_is_none_is_refused(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "labels.txt"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=words):
        read_labels(path)


def test_labels_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_labels(tmp_path / "none.txt")


def counting(path: Path, *, from_score: float) -> Path:
    """A network that gives as many rows as its picture has bright pixels, up to eight."""
    nodes = [
        helper.make_node("Constant", [], ["bright"], value_float=from_score),
        helper.make_node("ReduceMax", ["images"], ["planes"], axes=[1], keepdims=0),
        helper.make_node("Greater", ["planes", "bright"], ["which"]),
        helper.make_node("NonZero", ["which"], ["places"]),
        helper.make_node("Cast", ["places"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["numbers"], ["rows"]),
        helper.make_node("Concat", ["rows", "rows"], ["wide"], axis=1),
        helper.make_node("Constant", [], ["start"], value_ints=[0]),
        helper.make_node("Constant", [], ["end"], value_ints=[8]),
        helper.make_node("Slice", ["wide", "start", "end"], ["few"]),
        helper.make_node("Unsqueeze", ["few", "start"], ["output0"]),
    ]
    graph = helper.make_graph(
        nodes,
        "counting",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 64, 64])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, "found", 6])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    metadata = {"task": "detect", "names": "{0: 'mug'}", "head": "Detect", "end2end": "True"}
    helper.set_model_props(model, metadata)
    onnx.save(model, path)
    return path


def test_one_whose_output_is_as_long_as_the_picture_has_things_is_refused(tmp_path: Path) -> None:
    path = counting(tmp_path / "varying.onnx", from_score=0.5)
    with pytest.raises(
        ModelError, match=r"varying gives output0 .*\(1×0×6, then 1×8×6\).*export it"
    ):
        load("varying", path, "cpu", 1)
    # The same graph, where it does not depend on the picture, will do.
    steady = counting(tmp_path / "steady.onnx", from_score=-1.0)
    assert load("steady", steady, "cpu", 1).labels == ("mug",)


def test_outputs_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    outputs = {
        "labels": np.zeros((1, 5), np.int64),
        "boxes": np.zeros((1, 3, 4), np.float32),
        "scores": np.ones((1, 5), np.float32),
    }
    path = constant_model.write(tmp_path / "odd.onnx", outputs)
    model = onnx.load(path)
    size = helper.make_tensor_value_info("orig_target_sizes", TensorProto.INT64, [1, 2])
    model.graph.input.append(size)
    onnx.save(model, path)
    with pytest.raises(ModelError, match="what odd gives cannot be read as rt-detr"):
        load("odd", path, "cpu", 1)


def test_a_network_that_takes_whole_numbers_is_refused(tmp_path: Path) -> None:
    model = onnx.load(written(tmp_path))
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.UINT8
    onnx.save(model, tmp_path / "whole.onnx")
    with pytest.raises(ModelError, match="whole takes whole numbers for a picture"):
        load("whole", tmp_path / "whole.onnx", "cpu", 1)
