from __future__ import annotations

import numpy as np
import pytest

from tests.vision.glimpses import glimpse, track
from vision.inventory import Inventory
from vision.motion import STILL, CameraMotion

BLANK = np.full((72, 96, 3), 120, np.uint8)
HERE = (0.3, 0.3, 0.2, 0.3)
THERE = (0.7, 0.3, 0.2, 0.3)


def test_an_object_goes_on_under_its_id_wherever_it_goes() -> None:
    inventory = Inventory(glimpse(BLANK, 0.0, [track(1, HERE)]))
    assert inventory.update(glimpse(BLANK, 0.1, [track(1, THERE)])) == ()
    assert inventory.items[0].place == THERE
    assert inventory.items[0].missing is None


def test_another_id_of_the_same_label_in_the_same_place_is_the_same_object() -> None:
    inventory = Inventory(glimpse(BLANK, 0.0, [track(1, HERE)]))
    assert inventory.update(glimpse(BLANK, 0.1, [track(2, (0.32, 0.3, 0.2, 0.3))])) == ()
    assert inventory.items[0].id == 2


@pytest.mark.parametrize("other", [track(2, HERE, label=5), track(2, THERE), track(1, HERE, 5)])
def test_another_label_or_place_is_another_object(other: object) -> None:
    inventory = Inventory(glimpse(BLANK, 0.0, [track(1, HERE)]))
    assert inventory.update(glimpse(BLANK, 0.1, [other])) == (other,)  # type: ignore[list-item]
    assert inventory.items[0].missing == pytest.approx(0.1)


def test_the_place_moves_with_the_camera() -> None:
    inventory = Inventory(glimpse(BLANK, 0.0, [track(1, HERE)]))
    inventory.update(glimpse(BLANK, 0.1, [], CameraMotion.shift(0.1, 0.0)))
    moved = (0.4, 0.3, 0.2, 0.3)
    assert inventory.items[0].place == pytest.approx(moved, abs=1e-6)
    assert inventory.update(glimpse(BLANK, 0.2, [track(9, moved)])) == ()


def test_a_predicted_track_does_not_prove_its_object_seen() -> None:
    inventory = Inventory(glimpse(BLANK, 0.0, [track(1, HERE)]))
    inventory.update(glimpse(BLANK, 0.1, [track(1, HERE, seen=0.1)]))
    inventory.update(glimpse(BLANK, 0.2, [track(1, HERE, seen=0.2)]))
    assert inventory.items[0].missing == pytest.approx(0.1)
    inventory.update(glimpse(BLANK, 0.3, [track(1, HERE)]))
    assert inventory.items[0].missing is None


def test_of_two_candidates_the_nearer_one_is_taken() -> None:
    inventory = Inventory(glimpse(BLANK, 0.0, [track(1, HERE)]))
    near, far = track(8, HERE), track(9, (0.36, 0.3, 0.2, 0.3))
    assert inventory.update(glimpse(BLANK, 0.1, [far, near])) == (far,)


def test_what_the_edge_cuts_off_is_marked() -> None:
    cut, whole = track(1, (-0.05, 0.3, 0.2, 0.3)), track(2, HERE)
    inventory = Inventory(glimpse(BLANK, 0.0, [cut, whole]))
    assert [item.cut for item in inventory.items] == [True, False]


def test_what_was_overlooked_can_be_taken_in_and_given_up() -> None:
    inventory = Inventory(glimpse(BLANK, 0.0))
    inventory.absorb(track(4, HERE), CameraMotion.shift(0.1, 0.0))
    assert inventory.items[0].origin == pytest.approx((0.2, 0.3, 0.2, 0.3), abs=1e-6)
    inventory.lay_over(STILL)
    assert inventory.items[0].shown == pytest.approx((0.2, 0.3, 0.2, 0.3), abs=1e-6)
    inventory.forget(inventory.items[0])
    assert inventory.items == ()
