"""What the plain conversion of NanoDet computes for one synthetic input, kept for comparison.

To make it again::

    python -m tools.convert_nanodet --plain plain.onnx
    python -m tests.models.golden plain.onnx
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort

FILE = Path(__file__).parent / "data" / "nanodet-plain.npz"
SAMPLES = 96


def network_input() -> np.ndarray:
    """(1, 3, 416, 416): waves of many lengths, and a block in each channel."""
    y, x = np.mgrid[:416, :416].astype(np.float64)
    planes = [
        np.sin(x / (3 + 5 * c)) * np.cos(y / (7 + 3 * c)) + np.sin((x + 2 * y) / 37)
        for c in range(3)
    ]
    for channel, plane in enumerate(planes):
        plane[120:330, 90 + 20 * channel : 240] += 1.5 - channel
    return np.stack(planes)[None].astype(np.float32)


def sampled_cells() -> np.ndarray:
    """(SAMPLES,) cells of all three grids."""
    return np.linspace(0, 3548, SAMPLES).astype(np.int64)


def main() -> None:
    session = ort.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_outputs()]
    out = dict(zip(names, session.run(None, {"image": network_input()}), strict=True))
    scores, sides = (
        np.concatenate([out[f"{kind}_{stride}"][0] for stride in (8, 16, 32)])
        for kind in ("scores", "sides")
    )
    FILE.parent.mkdir(exist_ok=True)
    cells = sampled_cells()
    np.savez_compressed(FILE, scores=scores[cells], sides=sides[cells])


if __name__ == "__main__":
    main()
