"""Whom to look at, and how what was found stays with them."""

import numpy as np
import pytest

from vision.posture import LASTS, LEAST_PERSON, MOST_PEOPLE, SEEN_WITHIN, Postures, people
from vision.types import Pose, Seconds, Track, TrackId

LABELS = ("cup", "person")
SIZE = (640, 480)
BOX = (0.2, 0.1, 0.2, 0.6)


def track(number=1, *, box=BOX, label=1, seen=0.0):
    return Track(TrackId(number), label, 0.9, box, (0.0, 0.0), Seconds(seen))


def pose(x, y, score=0.8):
    return Pose(np.tile(np.array([x, y, score], np.float32), (17, 1)))


def learnt(*, t=1.0, box=BOX, at=(0.3, 0.4)):
    postures = Postures()
    postures.learn(Seconds(t), ((TrackId(1), box),), [pose(*at)])
    return postures


@pytest.mark.parametrize(
    "other",
    [
        track(label=0),
        track(label=7),
        track(label=-1),
        track(seen=SEEN_WITHIN + 0.01),
        track(box=(0.2, 0.1, 0.0, 0.6)),
        track(box=(0.2, 0.1, float("nan"), 0.6)),
        track(box=(1.0, 0.1, 0.2, 0.6)),
        track(box=(-0.3, 0.1, 0.2, 0.6)),
        track(box=(0.2, 0.1, (LEAST_PERSON - 1) / 640, (LEAST_PERSON - 1) / 480)),
    ],
    ids=[
        "a cup", "unknown", "below zero", "lost", "empty", "not a number", "right of the picture",
        "left of it", "tiny",
    ],
)  # fmt: skip
def test_only_people_who_can_be_seen_are_looked_at(other):
    assert people([other, track(5)], LABELS, SIZE) == ((TrackId(5), BOX),)


def test_a_person_at_the_edge_is_looked_at():
    edge = (-0.1, 0.5, 0.2, 0.7)
    assert people([track(box=edge)], LABELS, SIZE) == ((TrackId(1), edge),)


def test_of_a_crowd_the_largest_are_looked_at():
    crowd = [track(n, box=(0.1, 0.1, 0.05 + n / 100, 0.5)) for n in range(1, MOST_PEOPLE + 4)]
    assert [id_ for id_, _ in people(crowd, LABELS, SIZE)] == [9, 8, 7, 6, 5, 4]


def test_a_posture_goes_where_its_box_goes():
    postures = learnt()
    moved = track(box=(0.5, 0.3, 0.1, 0.3))
    posture = postures.at([moved], Seconds(1.2))[TrackId(1)]
    np.testing.assert_allclose(posture.joints[0], [0.5, 0.5, 0.8], rtol=1e-5)
    assert posture.age == pytest.approx(0.2)


def test_it_is_believed_for_so_long_and_no_longer():
    postures = learnt(t=1.0)
    assert postures.at([track()], Seconds(1.0 + LASTS - 0.01))
    assert not postures.at([track()], Seconds(1.0 + LASTS + 0.01))


def test_it_is_nobody_elses():
    assert learnt().at([track(2)], Seconds(1.0)) == {}


def test_what_is_too_old_is_forgotten():
    postures = learnt(t=1.0)
    postures.learn(Seconds(1.1 + LASTS), ((TrackId(2), BOX),), [pose(0, 0)])
    assert set(postures._known) == {TrackId(2)}


def test_who_was_not_looked_at_this_time_keeps_the_last_pose():
    postures = learnt(t=1.0)
    postures.learn(Seconds(1.2), ((TrackId(2), BOX),), [pose(0, 0)])
    assert set(postures.at([track(1), track(2)], Seconds(1.3))) == {TrackId(1), TrackId(2)}


def test_a_frame_from_before_it_has_it_at_age_zero():
    assert learnt(t=1.0).at([track()], Seconds(0.9))[TrackId(1)].age == 0


def test_what_was_found_is_not_changed():
    found = pose(0.3, 0.4)
    Postures().learn(Seconds(0.0), ((TrackId(1), BOX),), [found])
    assert found.joints[0, 0] == np.float32(0.3)
