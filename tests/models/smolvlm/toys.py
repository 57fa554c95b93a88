"""The toy SmolVLM and its goldens, as every test of the package uses them."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np

from models.smolvlm.model import Parts, load_parts
from vision.picture import Picture

DATA = Path(__file__).parent.parent / "data" / "smolvlm"
TOY = DATA / "toy"
SYSTEM, QUESTION = "Answer in one short sentence.", "What is the woman wearing? 她在哪里?"
TILE = 64


@cache
def parts(suffix: str = "") -> Parts:
    return load_parts(TOY, suffix, device="cpu", threads=1)


@cache
def pixels() -> np.ndarray:
    return cv2.imread(str(DATA / "astronaut.png"))


def picture() -> Picture:
    return Picture.from_bgr(pixels())


def answers(mode: str) -> tuple[list[int], list[int], np.ndarray]:
    """Tokens of the prompt, tokens of the answer, logits of each step, by transformers."""
    with np.load(DATA / "answers.npz") as stored:
        ids, tokens, logits = (stored[f"{mode}_{kind}"] for kind in ("ids", "tokens", "logits"))
    return ids.tolist(), tokens.tolist(), logits
