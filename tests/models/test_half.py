from __future__ import annotations

import numpy as np
import pytest

from models import half, registry
from vision.errors import WeightsMissing
from vision.types import Detections


def seen(*things: tuple[float, float, float, float, float, int]) -> Detections:
    """Each: left, top, width, height, score, class."""
    table = np.array(things, np.float32).reshape(-1, 6)
    return Detections(table[:, :4], table[:, 4], table[:, 5].astype(np.int32))


PERSON = (0.1, 0.1, 0.4, 0.8, 0.9, 0)
CUP = (0.6, 0.6, 0.2, 0.2, 0.5, 41)
FAINT = (0.0, 0.0, 0.1, 0.1, 0.1, 7)


def test_rounding_is_no_disagreement() -> None:
    rounded = seen((0.101, 0.1, 0.4, 0.801, 0.89, 0), (0.6, 0.6, 0.201, 0.2, 0.51, 41))
    assert half.disagreement(seen(PERSON, CUP, FAINT), rounded) == ""
    assert half.disagreement(seen(PERSON), seen(PERSON, FAINT)) == ""


@pytest.mark.parametrize(
    ("faster", "words"),
    [
        (seen(PERSON), "misses 1, and sees 0"),
        (seen(), "misses 2, and sees 0"),
        (seen(PERSON, CUP, (0.6, 0.1, 0.2, 0.2, 0.5, 41)), "misses 0, and sees 1"),
        (seen(PERSON, (0.6, 0.6, 0.2, 0.2, 0.5, 42)), "misses 1, and sees 1"),
        (seen(PERSON, (0.6, 0.6, 0.2, 0.2, 0.4, 41)), "misses 1, and sees 1"),
        (seen(PERSON, (0.62, 0.6, 0.2, 0.2, 0.5, 41)), "misses 1, and sees 1"),
        (seen(PERSON, (np.nan, 0.6, 0.2, 0.2, 0.5, 41)), "no number"),
    ],
)
def test_what_is_lost_new_or_elsewhere_is_told(faster: Detections, words: str) -> None:
    assert words in half.disagreement(seen(PERSON, CUP), faster)


def test_nothing_proves_nothing() -> None:
    assert "nothing to compare" in half.disagreement(seen(FAINT), seen(FAINT))


def test_the_picture_shows_the_detector_something_sure() -> None:
    detector = registry.create("nanodet-g-416", device="cpu", threads=1)
    found = detector.detect(half.picture())
    assert (found.scores >= 2 * half.SURE).any()
    assert half.disagreement(found, found) == ""


def test_a_picture_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(half, "PICTURE", half.PICTURE.with_name("gone.jpg"))
    with pytest.raises(WeightsMissing, match="reinstall"):
        half.picture()
