"""How many calls of a model do key frames save, and do they miss anything?

    python benchmarks/keyframes.py [--films N] [--seed FIRST] [--misses]

Films in which every event is known (``keyframe_scripts``) go through the real pipeline: detector,
tracker, camera motion, glimpses, policy. An event is covered when a key frame that shows its
outcome is taken within ``IN_TIME`` of it. Calls saved are counted against one call a second. A key
frame is needlessly blurred when a sharp picture of the same was at most 0.3 s away. What reads
text is simulated: it tells of a new text ``READ_AFTER`` its change. The exit code is 1 when a goal
is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from keyframe_clips import Event, Film, within
from keyframe_scripts import SECONDS, panning_film, still_film

from models.registry import create
from vision.eye import Eye
from vision.glimpse import Glimpse, Noticer
from vision.keyframes import KeyFrame, KeyFrameConfig, KeyFramePolicy
from vision.ports import Detector
from vision.types import Seconds

DETECTOR = "nanodet-g-416"
FILMS = 5
"Of each kind of camera."
IN_TIME = 2.0
"Seconds after an event within which a key frame has to show it."
GOALS = {"still": 0.85, "panning": 0.60}
"Part of the calls that has to be saved."
COVERED = 0.98
"Part of all events that has to be covered."
MAKERS = {"still": still_film, "panning": panning_film}


@dataclass(frozen=True, slots=True)
class Taken:
    """One key frame."""

    t: float
    "Time of its picture."
    at: float
    "When it was taken."
    reason: str
    "Why."
    blurred: bool
    "Whether its picture was blurred on purpose, and a sharp one of the same was near."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one film."""

    name: str
    taken: tuple[Taken, ...]
    covered: tuple[Event, ...]
    missed: tuple[Event, ...]


def glimpses(film: Film, detector: Detector) -> Iterator[Glimpse]:
    """What is seen of a film; the detector looks at every picture."""
    eye, noticer = Eye(detector.labels), Noticer()
    before = Seconds(0)
    for frame in film.frames():
        eye.look(frame.picture, frame.t)
        eye.detected(detector.detect(frame.picture), frame.t)
        motion, before = eye.motion(before, frame.t), frame.t
        yield noticer.notice(frame.picture, frame.t, frame.pts, eye.tracks_at(frame.t), motion)


def key_frames(film: Film, seen: Iterator[Glimpse]) -> Iterator[tuple[KeyFrame, Seconds]]:
    """The key frames of a film, and when each was taken."""
    policy = KeyFramePolicy()
    before = 0.0
    for glimpse in seen:
        told = film.text_read(before, glimpse.t)
        before = glimpse.t
        key = policy.consider(glimpse, text_changed=told, now=glimpse.t)
        if key is not None:
            yield key, glimpse.t


def judge(film: Film, keys: Iterator[tuple[KeyFrame, Seconds]]) -> Outcome:
    """What the key frames of a film show of its events."""
    taken = tuple(
        Taken(key.glimpse.t, at, key.reason, _needlessly_blurred(film, key.glimpse.t, at))
        for key, at in keys
    )
    covered = tuple(event for event in film.events if _shown(event, taken))
    missed = tuple(event for event in film.events if not _shown(event, taken))
    return Outcome(film.clip.name, taken, covered, missed)


def _shown(event: Event, taken: tuple[Taken, ...]) -> bool:
    return any(
        event.at - 1e-6 <= each.t < event.until and each.at <= event.at + IN_TIME + 1e-6
        for each in taken
    )


def _needlessly_blurred(film: Film, t: float, at: float) -> bool:
    if not within(t, film.blurs):
        return False
    since = max((event.at for event in film.events if event.at <= t + 1e-6), default=0.0)
    reach = KeyFrameConfig().sharp_within
    near = (at - step / film.clip.fps for step in range(round(reach * film.clip.fps) + 1))
    return any(not within(each, film.blurs) for each in near if each >= since - 1e-6)


def run(kind: str, seed: int) -> Outcome:
    """One film from end to end."""
    film = MAKERS[kind](seed)
    detector = create(DETECTOR, device="cpu", threads=1)
    return judge(film, key_frames(film, glimpses(film, detector)))


def report(kind: str, outcomes: list[Outcome]) -> bool:
    """Prints a row; tells whether the saving goal was met."""
    calls = sum(len(outcome.taken) for outcome in outcomes)
    baseline = SECONDS * len(outcomes)
    covered = sum(len(outcome.covered) for outcome in outcomes)
    events = covered + sum(len(outcome.missed) for outcome in outcomes)
    saved = 1 - calls / baseline
    blurred = sum(each.blurred for outcome in outcomes for each in outcome.taken)
    reasons = Counter(each.reason for outcome in outcomes for each in outcome.taken)
    told = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    share = covered / max(events, 1)
    print(
        f"| {kind} | {baseline:.0f} s | {events} | {covered} ({share:.1%}) | {calls} "
        f"| {saved:.1%} | {blurred} | {told} |"
    )
    return saved >= GOALS[kind]


def by_kind(outcomes: list[Outcome]) -> None:
    """Prints what was covered of each kind of event."""
    covered = Counter(event.kind for outcome in outcomes for event in outcome.covered)
    missed = Counter(event.kind for outcome in outcomes for event in outcome.missed)
    print("\n| event | covered | of |\n|---|---|---|")
    for kind in sorted(covered | missed):
        print(f"| {kind} | {covered[kind]} | {covered[kind] + missed[kind]} |")


def main() -> int:
    parser = argparse.ArgumentParser(description="How many calls do key frames save?")
    parser.add_argument("--films", type=int, default=FILMS, help="films for each kind of camera")
    parser.add_argument("--seed", type=int, default=1, help="of the first film")
    parser.add_argument("--misses", action="store_true", help="list events that were missed")
    options = parser.parse_args()
    jobs = [(kind, options.seed + n) for n in range(options.films) for kind in MAKERS]
    with ProcessPoolExecutor(2) as pool:
        outcomes = list(pool.map(run, *zip(*jobs, strict=True)))
    print(
        "| camera | film | events | covered | calls | saved | needlessly blurred | reasons |\n"
        + "|---" * 8
        + "|"
    )
    good = [
        report(kind, [each for each in outcomes if each.name.startswith(kind)]) for kind in MAKERS
    ]
    by_kind(outcomes)
    if options.misses:
        for outcome in outcomes:
            for event in outcome.missed:
                print(f"{outcome.name}: missed {event}")
    covered = sum(len(outcome.covered) for outcome in outcomes)
    events = covered + sum(len(outcome.missed) for outcome in outcomes)
    return 0 if all(good) and covered >= COVERED * events else 1


if __name__ == "__main__":
    sys.exit(main())
