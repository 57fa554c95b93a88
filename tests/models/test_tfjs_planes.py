"""Rules of the conversion that NanoDet does not need, each against sums written out."""

import base64

import numpy as np
import onnxruntime as ort
import pytest

from tools import onnx_program, tfjs_rules
from tools.onnx_program import Program
from tools.tfjs_graph import Graph, Node

RNG = np.random.default_rng(3)


def floats(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def texts(*values):
    return {"list": {"s": [base64.b64encode(each.encode()).decode() for each in values]}}


def layer(op, *inputs, padding="SAME", stride=2, fused=()):
    attributes = {
        "padding": {"s": base64.b64encode(padding.encode()).decode()},
        "strides": {"list": {"i": ["1", str(stride), str(stride), "1"]}},
    }
    if fused:
        attributes["fused_ops"] = texts(*fused)
    return Node("out", op, inputs, attributes)


def computed(node, image, constants, shape):
    graph = Graph((Node("in", "Placeholder", (), {}), node), constants)
    program = Program("small", image.shape)
    tfjs_rules.translate(graph, program)
    program.outputs = {"out": shape}
    program.prune()
    model = onnx_program.model(program).SerializeToString()
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(None, {"image": image})[0]


def windows(image, stride=2):
    """(rows, columns, 3, 3, channels) of a picture of even sides, zeros right and below."""
    padded = np.pad(image[0], ((0, 1), (0, 1), (0, 0)))
    seen = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    return seen[::stride, ::stride].transpose(0, 1, 3, 4, 2)


def test_a_layer_pads_at_the_end_and_bounds_what_comes_out():
    image, kernel, bias = floats(1, 6, 8, 3), 3 * floats(3, 3, 3, 5), floats(5)
    node = layer("_FusedConv2D", "in", "k", "b", fused=("BiasAdd", "Relu6"))
    found = computed(node, image, {"k": kernel, "b": bias}, (1, 3, 4, 5))
    sums = np.einsum("rcijk,ijko->rco", windows(image), kernel) + bias
    np.testing.assert_allclose(found[0], np.clip(sums, 0, 6), atol=1e-4)
    assert (found == 0).any()
    assert (found == 6).any()


def test_each_channel_has_its_own_kernel():
    image, kernel = floats(1, 6, 8, 4), floats(3, 3, 4, 1)
    found = computed(layer("DepthwiseConv2dNative", "in", "k"), image, {"k": kernel}, (1, 3, 4, 4))
    expected = np.einsum("rcijk,ijk->rck", windows(image), kernel[..., 0])
    np.testing.assert_allclose(found[0], expected, atol=1e-4)


@pytest.mark.parametrize(
    ("node", "said"),
    [
        (layer("Conv2D", "in", "k", padding="EXPLICIT"), "paddings"),
        (layer("_FusedConv2D", "in", "k", "b", fused=("BiasAdd", "Elu")), "Elu"),
        (layer("_FusedConv2D", "in", "k", "b", fused=("Relu",)), "Relu"),
    ],
)
def test_what_is_not_known_is_refused(node, said):
    constants = {"k": floats(3, 3, 3, 5), "b": floats(5)}
    with pytest.raises(KeyError, match=said):
        computed(node, floats(1, 6, 8, 3), constants, (1, 3, 4, 5))


def test_sums_are_transposed_once():
    program = Program("small", (1, 2, 3, 4))
    program.add("Abs", ["image"], "other")
    program.add("Transpose", ["image"], "a", perm=[0, 2, 3, 1])
    program.add("Transpose", ["other"], "b", perm=[0, 2, 3, 1])
    program.add("Add", ["a", "b"], "sum")
    program.add("Transpose", ["sum"], "back", perm=[0, 3, 1, 2])
    program.add("Neg", ["back"], "out")
    program.outputs = {"out": (1, 2, 3, 4)}
    onnx_program.transpose_after_sums(program)
    onnx_program.cancel_transposes(program)
    assert [node.op_type for node in program.nodes] == ["Abs", "Add", "Neg"]
    image = floats(1, 2, 3, 4)
    model = onnx_program.model(program).SerializeToString()
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(session.run(None, {"image": image})[0], -(image + np.abs(image)))
