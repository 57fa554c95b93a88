"""The committed file is the network that its manifest and its golden describe."""

import numpy as np
import onnx
import pytest

from models import weights
from models.session import open_network
from tests.models import golden


@pytest.fixture(scope="module")
def shipped():
    return weights.load(weights.manifest("nanodet-g-416"))


def test_it_computes_what_the_plain_conversion_does(shipped):
    network = open_network(shipped, device="cpu", threads=1)
    network.inputs["image"][:] = golden.network_input()
    heads = network.run()["heads"][0][:, golden.sampled_cells()].T.astype(np.float64)
    with np.load(golden.FILE) as plain:
        np.testing.assert_allclose(1 / (1 + np.exp(-heads[:, :80])), plain["scores"], atol=1e-5)
        np.testing.assert_allclose(heads[:, 80:], plain["sides"], atol=1e-3)
        assert plain["scores"].max() > 0.1
        assert np.ptp(plain["sides"]) > 1


def test_its_graph_holds_nothing_superfluous(shipped):
    graph = onnx.load_from_string(shipped).graph
    kinds = [node.op_type for node in graph.node]
    assert kinds.count("Conv") == 34
    assert all(len(node.input) == 3 for node in graph.node if node.op_type == "Conv")
    assert not {"Transpose", "Pad", "Identity", "Split", "Sigmoid"} & set(kinds)


def test_its_shapes_are_fixed(shipped):
    graph = onnx.load_from_string(shipped).graph
    shapes = {
        value.name: [side.dim_value for side in value.type.tensor_type.shape.dim]
        for value in (*graph.input, *graph.output)
    }
    assert shapes == {"image": [1, 3, 416, 416], "heads": [1, 124, 3549]}


def test_its_weights_are_stored_in_half(shipped):
    stored = onnx.load_from_string(shipped).graph.initializer
    assert all(
        each.data_type in (onnx.TensorProto.FLOAT16, onnx.TensorProto.INT64) for each in stored
    )
    assert len(shipped) < 8_000_000


def test_its_licence_lies_beside_it():
    text = (weights.DATA / "nanodet-g-416.LICENSE").read_text()
    assert "Apache License" in text
    assert "Copyright (c) 2021 Vladimir Mandic" in text
    assert "RangiLyu" in text
