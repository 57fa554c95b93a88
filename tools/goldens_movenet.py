"""Makes tests/models/data/movenet.npz: what TensorFlow.js itself computes of the source's model.

    npm install @tensorflow/tfjs@4.22.0          # in a folder NODE of its own
    python -m tools.goldens_movenet --source DIR --node NODE

``DIR`` holds ``movenet-lightning.json`` and ``.bin``, as for ``tools.convert_movenet``. The
reference is @tensorflow/tfjs 4.22.0 with its backend in plain JavaScript (``cpu``), which shares
nothing with onnxruntime or with the conversion. Pictures are two squares of photographs that are
free to use (see ``streaming/data/pictures``), as they are, mirrored, upside down and dimmed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.convert_movenet import JOINTS, SHA256, SIDE
from tools.human_models import source

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "streaming" / "data" / "pictures"
GOLDEN = ROOT / "tests" / "models" / "data" / "movenet.npz"
SQUARES = {"astronaut": (0, 0, 360), "camera": (60, 40, 440)}
"""Left, top and side of what is taken of a picture, pixels."""

Pixels = NDArray[np.uint8]


def variants(square: Pixels) -> Iterator[Pixels]:
    """(192, 192, 3) pictures made of one: as it is, mirrored, upside down, dimmed."""
    yield square
    yield square[:, ::-1]
    yield square[::-1]
    yield square // 3


def _square(name: str) -> Pixels:
    left, top, side = SQUARES[name]
    whole = cv2.cvtColor(cv2.imread(str(PICTURES / f"{name}.jpg")), cv2.COLOR_BGR2RGB)
    part = whole[top : top + side, left : left + side]
    return np.asarray(cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def _reference(json_file: Path, pictures: Pixels, node: Path) -> dict[str, Any]:
    """What TensorFlow.js says: its version, and the joints of all pictures in a row."""
    with tempfile.TemporaryDirectory(dir=node) as scratch:
        folder = Path(scratch)
        script = shutil.copy(ROOT / "tools" / "goldens_movenet.mjs", folder)
        (folder / "pictures").write_bytes(pictures.tobytes())
        out = folder / "out.json"
        command = ["node", script, str(json_file.resolve()), str(folder / "pictures"), str(out)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        said: dict[str, Any] = json.loads(out.read_text())
        return said


def main() -> None:
    """Writes the golden."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--source", type=Path, help="folder with movenet-lightning.json and .bin")
    parser.add_argument("--node", type=Path, required=True, help="where tfjs is installed")
    asked = parser.parse_args()
    squares = np.stack([_square(name) for name in SQUARES])
    pictures = np.stack([each for square in squares for each in variants(square)])
    with source(SHA256, asked.source) as json_file:
        said = _reference(json_file, pictures, asked.node)
    joints = np.array(said["joints"], np.float32).reshape(-1, *JOINTS[2:])
    np.savez_compressed(GOLDEN, squares=squares, joints=joints, tfjs=said["version"])


if __name__ == "__main__":
    main()
