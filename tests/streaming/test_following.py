from __future__ import annotations

import numpy as np
import pytest

from streaming.following import Following
from streaming.lane import Sight
from vision.picture import Picture
from vision.types import Detections, Seconds
from vision.vocabulary import Share, Vocabulary

PICTURE = Picture.from_bgr(np.full((48, 64, 3), 90, np.uint8))


def followed(following: Following, classes: list[int], at: int) -> list[int]:
    """Labels of what is believed after some frames in which all of these classes were seen."""
    boxes = np.array([[0.3 * each, 0.2, 0.2, 0.4] for each in range(len(classes))], np.float32)
    found = Detections(boxes, np.full(len(classes), 0.9, np.float32), np.array(classes, np.int32))
    for step in range(6):
        t = Seconds((at + step) / 10)
        following.look(PICTURE, t)
        sight = Sight(PICTURE, t, int(t * 90_000), None, None, 0.0)
        taken = following.take_in(sight, sight, found)
    return sorted(track.label for track in taken.tracks)


def test_only_wanted_labels_are_followed() -> None:
    following = Following(("person", "cup"))
    following.want(["cup"])
    assert followed(following, [0, 1], 0) == [1]


def test_of_fixed_labels_all_are_followed_where_none_is_wanted() -> None:
    following = Following(("person", "cup"))
    following.want([])
    assert followed(following, [0, 1], 0) == [0, 1]
    with pytest.raises(ValueError, match="no label 'keys'"):
        following.want(["keys"])


def test_what_one_asks_for_is_not_shown_to_another() -> None:
    vocabulary = Vocabulary(["red mug"])
    ann, bob = Following(Share(vocabulary)), Following(Share(vocabulary))
    ann.want(["white cane"])
    assert followed(ann, [0, 1], 0) == [1]
    assert followed(bob, [0, 1], 0) == [0]


def test_whoever_leaves_wants_nothing_any_more() -> None:
    vocabulary = Vocabulary(["red mug"])
    ann = Following(Share(vocabulary))
    ann.want(["white cane"])
    assert vocabulary.wanted == ("red mug", "white cane")
    ann.close()
    ann.want(["too late"])
    assert vocabulary.wanted == ("red mug",)


def test_two_phrases_for_one_thing_are_one_thing() -> None:
    vocabulary = Vocabulary(["mug"])
    ann = Following(Share(vocabulary))
    ann.want(["mug", "cup"])
    box = np.array([[0.2, 0.2, 0.3, 0.3]] * 2 + [[0.6, 0.2, 0.2, 0.3]], np.float32)
    found = Detections(box, np.float32([0.9, 0.8, 0.7]), np.int32([1, 0, 0]))
    for step in range(6):
        t = Seconds(step / 10)
        ann.look(PICTURE, t)
        sight = Sight(PICTURE, t, int(t * 90_000), None, None, 0.0)
        taken = ann.take_in(sight, sight, found)
    assert sorted(track.label for track in taken.tracks) == [0, 1]


def test_where_nothing_is_looked_for_by_default_nothing_is_followed() -> None:
    vocabulary = Vocabulary()
    ann, bob = Following(Share(vocabulary)), Following(Share(vocabulary))
    ann.want(["keys"])
    assert followed(bob, [0], 0) == []
