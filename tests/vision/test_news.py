from __future__ import annotations

import itertools
from collections.abc import Iterable

import numpy as np
import pytest

from tests.vision.glimpses import Image, coloured, glimpse, track, with_patch
from tests.vision.textures import similarity, texture, view
from vision.glimpse import Glimpse
from vision.motion import STILL, CameraMotion
from vision.news import Kind, News, NewsConfig
from vision.types import Box, Track

SIZE = (320, 240)
WORLD = (texture(640, 480, 6) * 0.3 + 80).astype(np.uint8)
PAINT = (30, 60, 200)
DEAF = NewsConfig(changed=0.9)
"Sees no change away from objects."


def room(motion: CameraMotion = STILL) -> Image:
    return coloured(view(WORLD, SIZE, motion))


def told(glimpses: Iterable[Glimpse], config: NewsConfig = DEAF) -> list[tuple[float, Kind]]:
    """When each kind of news was told first, after the key frame that the first glimpse is."""
    key, *others = glimpses
    news = News(key, config)
    first: dict[Kind, float] = {}
    for each in others:
        for kind in news.judge(each, blurred=False):
            first.setdefault(kind, each.t)
    return sorted((t, kind) for kind, t in first.items())


def walk(places: Iterable[Box | None], start: float = 0.0) -> list[Glimpse]:
    """Somebody in front of a still camera, ten times a second."""
    found = []
    for n, place in enumerate(places):
        bgr = room() if place is None else with_patch(room(), clipped(place), PAINT)
        found.append(glimpse(bgr, start + n / 10, [] if place is None else [track(1, place)]))
    return found


def clipped(box: Box) -> Box:
    left, top = max(box[0], 0.0), max(box[1], 0.0)
    return left, top, min(box[0] + box[2], 1.0) - left, min(box[1] + box[3], 1.0) - top


def test_an_object_has_to_be_followed_for_a_while_to_have_come() -> None:
    found = told(walk([None] * 5 + [(0.4, 0.3, 0.2, 0.4)] * 10))
    assert found == [(pytest.approx(0.8), "came")]


def test_a_thing_that_the_key_frame_shows_has_not_come_when_it_is_detected_late() -> None:
    place = (0.4, 0.3, 0.2, 0.4)
    glimpses = walk([place] * 20)
    late = [glimpse(each.picture, each.t, each.tracks if each.t > 1 else []) for each in glimpses]
    assert told(late) == []


def test_who_was_half_in_the_picture_comes_when_more_is_seen() -> None:
    entering = [clipped((-0.15 + 0.02 * min(n, 12), 0.3, 0.2, 0.4)) for n in range(25)]
    found = told(walk(entering))
    assert [kind for _, kind in found] == ["came"]
    assert 0.9 <= found[0][0] <= 1.5


def test_who_stays_half_in_the_picture_is_no_news() -> None:
    assert told(walk([clipped((-0.1, 0.3, 0.2, 0.4))] * 30)) == []


def test_who_walks_out_went() -> None:
    leaving = [(0.5 + 0.03 * n, 0.3, 0.2, 0.4) for n in range(12)]
    found = told(walk([*leaving, *[None] * 10]))
    assert [kind for _, kind in found] == ["went"]
    assert found[0][0] == pytest.approx(1.7)


def test_what_the_camera_turns_from_has_not_gone() -> None:
    place = (0.05, 0.3, 0.2, 0.4)
    here = glimpse(with_patch(room(), place, PAINT), 0.0, [track(1, place)])
    moves = [similarity(SIZE, (-12.0 * n, 0.0)) for n in range(9)]
    turned = [
        glimpse(room(move), 0.1 * n, [], before.inverse().then(move))
        for n, (before, move) in enumerate(itertools.pairwise(moves), 1)
    ]
    rest = [glimpse(room(moves[-1]), 0.9 + 0.1 * n) for n in range(10)]
    assert told([here, *turned, *rest]) == []


@pytest.mark.parametrize("part", [0.1, 0.5])
def test_something_else_in_an_object_s_place_is_a_change(part: float) -> None:
    place = (0.4, 0.3, 0.2, 0.4)
    other: Box = (0.4, 0.3, 0.2, 0.4 * part)
    before = with_patch(room(), place, PAINT)
    after = with_patch(before, other, (220, 220, 60))
    glimpses = [glimpse(after if n > 4 else before, n / 10, [track(1, place)]) for n in range(10)]
    assert [kind for _, kind in told(glimpses)] == (["change"] if part > 0.25 else [])


def test_coming_closer_is_a_change() -> None:
    moves = [similarity(SIZE, (0.0, 0.0), zoom=1.0 + 0.05 * n) for n in range(20)]
    closer = [
        glimpse(room(move), 0.1 * n, [], before.inverse().then(move))
        for n, (before, move) in enumerate(itertools.pairwise(moves), 1)
    ]
    found = told([glimpse(room(), 0.0), *closer])
    assert found == [(pytest.approx(1.2, abs=0.11), "change")]


def test_a_change_is_told_when_it_has_settled() -> None:
    def grown(t: float) -> Image:
        return with_patch(room(), (0.3, 0.3, 0.4 * min(1.0, max(0.02, t * 2)), 0.4), PAINT)

    glimpses = [glimpse(room(), 0.0), *(glimpse(grown(n / 10), n / 10) for n in range(1, 15))]
    found = told(glimpses, NewsConfig())
    assert [kind for _, kind in found] == ["change"]
    assert 0.4 <= found[0][0] <= 0.8


def test_nothing_is_judged_by_a_blurred_glimpse() -> None:
    news = News(glimpse(room(), 0.0), NewsConfig())
    after = with_patch(room(), (0.3, 0.3, 0.4, 0.4), PAINT)
    assert all(not news.judge(glimpse(after, n / 10), blurred=True) for n in range(1, 9))


def test_a_key_frame_of_a_moment_ago_is_caught_up_with() -> None:
    place = (0.4, 0.3, 0.2, 0.4)
    news = News(glimpse(room(), 0.0), NewsConfig())
    shown = [glimpse(with_patch(room(), place, PAINT), n / 10, [track(1, place)]) for n in (1, 2)]
    shift = CameraMotion.shift(0.1, 0.0)
    moved: list[Track] = [track(1, (0.5, 0.3, 0.2, 0.4))]
    panned = room(similarity(SIZE, (32.0, 0.0)))
    later = glimpse(with_patch(panned, moved[0].box, PAINT), 0.3, moved, shift)
    news.rebase(shown[0], [shown[1], later])
    for n in range(4, 12):
        same = glimpse(later.picture, n / 10, moved)
        assert not news.judge(same, blurred=False)
