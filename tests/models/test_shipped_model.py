"""The committed files are the networks that their manifests and their golden describe."""

from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime as ort
import pytest

from models import nanodet, weights
from models.pixels import InputWriter
from models.session import open_network
from tests.models import golden
from vision.picture import Picture

REAL, WHOLE = "nanodet-g-416", "nanodet-g-416-int8"
PICTURES = Path(__file__).parents[1] / "data"


def shipped(name):
    return weights.load(weights.manifest(name))


@pytest.fixture(scope="module")
def real():
    return shipped(REAL)


@pytest.fixture(scope="module")
def exact(real):
    """The network without its first step, so that it takes a border that is no whole number."""
    model = onnx.load_from_string(real)
    (cast,) = (node for node in model.graph.node if node.input[0] == "planes")
    model.graph.node.remove(cast)
    model.graph.input[0].name = cast.output[0]
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    return ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def plain(size):
    """Scores and sides that the plain conversion computes at that size, in some cells."""
    with np.load(golden.FILE) as kept:
        return [kept[f"{kind}_{size[0]}x{size[1]}"] for kind in ("scores", "sides")]


def parted(heads, size):
    """Scores and sides of the same cells."""
    cells = heads[:, golden.sampled_cells(size)].T.astype(np.float64)
    return 1 / (1 + np.exp(-cells[:, :80])), cells[:, 80:]


@pytest.mark.parametrize("size", golden.SIZES)
def test_at_each_size_it_computes_what_the_plain_conversion_does(exact, size):
    (heads,) = exact.run(None, {"levels": golden.bordered(size, exact=True)})
    for ours, expected in zip(parted(heads[0], size), plain(size), strict=True):
        np.testing.assert_allclose(ours, expected, atol=1e-4)
    scores, sides = plain(size)
    assert scores.max() > 0.1
    assert np.ptp(sides) > 1


@pytest.mark.parametrize("size", golden.SIZES)
def test_a_border_of_whole_levels_changes_next_to_nothing(real, size):
    network = open_network(real, device="cpu", threads=1, shapes=nanodet.shapes(size))
    network.inputs["planes"][:] = golden.bordered(size, exact=False)
    ours = parted(network.run()["heads"][0], size)
    for mine, expected, most in zip(ours, plain(size), (1e-3, 2e-2), strict=True):
        np.testing.assert_allclose(mine, expected, atol=most)


@pytest.mark.parametrize("size", [(416, 320), (224, 128)])
@pytest.mark.parametrize("name", ["astronaut", "coffee"])
def test_in_whole_numbers_it_computes_nearly_the_same(real, size, name):
    picture = Picture.from_bgr(cv2.imread(str(PICTURES / f"{name}.jpg")))
    heads = []
    for model in (real, shipped(WHOLE)):
        network = open_network(model, device="cpu", threads=1, shapes=nanodet.shapes(size))
        InputWriter(network.inputs["planes"][0], weights.manifest(REAL).border).write(picture)
        heads.append(network.run()["heads"][0].copy())
    best = heads[0][:80].max(axis=0) > -3
    assert best.sum() > 20
    for rows in (slice(80), slice(80, None)):
        real_ones, whole_ones = (each[rows][:, best] for each in heads)
        assert np.abs(real_ones - whole_ones).mean() < 0.25
        assert np.corrcoef(real_ones.ravel(), whole_ones.ravel())[0, 1] > 0.97


def test_its_graph_holds_nothing_superfluous(real):
    graph = onnx.load_from_string(real).graph
    kinds = [node.op_type for node in graph.node]
    assert kinds.count("Conv") == 34
    assert all(len(node.input) == 3 for node in graph.node if node.op_type == "Conv")
    assert not {"Transpose", "Pad", "Identity", "Split", "Sigmoid"} & set(kinds)


def test_all_convolutions_are_in_whole_numbers():
    graph = onnx.load_from_string(shipped(WHOLE)).graph
    makers = {name: node.op_type for node in graph.node for name in node.output}
    stored = {each.name: each for each in graph.initializer}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    assert len(convolutions) == 34
    for node in convolutions:
        assert [makers[name] for name in node.input[:2]] == ["DequantizeLinear"] * 2
    kernels = [value for name, value in stored.items() if name.endswith("weights_quantized")]
    assert len(kernels) == 34
    # Seven bits: two products of 8 bits each cannot overflow the 16 bits of older processors.
    assert max(np.abs(onnx.numpy_helper.to_array(each)).max() for each in kernels) <= 64


@pytest.mark.parametrize("name", [REAL, WHOLE])
def test_only_the_pictures_number_and_size_are_free(name):
    graph = onnx.load_from_string(shipped(name)).graph
    shapes = {
        value.name: [side.dim_value or side.dim_param for side in value.type.tensor_type.shape.dim]
        for value in (*graph.input, *graph.output)
    }
    assert shapes == {
        "planes": ["pictures", 6, "rows", "columns"],
        "heads": ["pictures", 124, "cells"],
    }


@pytest.mark.parametrize("name", [REAL, WHOLE])
def test_pictures_together_give_the_bits_that_each_gives_alone(name):
    size = (224, 160)
    alone = open_network(shipped(name), device="cpu", threads=2, shapes=nanodet.shapes(size))
    together = alone.reshaped(nanodet.shapes(size, 3))
    together.inputs["planes"][:] = np.random.default_rng(3).integers(
        0, 256, together.inputs["planes"].shape, np.uint8
    )
    heads = together.run()["heads"]
    for number, planes in enumerate(together.inputs["planes"]):
        alone.inputs["planes"][0] = planes
        assert alone.run()["heads"][0].tobytes() == heads[number].tobytes()


def test_they_are_small(real):
    kept = onnx.load_from_string(real).graph.initializer
    full = [each.name for each in kept if each.data_type == onnx.TensorProto.FLOAT]
    assert sorted(full) == ["planes/bias", "planes/weights"]
    assert len(real) < 8_000_000
    assert len(shipped(WHOLE)) < 4_200_000


def test_the_licence_lies_beside_them():
    text = (weights.DATA / "nanodet-g-416.LICENSE").read_text()
    assert "Apache License" in text
    assert "Copyright (c) 2021 Vladimir Mandic" in text
    assert "RangiLyu" in text
