from __future__ import annotations

from math import exp

import pytest

from vision.life import FAINT_VOTE, Life, TrackerConfig
from vision.types import TrackId

CONFIG = TrackerConfig()
CAT, DOG = 15, 16


def begun(score: float) -> Life:
    life = Life.begun(1, 0.0, CAT, score)
    life.sure = score >= CONFIG.sure_score
    return life


@pytest.mark.parametrize(
    ("first", "second", "proven"),
    [
        (0.9, None, True),
        (0.6, None, False),
        (0.6, 0.4, True),
        (0.6, 0.3, False),
        (0.4, 0.6, False),
        (0.4, 0.9, True),
    ],
)
def test_what_proves_a_track(first: float, second: float | None, *, proven: bool) -> None:
    life = begun(first)
    if second is not None:
        life.confirm(0.1, CAT, second, CONFIG)
    assert life.proven(CONFIG) is proven


def test_belief_follows_the_scores_at_its_own_pace() -> None:
    life = begun(0.2)
    beliefs = []
    for step in range(1, 5):
        life.confirm(step * 0.1, CAT, 0.8, CONFIG)
        beliefs.append(life.belief)
    assert beliefs == sorted(beliefs)
    assert 0.2 < beliefs[0] < 0.4
    assert 0.6 < beliefs[-1] < 0.8
    assert life.score == 0.8
    at_once = begun(0.2)
    at_once.confirm(0.4, CAT, 0.8, CONFIG)
    assert at_once.belief == pytest.approx(beliefs[-1]), "the rate of detections does not matter"


def test_votes_fade_and_are_forgotten() -> None:
    life = begun(0.9)
    life.confirm(1.0, DOG, 0.5, CONFIG)
    assert life.label == CAT
    life.confirm(3.0, DOG, 0.5, CONFIG)
    assert life.label == DOG
    life.confirm(40.0, DOG, 0.5, CONFIG)
    assert CAT not in life.votes
    assert life.votes[DOG] > FAINT_VOTE


def test_what_is_seen_badly_but_steadily_is_proven() -> None:
    life = begun(0.5)
    life.confirm(0.1, CAT, 0.5, CONFIG)
    assert not life.proven(CONFIG)
    life.confirm(0.2, CAT, 0.5, CONFIG)
    assert life.proven(CONFIG)
    worse = begun(0.4)
    worse.confirm(0.2, CAT, 0.5, CONFIG)
    assert not worse.proven(CONFIG)


def test_what_is_worth_least_is_what_was_never_sure() -> None:
    faint, hoped, lost, seen = begun(0.5), begun(0.6), begun(0.9), begun(0.9)
    for one in (lost, seen):
        one.id = TrackId(1)
    seen.confirm(1.0, CAT, 0.2, CONFIG)
    worths = [one.worth(1.0, CONFIG) for one in (faint, hoped, lost, seen)]
    assert worths == sorted(worths)
    assert worths[0] < 1 < worths[1], "a sure detection is worth its score and 1 more"
    assert worths[2] < 2 < worths[3]
    assert lost.belief_at(1.0, CONFIG) == pytest.approx(0.9 * exp(-1.0 / CONFIG.belief_unseen))
