"""An ONNX graph while it is being written, and rewrites that make it cheaper to run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper, shape_inference

Array = NDArray[Any]

OPSET = 17
IR_VERSION = 8


@dataclass(slots=True)
class Program:
    """Nodes in an order in which they can be computed, and the constants that they read."""

    name: str
    "Of the model."
    input_shape: tuple[int | str, ...]
    "Of the one input; sides with a name are free."
    input_name: str = "image"
    "Of that input."
    input_type: int = TensorProto.FLOAT
    "Of that input, as ONNX numbers its types."
    nodes: list[NodeProto] = field(default_factory=list)
    "May hold nodes that no output needs, until ``prune``."
    constants: dict[str, Array] = field(default_factory=dict)
    "By name."
    outputs: dict[str, tuple[int | str, ...]] = field(default_factory=dict)
    "Name and shape of each output, float32."

    def add(self, op: str, inputs: list[str], output: str, **attributes: Any) -> None:
        """Appends a node with one output, and calls it like that."""
        self.nodes.append(helper.make_node(op, inputs, [output], output, **attributes))

    def constant(self, name: str, value: Array) -> str:
        """Stores a constant and returns its name."""
        self.constants[name] = value
        return name

    def of(self, op: str) -> list[NodeProto]:
        """All nodes of one kind."""
        return [node for node in self.nodes if node.op_type == op]

    def producer(self, name: str, op: str) -> NodeProto | None:
        """The node that computes ``name``, if there is one and it is of that kind."""
        return next((node for node in self.of(op) if name in node.output), None)

    def bypass(self, old: str, new: str) -> None:
        """Lets all readers of ``old`` read ``new`` instead."""
        for node in self.nodes:
            node.input[:] = [new if name == old else name for name in node.input]

    def prune(self) -> None:
        """Drops nodes and constants that no output needs."""
        needed = set(self.outputs)
        kept: list[NodeProto] = []
        for node in reversed(self.nodes):
            if needed.intersection(node.output):
                kept.append(node)
                needed.update(node.input)
        self.nodes[:] = reversed(kept)
        self.constants = {name: value for name, value in self.constants.items() if name in needed}


def model(program: Program, *, halve: bool = False) -> ModelProto:
    """The finished, checked model.

    With ``halve``, float32 constants that float16 holds exactly are stored as float16, and cast
    back when the model is loaded.

    Raises:
        onnx.checker.ValidationError: the program is not a valid graph.
        onnx.shape_inference.InferenceError: shapes do not fit one another.
    """
    casts: list[NodeProto] = []
    initializers: list[TensorProto] = []
    for name, value in program.constants.items():
        half = _exact_half(value) if halve else None
        if half is None:
            initializers.append(numpy_helper.from_array(value, name))
        else:
            stored = f"{name}/half"
            initializers.append(numpy_helper.from_array(half, stored))
            casts.append(helper.make_node("Cast", [stored], [name], name, to=TensorProto.FLOAT))
    graph = helper.make_graph(
        casts + program.nodes,
        program.name,
        [_value(program.input_name, program.input_type, program.input_shape)],
        [_value(name, TensorProto.FLOAT, shape) for name, shape in program.outputs.items()],
        initializers,
    )
    opsets = [helper.make_opsetid("", OPSET)]
    finished = helper.make_model(
        graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="openeyes"
    )
    checker.check_model(finished, full_check=True)
    return finished


def to_bytes(model: ModelProto) -> bytes:
    """The same bytes for the same model."""
    return bytes(model.SerializeToString(deterministic=True))


def fold_biases(program: Program) -> None:
    """Turns Conv, Transpose, Add of one constant a channel into a Conv with a bias."""
    for add in program.of("Add"):
        transpose = program.producer(add.input[0], "Transpose")
        if transpose is None or add.input[1] not in program.constants:
            continue
        convolution = program.producer(transpose.input[0], "Conv")
        if convolution is None or len(convolution.input) > 2:
            continue
        convolution.input.append(add.input[1])
        program.bypass(add.output[0], transpose.output[0])
    program.prune()


def cancel_transposes(program: Program) -> None:
    """Lets readers of a transpose of a transpose, which undo each other, read the original."""
    for second in program.of("Transpose"):
        first = program.producer(second.input[0], "Transpose")
        if first is None:
            continue
        inner, outer = (_attribute(node, "perm") for node in (first, second))
        if [inner[axis] for axis in outer] == sorted(inner):
            program.bypass(second.output[0], first.input[0])
    program.prune()


def transpose_after_sums(program: Program) -> None:
    """Adds two arrays before they are transposed alike, in place of after."""
    for add in program.of("Add"):
        both = [program.producer(name, "Transpose") for name in add.input]
        if both[0] is None or both[1] is None:
            continue
        perm, other = (_attribute(each, "perm") for each in both if each is not None)
        if perm != other:
            continue
        result, early = add.output[0], f"{add.output[0]}/early"
        add.input[:] = [both[0].input[0], both[1].input[0]]
        add.output[0] = early
        transpose = helper.make_node("Transpose", [early], [result], result, perm=perm)
        program.nodes.insert(program.nodes.index(add) + 1, transpose)
    program.prune()


def fold_pads(program: Program) -> None:
    """Lets convolutions and poolings pad by themselves where the padding is their neutral value."""
    for node in program.of("Conv") + program.of("MaxPool"):
        pad = program.producer(node.input[0], "Pad")
        if pad is None:
            continue
        pads = program.constants[pad.input[1]].reshape(2, 4)
        neutral = 0 if node.op_type == "Conv" else -np.inf
        if program.constants[pad.input[2]] != neutral or pads[:, :2].any():
            continue
        node.attribute.append(helper.make_attribute("pads", pads[:, 2:].reshape(-1).tolist()))
        node.input[0] = pad.input[0]
    program.prune()


def average_to_halve(program: Program) -> None:
    """Replaces bilinear halving with half-pixel centres by what it equals: the mean of 2 by 2."""
    shapes = _shapes(program)
    for position, node in enumerate(program.nodes):
        if node.op_type != "Resize":
            continue
        before, after = shapes[node.input[0]][2:], shapes[node.output[0]][2:]
        if before == [2 * side for side in after]:
            program.nodes[position] = helper.make_node(
                "AveragePool",
                node.input[:1],
                node.output[:],
                node.name,
                kernel_shape=[2, 2],
                strides=[2, 2],
            )
    program.prune()


def double_by_scale(program: Program) -> None:
    """Lets what doubles a picture say so, in place of naming the size that it has to reach."""
    shapes = _shapes(program)
    for node in program.of("Resize"):
        before, after = shapes[node.input[0]][2:], shapes[node.output[0]][2:]
        if after == [2 * side for side in before]:
            scales = np.array([1, 1, 2, 2], np.float32)
            node.input[1:] = ["", program.constant(f"{node.output[0]}/scales", scales)]
    program.prune()


def pool_before_activation(program: Program) -> None:
    """Takes the largest before LeakyRelu, which keeps their order: it then has less to do."""
    for pool in program.of("MaxPool"):
        activation = program.producer(pool.input[0], "LeakyRelu")
        if activation is None or len(_readers(program, activation.output[0])) > 1:
            continue
        source, middle, result = activation.input[0], activation.output[0], pool.output[0]
        pool.input[0], pool.output[0] = source, middle
        activation.input[0], activation.output[0] = middle, result
        first, second = program.nodes.index(activation), program.nodes.index(pool)
        program.nodes[first], program.nodes[second] = pool, activation


def _readers(program: Program, name: str) -> list[NodeProto]:
    return [node for node in program.nodes if name in node.input]


def _exact_half(value: Array) -> Array | None:
    """The float32 array as float16; None for other types and where that would change it."""
    if value.dtype != np.float32:
        return None
    with np.errstate(over="ignore"):  # what overflows is not held exactly, and so not halved
        half = value.astype(np.float16)
    return half if np.array_equal(half.astype(np.float32), value) else None


def _value(name: str, kind: int, shape: tuple[int | str, ...]) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def _attribute(node: NodeProto, name: str) -> Any:
    (found,) = (each for each in node.attribute if each.name == name)
    return helper.get_attribute_value(found)


def _shapes(program: Program) -> dict[str, list[int]]:
    """Shapes of the input and of what the nodes compute, by name."""
    graph = shape_inference.infer_shapes(model(program), strict_mode=True).graph
    return {
        value.name: [side.dim_value for side in value.type.tensor_type.shape.dim]
        for value in (*graph.input, *graph.value_info, *graph.output)
    }
