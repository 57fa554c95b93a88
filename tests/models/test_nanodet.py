from pathlib import Path

import cv2
import numpy as np
import pytest

from models import nanodet, registry
from models.nanodet import BINS, STRIDES, Decoder
from vision.picture import Picture
from vision.ports import Detector

PICTURES = Path(__file__).parents[1] / "data"
SIZE = (416, 416)
CELLS = 52 * 52 + 26 * 26 + 13 * 13


@pytest.fixture(scope="module")
def detector():
    return registry.create("nanodet-g-416", device="cpu", threads=1)


def load(name):
    return Picture.from_bgr(cv2.imread(str(PICTURES / f"{name}.jpg")))


def seen(detector, detections):
    return [detector.labels[each] for each in detections.classes]


@pytest.mark.parametrize(
    ("name", "label", "score", "box"),
    [
        ("astronaut", "person", 0.6, (0.03, 0.03, 0.66, 0.94)),
        ("coffee", "cup", 0.4, (0.21, 0.03, 0.51, 0.94)),
    ],
)
def test_it_recognises_what_is_in_real_pictures(detector, name, label, score, box):
    found = detector.detect(load(name))
    assert seen(detector, found)[0] == label
    assert found.scores[0] >= score
    np.testing.assert_allclose(found.boxes[0], box, atol=0.05)


def test_its_result_keeps_the_ports_promises(detector):
    port: Detector = detector
    found = port.detect(load("astronaut"))
    assert port.name == "nanodet-g-416"
    assert (found.boxes.dtype, found.boxes.shape[1:]) == (np.float32, (4,))
    assert (found.scores.dtype, found.classes.dtype) == (np.float32, np.int32)
    assert np.all(np.diff(found.scores) <= 0)
    assert found.scores.min() >= nanodet.SCORE_THRESHOLD
    assert 1 < len(found) <= nanodet.MAX_DETECTIONS
    assert found.boxes.min() >= 0
    assert (found.boxes[:, :2] + found.boxes[:, 2:]).max() <= 1 + 1e-6


def test_it_says_what_it_runs_on(detector):
    assert str(detector.runtime) == "cpu, 1 thread (asked for)"


def test_a_grey_picture_shows_nothing_sure(detector):
    found = detector.detect(Picture(np.full((720, 640), 128, np.uint8)))
    assert (found.scores < 0.4).all()


@pytest.mark.parametrize("shape", [(2, 2, 3), (2000, 16, 3), (16, 2000, 3)])
def test_any_picture_will_do(detector, shape):
    found = detector.detect(Picture.from_bgr(np.full(shape, 90, np.uint8)))
    assert np.isfinite(found.boxes).all()


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_picture_gives_the_same_bits(threads):
    detectors = [registry.create("nanodet-g-416", device="cpu", threads=threads) for _ in range(2)]
    first = detectors[0].detect(load("coffee"))
    detectors[0].detect(load("astronaut"))
    for again in (detectors[0].detect(load("coffee")), detectors[1].detect(load("coffee"))):
        assert first.boxes.tobytes() == again.boxes.tobytes()
        assert first.scores.tobytes() == again.scores.tobytes()
        assert first.classes.tobytes() == again.classes.tobytes()


def random_heads(seed, mean):
    heads = np.random.default_rng(seed).normal(mean, 2, (80 + 4 * BINS, CELLS))
    return heads.astype(np.float32)


def reference(heads, threshold):
    """Cell by cell, as the papers put it: (score, class, left, top, right, bottom), best first."""
    found, cell = [], 0
    for stride in STRIDES:
        for row, column in np.ndindex(416 // stride, 416 // stride):
            logits = heads[:80, cell].astype(float)
            score = 1 / (1 + np.exp(-logits.max()))
            if score >= threshold:
                sides = []
                for side in range(4):
                    bins = np.exp(
                        heads[80 + side * BINS : 80 + (side + 1) * BINS, cell].astype(float)
                    )
                    sides.append(sum(k * bins[k] for k in range(BINS)) / bins.sum() * stride)
                x, y = (column + 0.5) * stride, (row + 0.5) * stride
                corners = (x - sides[0], y - sides[1], x + sides[2], y + sides[3])
                clipped = [min(max(value / 416, 0), 1) for value in corners]
                found.append((score, int(logits.argmax()), *clipped))
            cell += 1
    return sorted(found, key=lambda each: -each[0])


@pytest.mark.parametrize(("seed", "threshold"), [(1, 0.3), (2, 0.5)])
def test_decoding_is_what_a_slow_reference_does(seed, threshold):
    heads = random_heads(seed, -7)
    expected = reference(heads, threshold)
    assert 10 < len(expected) <= nanodet.MAX_CANDIDATES
    found = Decoder(SIZE).decode(heads, threshold)
    assert found.classes.tolist() == [each[1] for each in expected]
    np.testing.assert_allclose(found.scores, [each[0] for each in expected], rtol=1e-5)
    corners = np.concatenate([found.boxes[:, :2], found.boxes[:, :2] + found.boxes[:, 2:]], axis=1)
    np.testing.assert_allclose(corners, [each[2:] for each in expected], atol=1e-5)


def test_of_too_many_candidates_the_best_are_decoded():
    heads = random_heads(3, 0)
    found = Decoder(SIZE).decode(heads, 0.05)
    best = np.sort(1 / (1 + np.exp(-heads[:80].max(axis=0))))[::-1]
    np.testing.assert_allclose(found.scores, best[: nanodet.MAX_CANDIDATES], rtol=1e-6)


def test_nothing_above_the_threshold_gives_empty_arrays():
    found = Decoder(SIZE).decode(random_heads(4, -60), 0.05)
    assert (len(found), found.boxes.shape) == (0, (0, 4))


def test_grids_cover_sides_that_no_stride_divides():
    centres, strides = nanodet._grid((70, 40), 32)
    assert centres.T.tolist() == [[16, 16], [48, 16], [80, 16], [16, 48], [48, 48], [80, 48]]
    assert strides.tolist() == [32] * 6
