"""Makes models/data/nanodet-g-416-int8.onnx, for processors, from the network with real numbers.

    python -m tools.quantize_nanodet [--out DIR]

Post-training static quantisation (Jacob et al., "Quantization and Training of Neural Networks for
Efficient Integer-Arithmetic-Only Inference", CVPR 2018), as onnxruntime does it: weights signed,
of one scale a channel, everything else unsigned, its range the widest that occurs on the pictures
of the built-in sample (public domain and CC0). Weights keep 7 bits: with 8, processors that lack
VNNI overflow where others do not, and see something else.

The ranges come from computing with real numbers, whose last digits differ between processors; so
another kind of processor may write other bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from models import weights
from models.nanodet import STRIDES
from models.pixels import PLANES, InputWriter
from streaming.sample import sample_camera, sample_picture
from vision.picture import Picture

NAME = "nanodet-g-416"
QUANTISED = NAME + weights.QUANTISED
SIZES = {(640, 480): (416, 320), (480, 640): (320, 416), (1280, 720): (288, 160)}
"""Of the sample's pictures, and what the network makes of them: width, height."""

FRAMES = 16
"""Of the sample, evenly spread, for each size."""

LEVELS = (1.0, 0.5)
"""How bright the pictures are."""


class Calibration(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime has no types
    """The network's inputs for the sample's pictures, one after the other."""

    def __init__(self, border: tuple[int, int, int]) -> None:
        self._inputs = inputs(border)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        """One input; None when there are no more."""
        planes = next(self._inputs, None)
        return None if planes is None else {"planes": planes[None]}


def inputs(border: tuple[int, int, int]) -> Iterator[NDArray[np.uint8]]:
    """The planes of each picture of the sample that is used, as ``models.pixels`` makes them."""
    for picture_size, (width, height) in SIZES.items():
        planes = np.zeros((PLANES, height // 2 + 1, width // 2 + 1), np.uint8)
        writer = InputWriter(planes, border)
        camera = sample_camera(picture_size)
        for index in np.linspace(0, camera.frames, FRAMES, endpoint=False).astype(int):
            picture = sample_picture(camera, int(index))
            for level in LEVELS:
                bgr = (picture.bgr() * level).astype(np.uint8)
                writer.write(Picture.from_bgr(bgr))
                yield planes.copy()


def quantised(model: bytes, border: tuple[int, int, int]) -> ModelProto:
    """The network in whole numbers."""
    with tempfile.TemporaryDirectory() as scratch:
        before, after = Path(scratch, "before.onnx"), Path(scratch, "after.onnx")
        onnx.save(in_full(onnx.load_from_string(model)), before)
        quantize_static(
            before,
            after,
            Calibration(border),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            nodes_to_exclude=["heads", *(f"heads_{stride}" for stride in STRIDES)],
            extra_options={"TensorQuantOverrides": {"levels": [_AS_THEY_ARE]}},
        )
        finished = onnx.load(after)
    take_bytes(finished)
    onnx.checker.check_model(finished, full_check=True)
    return finished


_AS_THEY_ARE: dict[str, Any] = {
    "scale": np.array(1, np.float32),
    "zero_point": np.array(0, np.uint8),
    "quant_type": QuantType.QUInt8,
}
"""The planes are whole numbers already."""


def in_full(model: ModelProto) -> ModelProto:
    """The same network with its halved weights as float32 constants, as quantising needs them."""
    graph = model.graph
    halved = {each.name: each for each in graph.initializer}
    for node in [each for each in graph.node if each.input[0] in halved]:
        if node.op_type == "Cast":
            value = onnx.numpy_helper.to_array(halved[node.input[0]]).astype(np.float32)
            graph.initializer.append(onnx.numpy_helper.from_array(value, node.output[0]))
            graph.initializer.remove(halved[node.input[0]])
            graph.node.remove(node)
    return model


def take_bytes(model: ModelProto) -> None:
    """Drops the detour of the planes through real numbers: cast, then quantised unchanged."""
    graph = model.graph
    producers = {node.output[0]: node for node in graph.node}
    for node in graph.node:
        quantising = producers.get(node.input[0])
        if node.op_type != "DequantizeLinear" or quantising is None:
            continue
        cast = producers.get(quantising.input[0])
        if cast is not None and cast.op_type == "Cast":
            node.input[0] = cast.input[0]
            graph.node.remove(quantising)
            graph.node.remove(cast)
            return
    raise ValueError("the planes are not quantised right after a cast")


def main() -> None:
    """Writes the model and its manifest."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=weights.DATA, help="folder for the model")
    asked = parser.parse_args()
    described = weights.manifest(NAME)
    finished = quantised(weights.load(described), described.border)
    content = finished.SerializeToString(deterministic=True)
    (asked.out / f"{QUANTISED}.onnx").write_bytes(content)
    manifest = replace(
        described,
        name=QUANTISED,
        file=f"{QUANTISED}.onnx",
        sha256=hashlib.sha256(content).hexdigest(),
        made_by="python -m tools.quantize_nanodet",
    )
    written = msgspec.json.format(msgspec.json.encode(manifest)) + b"\n"
    (asked.out / f"{QUANTISED}.json").write_bytes(written)


if __name__ == "__main__":
    main()
