"""What the plain conversion of NanoDet computes for synthetic pictures, kept for comparison.

To make it again, with ``nanodet.json`` and ``nanodet.bin`` in a folder::

    python -m tests.models.golden FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort

from tools import codec_planes, convert_nanodet, onnx_program

FILE = Path(__file__).parent / "data" / "nanodet-plain.npz"
SAMPLES = 48
SIZES = ((416, 416), (416, 320), (192, 352), (288, 160), (224, 128))


def planes(size: tuple[int, int]) -> np.ndarray:
    """(6, height / 2, width / 2) whole numbers from 16 to 235: waves, and a block in each plane."""
    width, height = size[0] // 2, size[1] // 2
    y, x = np.mgrid[:height, :width].astype(np.float64)
    waves = [
        np.sin(x / (3 + p)) * np.cos(y / (7 + 2 * p)) + np.sin((x + 2 * y) / 19) for p in range(6)
    ]
    for number, plane in enumerate(waves):
        plane[height // 4 : height // 2 + 5 * number, width // 5 + 5 * number : width // 2] += 1
    return np.round(np.clip(125.5 + 40 * np.stack(waves), 16, 235))


def network_input(size: tuple[int, int]) -> np.ndarray:
    """(1, 3, height, width) normalised BGR of the same picture, colours not cut off."""
    parts = planes(size)
    luma = np.zeros((size[1], size[0]))
    for number, (row, column) in enumerate(np.ndindex(2, 2)):
        luma[row::2, column::2] = parts[number]
    blue, red = (np.kron(part, np.ones((2, 2))) - 128 for part in parts[4:])
    luma = 1.164 * (luma - 16)
    bgr = np.stack([luma + 2.018 * blue, luma - 0.391 * blue - 0.813 * red, luma + 1.596 * red])
    mean, std = (
        np.reshape(each, (3, 1, 1)) for each in (convert_nanodet.MEAN, convert_nanodet.STD)
    )
    return ((bgr - mean) / std)[None].astype(np.float32)


def bordered(size: tuple[int, int], *, exact: bool) -> np.ndarray:
    """(1, 6, height / 2 + 1, width / 2 + 1): the planes with what lies outside above and left."""
    y, u, v = (codec_planes.nothing if exact else codec_planes.border)(convert_nanodet.MEAN)
    inner = planes(size)
    whole = np.zeros((6, inner.shape[1] + 1, inner.shape[2] + 1)) + np.reshape(
        [y, y, y, y, u, v], (6, 1, 1)
    )
    whole[:, 1:, 1:] = inner
    return whole[None].astype(np.float32 if exact else np.uint8)


def sampled_cells(size: tuple[int, int]) -> np.ndarray:
    """(SAMPLES,) cells of all three grids."""
    last = sum((size[0] // stride) * (size[1] // stride) for stride in (8, 16, 32)) - 1
    return np.linspace(0, last, SAMPLES).astype(np.int64)


def main() -> None:
    kept = {}
    for size in SIZES:
        program = convert_nanodet.plain(Path(sys.argv[1]) / "nanodet.json", size)
        model = onnx_program.to_bytes(onnx_program.model(program))
        session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
        names = [each.name for each in session.get_outputs()]
        out = dict(zip(names, session.run(None, {"image": network_input(size)}), strict=True))
        for kind in ("scores", "sides"):
            joined = np.concatenate([out[f"{kind}_{stride}"][0] for stride in (8, 16, 32)])
            kept[f"{kind}_{size[0]}x{size[1]}"] = joined[sampled_cells(size)]
    np.savez_compressed(FILE, **kept)


if __name__ == "__main__":
    main()
