"""Several people at once on one server: does any starve, and does anyone's latency grow?

Each person is a process of their own, which sends the sample and reads the annotated stream back
(``stamped_client.py``). People and server share this machine's cores, and all begin together; what
people send is encoded before, since that would burden other machines. Latency is from a frame's
being sent to its being decoded again: there is no camera and no screen.

Holds, or the exit code is 1: the slowest person's detection rate is at least 0.8 of the fastest's;
nobody's p95 latency grows from the first stretch of time to the last by more than the
tolerance; the server's loop lag p99 is at most 20 ms; the server complained of nothing. Latency and
lag are judged by the calm stretches, in which neighbours of this machine took little of its
processor time; a longer run has more of them.

Run: python benchmarks/fairness.py [--people 4] [--seconds 120] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import av
import numpy as np
from glass_to_glass import LoopLagReader
from processes import ROOT, openeyes_process
from stolen import Stolen, in_words, is_calm

from streaming.sample import sample_camera, sample_picture
from vision.frame_stamp import stamp

LEAST_RATIO = 0.8
"""Of the slowest person's detection rate to the fastest's."""

LARGEST_LAG = 20.0
"""Milliseconds: p99 of the server's event loop."""

LARGEST_GROWTH = 0.1
"""Part by which p95 may differ from the first stretch to the last: what neighbours on the machine
make of it. A queue that grows would add seconds."""

SMALLEST_GROWTH = 10.0
"""Milliseconds that it may differ by in any case: less than a sixth of a frame's time."""

WARM_UP = 5.0
"""Seconds left out at the start: rates are found, the first detections made."""

WINDOW = 30.0
"""Seconds of one stretch; a shorter run is cut in two."""

CLIP_SECONDS = 8
"""Of the sample that everyone sends round and round."""

APART = 37
"""Pictures by which each is ahead of the one before, so that not all need the same bits at once."""

BITRATE = 500_000
"""Bits a second that each sends, as a browser does for pictures of this size."""

KEY_FRAMES_APART = 2
"""Seconds: nobody encodes here who could send one when it is asked for."""

ENCODER = {"preset": "veryfast", "tune": "zerolatency", "profile": "baseline"}
"""Of x264, as a phone's own encoder works: no frames held back, none in another order."""

CLIENT = Path(__file__).with_name("stamped_client.py")

FEWEST = 20
"""Frames that have to come back in a stretch for its figures to mean anything."""


@dataclass(frozen=True)
class Stretch:
    """What is known of the machine in one stretch of time."""

    lag_p99: float
    "Milliseconds, of the server's event loop."
    stolen: float | None = None
    "Part of the processor time that neighbours of this machine took."


@dataclass(frozen=True)
class Person:
    """How one of them fared."""

    detect_hz: float
    fps: float
    p50: list[float]
    "Milliseconds, stretch by stretch."
    p95: list[float]
    unreadable: int
    problems: list[str]

    def growth(self, judged: Sequence[int]) -> float:
        """Milliseconds that p95 grew by, from the first of these stretches to the last."""
        return self.p95[judged[-1]] - self.p95[judged[0]]

    def allowed(self, judged: Sequence[int]) -> float:
        """Milliseconds that it may have grown by."""
        return max(SMALLEST_GROWTH, LARGEST_GROWTH * self.p95[judged[0]])


@dataclass(frozen=True)
class Outcome:
    """How all of them fared."""

    people: list[Person]
    stretches: list[Stretch]

    @property
    def judged(self) -> list[int]:
        """The calm stretches; all, where they are too few to tell of growth."""
        calm = [number for number, each in enumerate(self.stretches) if is_calm(each.stolen)]
        return calm if len(calm) > 1 else list(range(len(self.stretches)))

    @property
    def lag_p99(self) -> float:
        """Milliseconds: the median of the judged stretches."""
        return statistics.median(self.stretches[number].lag_p99 for number in self.judged)

    @property
    def ratio(self) -> float:
        """The slowest detection rate over the fastest."""
        rates = [person.detect_hz for person in self.people]
        return min(rates) / max(rates) if max(rates) else 0.0

    def failures(self) -> list[str]:
        """What does not hold."""
        found = [
            f"person {number}: p95 grew by {person.growth(self.judged):.0f} ms, "
            f"more than {person.allowed(self.judged):.0f}"
            for number, person in enumerate(self.people, 1)
            if person.growth(self.judged) > person.allowed(self.judged)
        ]
        found += [
            f"person {number} was told: {problem}"
            for number, person in enumerate(self.people, 1)
            for problem in sorted(set(person.problems))
        ]
        if self.ratio < LEAST_RATIO:
            found.append(f"slowest over fastest {self.ratio:.2f}, less than {LEAST_RATIO}")
        if self.lag_p99 > LARGEST_LAG:
            found.append(f"loop lag p99 {self.lag_p99:.0f} ms, more than {LARGEST_LAG:.0f}")
        return found


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        clips = [Path(folder) / f"{number}.h264" for number in range(options.people)]
        for number, clip in enumerate(clips):
            write_clip(clip, (options.width, options.height), options.fps, APART * number)
        with openeyes_process(*options.server) as (base, _):
            notes, stretches = attend(base, clips, options)
    outcome = Outcome([judged(each, options.seconds) for each in notes], stretches)
    print(report(outcome))
    if options.json:
        figures = asdict(outcome) | {"lag_p99": outcome.lag_p99, "judged": outcome.judged}
        options.json.write_text(json.dumps(figures, indent=1))
    failures = outcome.failures()
    print("\n".join(f"NOT HELD: {failure}" for failure in failures) or "all bounds held")
    return 1 if failures else 0


def write_clip(path: Path, size: tuple[int, int], fps: int, first: int) -> None:
    """Some seconds of the sample from one moment on, stamped, as raw H.264."""
    camera = sample_camera(size, fps)
    with av.open(str(path), "w", format="h264") as container:
        stream = container.add_stream("libx264", rate=fps, options=dict(ENCODER))
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.bit_rate, stream.gop_size = BITRATE, fps * KEY_FRAMES_APART
        for number in range(CLIP_SECONDS * fps):
            picture = sample_picture(camera, (first + number) % camera.frames)
            stamp(picture.planes[0], number)
            frame = av.VideoFrame.from_ndarray(picture.i420, "yuv420p")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def attend(
    base: str, clips: Sequence[Path], options: argparse.Namespace
) -> tuple[list[dict[str, object]], list[Stretch]]:
    """Lets everyone in at once; gives their notes, and how the machine was meanwhile."""
    whole = str(int(options.seconds + WARM_UP))
    command = [sys.executable, str(CLIENT), base]
    people = [_person([*command, str(clip), whole, str(options.fps)]) for clip in clips]
    try:
        for person in people:
            _said(person, "ready\n")
        for person in people:
            assert person.stdin is not None
            person.stdin.write("go\n")
            person.stdin.flush()
        time.sleep(WARM_UP)
        stretches = list(watched(base, options.seconds))
        return [json.loads(_said(person)) for person in people], stretches
    finally:
        for person in people:
            person.kill()
            person.communicate()


def watched(base: str, seconds: float) -> Iterator[Stretch]:
    """The machine and the server's event loop, stretch by stretch, as time goes by."""
    for _ in range(count := stretch_count(seconds)):
        stolen, lag = Stolen(), LoopLagReader(base)
        time.sleep(seconds / count)
        yield Stretch(round(lag.percentile(99), 1), stolen.share())


def stretch_count(seconds: float) -> int:
    """How many stretches so many seconds are cut into."""
    return max(2, int(seconds // WINDOW))


def judged(notes: dict[str, object], seconds: float) -> Person:
    """The figures of one person's notes."""
    frames = np.array(notes["latencies"], np.float64).reshape(-1, 2)
    frames = frames[frames[:, 0] >= WARM_UP]
    count = stretch_count(seconds)
    stretch = np.clip((frames[:, 0] - WARM_UP) / seconds * count, 0, count - 1).astype(int)
    stretches = [frames[stretch == index, 1] for index in range(count)]
    if min(map(len, stretches)) < FEWEST:
        sys.exit(
            f"too few frames came back, stretch by stretch: {[len(each) for each in stretches]}"
        )
    p50, p95 = (
        [round(float(np.percentile(each, percent)), 1) for each in stretches]
        for percent in (50, 95)
    )
    rates = np.array(notes["detect_hz"], np.float64)[int(WARM_UP) :]
    return Person(
        detect_hz=round(float(rates.mean()), 2) if len(rates) else 0.0,
        fps=round(len(frames) / seconds, 1),
        p50=p50,
        p95=p95,
        unreadable=int(str(notes["unreadable"])),
        problems=list(notes["problems"]),  # type: ignore[call-overload]
    )


def report(outcome: Outcome) -> str:
    """A table for people."""
    lines = ["person  detect Hz  fps   sent to decoded p50 / p95 ms, stretch by stretch"]
    for number, person in enumerate(outcome.people, 1):
        pairs = "  ".join(
            f"{p50:.0f}/{p95:.0f}" for p50, p95 in zip(person.p50, person.p95, strict=True)
        )
        lines.append(
            f"{number:6}  {person.detect_hz:9.2f}  {person.fps:4.1f}  {pairs}  "
            f"({person.growth(outcome.judged):+.0f} ms, {person.unreadable} unreadable)"
        )
    lines.append(
        f"slowest over fastest detection rate {outcome.ratio:.2f}, "
        f"loop lag p99 {outcome.lag_p99:.1f} ms"
    )
    for number, stretch in enumerate(outcome.stretches):
        by = "judged" if number in outcome.judged else "not judged"
        lines.append(
            f"stretch {number + 1}: loop lag p99 {stretch.lag_p99:.1f} ms, "
            f"{in_words(stretch.stolen)}: {by}"
        )
    return "\n".join(lines)


def _person(command: Sequence[str]) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)


def _said(person: subprocess.Popen[str], expected: str = "") -> str:
    assert person.stdout is not None
    line = person.stdout.readline()
    if not line or (expected and line != expected):
        sys.exit("a client ended before its time; its complaint is above")
    return line


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=120, help="measured, after the warm-up")
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument("--height", type=int, default=240)
    parser.add_argument("--fps", type=int, default=15)
    parser.add_argument("--json", type=Path)
    parser.add_argument("server", nargs="*", help="options of openeyes serve, after --")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
