"""Makes the pictures of the sample from an installed scikit-image 0.26.

Run in an environment of its own, since nothing else here needs scikit-image::

    pip install scikit-image==0.26.0 opencv-python-headless
    python tools/make_sample_pictures.py

The cup is mirrored and brightened, since small detectors see it better that way.

Writes ``streaming/data/pictures/*.jpg`` and ``pictures.json``, which says where each came from and
what can be seen in it. Boxes are in pixels of what is written; they were measured by hand on an
enlargement, the way COCO draws them: all that is visible of the object, nothing else.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
from pathlib import Path
from typing import TypedDict

import cv2
import numpy as np
from numpy.typing import NDArray

TARGET = Path(__file__).parent.parent / "streaming" / "data" / "pictures"
QUALITY = 88


class Source(TypedDict):
    """What is known about one picture."""

    file: str
    title: str
    author: str
    licence: str
    mirrored: bool
    gamma: float
    scale: float
    objects: list[dict[str, object]]


SOURCES: list[Source] = [
    {
        "file": "astronaut.png",
        "title": "Astronaut Eileen Collins (https://flic.kr/p/r9qvLn)",
        "author": "NASA",
        "licence": "public domain",
        "mirrored": False,
        "gamma": 1.0,
        "scale": 1.0,
        "objects": [{"label": "person", "box": [18, 15, 345, 497]}],
    },
    {
        "file": "coffee.png",
        "title": "A cup of coffee at Pikolo Espresso Bar",
        "author": "Rachel Michetti",
        "licence": "CC0-1.0",
        "mirrored": True,
        "gamma": 0.85,
        "scale": 1.25,
        "objects": [{"label": "cup", "box": [192, 18, 236, 291]}],
    },
    {
        "file": "camera.png",
        "title": "A man at a video camera",
        "author": "Lav Varshney",
        "licence": "CC0-1.0",
        "mirrored": False,
        "gamma": 1.0,
        "scale": 1.0,
        "objects": [{"label": "person", "box": [0, 63, 332, 449]}],
    },
]


def main() -> None:
    """Writes the pictures and what is known about them."""
    version = importlib.metadata.version("scikit-image")
    TARGET.mkdir(parents=True, exist_ok=True)
    entries = [_write(source, version) for source in SOURCES]
    listing = json.dumps({"pictures": entries}, indent=2) + "\n"
    (TARGET / "pictures.json").write_text(listing, encoding="utf-8")


def _write(source: Source, version: str) -> dict[str, object]:
    original = _data() / source["file"]
    picture = cv2.imread(str(original), cv2.IMREAD_COLOR)
    if picture is None:
        raise SystemExit(f"{original} is not a picture; install scikit-image 0.26.0")
    picture = _changed(picture, source)
    name = original.with_suffix(".jpg").name
    jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
    (TARGET / name).write_bytes(jpeg)
    return {
        **source,
        "file": name,
        "sha256": hashlib.sha256(jpeg).hexdigest(),
        "source": f"scikit-image {version}, skimage/data/{source['file']}",
        "source_sha256": hashlib.sha256(original.read_bytes()).hexdigest(),
    }


def _changed(picture: NDArray[np.uint8], source: Source) -> NDArray[np.uint8]:
    lighter = np.round(255 * (np.arange(256) / 255) ** source["gamma"]).astype(np.uint8)
    picture = lighter[picture]
    return np.ascontiguousarray(picture[:, ::-1]) if source["mirrored"] else picture


def _data() -> Path:
    spec = importlib.util.find_spec("skimage")
    if spec is None or spec.origin is None:
        raise SystemExit("scikit-image is not installed; see the head of this file")
    return Path(spec.origin).parent / "data"


if __name__ == "__main__":
    main()
