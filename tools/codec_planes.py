"""Lets a network whose first layer is a 3 by 3 convolution of stride 2 take I420 planes.

What stands before such a network is linear: BT.601 colours, chroma doubled by repetition, mean and
deviation. So it goes into the first convolution's weights. Luma comes in four phases, each of half
the picture's width and height, so that they and the two chroma planes are six planes of one size:
a 2 by 2 convolution of stride 1 over these sees what the 3 by 3 one saw. Differences: colours
outside 0…255 are not cut off, and the border is ``border``, rounded to whole levels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper

from tools.onnx_program import Program

Floats = NDArray[np.float64]

COLOURS = np.array([[1.164, 2.018, 0.0], [1.164, -0.391, -0.813], [1.164, 0.0, 1.596]])
"""B, G, R of Y, U, V once the offsets are off: ITU-R BT.601, limited range."""

OFFSETS = np.array([16.0, 128.0, 128.0])
"""Of Y, U, V."""

BATCH = "pictures"
"""Name of the free side that counts the pictures of one run."""

_TAPS = ((0, 1), (1, 0), (1, 1))
"""Row (column) of the half-size kernel, and phase, that rows (columns) 0, 1, 2 of the old read."""


def border(mean: tuple[float, ...]) -> tuple[int, int, int]:
    """Y, U, V of the colour that normalising makes zero: what lies outside a picture."""
    y, u, v = np.round(nothing(mean)).astype(int).tolist()
    return y, u, v


def nothing(mean: tuple[float, ...]) -> Floats:
    """(3,) the same, not rounded."""
    return np.asarray(np.linalg.solve(COLOURS, np.array(mean)) + OFFSETS)


def take_planes(program: Program, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
    """Makes ``planes`` (1, 6, height / 2 + 1, width / 2 + 1), uint8, the program's input.

    They are the luma of even rows and even columns, of even rows and odd columns, of odd rows and
    even columns, of odd rows and odd columns, then U and V; each with ``border`` in its first row
    and column. Height and width stay free.

    Raises:
        ValueError: the first layer is not such a convolution of BGR planes.
    """
    (first,) = (node for node in program.nodes if "image" in node.input)
    kernel = program.constants[first.input[1]].astype(np.float64)
    if first.op_type != "Conv" or kernel.shape[1:] != (3, 3, 3) or len(first.input) != 3:
        raise ValueError("the first layer is no 3 by 3 convolution of three planes with a bias")
    colours = COLOURS / np.reshape(std, (3, 1))
    by_plane = np.einsum("ocij,cp->opij", kernel, colours)
    bias = program.constants[first.input[2]] - by_plane.sum(axis=(2, 3)) @ nothing(mean)
    constants = [
        program.constant("planes/weights", _folded(by_plane).astype(np.float32)),
        program.constant("planes/bias", bias.astype(np.float32)),
    ]
    convolution = helper.make_node("Conv", ["levels", *constants], first.output[:], first.name)
    program.nodes[program.nodes.index(first)] = convolution
    program.nodes.insert(0, _cast("planes", "levels"))
    program.input_name, program.input_type = "planes", TensorProto.UINT8
    program.input_shape = (BATCH, 6, "rows", "columns")
    program.prune()


def _folded(by_plane: Floats) -> Floats:
    """(o, 6, 2, 2) weights for half-size planes of (o, 3, 3, 3) weights for Y, U, V."""
    folded = np.zeros((len(by_plane), 6, 2, 2))
    for row, column in np.ndindex(3, 3):
        (low, row_phase), (left, column_phase) = _TAPS[row], _TAPS[column]
        taps = by_plane[:, :, row, column]
        folded[:, 2 * row_phase + column_phase, low, left] += taps[:, 0]
        folded[:, 4:, low, left] += taps[:, 1:]
    return folded


def _cast(source: str, result: str) -> NodeProto:
    return helper.make_node("Cast", [source], [result], result, to=TensorProto.FLOAT)
