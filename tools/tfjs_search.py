"""From TensorFlow operations to ONNX: finding the best place in an array and what lies there.

TensorFlow counts in 32 bits, ONNX finds and looks up in 64: in between are casts.
"""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from tools.onnx_program import Program
from tools.tfjs_graph import Node

_TYPES = {"DT_FLOAT": TensorProto.FLOAT, "DT_INT32": TensorProto.INT32}


def argmax(program: Program, node: Node) -> None:
    """ArgMax: the index of the first of the largest along an axis, which goes."""
    axis = int(program.constants[node.inputs[1]])
    wide = f"{node.name}/wide"
    program.add("ArgMax", [node.inputs[0]], wide, axis=axis, keepdims=0)
    program.add("Cast", [wide], node.name, to=TensorProto.INT32)


def gather(program: Program, node: Node) -> None:
    """GatherNd."""
    wide = f"{node.name}/wide"
    program.add("Cast", [node.inputs[1]], wide, to=TensorProto.INT64)
    program.add("GatherND", [node.inputs[0], wide], node.name)


def cast(program: Program, node: Node) -> None:
    """Cast, between float32 and int32."""
    to = _TYPES[node.attributes["DstT"]["type"]]
    program.add("Cast", [node.inputs[0]], node.name, to=to)


def squared_difference(program: Program, node: Node) -> None:
    """SquaredDifference."""
    difference = f"{node.name}/difference"
    program.add("Sub", list(node.inputs), difference)
    program.add("Mul", [difference, difference], node.name)


def expand(program: Program, node: Node) -> None:
    """ExpandDims."""
    axis = int(program.constants[node.inputs[1]])
    _reaxed(program, "Unsqueeze", node.inputs[0], node.name, axis)


def squeeze(program: Program, node: Node) -> None:
    """Squeeze, of one axis."""
    (axis,) = node.integers("squeeze_dims")
    _reaxed(program, "Squeeze", node.inputs[0], node.name, axis)


def pack(program: Program, node: Node) -> None:
    """Pack: arrays of one shape along a new axis."""
    axis = int(node.attributes["axis"]["i"])
    parts = [f"{node.name}/part_{number}" for number in range(len(node.inputs))]
    for source, part in zip(node.inputs, parts, strict=True):
        _reaxed(program, "Unsqueeze", source, part, axis)
    program.add("Concat", parts, node.name, axis=axis)


def unpack(program: Program, node: Node) -> None:
    """Unpack: an array parted along an axis, which goes."""
    axis, count = (int(node.attributes[name]["i"]) for name in ("axis", "num"))
    parts = [f"{node.name}/part_{number}" for number in range(count)]
    program.add("Split", [node.inputs[0]], parts[0], axis=axis)
    program.nodes[-1].output.extend(parts[1:])
    for number, part in enumerate(parts):
        output = f"{node.name}:{number}" if number else node.name
        _reaxed(program, "Squeeze", part, output, axis)


def _reaxed(program: Program, op: str, source: str, output: str, axis: int) -> None:
    axes = program.constant(f"{output}/axes", np.array([axis], np.int64))
    program.add(op, [source, axes], output)
