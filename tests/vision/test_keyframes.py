from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.glimpses import SHARP, Image, coloured, glimpse, track, with_patch
from tests.vision.textures import similarity, texture, view
from vision.glimpse import Glimpse
from vision.keyframes import MOST_RECENT, KeyFrame, KeyFrameConfig, KeyFramePolicy
from vision.motion import STILL
from vision.picture import Picture
from vision.types import Box, Seconds, Track

SIZE = (320, 240)
STEP = 0.1
PLACE: Box = (0.4, 0.3, 0.2, 0.4)
BLURRED = 0.4

Taken = tuple[float, str, float]
"Time of taking, reason, time of the picture."


def _soft(width: int, height: int) -> Image:
    return (texture(width, height, 4) * 0.3 + 80).astype(np.uint8)


WORLD = _soft(640, 480)
ROOM = coloured(view(WORLD, SIZE, STILL))
FULL = with_patch(ROOM, PLACE, (30, 60, 200))
OTHER = with_patch(ROOM, PLACE, (210, 200, 20))
ELSEWHERE = coloured(view(texture(640, 480, 9), SIZE, STILL))


def film(
    seconds: float,
    shown: Callable[[float], Image],
    tracks: Callable[[float], Iterable[Track]] = lambda _: (),
) -> list[Glimpse]:
    times = [round(n * STEP, 3) for n in range(round(seconds / STEP))]
    return [glimpse(shown(t), t, tuple(tracks(t))) for t in times]


def taken(glimpses: Iterable[Glimpse], config: KeyFrameConfig | None = None) -> list[Taken]:
    policy = KeyFramePolicy(config)
    found = ((each.t, policy.consider(each, now=each.t)) for each in glimpses)
    return [(t, key.reason, key.glimpse.t) for t, key in found if key is not None]


def test_the_first_glimpse_is_a_key_frame_at_once() -> None:
    assert taken(film(0.1, lambda _: ROOM)) == [(0.0, "first", 0.0)]


def test_nothing_happens_until_the_ceiling() -> None:
    found = taken(film(45, lambda _: ROOM))
    assert [reason for _, reason, _ in found] == ["first", "ceiling", "ceiling"]
    assert max(b[0] - a[0] for a, b in itertools.pairwise(found)) <= 20


@pytest.mark.parametrize(
    ("before", "after"), [(ROOM, FULL), (FULL, ROOM), (FULL, OTHER), (ROOM, ELSEWHERE)]
)
def test_what_no_detector_knows_is_seen_to_change(before: Image, after: Image) -> None:
    found = taken(film(5, lambda t: after if t >= 2 else before))
    assert [reason for _, reason, _ in found] == ["first", "change"]
    assert 2 <= found[1][2] <= found[1][0] <= 2.4


def test_a_known_object_comes_and_goes() -> None:
    def shown(t: float) -> Image:
        return FULL if 2 <= t < 5 else ROOM

    def tracks(t: float) -> list[Track]:
        seen = 0.0 if t < 5 else t - 4.9
        return [track(1, PLACE, seen=seen)] if 2.1 <= t < 5.3 else []

    big = replace(KeyFrameConfig().news, changed=0.5)
    found = taken(film(8, shown, tracks), KeyFrameConfig(news=big))
    assert [reason for _, reason, _ in found] == ["first", "came", "went"]
    assert 2.1 <= found[1][2] <= 2.6
    assert 5.0 <= found[2][2] <= 5.8


def test_a_detector_that_flickers_is_no_event() -> None:
    def tracks(t: float) -> list[Track]:
        return [track(1 + int(t), PLACE)] if t % 2 < 1 else []

    assert len(taken(film(15, lambda _: FULL, tracks))) == 1


def test_an_id_that_switches_is_no_event() -> None:
    assert len(taken(film(15, lambda _: FULL, lambda t: [track(1 + int(t), PLACE)]))) == 1


def test_a_track_too_short_is_no_event() -> None:
    def tracks(t: float) -> list[Track]:
        return [track(1, (0.1, 0.1, 0.05, 0.05))] if 2 <= t < 2.2 else []

    assert len(taken(film(6, lambda _: ROOM, tracks))) == 1


def test_a_known_object_that_moves_is_no_event() -> None:
    def place(t: float) -> Box:
        return (0.1 + 0.05 * t, 0.3, 0.2, 0.4)

    found = taken(
        film(8, lambda t: with_patch(ROOM, place(t), (30, 60, 200)), lambda t: [track(1, place(t))])
    )
    assert len(found) == 1


def test_exposure_that_drifts_is_no_event_and_a_light_is_one() -> None:
    def drifting(t: float) -> Image:
        return (ROOM * (0.8 + 0.03 * t)).astype(np.uint8)

    def switched(t: float) -> Image:
        return (ROOM * (1.0 if t < 2 else 0.5)).astype(np.uint8)

    assert len(taken(film(8, drifting))) == 1
    found = taken(film(8, switched))
    assert [reason for _, reason, _ in found] == ["first", "change"]
    assert found[1][2] == pytest.approx(2.0)


def test_a_shaking_camera_is_no_event_and_a_pan_is_one() -> None:
    def filmed(shift: Callable[[int], float], count: int) -> list[Glimpse]:
        moves = [similarity(SIZE, (shift(n), 0.0)) for n in range(count)]
        back = [moves[0].inverse(), *(move.inverse() for move in moves)]
        return [
            glimpse(coloured(view(WORLD, SIZE, move)), n * STEP, (), last.then(move))
            for n, (move, last) in enumerate(zip(moves, back, strict=False))
        ]

    assert len(taken(filmed(lambda n: 4 * np.sin(n), 60))) == 1
    found = taken(filmed(lambda n: -3.0 * n, 50))
    assert [reason for _, reason, _ in found] == ["first", "change"]
    assert found[1][2] * 30 == pytest.approx(0.4 * SIZE[0], abs=8)


def test_blur_in_passing_is_no_event() -> None:
    glimpses = [
        replace(each, sharpness=BLURRED) if 2 <= each.t < 2.5 else each
        for each in film(6, lambda t: ELSEWHERE if 2 <= t < 2.5 else ROOM)
    ]
    assert len(taken(glimpses)) == 1


def test_a_blurred_onset_waits_for_a_sharp_picture() -> None:
    glimpses = [
        replace(each, sharpness=BLURRED) if 2 <= each.t < 2.2 else each
        for each in film(5, lambda t: FULL if t >= 2 else ROOM)
    ]
    found = taken(glimpses)
    assert len(found) == 2
    assert found[1][2] >= 2.2 - 1e-9


def test_text_that_changed_is_a_reason_that_waits_for_the_floor() -> None:
    policy = KeyFramePolicy()
    found: list[tuple[float, KeyFrame]] = []
    for each in film(3, lambda _: ROOM):
        key = policy.consider(each, text_changed=each.t == 0.3, now=each.t)
        found += [(each.t, key)] if key else []
    assert [(t, key.reason) for t, key in found] == [(0.0, "first"), (1.0, "text")]


def test_a_question_gets_the_newest_glimpse_unless_it_is_blurred() -> None:
    policy = KeyFramePolicy()
    assert policy.newest_sharp(Seconds(0)) is None
    sharp, blurred, old = (
        glimpse(ROOM, 1.0),
        glimpse(ROOM, 1.2, sharpness=BLURRED),
        glimpse(ROOM, 1.6, sharpness=BLURRED),
    )
    policy.consider(sharp, now=sharp.t)
    assert policy.newest_sharp(Seconds(1.1)) is sharp
    policy.consider(blurred, now=blurred.t)
    assert policy.newest_sharp(Seconds(1.3)) is sharp
    policy.consider(old, now=old.t)
    assert policy.newest_sharp(Seconds(1.7)) is old
    assert policy.newest_sharp(Seconds(60)) is None


def test_glimpses_out_of_order_are_left_out() -> None:
    policy = KeyFramePolicy()
    newest = glimpse(ROOM, 5.0)
    policy.consider(newest, now=newest.t)
    assert policy.consider(glimpse(ELSEWHERE, 4.0), now=Seconds(9)) is None
    assert policy.newest_sharp(Seconds(5)) is newest


@pytest.mark.parametrize(
    "wrong", [{"floor": 20.0}, {"floor": -1.0}, {"sharp_within": 0.7}, {"sharp_within": -0.1}]
)
def test_times_have_to_fit_each_other(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="has to be"):
        KeyFrameConfig(**wrong)  # type: ignore[arg-type]


def _small(bgr: Image) -> Picture:
    return Picture.from_bgr(np.ascontiguousarray(bgr[::2, ::2]))


PICTURES = [_small(each) for each in (ROOM, FULL, OTHER, ELSEWHERE)]
TRACKS = [(), (track(1, PLACE),), (track(1, PLACE, 3), track(2, (0.1, 0.1, 0.2, 0.2)))]
CONFIG = KeyFrameConfig(ceiling=4.0)
MOMENT = st.tuples(
    st.integers(0, len(PICTURES) - 1),
    st.integers(0, len(TRACKS) - 1),
    st.sampled_from([0.1, 0.3, 0.5, SHARP]),
    st.sampled_from([0.03, 0.1, 0.25]),
    st.booleans(),
)


def played(moments: list[tuple[int, int, float, float, bool]]) -> list[tuple[Glimpse, bool]]:
    t, found = 0.0, []
    for picture, tracks, sharpness, step, text in moments:
        found.append((glimpse(PICTURES[picture], t, TRACKS[tracks], sharpness=sharpness), text))
        t += step
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(MOMENT, min_size=1, max_size=70))
def test_floor_ceiling_and_sharpness_are_kept(
    moments: list[tuple[int, int, float, float, bool]],
) -> None:
    policy, last = KeyFramePolicy(CONFIG), -np.inf
    seen: list[Glimpse] = []
    for each, text in played(moments):
        seen.append(each)
        key = policy.consider(each, text_changed=text, now=each.t)
        recent = [one for one in seen if each.t - one.t <= CONFIG.sharp_within]
        asked = policy.newest_sharp(each.t)
        assert asked is not None
        assert asked.sharpness >= CONFIG.sharp * max(one.sharpness for one in recent)
        assert len(policy._recent._glimpses) <= min(len(recent), MOST_RECENT)
        if key is None:
            # The next glimpse may be a quarter of a second away.
            assert each.t - last < CONFIG.ceiling + 0.25
            continue
        assert each.t - last >= CONFIG.floor
        assert any(key.glimpse is one for one in recent)
        if key.reason in {"ceiling", "text", "first"}:
            after = [one for one in recent if one.t >= key.glimpse.t]
            assert key.glimpse.sharpness >= CONFIG.sharp * max(one.sharpness for one in after)
        last = each.t


@settings(max_examples=15, deadline=None)
@given(st.lists(MOMENT, min_size=1, max_size=40))
def test_the_same_glimpses_give_the_same_key_frames(
    moments: list[tuple[int, int, float, float, bool]],
) -> None:
    glimpses = played(moments)
    policies = KeyFramePolicy(CONFIG), KeyFramePolicy(CONFIG)
    for each, text in glimpses:
        one, other = (policy.consider(each, text_changed=text, now=each.t) for policy in policies)
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert one.glimpse is other.glimpse
            assert one.reason == other.reason


def test_a_long_session_holds_no_more_than_a_short_one() -> None:
    policy = KeyFramePolicy()
    picture = PICTURES[0]
    for n in range(2000):
        each = glimpse(picture, n * 0.004, TRACKS[n // 100 % 3])
        policy.consider(each, now=each.t)
    assert len(policy._recent._glimpses) <= MOST_RECENT
    assert policy._news is not None
    assert len(policy._news._ages) <= 2
    assert len(policy._news._inventory.items) <= 3
