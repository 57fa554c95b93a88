"""Scores the tracker on labelled videos, beside the ByteTrack of the package ``trackers``.

    python -m venv .venv-benchmarks
    .venv-benchmarks/bin/pip install -r benchmarks/requirements.txt
    PYTHONPATH=. .venv-benchmarks/bin/python benchmarks/tracking.py --mot DIR

Both trackers get the same detections of the default detector, people only; each leaves out the
faint ones below a floor of its own. With ``--search`` the reference's settings are also searched
for the best HOTA on these very videos; ours are as shipped. HOTA and its parts are
TrackEval's; IDF1, MOTA, id switches, false positives and misses are py-motmetrics'. Every frame and
every labelled person counts, hidden ones too. Where the detector sees only every third or fifth
frame, ours predicts the frames between, and the reference's last boxes are held, since it answers
only when it is given detections; figures are then means over starting at the first, second, third…
frame. ``DIR`` holds folders in MOTChallenge format, each with its video as ``NAME/NAME.mp4``.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path

import motmetrics
import numpy as np
import supervision
from labelled import Boxed, Labelled, load_all
from numpy.typing import NDArray
from trackers import ByteTrackTracker
from trackeval.datasets._base_dataset import _BaseDataset
from trackeval.metrics import HOTA

from vision.eye import Eye
from vision.types import Seconds

EVERY = (1, 3, 5)
"The detector sees every such frame."
FLOOR = "floor"
"""A setting beside the reference's own: detections below it are kept from it. ByteTrack's paper
discards those below 0.1, the package leaves that to its caller; so 0.1 is taken as its default."""
SEARCHED: dict[str, tuple[float, ...]] = {
    FLOOR: (0.1, 0.2, 0.3),
    "high_conf_det_threshold": (0.3, 0.4, 0.5, 0.6),
    "track_activation_threshold": (0.4, 0.5, 0.6, 0.7),
    "minimum_iou_threshold": (0.1, 0.3),
    "minimum_consecutive_frames": (1, 2),
}
"The reference's settings that the search tries, in all combinations."

NOBODY = Boxed(np.zeros(0, np.int64), np.zeros((0, 4)))

Contestant = Callable[[Labelled, int, int], list[Boxed]]
"Answers for every frame of a video of which every n-th is detected, from the m-th on."


@dataclass(frozen=True, slots=True)
class Score:
    """How one tracker did on one sequence: percentages, then counts."""

    hota: float
    deta: float
    assa: float
    idf1: float
    mota: float
    switches: float
    false_positives: float
    misses: float


def ours(video: Labelled, every: int, first: int) -> list[Boxed]:
    """What our eye answers for each frame."""
    eye = Eye(("person",))
    answers = []
    for frame, picture in enumerate(video.pictures):
        t = Seconds(frame / video.rate)
        eye.look(picture, t)
        if frame % every == first:
            eye.detected(video.detections[frame], t)
        tracks = eye.tracks_at(t)
        boxes = np.array([track.box for track in tracks]).reshape(-1, 4) * video.size
        answers.append(Boxed(np.array([track.id for track in tracks], np.int64), boxes))
    return answers


def reference(video: Labelled, every: int, first: int, settings: dict[str, float]) -> list[Boxed]:
    """What the reference answers for each frame; between detections, its last answer."""
    own = {name: value for name, value in settings.items() if name != FLOOR}
    tracker = ByteTrackTracker(frame_rate=video.rate / every, **own)
    answers: list[Boxed] = []
    for frame, found in enumerate(video.detections):
        if frame % every != first:
            answers.append(answers[-1] if answers else NOBODY)
            continue
        seen = found.where(found.scores >= settings.get(FLOOR, 0.1))
        boxes = seen.boxes * video.size
        corners = np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])
        given = supervision.Detections(corners, confidence=seen.scores, class_id=seen.classes)
        answers.append(_confirmed(tracker.update(given)))
    return answers


def _confirmed(tracked: supervision.Detections) -> Boxed:
    known = np.asarray(tracked.tracker_id, np.int64) >= 0
    corners = np.asarray(tracked.xyxy, np.float64)[known]
    boxes = np.hstack([corners[:, :2], corners[:, 2:] - corners[:, :2]])
    return Boxed(np.asarray(tracked.tracker_id, np.int64)[known], boxes)


def score(truth: list[Boxed], answers: list[Boxed]) -> Score:
    """Scores by TrackEval (the first three) and py-motmetrics (the rest)."""
    accumulator = motmetrics.MOTAccumulator(auto_id=True)
    for true, answer in zip(truth, answers, strict=True):
        overlap = overlaps(true, answer)
        accumulator.update(true.ids, answer.ids, np.where(overlap >= 0.5, 1 - overlap, np.nan))
    names = ["idf1", "mota", "num_switches", "num_false_positives", "num_misses"]
    row = motmetrics.metrics.create().compute(accumulator, metrics=names).iloc[0]
    return Score(
        *hota(truth, answers),
        idf1=100 * float(row["idf1"]),
        mota=100 * float(row["mota"]),
        switches=float(row["num_switches"]),
        false_positives=float(row["num_false_positives"]),
        misses=float(row["num_misses"]),
    )


def mean_score(video: Labelled, every: int, track: Contestant) -> Score:
    """The mean of the scores over all frames that detection may begin with."""
    scores = [astuple(score(video.truth, track(video, every, first))) for first in range(every)]
    return Score(*(sum(values) / every for values in zip(*scores, strict=True)))


def hota(truth: list[Boxed], answers: list[Boxed]) -> tuple[float, float, float]:
    """HOTA, DetA and AssA (Luiten et al., IJCV 2020), percent, mean over TrackEval's thresholds."""
    true_ids, answer_ids = _numbered(truth), _numbered(answers)
    data = {
        "gt_ids": true_ids,
        "tracker_ids": answer_ids,
        "similarity_scores": [overlaps(*both) for both in zip(truth, answers, strict=True)],
        "num_gt_ids": _kinds(true_ids),
        "num_tracker_ids": _kinds(answer_ids),
        "num_gt_dets": sum(map(len, true_ids)),
        "num_tracker_dets": sum(map(len, answer_ids)),
    }
    found = HOTA().eval_sequence(data)
    whole, detection, association = (
        100 * float(np.mean(found[name])) for name in ("HOTA", "DetA", "AssA")
    )
    return whole, detection, association


def overlaps(some: Boxed, others: Boxed) -> NDArray[np.float64]:
    """(n, m) intersection over union, by TrackEval."""
    if not len(some.ids) or not len(others.ids):
        return np.zeros((len(some.ids), len(others.ids)))
    compute = _BaseDataset._calculate_box_ious  # noqa: SLF001  it has no public name
    return np.asarray(compute(some.boxes, others.boxes, box_format="xywh"), np.float64)


def _numbered(frames: list[Boxed]) -> list[NDArray[np.int64]]:
    """The ids of every frame, renumbered from 0 without gaps."""
    known = np.unique(np.concatenate([frame.ids for frame in frames]))
    return [np.searchsorted(known, frame.ids) for frame in frames]


def _kinds(ids: list[NDArray[np.int64]]) -> int:
    return len(np.unique(np.concatenate(ids)))


def best_settings(videos: list[Labelled]) -> dict[str, float]:
    """The reference's settings with the best mean HOTA over these videos, every frame detected."""

    def mean_hota(settings: dict[str, float]) -> float:
        return sum(hota(video.truth, reference(video, 1, 0, settings))[0] for video in videos)

    combinations = itertools.product(*SEARCHED.values())
    return max((dict(zip(SEARCHED, some, strict=True)) for some in combinations), key=mean_hota)


def contestants(settings: dict[str, float] | None) -> dict[str, Contestant]:
    """The trackers that are compared, by name."""
    found: dict[str, Contestant] = {
        "ours": ours,
        "ByteTrack": lambda *those: reference(*those, {}),
    }
    if settings is not None:
        found["ByteTrack, searched"] = lambda *those: reference(*those, settings)
    return found


def line(video: Labelled, every: int, name: str, scored: Score) -> str:
    """One row of the table, in Markdown."""
    figures = [f"{figure:.1f}" for figure in astuple(scored)]
    return "| " + " | ".join([video.name, f"{video.rate / every:.1f} Hz", name, *figures]) + " |"


def main() -> None:
    options = _options()
    videos = load_all(options.mot, options.cache)
    if not videos:
        raise SystemExit(f"no sequence in {options.mot}: it needs folders with gt.txt and a video")
    settings = best_settings(videos) if options.search else None
    print("| sequence | detected at | tracker | HOTA | DetA | AssA | IDF1 | MOTA | IDs | FP | FN |")
    print("|---" * 11 + "|")
    for video, every in itertools.product(videos, EVERY):
        for name, track in contestants(settings).items():
            print(line(video, every, name, mean_score(video, every, track)), flush=True)
    if settings is not None:
        print("\nsearched:", ", ".join(f"{key}={value}" for key, value in settings.items()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Scores the tracker on labelled videos.")
    parser.add_argument("--mot", type=Path, required=True, help="folder with labelled sequences")
    parser.add_argument("--cache", type=Path, help="folder to keep the detections in")
    parser.add_argument("--search", action="store_true", help="also search reference settings")
    return parser.parse_args()


if __name__ == "__main__":
    main()
