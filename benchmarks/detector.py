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
from typing import TypeAlias

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

Times: TypeAlias = tuple[float, float]
"""Milliseconds on the wall, and of all processors together."""


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
    """Time of one run, by conversion and number of threads."""
    jobs: dict[str, Callable[[], object]] = {}
    noise = np.random.default_rng(0).normal(size=(1, 3, 416, 416)).astype(np.float32)
    for threads in (1, 2):
        for name, model in files.items():
            begun = time.perf_counter()
            network = open_network(model, device="cpu", threads=threads)
            loading = 1000 * (time.perf_counter() - begun)
            network.inputs["image"][:] = noise
            unit = "thread" if threads == 1 else "threads"
            jobs[f"{name}, {threads} {unit} (loads in {loading:.0f} ms)"] = network.run
    report(f"network, {rounds} runs in turn", in_turn(jobs, rounds))


def surrounding_times(picture: Picture, rounds: int) -> None:
    """Time of what happens before and after the network, on one thread."""
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
    results = in_turn(jobs, 10 * rounds)
    report(f"around it, {picture.width}x{picture.height}, one thread", results)
    total = sum(statistics.median(wall for wall, _ in times) for times in results.values())
    print(f"{'before and after together':<44}{total:>8.2f}")


def report(title: str, results: dict[str, list[Times]]) -> None:
    """Prints the median and the best of the wall time, and the median of the processor's time."""
    print(f"\n{title + ', ms':<44}{'median':>8}{'best':>8}{'cpu':>8}")
    for job, times in results.items():
        walls, processors = zip(*times, strict=True)
        median, processor = statistics.median(walls), statistics.median(processors)
        print(f"{job:<44}{median:>8.2f}{min(walls):>8.2f}{processor:>8.2f}")


def in_turn(jobs: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[Times]]:
    """Times of each run; each round runs every job once."""
    times: dict[str, list[Times]] = {title: [] for title in jobs}
    for number in range(WARM_UP + rounds):
        for title, job in jobs.items():
            wall, processor = time.perf_counter(), time.process_time()
            job()
            spent = (time.perf_counter() - wall, time.process_time() - processor)
            if number >= WARM_UP:
                times[title].append((1000 * spent[0], 1000 * spent[1]))
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
    if bgr is None:
        raise SystemExit(f"{test_picture} cannot be read")
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
