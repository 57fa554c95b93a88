"""The rewrites and rules that made the shipped model, on small graphs."""

import json

import numpy as np
import onnxruntime as ort
import pytest

from tools import codec_planes, onnx_program, tfjs_graph, tfjs_rules
from tools.onnx_program import Program

RNG = np.random.default_rng(5)


def floats(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def session(program, *, halve=False):
    model = onnx_program.model(program, halve=halve).SerializeToString()
    return ort.InferenceSession(model, providers=["CPUExecutionProvider"])


def run(program, *, halve=False):
    image = np.random.default_rng(0).normal(size=program.input_shape).astype(np.float32)
    return session(program, halve=halve).run(None, {"image": image})[0]


def kinds(program):
    return [node.op_type for node in program.nodes]


def padded_convolution(filler):
    """Pad, Transpose, Transpose, Conv, Transpose, Add, Transpose: as the source graph has them."""
    program = Program("small", (1, 3, 8, 8))
    pads = program.constant("pads", np.array([0, 0, 1, 1, 0, 0, 1, 1]))
    value = program.constant("filler", np.float32(filler).reshape(()))
    program.add("Pad", ["image", pads, value], "padded")
    program.add("Transpose", ["padded"], "last", perm=[0, 2, 3, 1])
    program.add("Transpose", ["last"], "first", perm=[0, 3, 1, 2])
    program.add("Conv", ["first", program.constant("w", floats(4, 3, 3, 3))], "conv")
    program.add("Transpose", ["conv"], "conv_last", perm=[0, 2, 3, 1])
    program.add("Add", ["conv_last", program.constant("b", floats(4))], "sum")
    program.add("Transpose", ["sum"], "out", perm=[0, 3, 1, 2])
    program.outputs = {"out": (1, 4, 8, 8)}
    # Outputs cannot be bypassed, so something has to read the last transposition.
    program.add("Abs", ["out"], "abs")
    program.outputs = {"abs": (1, 4, 8, 8)}
    return program


def optimise(program):
    onnx_program.fold_biases(program)
    onnx_program.cancel_transposes(program)
    onnx_program.fold_pads(program)
    onnx_program.average_to_halve(program)


def test_a_convolution_takes_bias_and_padding_into_itself():
    program = padded_convolution(0)
    before = run(program)
    optimise(program)
    assert kinds(program) == ["Conv", "Abs"]
    np.testing.assert_allclose(run(program), before, rtol=1e-5, atol=1e-5)


def test_padding_by_something_else_than_zero_stays():
    program = padded_convolution(2)
    before = run(program)
    optimise(program)
    assert kinds(program) == ["Pad", "Conv", "Abs"]
    np.testing.assert_allclose(run(program), before, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("filler", "left"), [(-np.inf, ["MaxPool"]), (0, ["Pad", "MaxPool"])])
def test_a_pooling_takes_only_padding_that_cannot_win(filler, left):
    program = Program("small", (1, 2, 6, 6))
    pads = program.constant("pads", np.array([0, 0, 1, 1, 0, 0, 0, 0]))
    value = program.constant("filler", np.float32(filler).reshape(()))
    program.add("Pad", ["image", pads, value], "padded")
    program.add("MaxPool", ["padded"], "out", kernel_shape=[3, 3], strides=[2, 2])
    program.outputs = {"out": (1, 2, 3, 3)}
    before = run(program)
    optimise(program)
    assert kinds(program) == left
    np.testing.assert_array_equal(run(program), before)


@pytest.mark.parametrize(("side", "kind"), [(4, "AveragePool"), (16, "Resize"), (3, "Resize")])
def test_only_halving_becomes_an_average(side, kind):
    program = Program("small", (1, 2, 8, 8))
    target = program.constant("target", np.array([1, 2, side, side]))
    program.add("Resize", ["image", "", "", target], "out", mode="linear")
    program.outputs = {"out": (1, 2, side, side)}
    before = run(program)
    optimise(program)
    assert kinds(program) == [kind]
    np.testing.assert_allclose(run(program), before, rtol=1e-5, atol=1e-6)


def test_doubling_is_by_scale_and_fits_every_size():
    program = Program("small", (1, 2, 4, 8))
    target = program.constant("target", np.array([1, 2, 8, 16]))
    program.add("Resize", ["image", "", "", target], "out", mode="linear")
    program.outputs = {"out": (1, 2, 8, 16)}
    before = run(program)
    onnx_program.double_by_scale(program)
    np.testing.assert_array_equal(run(program), before)
    program.input_shape, program.outputs = (1, 2, 6, 2), {"out": (1, 2, 12, 4)}
    assert run(program).shape == (1, 2, 12, 4)


def test_what_does_more_than_double_keeps_its_size():
    program = Program("small", (1, 2, 4, 8))
    target = program.constant("target", np.array([1, 2, 12, 16]))
    program.add("Resize", ["image", "", "", target], "out", mode="linear")
    program.outputs = {"out": (1, 2, 12, 16)}
    onnx_program.double_by_scale(program)
    assert program.nodes[0].input[3] == "target"


@pytest.mark.parametrize("also_read", [False, True])
def test_pooling_comes_before_an_activation_that_only_it_reads(also_read):
    program = Program("small", (1, 2, 6, 6))
    program.add("Neg", ["image"], "negative")
    program.add("LeakyRelu", ["negative"], "active", alpha=0.1)
    program.add("MaxPool", ["active"], "pooled", kernel_shape=[6, 6])
    program.add("Add", ["pooled", "active" if also_read else "pooled"], "out")
    program.outputs = {"out": (1, 2, 6, 6) if also_read else (1, 2, 1, 1)}
    before = run(program)
    onnx_program.pool_before_activation(program)
    np.testing.assert_array_equal(run(program), before)
    swapped = ["Neg", "MaxPool", "LeakyRelu", "Add"]
    assert (kinds(program) == swapped) == (not also_read)


def first_layer(*, planes=3):
    program = Program("small", (1, planes, 12, 16))
    weights = program.constant("w", floats(5, planes, 3, 3))
    inputs = ["image", weights, program.constant("b", floats(5))]
    program.add("Conv", inputs, "out", strides=[2, 2], pads=[1, 1, 1, 1])
    program.outputs = {"out": (1, 5, 6, 8)}
    return program


def test_a_first_layer_takes_codec_planes_of_any_size():
    mean, std = (100.0, 110.0, 125.0), (50.0, 60.0, 70.0)
    bgr = first_layer()
    codec = first_layer()
    codec.constants = dict(bgr.constants)
    codec_planes.take_planes(codec, mean, std)
    codec.outputs = {"out": (1, 5, "half rows", "half columns")}
    y, u, v = (RNG.integers(60, 180, shape) for shape in ((12, 16), (6, 8), (6, 8)))
    planes = np.empty((1, 6, 7, 9), np.uint8)
    planes[0] = np.reshape(
        [*codec_planes.border(mean)[:1] * 4, *codec_planes.border(mean)[1:]], (6, 1, 1)
    )
    planes[0, :, 1:, 1:] = [y[::2, ::2], y[::2, 1::2], y[1::2, ::2], y[1::2, 1::2], u, v]
    yuv = np.stack([y, *(np.kron(part, np.ones((2, 2))) for part in (u, v))])
    offsets = np.reshape(codec_planes.OFFSETS, (3, 1, 1))
    colours = np.einsum("cp,phw->chw", codec_planes.COLOURS, yuv - offsets)
    image = (colours - np.reshape(mean, (3, 1, 1))) / np.reshape(std, (3, 1, 1))
    expected = session(bgr).run(None, {"image": image[None].astype(np.float32)})[0]
    found = session(codec).run(None, {"planes": planes})[0]
    # At the top and on the left the border's rounding shows.
    np.testing.assert_allclose(found[..., 1:, 1:], expected[..., 1:, 1:], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(found, expected, atol=0.2)


def test_another_first_layer_is_refused():
    with pytest.raises(ValueError, match="no 3 by 3 convolution of three planes"):
        codec_planes.take_planes(first_layer(planes=4), (0.0,) * 3, (1.0,) * 3)


def test_the_border_is_what_normalising_makes_zero():
    mean = (103.53, 116.28, 123.675)
    y, u, v = codec_planes.nothing(mean) - codec_planes.OFFSETS
    bgr = (1.164 * y + 2.018 * u, 1.164 * y - 0.391 * u - 0.813 * v, 1.164 * y + 1.596 * v)
    np.testing.assert_allclose(bgr, mean)
    assert codec_planes.border(mean) == (117, 121, 132)


def test_transpositions_that_do_not_undo_each_other_stay():
    program = Program("small", (1, 2, 3, 4))
    program.add("Transpose", ["image"], "a", perm=[0, 2, 3, 1])
    program.add("Transpose", ["a"], "b", perm=[0, 2, 3, 1])
    program.add("Abs", ["b"], "out")
    program.outputs = {"out": (1, 4, 2, 3)}
    optimise(program)
    assert kinds(program) == ["Transpose", "Transpose", "Abs"]


def test_only_what_half_precision_holds_exactly_is_halved():
    program = Program("small", (1, 4))
    exact = program.constant("exact", np.array([1, 0.5, -2, 3], np.float32))
    inexact = program.constant("inexact", np.array([0.1, 1e-9, 7e4, 3], np.float32))
    program.add("Mul", ["image", exact], "scaled")
    program.add("Add", ["scaled", inexact], "out")
    program.outputs = {"out": (1, 4)}
    stored = {each.name for each in onnx_program.model(program, halve=True).graph.initializer}
    assert stored == {"exact/half", "inexact"}
    np.testing.assert_array_equal(run(program, halve=True), run(program))


def saved(folder, nodes, weights):
    """A TensorFlow.js model on disk."""
    entries, blob = [], b""
    for name, value in weights.items():
        entry = {"name": name, "shape": list(value.shape), "dtype": str(value.dtype)}
        if value.dtype == np.float16:
            entry |= {"dtype": "float32", "quantization": {"dtype": "float16"}}
        entries.append(entry)
        blob += value.tobytes()
    (folder / "weights.bin").write_bytes(blob)
    model = {
        "modelTopology": {"node": nodes},
        "weightsManifest": [{"paths": ["weights.bin"], "weights": entries}],
    }
    (folder / "model.json").write_text(json.dumps(model))
    return folder / "model.json"


def node(name, op, *inputs, **attributes):
    return {"name": name, "op": op, "input": list(inputs), "attr": attributes}


def test_a_tensorflow_graph_is_read_and_translated(tmp_path):
    kernel, bias = floats(3, 3, 2, 4).astype(np.float16), floats(4).astype(np.float16)
    path = saved(
        tmp_path,
        [
            node("in", "Placeholder"),
            node("kernel", "Const"),
            node("last", "Transpose", "in", "to_last"),
            node(
                "conv", "Conv2D", "last", "kernel",
                padding={"s": "VkFMSUQ="}, strides={"list": {"i": ["1", "2", "2", "1"]}},
            ),
            node("sum", "Add", "conv", "bias"),
            node("scattered", "SparseToDense", "where", "three", "values", "zero"),
            node("shape", "AddV2", "scattered", "base"),
            node("flat", "Reshape", "sum", "shape"),
        ],
        {
            "to_last": np.array([0, 2, 3, 1], np.int32),
            "kernel": kernel,
            "bias": bias,
            "where": np.array([[2]], np.int32),
            "three": np.array([3], np.int32),
            "values": np.array([5], np.int32),
            "zero": np.zeros((), np.int32),
            "base": np.array([1, 9, -1], np.int32),
        },
    )  # fmt: skip
    program = Program("small", (1, 2, 7, 7))
    tfjs_rules.translate(tfjs_graph.read(path), program)
    program.outputs = {"flat": (1, 9, 4)}
    program.prune()
    image = np.random.default_rng(0).normal(size=(1, 2, 7, 7)).astype(np.float32)[0]
    expected = np.zeros((3, 3, 4))
    for row, column in np.ndindex(3, 3):
        patch = image[:, 2 * row : 2 * row + 3, 2 * column : 2 * column + 3].transpose(1, 2, 0)
        expected[row, column] = np.tensordot(patch, kernel.astype(float), 3) + bias
    np.testing.assert_allclose(run(program)[0], expected.reshape(9, 4), rtol=1e-4, atol=1e-4)


def test_weights_of_another_length_are_refused(tmp_path):
    path = saved(tmp_path, [], {"w": floats(3)})
    (tmp_path / "weights.bin").write_bytes(bytes(16))
    with pytest.raises(ValueError, match="take 12 bytes, but the files hold 16"):
        tfjs_graph.read(path)


def test_an_operation_without_a_rule_is_named(tmp_path):
    path = saved(tmp_path, [node("x", "FFT", "in")], {})
    with pytest.raises(KeyError, match="FFT"):
        tfjs_rules.translate(tfjs_graph.read(path), Program("small", (1, 1)))
