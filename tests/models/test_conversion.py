"""The rewrites and rules that made the shipped model, on small graphs."""

import json

import numpy as np
import onnxruntime as ort
import pytest

from tools import onnx_program, tfjs_graph, tfjs_rules
from tools.onnx_program import Program

RNG = np.random.default_rng(5)


def floats(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def run(program, *, halve=False):
    model = onnx_program.model(program, halve=halve).SerializeToString()
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    image = np.random.default_rng(0).normal(size=program.input_shape).astype(np.float32)
    return session.run(None, {"image": image})[0]


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
