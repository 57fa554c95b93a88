"""Are the boxes where the objects are when they are seen?

    PYTHONPATH=. python benchmarks/streaming_accuracy.py [--mot DIR] [--json FILE] [--real-time]
        [--latency MS…] [--pan PAN…] [--system NAME…]

Streaming accuracy (Li, Wang, Ramanan, "Towards Streaming Perception", ECCV 2020): a video is played
in real time, and at each frame's display time the boxes on the screen are scored against the truth
of that frame. The measure is average precision at an overlap of 0.5. The detector is the default
one, the eye the server's own.

Time is simulated: the detector's answers are computed once for every frame, and given out when one
that takes 60, 100 or 150 ms, or as long as was recorded once, would have given them, by the rule of
the engine. The same command gives the same figures. With ``--real-time`` frames are offered at
their real times to a real engine, whatever that costs on this machine.

Two displays: the picture sent back with boxes burned in, where each frame carries what is known
when it is drawn; and the page's own preview, on which boxes are moved on from the newest message,
of which there is one for each frame and each result.

The detector looks as it does in the engine: one look in a few is at another input size; ``one
size`` means that none is.

Systems: ``ours``, all that the eye believes, the faint included, since average precision asks for
a ranking, not for a choice; ``shown``, the choice that the product draws; the same eye without
knowledge of the camera's motion, and without prediction; the same with a message for each result
alone; and the detector's last answer held. The
yardsticks are offline, with every frame detected and no time lost: ``detector``, its raw answers,
and ``eye offline``. Left out, everywhere, are the frames before the first result could be there.

The file is written anew after each scene, so that a run that is cut off leaves what it had.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from labelled import DETECTOR
from streaming_live import live_runs
from streaming_scenes import PANS, Scene, scenes
from streaming_schedule import MAX_HZ, RECORDED, SAME_MOMENT, SLOWED, Detected, schedule
from streaming_scoring import Score, score
from streaming_systems import (
    Held,
    Ours,
    Results,
    System,
    Unpredicted,
    WithoutCamera,
    client_drawn,
    messages,
    offline,
    on_frames,
)

from models.registry import create
from streaming.ladder import SECOND_LOOK_EVERY, second_look
from vision.eye import EyeConfig
from vision.ports import Detector, LadderDetector
from vision.types import Detections

LATENCIES: dict[str, tuple[float, ...]] = {
    "60": (0.06,),
    "100": (0.1,),
    "150": (0.15,),
    "recorded": RECORDED,
    "slowed": SLOWED,
}
"Milliseconds that a detection takes, and the list of seconds behind it."
TRIP = 0.04
"Seconds from a frame's display in the page, by way of the server, to a message about it."

SYSTEMS: dict[str, Callable[[], System]] = {
    "ours": lambda: Ours(everything=True),
    "shown": lambda: Ours(everything=False),
    "ours, camera unknown": lambda: WithoutCamera(everything=True),
    "ours, boxes unseen": lambda: Ours(everything=True, config=EyeConfig(anchored=False)),
    "ours, not predicted": lambda: Unpredicted(everything=True),
    "held": Held,
}
EYE_OFFLINE = "eye offline"
RESULTS_ALONE = "ours, told results alone"
ONE_SIZE = {f"{name}, one size": name for name in ("ours", "shown")}
"The same, the detector's every look being at its best input size."
NAMES = (*SYSTEMS, RESULTS_ALONE, EYE_OFFLINE, *ONE_SIZE)
"All that can be left out; the detector's raw answers offline are what the rest is measured by."


@dataclass(frozen=True, slots=True)
class Run:
    """One system on one scene."""

    source: str
    pan: str
    display: str
    "``burned in``, ``page``, or ``offline``."
    system: str
    latency_ms: str
    hz: float
    "Detections a second."
    ap50: float
    "Percent; as all figures, without the frames before the first result could be there."
    offline_ap50: float
    "The raw detections', every frame and no time lost, on the same frames."
    from_start_ap50: float
    "With the frames before the first result."
    precision: float
    "Percent of the boxes, all of them drawn, that are right."
    recall: float
    "Percent of the objects that have a right box."


def detected(scene: Scene, detector: Detector) -> list[Detections]:
    """What the detector sees in every frame, of the classes that are looked for."""
    return [looked_for(scene, detector.detect(moment.picture)) for moment in scene.moments]


def looked_for(scene: Scene, found: Detections) -> Detections:
    """Those of the classes that are looked for."""
    wanted = sorted(scene.labels)
    return found.where(np.isin(found.classes, wanted)) if wanted else found


def second_looks(scene: Scene, detector: Detector, runs: list[Detected]) -> dict[int, Detections]:
    """By frame, what the detector sees in its looks at another size, by the rule of the engine."""
    if not isinstance(detector, LadderDetector):
        return {}
    frames = [run.frame for run in runs[::SECOND_LOOK_EVERY]]
    detector.rung = second_look(0, len(detector.rungs))
    looks = {
        frame: looked_for(scene, detector.detect(scene.moments[frame].picture)) for frame in frames
    }
    detector.rung = 0
    return looks


def measure(judge: Judge, results: Results, names: Collection[str] = NAMES) -> Iterator[Run]:
    """The systems of these names, given these results of the detector."""
    scene = judge.scene
    yield judge.run("offline", "detector", judge.seen)
    if EYE_OFFLINE in names:
        found = list(offline(scene, judge.seen, Ours(everything=True)))
        yield judge.run("offline", EYE_OFFLINE, found)
    for name in (each for each in SYSTEMS if each in names):
        told = list(messages(scene, results, SYSTEMS[name]()))
        yield judge.run("burned in", name, list(on_frames(told)))
        yield judge.run("page", name, list(client_drawn(scene, told, TRIP)))
    if RESULTS_ALONE in names:
        few = messages(scene, results, Ours(everything=True), each_frame=False)
        yield judge.run("page", RESULTS_ALONE, list(client_drawn(scene, few, TRIP)))


class Judge:
    """Scores answers for one scene and one schedule; ``seen`` is the yardstick, frame by frame."""

    def __init__(
        self, scene: Scene, seen: list[Detections], runs: list[Detected], latency: str
    ) -> None:
        self.scene, self.seen, self._latency = scene, seen, latency
        length = scene.moments[-1].t - scene.moments[0].t
        self._hz = len(runs) / max(length, SAME_MOMENT)
        self._done = runs[0].done
        self._yardsticks: dict[int, float] = {}

    def run(self, display: str, system: str, answers: list[Detections]) -> Run:
        """The figures of one system."""
        first = self._first(self._done + (TRIP if display == "page" else 0.0))
        figures = self._score(answers, first)
        if first not in self._yardsticks:
            self._yardsticks[first] = self._score(self.seen, first).ap50
        return Run(
            self.scene.source,
            self.scene.pan,
            display,
            system,
            self._latency,
            round(self._hz, 1),
            offline_ap50=self._yardsticks[first],
            from_start_ap50=self._score(answers, 0).ap50,
            **asdict(figures),
        )

    def _first(self, since: float) -> int:
        """The first frame displayed at that time or after it."""
        times = [moment.t for moment in self.scene.moments]
        return next(i for i, t in enumerate(times) if t + SAME_MOMENT >= since)

    def _score(self, answers: list[Detections], first: int) -> Score:
        return score(self.scene.moments[first:], answers[first:])


def simulated(found: Iterator[Scene], asked: argparse.Namespace) -> Iterator[list[Run]]:
    """The systems asked for with the latencies asked for, scene by scene."""
    detector = create(DETECTOR)
    for scene in found:
        seen = detected(scene, detector)
        times = [moment.t for moment in scene.moments]
        found_runs: list[Run] = []
        for latency in asked.latency or LATENCIES:
            runs = schedule(times, LATENCIES[latency])
            again = second_looks(scene, detector, runs)
            answered = [again.get(frame, found) for frame, found in enumerate(seen)]
            judge = Judge(scene, seen, runs, latency)
            found_runs += measure(judge, Results(answered, runs), asked.system)
            found_runs += one_size(judge, Results(seen, runs), asked.system)
        yield found_runs


def one_size(judge: Judge, results: Results, names: Collection[str]) -> Iterator[Run]:
    """The systems of these names that are given what is seen at the best size alone."""
    for name in (each for each in ONE_SIZE if each in names):
        told = list(messages(judge.scene, results, SYSTEMS[ONE_SIZE[name]]()))
        yield judge.run("burned in", name, list(on_frames(told)))
        yield judge.run("page", name, list(client_drawn(judge.scene, told, TRIP)))


def in_real_time(found: Iterator[Scene], asked: argparse.Namespace) -> Iterator[list[Run]]:
    """The systems asked for, with the results of a real engine at their real times."""
    detector = create(DETECTOR)
    for scene in found:
        if isinstance(detector, LadderDetector):
            detector.rung = 0  # where a slow machine drove it down on the scene before
        seen = detected(scene, detector)
        live = live_runs(scene, detector, MAX_HZ)
        answered = list(seen)
        for each in live:
            answered[each.run.frame] = looked_for(scene, each.detections)
        runs = [each.run for each in live]
        judge = Judge(scene, seen, runs, "real")
        yield list(measure(judge, Results(answered, runs), asked.system))


def line(run: Run) -> str:
    """One row of the table, in Markdown."""
    difference = run.ap50 - run.offline_ap50
    figures = [f"{run.ap50:.1f}", f"{difference:+.1f}", f"{run.from_start_ap50:.1f}"]
    figures += [f"{run.precision:.0f}", f"{run.recall:.0f}"]
    names = [run.source, run.pan, run.latency_ms, f"{run.hz:.1f}", run.display, run.system]
    return "| " + " | ".join([*names, *figures]) + " |"


def main() -> None:
    asked = _options()
    print("| scene | pan | detection ms | Hz | display | system | AP50 | to offline | ", end="")
    print("from the start | precision | recall |")
    print("|---" * 11 + "|")
    play = in_real_time if asked.real_time else simulated
    runs: list[Run] = []
    for portion in play(scenes(asked.mot, asked.pan), asked):
        print("\n".join(map(line, portion)), flush=True)
        runs += portion
        if asked.json:
            told = [asdict(run) for run in runs]
            asked.json.write_text(json.dumps({"runs": told}, indent=1) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Are boxes where objects are when they are seen?")
    parser.add_argument("--mot", type=Path, help="folder with labelled sequences")
    parser.add_argument(
        "--latency", choices=LATENCIES, action="append", help="only these; may be given again"
    )
    parser.add_argument("--pan", choices=PANS, nargs="+", default=PANS, help="only these")
    parser.add_argument("--system", choices=NAMES, nargs="+", default=NAMES, help="only these")
    parser.add_argument("--json", type=Path, help="file to write all figures to")
    parser.add_argument("--real-time", action="store_true", help="play to a real engine")
    return parser.parse_args()


if __name__ == "__main__":
    main()
