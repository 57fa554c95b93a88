"""The committed pose network computes what TensorFlow.js does of its source, and finds joints."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from models import weights
from tools.goldens_movenet import variants

NAME = "movenet-lightning-192"
GOLDEN = Path(__file__).parent / "data" / "movenet.npz"


@pytest.fixture(scope="module")
def shipped():
    return weights.load(weights.manifest(NAME))


def test_it_computes_what_tensorflow_does(shipped):
    session = ort.InferenceSession(shipped, providers=["CPUExecutionProvider"])
    with np.load(GOLDEN) as kept:
        squares, expected = kept["squares"], kept["joints"]
    pictures = [picture for square in squares for picture in variants(square)]
    assert len(pictures) == len(expected) == 8
    for picture, joints in zip(pictures, expected, strict=True):
        (found,) = session.run(None, {"pixels": np.ascontiguousarray(picture)[None]})
        # in pixels of the input; measured were 0.0001 at most, and 0.000003 in scores
        np.testing.assert_allclose(found[0, 0, :, :2] * 192, joints[:, :2] * 192, atol=0.01)
        np.testing.assert_allclose(found[0, 0, :, 2], joints[:, 2], atol=1e-4)
    assert expected[0, :, 2].max() > 0.6
    assert np.ptp(expected[0, :, :2], axis=0).min() > 0.2


def test_its_graph_holds_no_needless_transposition(shipped):
    kinds = [node.op_type for node in onnx.load_from_string(shipped).graph.node]
    assert kinds.count("Conv") == 74
    assert kinds.count("Transpose") == 5  # one before the layers, one after each of four heads


def test_it_is_small_and_all_its_weights_are_halves(shipped):
    kept = onnx.load_from_string(shipped).graph.initializer
    assert not [each.name for each in kept if each.data_type == onnx.TensorProto.FLOAT]
    assert len(shipped) < 5_000_000


def test_its_licence_lies_beside_it():
    described = weights.manifest(NAME)
    assert (described.task, described.upstream.license) == ("pose", "Apache-2.0")
    text = (weights.DATA / f"{NAME}.LICENSE").read_text()
    assert "Apache License" in text
    assert "Copyright (c) 2021 Vladimir Mandic" in text
    assert "MoveNet.SinglePose.Lightning" in text
