from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from vision.glimpse import Glimpse
from vision.motion import STILL, CameraMotion
from vision.picture import Picture
from vision.scene import (
    ABSENT,
    FORGETTING,
    MOST_CHANGES,
    MOST_DEPARTED,
    MOVE_WINDOW,
    SETTLE,
    Scene,
    SceneObject,
)
from vision.types import Box, Seconds, SeenText, Track, TrackId

LABELS = ("person", "cup")
PICTURE = Picture(np.zeros((24, 16), np.uint8))
BOX: Box = (0.4, 0.4, 0.3, 0.4)
STEP = 0.1


def track(id_: int = 1, box: Box = BOX, label: int = 0, score: float = 0.8) -> Track:
    return Track(TrackId(id_), label, score, box, (0.0, 0.0), Seconds(0))


def glimpse(
    t: float, *tracks: Track, motion: CameraMotion = STILL, colours: dict[int, str] | None = None
) -> Glimpse:
    named = {TrackId(id_): colour for id_, colour in (colours or {}).items()}
    small = np.zeros((72, 96), np.uint8)
    return Glimpse(PICTURE, Seconds(t), round(t * 90_000), tracks, named, motion, small, 1.0)


def follow(
    scene: Scene,
    boxes: list[Box],
    *,
    start: float = 0.0,
    motion: CameraMotion = STILL,
    id_: int = 1,
) -> SceneObject:
    """Shows one object in a row of glimpses, and gives it as it is after the last."""
    for number, box in enumerate(boxes):
        scene.update(glimpse(start + number * STEP, track(id_, box), motion=motion))
    return next(each for each in scene.view().objects if each.id == id_)


def shifted(box: Box, x: float, y: float = 0.0) -> Box:
    return (box[0] + x, box[1] + y, box[2], box[3])


def test_before_the_first_glimpse_there_is_nothing() -> None:
    view = Scene(LABELS).view()
    assert (view.objects, view.departed, view.changes, view.t, view.began) == ((), (), (), 0, 0)


def test_an_object_is_told_with_its_label_colour_and_times() -> None:
    scene = Scene(LABELS)
    scene.update(glimpse(5.0, track(7, label=1), colours={7: "red"}))
    (seen,) = scene.view().objects
    assert (seen.id, seen.label, seen.colour, seen.first, seen.last) == (7, "cup", "red", 5, 5)
    assert scene.view().began == 5


def test_a_colour_that_cannot_be_told_any_more_is_kept() -> None:
    scene = Scene(LABELS)
    scene.update(glimpse(0.0, track(), colours={1: "blue"}))
    scene.update(glimpse(0.1, track()))
    assert scene.view().objects[0].colour == "blue"


def test_when_it_was_last_seen_is_when_a_detection_confirmed_it() -> None:
    scene = Scene(LABELS)
    scene.update(glimpse(1.0, track()))
    scene.update(glimpse(1.4, replace(track(), seen=Seconds(0.4))))
    assert scene.view().objects[0].last == pytest.approx(1.0)


def test_what_was_plain_to_see_is_not_doubtful_at_once_but_after_a_while() -> None:
    scene = Scene(LABELS)
    scene.update(glimpse(0.0, track(score=0.8)))
    scene.update(glimpse(0.1, track(score=0.3)))
    assert scene.view().objects[0].score == pytest.approx(0.8 - FORGETTING * 0.1)
    for number in range(2, 200):
        scene.update(glimpse(number * 0.1, track(score=0.3)))
    assert scene.view().objects[0].score == pytest.approx(0.3)


def test_coming_counts_once_the_object_has_settled() -> None:
    scene = Scene(LABELS)
    scene.update(glimpse(0.0, track()))
    scene.update(glimpse(SETTLE - 0.05, track()))
    assert scene.view().changes == ()
    scene.update(glimpse(SETTLE + 0.05, track()))
    scene.update(glimpse(SETTLE + 0.15, track()))
    (change,) = scene.view().changes
    assert (change.kind, change.at, change.what.id) == ("came", 0.0, 1)


def test_a_flash_neither_comes_nor_goes() -> None:
    scene = Scene(LABELS)
    scene.update(glimpse(0.0, track()))
    for t in (0.1, 1.0, 2.0, 3.0):
        scene.update(glimpse(t))
    assert scene.view().changes == ()
    assert scene.view().departed == ()


def test_going_counts_after_a_while_and_bears_the_time_of_the_last_sight() -> None:
    scene = Scene(LABELS)
    follow(scene, [BOX] * 11)
    scene.update(glimpse(1.0 + ABSENT - 0.1))
    view = scene.view()
    assert [change.kind for change in view.changes] == ["came"]
    assert view.objects == ()
    assert [each.id for each in view.departed] == [1]
    scene.update(glimpse(1.0 + ABSENT + 0.1))
    went, _ = scene.view().changes
    assert (went.kind, went.at) == ("went", pytest.approx(1.0))
    assert [each.id for each in scene.view().departed] == [1]


def test_a_gap_is_no_going() -> None:
    scene = Scene(LABELS)
    follow(scene, [BOX] * 6)
    scene.update(glimpse(0.8))
    follow(scene, [BOX] * 20, start=0.9)
    view = scene.view()
    assert [change.kind for change in view.changes] == ["came"]
    assert view.objects[0].first == 0
    assert view.departed == ()


def test_an_object_that_stays_has_not_moved() -> None:
    assert follow(Scene(LABELS), [BOX] * 30).moved == 0


def test_moving_is_measured_in_diagonals_and_has_a_direction() -> None:
    seen = follow(Scene(LABELS), [shifted(BOX, 0.01 * n, -0.005 * n) for n in range(11)])
    diagonal = math.hypot(0.3, 0.4)
    assert seen.way == pytest.approx((0.1 / diagonal, -0.05 / diagonal))
    assert seen.moved == pytest.approx(math.hypot(0.1, 0.05) / diagonal)
    assert all(type(part) is float for part in seen.way)


def test_only_the_last_moments_of_a_movement_count() -> None:
    steps = [shifted(BOX, 0.01 * n) for n in range(11)] + [shifted(BOX, 0.1)] * 25
    assert follow(Scene(LABELS), steps).moved == pytest.approx(0, abs=1e-9)
    assert len(steps) * STEP > MOVE_WINDOW + 1


def test_what_the_camera_moves_has_not_moved_by_itself() -> None:
    pan = CameraMotion.shift(0.02, 0.01)
    seen = follow(Scene(LABELS), [shifted(BOX, 0.02 * n, 0.01 * n) for n in range(15)], motion=pan)
    assert seen.moved == pytest.approx(0, abs=1e-9)


def test_what_keeps_its_place_in_a_panning_picture_moves() -> None:
    seen = follow(Scene(LABELS), [BOX] * 11, motion=CameraMotion.shift(0.02, 0.0))
    assert seen.way == pytest.approx((-0.2 / 0.5, 0.0))


def test_a_zoom_moves_nothing() -> None:
    zoom = CameraMotion(np.array([[1.05, 0, -0.025], [0, 1.05, -0.025]]))
    boxes = [BOX]
    for _ in range(10):
        boxes.append(tuple(zoom.boxes(np.array([boxes[-1]], np.float32))[0].tolist()))
    assert follow(Scene(LABELS), boxes, motion=zoom).moved == pytest.approx(0, abs=1e-5)


def test_a_gap_while_the_camera_pans_is_no_movement() -> None:
    scene, pan = Scene(LABELS), CameraMotion.shift(0.05, 0.0)
    follow(scene, [BOX] * 5)
    for t in (0.5, 0.6, 0.7):
        scene.update(glimpse(t, motion=pan))
    scene.update(glimpse(0.8, track(box=shifted(BOX, 0.2)), motion=pan))
    assert scene.view().objects[0].moved == 0


def test_objects_stand_by_id_and_changes_the_newest_first() -> None:
    scene = Scene(LABELS)
    for number in range(10):
        scene.update(glimpse(number * STEP, track(2), track(1, label=1)))
    follow(scene, [BOX] * 10, start=1.0, id_=3)
    view = scene.view()
    assert [each.id for each in view.objects] == [3]
    assert {each.id for each in view.departed} == {1, 2}
    assert view.changes[0].what.id == 3


def test_what_is_remembered_is_bounded() -> None:
    scene, t = Scene(LABELS), 0.0
    for id_ in range(1, MOST_CHANGES + 60):
        for _ in range(2):
            scene.update(glimpse(t, track(id_)))
            t += SETTLE + 0.1
        scene.update(glimpse(t))
        t += ABSENT + 0.1
        scene.update(glimpse(t))
    view = scene.view()
    assert len(view.changes) == MOST_CHANGES
    assert len(view.departed) == MOST_DEPARTED
    assert view.departed[0].id == MOST_CHANGES + 59
    assert view.changes[0].at > view.changes[-1].at


def test_text_is_passed_on() -> None:
    scene = Scene(LABELS)
    quad = ((0.1, 0.1), (0.2, 0.1), (0.2, 0.2), (0.1, 0.2))
    here = SeenText(1, "EXIT", quad, 0.9, Seconds(0), Seconds(1))
    scene.read([here], [replace(here, id=2)])
    assert scene.view().texts == (here,)
    assert [text.id for text in scene.view().past_texts] == [2]


def test_a_view_stays_as_it_was() -> None:
    scene = Scene(LABELS)
    follow(scene, [BOX] * 5)
    before = scene.view()
    follow(scene, [shifted(BOX, 0.3)] * 5, start=0.5)
    assert before.objects[0].box == BOX
    assert before.t == pytest.approx(0.4)
