"""Does "tell me when …" tell, once, soon, and never without reason?

    python benchmarks/watches.py [--quiet MINUTES]

Clips whose every event is known (``watch_cases``) go through the real pipeline on their own time:
detector each 0.1 s, tracker, scene, watchers. For every instruction the firings are held against
what truly happened. The delay is that of the alert over the moment when a thing had come (half of
it in sight) or gone (nothing of it in sight), when a number was reached, a border crossed by the
middle of a box. Telling while a thing is still half on its way counts as early, not as false;
telling before that, twice, or of nothing is a false alarm.

With ``--quiet`` so many minutes of video are watched in which nothing comes or goes by itself: the
sample's stroll and pans, still and panning views of the stage; by watches for what is not there,
and, where the camera rests, for comings and goings of what is.

Exit code 1 if anything was missed or told without reason, or if the 95th percentile of the delays
is over 0.5 s.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from stage_cards import astronaut, cup, person
from stage_clips import Actor, Clip, at, panning, still
from watch_cases import SHAKE, Case, cases
from watch_truth import Moment, moments

from models import coco
from models.registry import create
from streaming.replay import see
from streaming.sample import sample_camera, sample_picture
from streaming.videofile import VideoFrame
from vision.glimpse import Noticer
from vision.ports import Detector
from vision.scene import Scene, SceneView
from vision.types import Seconds
from vision.watching import Firing, NotUnderstood, Rule, Watcher, parse

DETECTOR = "nanodet-g-416"
EVERY = 0.1
"Seconds between detections."
GOAL = 0.5
"Seconds of delay, 95th percentile."
LATEST = 2.0
"Seconds after a moment in which an alert still counts as telling of it."
QUIET_FPS = 10
ABSENT = ("dog", "cat", "car", "bus", "laptop", "bicycle")
"What is in no quiet video."


@dataclass(slots=True)
class Outcome:
    """How one instruction was carried out."""

    told: int = 0
    missed: int = 0
    false: int = 0
    delays: list[float] = field(default_factory=list)


def views(frames: Iterable[VideoFrame], detector: Detector) -> Iterator[SceneView]:
    """The scene at every picture that the detector sees."""
    noticer, scene = Noticer(), Scene(detector.labels)
    for seen in see(iter(frames), detector, EVERY):
        if seen.detected:
            frame = seen.frame
            scene.update(noticer.notice(frame.picture, frame.t, frame.pts, seen.tracks, seen.moved))
            yield scene.view()


def understood(text: str) -> Rule:
    """The rule of an instruction."""
    rule = parse(text, coco.LABELS)
    if isinstance(rule, NotUnderstood):
        raise SystemExit(f"not understood: {text}")
    return rule


def watched(seen: Iterable[SceneView], texts: tuple[str, ...]) -> list[list[tuple[float, Firing]]]:
    """For each instruction its firings, with the times at which they were told."""
    watchers = [Watcher(understood(text), Seconds(0)) for text in texts]
    told: list[list[tuple[float, Firing]]] = [[] for _ in texts]
    for view in seen:
        for watcher, firings in zip(watchers, told, strict=True):
            firing = watcher.step(view, view.t)
            if firing is not None:
                firings.append((view.t, firing))
    return told


def judged(expected: list[Moment], told: list[float]) -> Outcome:
    """Gives every moment the first telling that can be of it."""
    outcome, left = Outcome(), list(told)
    for moment in expected:
        fit = [t for t in left if moment.since - EVERY <= t <= moment.at + LATEST]
        if fit:
            left.remove(fit[0])
            outcome.told += 1
            outcome.delays.append(fit[0] - moment.at)
        else:
            outcome.missed += 1
    outcome.false = len(left)
    return outcome


def measure(case: Case, detector: Detector) -> Iterator[Outcome]:
    """Prints a line for each instruction of a case."""
    told = watched(views(case.clip.frames(), detector), case.watches)
    for text, firings in zip(case.watches, told, strict=True):
        outcome = judged(moments(understood(text), case.clip), [t for t, _ in firings])
        delays = " ".join(f"{1e3 * delay:+.0f}" for delay in outcome.delays) or "none due"
        told_so = f"{outcome.told} | {outcome.missed} | {outcome.false}"
        print(f"| {case.clip.name} | {text} | {told_so} | {delays} |")
        yield outcome


def quiet_videos(seconds: float) -> Iterator[tuple[str, Iterator[VideoFrame], bool]]:
    """Name, frames, and whether what is in view stays in view."""
    share = seconds / 5
    yield "sample: stroll", _sample(None, share), False
    yield "sample: pan", _sample(80, share), False
    yield "sample: hand-held", _sample(0, share), True
    company = (Actor(person(), at(-150, 60)), Actor(cup(300), at(150, 40)))
    yield "stage: hand-held", _stage(company, share, pan=0), True
    company = (Actor(person(), at(-60, 60)), Actor(astronaut(), at(700, 60)))
    yield "stage: pan", _stage(company, share, pan=100), False


def _sample(speed: float | None, seconds: float) -> Iterator[VideoFrame]:
    camera = sample_camera(fps=QUIET_FPS, speed=speed)
    for index in range(round(seconds * QUIET_FPS)):
        pts = index * 90_000 // QUIET_FPS
        yield VideoFrame(index, Seconds(pts / 90_000), pts, sample_picture(camera, index))


def _stage(actors: tuple[Actor, ...], seconds: float, pan: float) -> Iterator[VideoFrame]:
    camera = panning(pan, reach=600, shake=SHAKE) if pan else still(SHAKE)
    return Clip("quiet", seconds, actors, camera, fps=QUIET_FPS).frames()


def quiet(minutes: float, detector: Detector) -> int:
    """Prints a line for each quiet video; gives the number of false alarms."""
    absent = [f"every time a {label} appears" for label in ABSENT]
    absent += [f"tell me when there is a {label}" for label in ABSENT]
    absent += ["when there are at least 6 people", "when there are at least 4 cups"]
    present = ["every time a person appears", "every time a person leaves", "when nobody is here"]
    present += ["every time a cup appears", "every time a person enters the left half"]
    false = 0
    for name, frames, stays in quiet_videos(60 * minutes):
        texts = (*absent, *present) if stays else tuple(absent)
        told = watched(views(frames, detector), texts)
        alarms = [f"{t:.1f} s {one.why}" for firings in told for t, one in firings]
        false += len(alarms)
        which = "; ".join(alarms[:5])
        print(f"| {name} | {12 * minutes:g} s | {len(texts)} | {len(alarms)} | {which} |")
    return false


def main() -> None:
    parser = argparse.ArgumentParser(description="Does “tell me when …” tell?")
    parser.add_argument("--quiet", type=float, default=0.0, metavar="MINUTES")
    options = parser.parse_args()
    detector = create(DETECTOR)
    print("| clip | instruction | told | missed | false | delay, ms |")
    print("|---" * 6 + "|")
    outcomes = [outcome for case in cases() for outcome in measure(case, detector)]
    delays = [delay for outcome in outcomes for delay in outcome.delays]
    missed, false = (sum(getattr(one, what) for one in outcomes) for what in ("missed", "false"))
    p50, p95 = np.percentile(delays, [50, 95], method="higher")
    print(
        f"\n{len(delays)} told, {missed} missed, {false} false; delay p50 {1e3 * p50:.0f} ms, "
        f"p95 {1e3 * p95:.0f} ms, longest {1e3 * max(delays):.0f} ms"
    )
    if options.quiet:
        print("\n| quiet video | length | watches | false alarms | which |")
        print("|---" * 5 + "|")
        false += quiet(options.quiet, detector)
    sys.exit(1 if missed or false or p95 > GOAL else 0)


if __name__ == "__main__":
    main()
