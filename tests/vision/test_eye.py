from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.vision.textures import picture, similarity, texture, view
from vision.eye import Eye, EyeConfig
from vision.life import TrackerConfig
from vision.motion import STILL, CameraMotion
from vision.types import Detections, Seconds, Track

SIZE = (640, 480)
RATE = 30
WORLD = texture(1600, 960, seed=3)
THINGS = np.array([[0.3, 0.3, 0.1, 0.2], [0.6, 0.5, 0.15, 0.2]], np.float32)


def seen(boxes: np.ndarray) -> Detections:
    return Detections(
        np.asarray(boxes, np.float32),
        np.full(len(boxes), 0.8, np.float32),
        np.zeros(len(boxes), np.int32),
    )


def overlap(box: tuple[float, float, float, float], other: np.ndarray) -> float:
    low = np.maximum(box[:2], other[:2])
    high = np.minimum(np.add(box[:2], box[2:]), other[:2] + other[2:])
    shared = float(np.prod(np.clip(high - low, 0, None)))
    return shared / float(box[2] * box[3] + other[2] * other[3] - shared)


def pan(speed: float, frame: int) -> CameraMotion:
    """Content moves left by ``speed`` pixels of the picture a second."""
    return similarity(SIZE, (-speed * frame / RATE, 0.0))


def at(frame: float) -> Seconds:
    return Seconds(frame / RATE)


def panned_eye(speed: float, frames: int, *, every: int = 3, late: int = 0) -> Eye:
    """Looks at every frame; every n-th is detected, its result comes ``late`` frames later."""
    eye = Eye(("thing",))
    for frame in range(frames):
        eye.look(picture(view(WORLD, SIZE, pan(speed, frame))), at(frame))
        if frame >= late and (frame - late) % every == 0:
            eye.detected(seen(pan(speed, frame - late).boxes(THINGS)), at(frame - late))
    return eye


@pytest.mark.parametrize("speed", [0, 200, 400])
@pytest.mark.parametrize("late", [0, 3])
def test_boxes_stay_on_static_things_while_the_camera_pans(speed: float, late: int) -> None:
    eye = Eye(("thing",))
    for frame in range(24):
        motion = pan(speed, frame)
        eye.look(picture(view(WORLD, SIZE, motion)), at(frame))
        if frame >= late and (frame - late) % 3 == 0:
            eye.detected(seen(pan(speed, frame - late).boxes(THINGS)), at(frame - late))
        tracks = eye.tracks_at(at(frame))
        assert len(tracks) == (2 if frame >= late else 0)
        for track in tracks:
            assert overlap(track.box, motion.boxes(THINGS)[track.id - 1]) >= 0.9


def test_camera_motion_is_part_of_velocity() -> None:
    eye = panned_eye(320, 12)
    assert eye.camera == pytest.approx((-0.5, 0.0), abs=0.01)
    for track in eye.tracks_at(at(11)):
        assert track.velocity == pytest.approx((-0.5, 0.0), abs=0.02)


def test_past_the_newest_picture_the_pan_goes_on() -> None:
    eye = panned_eye(200, 12)
    true = pan(200, 12 + 2).boxes(THINGS)
    for track in eye.tracks_at(at(11 + 3)):
        assert overlap(track.box, true[track.id - 1]) >= 0.9


def test_a_late_result_is_the_same_as_a_punctual_one() -> None:
    punctual, late = panned_eye(200, 19), panned_eye(200, 19 + 6, late=6)
    for one, other in zip(punctual.tracks_at(at(18)), late.tracks_at(at(24)), strict=True):
        assert one.id == other.id
        moved = pan(200, 6).boxes(np.array([one.box], np.float32))[0]
        assert overlap(other.box, moved) >= 0.9


def test_results_and_pictures_out_of_order_are_refused_and_counted() -> None:
    eye = panned_eye(0, 7)
    before = eye.tracks_at(at(6))
    eye.detected(seen(THINGS[:1]), at(6))
    eye.detected(seen(THINGS[:1]), at(2))
    eye.detected(seen(THINGS[:1]), Seconds(float("nan")))
    eye.look(picture(view(WORLD, SIZE, STILL)), at(6))
    eye.look(picture(view(WORLD, SIZE, STILL)), Seconds(float("nan")))
    assert eye.refused == 5
    assert eye.tracks_at(at(6)) == before


def test_a_change_of_resolution_disturbs_nothing() -> None:
    scene = view(WORLD, (1280, 960), STILL)
    small = cv2.resize(scene, SIZE, interpolation=cv2.INTER_AREA)
    eye = Eye(("thing",))
    for frame in range(12):
        eye.look(picture(np.asarray(small if frame % 4 < 2 else scene, np.uint8)), at(frame))
        eye.detected(seen(THINGS), at(frame))
        tracks = eye.tracks_at(at(frame))
        assert [track.id for track in tracks] == [1, 2]
        assert all(overlap(k.box, THINGS[k.id - 1]) > 0.97 for k in tracks)
        assert np.hypot(*eye.camera) < 0.02


def test_a_turned_phone_starts_anew_with_new_ids() -> None:
    eye = panned_eye(200, 7)
    assert [track.id for track in eye.tracks_at(at(6))] == [1, 2]
    upright = picture(view(WORLD, (480, 640), STILL))
    eye.look(upright, at(7))
    assert eye.tracks_at(at(7)) == ()
    assert eye.camera == (0.0, 0.0)
    eye.detected(seen(THINGS), at(6.5))
    assert (eye.refused, eye.tracks_at(at(7))) == (1, ()), "a result from before the turn"
    eye.detected(seen(THINGS), at(7))
    assert [track.id for track in eye.tracks_at(at(7))] == [3, 4]


def test_a_thing_that_moves_by_itself_does_not_move_the_camera() -> None:
    """It covers most of the picture and has the stronger texture."""
    thing = texture(420, 300, seed=9)
    eye = Eye(("thing",))
    for frame in range(20):
        grey = view(WORLD, SIZE, STILL).copy()
        left = 20 + 6 * frame
        grey[40:460, left : left + 420] = np.resize(thing, (420, 420))
        eye.look(picture(grey), at(frame))
        box = np.array([[left / 640, 40 / 480, 420 / 640, 420 / 480]], np.float32)
        eye.detected(seen(box), at(frame))
    assert np.hypot(*eye.camera) < 0.02
    (track,) = eye.tracks_at(at(19))
    assert track.velocity[0] == pytest.approx(6 * RATE / 640, abs=0.03)


def test_detections_alone_are_enough() -> None:
    eye = Eye(("thing",))
    assert eye.tracks_at(Seconds(0)) == ()
    eye.detected(seen(THINGS), Seconds(0))
    assert [track.id for track in eye.tracks_at(Seconds(0.1))] == [1, 2]
    assert eye.labels == ("thing",)


def test_the_same_video_gives_the_same_tracks() -> None:
    def replay() -> list[tuple[Track, ...]]:
        eye = panned_eye(150, 10)
        return [eye.tracks_at(at(frame)) for frame in range(9, 15)]

    assert replay() == replay()


def walked(frames: int, *, anchored: bool) -> tuple[Eye, float]:
    """A thing begins to walk; one result, of the first picture, comes four pictures later."""
    thing = texture(160, 240, seed=9)
    eye = Eye(("thing",), EyeConfig(anchored=anchored))
    for frame in range(frames):
        grey = view(WORLD, SIZE, STILL).copy()
        left = 100 + 8 * frame
        grey[100:340, left : left + 160] = thing
        eye.look(picture(grey), at(frame))
        if frame == 4:
            box = np.array([[100 / 640, 100 / 480, 160 / 640, 240 / 480]], np.float32)
            eye.detected(seen(box), at(0))
    return eye, (100 + 8 * (frames - 1)) / 640


def test_a_box_stays_on_a_thing_that_walks_though_it_was_detected_once() -> None:
    eye, left = walked(12, anchored=True)
    (track,) = eye.tracks_at(at(11))
    assert track.box[0] == pytest.approx(left, abs=0.01)
    assert track.velocity[0] > 0.1
    unheld, _ = walked(12, anchored=False)
    (track,) = unheld.tracks_at(at(11))
    assert track.box[0] < left - 0.1, "so it is the picture that tells"


PANS, WALKS = 120, 90
"Pixels of the picture a second that the camera pans to the right, and a thing walks to the left."


def stroll(t: float, pans: float) -> tuple[np.ndarray, float]:
    """A thing that walks through the world, and where its left edge is in the picture."""
    walked = round(WALKS * t)
    whole = WORLD.copy()
    left = 480 + 400 - walked
    whole[360:600, left : left + 160] = texture(160, 240, seed=9)
    motion = similarity(SIZE, (-pans * t, 0.0))
    return view(whole, SIZE, motion), (400 - walked - pans * t) / 640


@pytest.mark.parametrize("rate", [30, 60])
@pytest.mark.parametrize("pans", [0, PANS])
def test_no_box_jumps_while_results_stay_away(rate: int, pans: float) -> None:
    """Detected once, when its speed is not known yet; then only the pictures tell."""
    eye, stale = Eye(("thing",)), TrackerConfig().shown_stale
    lefts = []
    for frame in range(round(1.75 * rate)):
        t = Seconds(frame / rate)
        grey, left = stroll(t, pans)
        eye.look(picture(grey), t)
        if frame == 0:
            eye.detected(seen(np.array([[left, 0.25, 0.25, 0.5]])), t)
        shown = eye.tracks_at(t)
        assert len(shown) == (t <= stale)
        (track,) = shown or eye.believed_at(t)
        assert track.box[0] == pytest.approx(left, abs=0.03)
        lefts.append(track.box[0])
    step = (WALKS + pans) / 640 / rate
    assert np.abs(np.diff(lefts) + step).max() < 0.006


def test_what_is_believed_and_not_shown() -> None:
    eye = Eye(("thing",))
    faint = Detections(THINGS, np.full(2, 0.2, np.float32), np.zeros(2, np.int32))
    assert eye.believed_at(Seconds(0)) == ()
    eye.detected(faint, Seconds(0))
    assert eye.tracks_at(Seconds(0)) == ()
    assert [track.id for track in eye.believed_at(Seconds(0))] == [0, 0]
