from __future__ import annotations

import pytest

from vision.watching.places import covered, depth_in, distance, heading_out, overlap
from vision.watching.rules import AREAS


def test_only_the_borders_inside_the_picture_count() -> None:
    assert depth_in((0.0, 0.5), "left half") == 0.5
    assert depth_in((0.6, 0.5), "left half") == pytest.approx(-0.1)
    assert depth_in((0.4, 0.6), "top left") == pytest.approx(-0.1)
    assert all(depth_in((0.5, 0.5), area) <= 0.5 for area in AREAS)
    assert depth_in((0.5, 0.5), "middle") > 0


@pytest.mark.parametrize(
    ("box", "velocity", "out"),
    [
        ((0.0, 0.3, 0.2, 0.4), (-0.2, 0.0), True),
        ((0.0, 0.3, 0.2, 0.4), (0.2, 0.0), False),
        ((0.0, 0.3, 0.2, 0.4), (0.0, 0.0), False),
        ((0.8, 0.3, 0.2, 0.4), (0.2, 0.0), True),
        ((0.4, 0.7, 0.2, 0.3), (0.0, 0.3), True),
        ((0.4, 0.3, 0.2, 0.3), (0.0, 0.3), False),
        ((0.7, 0.3, 0.2, 0.4), (1.5, 0.0), True),
    ],
)
def test_what_is_on_its_way_out(
    box: tuple[float, float, float, float], velocity: tuple[float, float], *, out: bool
) -> None:
    assert heading_out(box, velocity, 0.2) is out


def test_overlaps_and_gaps() -> None:
    one, other, far = (0.0, 0.0, 0.2, 0.2), (0.1, 0.0, 0.2, 0.2), (0.5, 0.0, 0.2, 0.2)
    assert overlap(one, other) == pytest.approx(1 / 3)
    assert overlap(one, far) == 0
    assert covered(one, other) == pytest.approx(0.5)
    assert distance(one, other) == 0
    assert distance(one, far) == pytest.approx(0.3 / (0.2 * 2**0.5))
