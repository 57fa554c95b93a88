"""From TensorFlow operations to ONNX: one rule for each kind that the networks' graphs hold.

What looks at neighbours in a picture is in ``tools.tfjs_planes``, what searches in
``tools.tfjs_search``; what is left is here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from tools import tfjs_planes, tfjs_search
from tools.onnx_program import Array, Program
from tools.tfjs_graph import Graph, Node

Rule: TypeAlias = Callable[[Program, Node], None]


def translate(graph: Graph, program: Program) -> None:
    """Appends the whole graph to an empty program, whose outputs are then still to be named.

    Raises:
        KeyError: the graph holds a kind of operation for which there is no rule.
    """
    program.constants = _with_computed_shapes(graph)
    for node in graph.nodes:
        if node.name not in program.constants:
            _RULES[node.op](program, node)


def _with_computed_shapes(graph: Graph) -> dict[str, Array]:
    """All constants, and the reshape targets that the graph makes of them by scatter and sum."""
    known = dict(graph.constants)
    for node in graph.nodes:
        if node.op == "SparseToDense":
            indices, shape, values, default = (known[name] for name in node.inputs)
            dense = np.full(tuple(shape), default)
            dense[tuple(indices.T)] = values
            known[node.name] = dense
        elif node.op == "AddV2" and set(node.inputs) <= known.keys():
            known[node.name] = known[node.inputs[0]] + known[node.inputs[1]]
    return known


def _same(op: str) -> Rule:
    """The rule for an operation that both know by its inputs alone."""

    def rule(program: Program, node: Node) -> None:
        program.add(op, list(node.inputs), node.name)

    return rule


def _placeholder(program: Program, node: Node) -> None:
    program.add("Identity", [program.input_name], node.name)


def _leaky_relu(program: Program, node: Node) -> None:
    program.add("LeakyRelu", list(node.inputs), node.name, alpha=node.attributes["alpha"]["f"])


def _transpose(program: Program, node: Node) -> None:
    perm = program.constants[node.inputs[1]].tolist()
    program.add("Transpose", [node.inputs[0]], node.name, perm=perm)


def _reshape(program: Program, node: Node) -> None:
    shape = program.constant(f"{node.name}/shape", _integers(program, node.inputs[1]))
    program.add("Reshape", [node.inputs[0], shape], node.name)


def _concatenate(program: Program, node: Node) -> None:
    axis = int(program.constants[node.inputs[-1]])
    program.add("Concat", list(node.inputs[:-1]), node.name, axis=axis)


def _split(program: Program, node: Node) -> None:
    sizes = program.constant(f"{node.name}/sizes", _integers(program, node.inputs[1]))
    axis = int(program.constants[node.inputs[2]])
    program.add("Split", [node.inputs[0], sizes], node.name, axis=axis)
    program.nodes[-1].output.append(f"{node.name}:1")


def _pad(program: Program, node: Node) -> None:
    before_and_after = _integers(program, node.inputs[1]).T.reshape(-1)
    pads = program.constant(f"{node.name}/pads", before_and_after)
    value = program.constants[node.inputs[2]] if len(node.inputs) > 2 else np.zeros((), np.float32)
    filler = program.constant(f"{node.name}/filler", value)
    program.add("Pad", [node.inputs[0], pads, filler], node.name)


def _integers(program: Program, name: str) -> Array:
    return program.constants[name].astype(np.int64)


_RULES: dict[str, Rule] = {
    "Add": _same("Add"),
    "AddV2": _same("Add"),
    "ArgMax": tfjs_search.argmax,
    "Cast": tfjs_search.cast,
    "ConcatV2": _concatenate,
    "Conv2D": tfjs_planes.convolution,
    "DepthwiseConv2dNative": tfjs_planes.depthwise,
    "ExpandDims": tfjs_search.expand,
    "FloorDiv": _same("Div"),
    "FusedDepthwiseConv2dNative": tfjs_planes.depthwise,
    "GatherNd": tfjs_search.gather,
    "Identity": _same("Identity"),
    "LeakyRelu": _leaky_relu,
    "MaxPool": tfjs_planes.max_pool,
    "Mul": _same("Mul"),
    "Pack": tfjs_search.pack,
    "Pad": _pad,
    "PadV2": _pad,
    "Placeholder": _placeholder,
    "RealDiv": _same("Div"),
    "Reshape": _reshape,
    "ResizeBilinear": tfjs_planes.resize,
    "Sigmoid": _same("Sigmoid"),
    "SplitV": _split,
    "Sqrt": _same("Sqrt"),
    "SquaredDifference": tfjs_search.squared_difference,
    "Squeeze": tfjs_search.squeeze,
    "Sub": _same("Sub"),
    "Transpose": _transpose,
    "Unpack": tfjs_search.unpack,
    "_FusedConv2D": tfjs_planes.convolution,
}
"""FloorDiv comes only with indices, which are not negative: there both divisions are one."""
