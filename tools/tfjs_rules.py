"""From TensorFlow operations to ONNX: one rule for each kind that NanoDet-g's graph holds.

TensorFlow computes convolutions, poolings and resizing with the channels last, ONNX with the
channels first, so these rules put a transposition before and one after.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from tools.onnx_program import Array, Program
from tools.tfjs_graph import Graph, Node

Rule: TypeAlias = Callable[[Program, Node], None]

PYRAMID_CHANNELS = 128
"""Channels of everything that the graph resizes."""


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
        elif node.op == "AddV2":
            known[node.name] = known[node.inputs[0]] + known[node.inputs[1]]
    return known


def _same(op: str) -> Rule:
    """The rule for an operation that both know by its inputs alone."""

    def rule(program: Program, node: Node) -> None:
        program.add(op, list(node.inputs), node.name)

    return rule


def _placeholder(program: Program, node: Node) -> None:
    program.add("Identity", ["image"], node.name)


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


def _convolution(program: Program, node: Node) -> None:
    if node.text("padding") != "VALID":
        raise KeyError(f"{node.name}: only padding VALID is known")
    kernel = np.ascontiguousarray(program.constants[node.inputs[1]].transpose(3, 2, 0, 1))
    weights = program.constant(f"{node.name}/weights", kernel)
    _channels_first(program, node, "Conv", [weights], strides=node.integers("strides")[1:3])


def _max_pool(program: Program, node: Node) -> None:
    shape, strides = node.integers("ksize")[1:3], node.integers("strides")[1:3]
    _channels_first(program, node, "MaxPool", [], kernel_shape=shape, strides=strides)


def _resize(program: Program, node: Node) -> None:
    if not node.attributes["half_pixel_centers"]["b"]:
        raise KeyError(f"{node.name}: only half-pixel centres are known")
    sides = np.array([1, PYRAMID_CHANNELS, *program.constants[node.inputs[1]]], np.int64)
    target = program.constant(f"{node.name}/sides", sides)
    _channels_first(program, node, "Resize", ["", "", target], mode="linear")


def _channels_first(
    program: Program, node: Node, op: str, more_inputs: list[str], **attributes: object
) -> None:
    planes, result = f"{node.name}/planes", f"{node.name}/result"
    program.add("Transpose", [node.inputs[0]], planes, perm=[0, 3, 1, 2])
    program.add(op, [planes, *more_inputs], result, **attributes)
    program.add("Transpose", [result], node.name, perm=[0, 2, 3, 1])


def _integers(program: Program, name: str) -> Array:
    return program.constants[name].astype(np.int64)


_RULES: dict[str, Rule] = {
    "Add": _same("Add"),
    "ConcatV2": _concatenate,
    "Conv2D": _convolution,
    "Identity": _same("Identity"),
    "LeakyRelu": _leaky_relu,
    "MaxPool": _max_pool,
    "Pad": _pad,
    "PadV2": _pad,
    "Placeholder": _placeholder,
    "Reshape": _reshape,
    "ResizeBilinear": _resize,
    "Sigmoid": _same("Sigmoid"),
    "SplitV": _split,
    "Transpose": _transpose,
}
