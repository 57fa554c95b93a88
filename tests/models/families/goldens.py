"""What references computed, and how far off we are. The makers are tools/goldens_*.py."""

from __future__ import annotations

import lzma
from pathlib import Path

import numpy as np
import onnxruntime as ort

from models.families.detector import seen

DATA = Path(__file__).parent / "data"

PIXELS, SCORE = 1e-3, 1e-5
"""Of the picture, by which a corner may differ; and a score."""

COMPUTED = (5e-2, 2e-4)
"""The same where another machine computes the toy, whose random layers blow up each rounding."""


def load(name):
    with np.load(DATA / f"{name}.npz") as file:
        return dict(file)


def numbers(golden):
    return range(sum(key.startswith("picture_") for key in golden))


def planes(golden, family, number):
    """What the family makes of a picture."""
    width, height = golden["size"]
    into = np.full((3, height, width), np.nan, np.float32)
    family.fitting.write(golden[f"picture_{number}"], into)
    return into


def check(golden, family, number, outputs, prefix="", *, within=(PIXELS, SCORE)):
    """Fails unless these outputs come to what the reference found.

    Returns:
        The greatest differences of corners, in pixels of the picture, and of scores.
    """
    height, width = golden[f"picture_{number}"].shape[:2]
    size = tuple(golden["size"].tolist())
    candidates = family.decode(outputs, size, float(golden["threshold"]))
    found = seen(candidates, family, (width, height), size)
    corners = np.concatenate([found.boxes[:, :2], found.boxes[:, :2] + found.boxes[:, 2:]], axis=1)
    expected = {key: golden[f"{prefix}{key}_{number}"] for key in ("corners", "scores", "classes")}
    assert len(expected["scores"]) >= 5, "a golden that tells nothing"
    np.testing.assert_array_equal(found.classes, expected["classes"])
    off = np.abs(corners * (width, height, width, height) - expected["corners"]).max()
    score_off = np.abs(found.scores - expected["scores"]).max()
    assert off <= within[0], off
    assert score_off <= within[1], score_off
    return off, score_off


def session(name):
    """The toy network of that name."""
    raw = lzma.decompress((DATA / f"{name}.onnx.xz").read_bytes())
    return ort.InferenceSession(raw, providers=["CPUExecutionProvider"])
