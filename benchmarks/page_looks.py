"""Compares how the page looks, and what a screen reader is given, with how it was.

The pictures (``looks``) are a quarter as wide and high, so that another machine's way of drawing
letters makes no difference, while a button that moved, a card that lies over another, or words cut
off do. Where a look is meant to change, delete its picture, run this, and look at the new one.
Where the machine has other letters than that on which they were made, nothing is compared.
"""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

LOOKS = Path(__file__).parent.parent / "tests" / "e2e" / "looks"
SMALLER = 4
PATCH = 9
"""Pixels of the small pictures over which a difference is averaged."""
TOLERANCE = 40.0
"""Mean difference of such a patch, of 255."""
MADE_WITH = LOOKS / "letters.txt"
LETTERS = """() => {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `600 16px ${getComputedStyle(document.body).fontFamily}`;
  return pen.measureText("Open Eyes sees 0123456789").width;
}"""
LETTERS_APART = 0.01
"""Part of their width by which they may differ."""

Image = NDArray[np.uint8]


def changed(page: Page, name: str, artefacts: Path) -> str:
    """Says how the page looks otherwise than it did; empty where it does not."""
    seen = small(page.screenshot())
    path = LOOKS / f"{name}.png"
    if not path.exists():
        LOOKS.mkdir(exist_ok=True)
        MADE_WITH.write_text(f"{letters(page)}\n")
        cv2.imwrite(str(path), seen)
        return f"{path.name} was not there and is now: look at it, then run this again"
    known = np.asarray(cv2.imread(str(path)), np.uint8)
    if not same_letters(page) or difference(known, seen) <= TOLERANCE:
        return ""
    cv2.imwrite(str(artefacts / f"look-{path.name}"), np.hstack([known, seen]))
    return f"it looks otherwise: see artefacts/look-{path.name}, before and now"


def read_otherwise(page: Page, name: str) -> str:
    """Says how the accessibility tree differs from what it was; empty where it does not."""
    told = re.sub(r"\d+(\.\d+)*", "N", page.locator("body").aria_snapshot())
    tree = told.replace("N s ago", "now") + "\n"
    path = LOOKS / f"{name}.aria.yml"
    if not path.exists():
        path.write_text(tree)
        return f"{path.name} was not there and is now: read it, then run this again"
    known = path.read_text()
    return "" if tree == known else f"a screen reader is given\n{tree}\nand was given\n{known}"


def small(shot: bytes) -> Image:
    """A screenshot, smaller."""
    large = cv2.imdecode(np.frombuffer(shot, np.uint8), cv2.IMREAD_COLOR)
    assert large is not None
    size = (large.shape[1] // SMALLER, large.shape[0] // SMALLER)
    return np.asarray(cv2.resize(large, size, interpolation=cv2.INTER_AREA), np.uint8)


def difference(one: Image, two: Image) -> float:
    """Of the patch that differs most."""
    apart = cv2.absdiff(one, two).max(axis=2).astype(np.float32)
    return float(cv2.blur(apart, (PATCH, PATCH)).max())


def same_letters(page: Page) -> bool:
    """Whether they are those of the pictures."""
    known = float(MADE_WITH.read_text())
    return abs(letters(page) - known) <= LETTERS_APART * known


def letters(page: Page) -> float:
    """How wide they are."""
    return float(page.evaluate(LETTERS))
