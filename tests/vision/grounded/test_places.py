from __future__ import annotations

import pytest

from vision.grounded.places import (
    Place,
    Relation,
    Side,
    clipped,
    direction_of,
    gap,
    is_on,
    place_of,
    stands,
    together,
)
from vision.grounded.sizes import distance
from vision.types import Box, Point

BUS: Box = (0.5, 0.2, 0.3, 0.5)


@pytest.mark.parametrize(
    ("label", "box", "place"),
    [
        ("dog", (0.1, 0.4, 0.1, 0.1), Place("left")),
        ("dog", (0.45, 0.4, 0.1, 0.1), Place("middle")),
        ("dog", (0.8, 0.4, 0.1, 0.1), Place("right")),
        ("kite", (0.1, 0.0, 0.1, 0.2), Place("left", "top")),
        ("kite", (0.45, 0.8, 0.1, 0.2), Place("middle", "bottom")),
        ("dining table", (0.05, 0.5, 0.9, 0.3), Place("wide")),
        ("person", (0.4, 0.1, 0.2, 0.88), Place("middle", "", "near")),
        ("person", (0.4, 0.4, 0.05, 0.1), Place("middle", "", "far")),
        ("person", (-0.3, 0.3, 0.5, 0.5), Place("left")),
    ],
)
def test_the_place_of_a_box(label: str, box: Box, place: Place) -> None:
    shown = place_of(label, box)
    assert (shown.side, shown.height) == (place.side, place.height)
    if place.depth or label == "person":
        assert shown.depth == place.depth


def test_what_is_cut_by_the_edge_is_never_called_far() -> None:
    assert place_of("bus", (0.4, 0.9, 0.2, 0.1)).depth == ""
    assert place_of("bus", (0.4, 0.5, 0.2, 0.1)).depth == "far"


def test_distance_is_not_judged_of_what_has_no_usual_size() -> None:
    assert distance("kite", BUS) is None
    assert distance("person", (0.0, 0.0, 0.1, 0.0)) is None


@pytest.mark.parametrize(
    ("relation", "box", "holds"),
    [
        ("left", (0.1, 0.4, 0.1, 0.1), True),
        ("left", (0.9, 0.4, 0.1, 0.1), False),
        ("right", (0.9, 0.4, 0.1, 0.1), True),
        ("above", (0.6, 0.0, 0.1, 0.1), True),
        ("above", (0.1, 0.0, 0.1, 0.1), False),
        ("below", (0.6, 0.8, 0.1, 0.1), True),
        ("on", (0.6, 0.12, 0.1, 0.1), True),
        ("on", (0.6, 0.8, 0.1, 0.1), False),
        ("in", (0.6, 0.4, 0.1, 0.1), True),
        ("in", (0.1, 0.4, 0.1, 0.1), False),
        ("by", (0.82, 0.4, 0.1, 0.1), True),
        ("by", (0.1, 0.4, 0.1, 0.1), False),
        ("", (0.1, 0.4, 0.1, 0.1), True),
    ],
)
def test_how_a_box_stands_to_another(relation: Relation, box: Box, *, holds: bool) -> None:
    assert stands(relation, box, BUS) is holds


def test_next_to_means_next_to_in_depth_too() -> None:
    person: tuple[str, Box] = ("person", (0.3, 0.2, 0.2, 0.6))
    far: tuple[str, Box] = ("person", (0.5, 0.4, 0.03, 0.1))
    assert together(person, ("person", (0.5, 0.2, 0.2, 0.55)))
    assert not together(person, far)


@pytest.mark.parametrize(
    ("way", "direction"),
    [
        ((1.0, 0.2), "right"),
        ((-1.0, -0.2), "left"),
        ((0.1, -1.0), "up"),
        ((0.1, 1.0), "down"),
        ((1.0, 1.0), ""),
        ((-1.0, 1.0), ""),
    ],
)
def test_the_direction_of_a_movement(way: Point, direction: str) -> None:
    assert direction_of(way) == direction


@pytest.mark.parametrize("side", ["left", "middle", "right", "top", "bottom", "near", "far", ""])
def test_whatever_is_on_a_side_is_said_to_be_there(side: Side) -> None:
    for x in range(10):
        for y in range(10):
            box = (x / 10, y / 10, 0.08, 0.08)
            place = place_of("person", box)
            said = {place.side, place.height, place.depth, ""}
            if side != "middle":
                assert is_on(side, "person", box) is (side in said)
            elif place.side == "middle":
                assert is_on(side, "person", box)


def test_a_box_is_clipped_to_the_picture() -> None:
    assert clipped((-0.5, -0.5, 1.0, 2.0)) == (0.0, 0.0, 0.5, 1.0)
    assert clipped((2.0, 2.0, 1.0, 1.0)) == (1.0, 1.0, 0.0, 0.0)
    assert gap((0.0, 0.0, 0.1, 0.1), (0.4, 0.5, 0.1, 0.1)) == pytest.approx(0.5)
