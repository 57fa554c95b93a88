"""From TensorFlow operations to ONNX: convolutions, poolings and resizing.

TensorFlow computes these with the channels last, ONNX with the channels first, so each rule puts a
transposition before and one after.
"""

from __future__ import annotations

import numpy as np

from tools.onnx_program import Array, Program
from tools.tfjs_graph import Node

_SIX = 6.0


def convolution(program: Program, node: Node) -> None:
    """Conv2D, with the bias and the activation that TensorFlow has fused into it, if any."""
    kernel = np.ascontiguousarray(program.constants[node.inputs[1]].transpose(3, 2, 0, 1))
    _convolve(program, node, kernel)


def depthwise(program: Program, node: Node) -> None:
    """DepthwiseConv2dNative, likewise: each channel has a kernel of its own."""
    rows, columns, channels, each = program.constants[node.inputs[1]].shape
    kernel = program.constants[node.inputs[1]].transpose(2, 3, 0, 1)
    kernel = np.ascontiguousarray(kernel.reshape(channels * each, 1, rows, columns))
    _convolve(program, node, kernel, group=channels)


def max_pool(program: Program, node: Node) -> None:
    """MaxPool."""
    shape, strides = node.integers("ksize")[1:3], node.integers("strides")[1:3]
    _channels_first(program, node, "MaxPool", [], kernel_shape=shape, strides=strides)


def resize(program: Program, node: Node) -> None:
    """ResizeBilinear to a size that the graph holds."""
    if not node.attributes["half_pixel_centers"]["b"]:
        raise KeyError(f"{node.name}: only half-pixel centres are known")
    sides = [1, _channels(program, node.inputs[0]), *program.constants[node.inputs[1]]]
    target = program.constant(f"{node.name}/sides", np.array(sides, np.int64))
    _channels_first(program, node, "Resize", ["", "", target], mode="linear")


def _convolve(program: Program, node: Node, kernel: Array, **attributes: object) -> None:
    padding = node.text("padding")
    if padding not in ("VALID", "SAME"):
        raise KeyError(f"{node.name}: only paddings VALID and SAME are known")
    if padding == "SAME":
        attributes["auto_pad"] = "SAME_UPPER"
    steps = _fused(node)
    weights = [program.constant(f"{node.name}/weights", kernel), *_bias(node, steps)]
    strides = node.integers("strides")[1:3]
    _channels_first(program, node, "Conv", weights, steps[1:], strides=strides, **attributes)


def _fused(node: Node) -> list[str]:
    """The operations that follow the convolution in the same node; a bias comes first."""
    steps = node.texts("fused_ops") if "fused_ops" in node.attributes else []
    if not (not steps or (steps[0] == "BiasAdd" and set(steps[1:]) <= {"Relu", "Relu6"})):
        raise KeyError(f"{node.name}: fused operations {steps} are not known")
    return steps


def _bias(node: Node, steps: list[str]) -> list[str]:
    return [node.inputs[2]] if steps else []


def _channels_first(
    program: Program,
    node: Node,
    op: str,
    more_inputs: list[str],
    activations: list[str] | None = None,
    **attributes: object,
) -> None:
    planes, result = f"{node.name}/planes", f"{node.name}/result"
    program.add("Transpose", [node.inputs[0]], planes, perm=[0, 3, 1, 2])
    program.add(op, [planes, *more_inputs], result, **attributes)
    for activation in activations or []:
        result = _activated(program, result, activation)
    program.add("Transpose", [result], node.name, perm=[0, 2, 3, 1])


def _activated(program: Program, source: str, activation: str) -> str:
    result = f"{source}/{activation}"
    if activation == "Relu":
        program.add("Relu", [source], result)
        return result
    bounds = [("least", np.float32(0)), ("most", np.float32(_SIX))]
    limits = [program.constant(f"relu6/{name}", np.asarray(value)) for name, value in bounds]
    program.add("Clip", [source, *limits], result)
    return result


def _channels(program: Program, name: str) -> int:
    """How many there are in what goes back to a convolution through nothing that changes them."""
    while True:
        (node,) = (node for node in program.nodes if name in node.output)
        if node.op_type == "Conv":
            return int(program.constants[node.input[1]].shape[0])
        name = node.input[0]
