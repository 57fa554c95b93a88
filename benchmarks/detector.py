"""What the default detector costs, and how well it sees.

    python -m benchmarks.detector [--source DIR] [--mot DIR ...] [--rounds N]

Compares the shipped network with the plain conversion of the same source, on one thread and on two,
in turn, so that a busy machine disturbs all alike; then times what stands around the network, on
one thread; then, for each folder of a MOTChallenge sequence (a video, gt.txt, seqinfo.ini), gives
the average precision of persons at IoU 0.5, through the adapter as it is used.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.average_precision import Seen, average_precision
from models import nanodet, registry, weights
from models.pixels import InputWriter
from models.session import open_network
from models.suppression import suppress
from tools import convert_nanodet, onnx_program
from vision.picture import Picture

NAME = "nanodet-g-416"
PERSON = 0
WARM_UP = 3
PICTURE_SIZE = (640, 480)


def models(source: Path | None) -> dict[str, bytes]:
    """The shipped model and the plain conversion; checks that the source makes the shipped one."""
    shipped = weights.load(weights.manifest(NAME))
    with convert_nanodet.source(source) as json_file:
        plain = onnx_program.model(convert_nanodet.plain(json_file))
        again = onnx_program.model(convert_nanodet.optimised(json_file), halve=True)
    same = convert_nanodet.to_bytes(again) == shipped
    print(f"the shipped file is what the script makes: {'yes' if same else 'NO'}")
    return {"plain": convert_nanodet.to_bytes(plain), "shipped": shipped}


def network_times(files: dict[str, bytes], rounds: int) -> None:
    """Median and best time of one run, by conversion and number of threads."""
    print(f"\nnetwork, ms a run of {rounds}, in turn      median    best    load")
    jobs: dict[str, Callable[[], object]] = {}
    loading: dict[str, float] = {}
    noise = np.random.default_rng(0).normal(size=(1, 3, 416, 416)).astype(np.float32)
    for threads in (1, 2):
        for name, model in files.items():
            title = f"{name}, {threads} thread{'s' * (threads > 1)}"
            begun = time.perf_counter()
            network = open_network(model, device="cpu", threads=threads)
            loading[title] = 1000 * (time.perf_counter() - begun)
            network.inputs["image"][:] = noise
            jobs[title] = network.run
    for title, times in in_turn(jobs, rounds).items():
        print(
            f"{title:<36}{statistics.median(times):>10.1f}{min(times):>8.1f}{loading[title]:>8.0f}"
        )


def surrounding_times(picture: Picture, rounds: int) -> None:
    """Median and best time of what happens before and after the network, one thread."""
    cv2.setNumThreads(1)
    described = weights.manifest(NAME)
    writer = InputWriter(described.input_size, described.mean, described.std)
    decoder = nanodet.Decoder(described.input_size)
    network = open_network(weights.load(described), device="cpu", threads=1)
    image = network.inputs["image"][0]
    writer.write(picture, image)
    heads = network.run()["heads"][0]
    found = decoder.decode(heads, nanodet.SCORE_THRESHOLD)
    jobs: dict[str, Callable[[], object]] = {
        "before: resize, colours, normalise": lambda: writer.write(picture, image),
        "after: decode": lambda: decoder.decode(heads, nanodet.SCORE_THRESHOLD),
        f"after: suppress {len(found)} candidates": lambda: suppress(
            found, nanodet.NMS_IOU, nanodet.MAX_DETECTIONS
        ),
    }
    print(f"\n{picture.width}x{picture.height}, ms, one thread{'median':>22}    best")
    results = in_turn(jobs, 10 * rounds)
    for title, times in results.items():
        print(f"{title:<36}{statistics.median(times):>10.2f}{min(times):>8.2f}")
    total = sum(statistics.median(times) for times in results.values())
    print(f"{'before and after together':<36}{total:>10.2f}")


def in_turn(jobs: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each run; each round runs every job once."""
    times: dict[str, list[float]] = {title: [] for title in jobs}
    for number in range(WARM_UP + rounds):
        for title, job in jobs.items():
            begun = time.perf_counter()
            job()
            if number >= WARM_UP:
                times[title].append(1000 * (time.perf_counter() - begun))
    return times


def person_precision(folder: Path) -> None:
    """AP50 of persons over all frames of one sequence."""
    detector = registry.create(NAME, device="cpu")
    truth: dict[int, list[NDArray[np.float64]]] = {}
    for row in np.loadtxt(folder / "gt.txt", delimiter=","):
        truth.setdefault(int(row[0]), []).append(row[2:6])
    seen: list[Seen] = []
    for number, picture in enumerate(pictures(folder), 1):
        found = detector.detect(picture)
        persons = found.where(found.classes == PERSON)
        scale = np.tile([picture.width, picture.height], 2)
        boxes = np.array(truth.get(number, [])).reshape(-1, 4)
        seen.append(Seen(boxes, persons.boxes * scale, persons.scores))
    boxes_seen = sum(len(each.truth) for each in seen)
    score = average_precision(seen, iou=0.5)
    print(f"{folder.name}: {len(seen)} frames, {boxes_seen} boxes, person AP50 {score:.4f}")


def pictures(folder: Path) -> Iterator[Picture]:
    """The frames of the one video in the folder."""
    (file,) = folder.glob("*.mp4")
    with av.open(file) as container:
        for frame in container.decode(video=0):
            yield Picture(np.ascontiguousarray(frame.to_ndarray(format="yuv420p")))


def example(sequences: Sequence[Path]) -> Picture:
    """A frame to time with: of the first sequence, or a test picture, 640 by 480."""
    if sequences:
        return next(pictures(sequences[0]))
    test_picture = Path(__file__).parents[1] / "tests" / "data" / "astronaut.jpg"
    bgr = cv2.imread(str(test_picture))
    return Picture.from_bgr(np.asarray(cv2.resize(bgr, PICTURE_SIZE), np.uint8))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--source", type=Path, help="folder with nanodet.json and nanodet.bin")
    parser.add_argument("--mot", type=Path, nargs="*", default=[], help="folders of sequences")
    parser.add_argument("--rounds", type=int, default=30)
    asked = parser.parse_args()
    network_times(models(asked.source), asked.rounds)
    surrounding_times(example(asked.mot), asked.rounds)
    print()
    for folder in asked.mot:
        person_precision(folder)


if __name__ == "__main__":
    main()
