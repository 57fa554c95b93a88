from pathlib import Path

import cv2
import numpy as np
import pytest

from models import nanodet, registry
from models.nanodet import BINS, STRIDES, Decoder
from models.session import Network
from vision.errors import ConfigError
from vision.picture import Picture
from vision.ports import BatchDetector, Detector, LadderDetector

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
        ("coffee", "cup", 0.4, (0.07, 0.03, 0.71, 0.96)),  # with its saucer
    ],
)
def test_it_recognises_what_is_in_real_pictures(detector, name, label, score, box):
    found = detector.detect(load(name))
    assert seen(detector, found)[0] == label
    assert found.scores[0] >= score
    np.testing.assert_allclose(found.boxes[0], box, atol=0.05)


def test_its_result_keeps_the_ports_promises(detector):
    port: Detector = detector
    assert isinstance(port, LadderDetector)
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


@pytest.fixture
def climbing(detector):
    """The detector, which afterwards stands on its best rung again."""
    yield detector
    detector.rung = 0


def test_its_rungs_fall_in_size(climbing):
    assert climbing.rungs == ("416", "352", "288", "224")
    assert climbing.rung == 0
    assert climbing.name == "nanodet-g-416"


@pytest.mark.parametrize("rung", range(len(nanodet.RUNGS)))
def test_on_every_rung_and_either_way_up_it_finds_the_person(climbing, rung):
    climbing.rung = rung
    bgr = cv2.imread(str(PICTURES / "astronaut.jpg"))
    person = np.array([0.03, 0.03, 0.66, 0.94])
    for border in ((0, 0, 0, 128), (0, 128, 0, 0)):
        wider = cv2.copyMakeBorder(bgr, *border, cv2.BORDER_CONSTANT, value=(90, 90, 90))
        found = climbing.detect(Picture.from_bgr(wider))
        share = np.tile([bgr.shape[1] / wider.shape[1], bgr.shape[0] / wider.shape[0]], 2)
        assert seen(climbing, found)[0] == "person"
        np.testing.assert_allclose(found.boxes[0], person * share, atol=0.08)


@pytest.mark.parametrize("rung", [-1, 4])
def test_a_rung_that_is_not_there_is_refused(climbing, rung):
    with pytest.raises(ConfigError, match=f"no rung {rung}: choose 0 to 3"):
        climbing.rung = rung
    assert climbing.rung == 0


def test_after_climbing_down_and_up_it_sees_the_same(climbing):
    before = climbing.detect(load("astronaut"))
    climbing.rung = 3
    below = climbing.detect(load("astronaut"))
    climbing.rung = 0
    again = climbing.detect(load("astronaut"))
    assert before.boxes.tobytes() == again.boxes.tobytes()
    assert before.boxes.tobytes() != below.boxes.tobytes()


def test_the_buffers_of_few_sizes_are_kept(climbing):
    kept = climbing._workplaces
    for width in range(32, 640, 32):
        climbing.detect(Picture(np.full((480, width), 128, np.uint8)))
        climbing.rung = (climbing.rung + 1) % 4
    assert len(kept) == nanodet.MOST_SIZES
    last = nanodet.input_size(Picture(np.full((480, 608), 128, np.uint8)), nanodet.RUNGS[2])
    assert next(reversed(kept)) == last


def test_where_sizes_cost_minutes_there_is_one_each_way_up(detector, monkeypatch):
    monkeypatch.setattr(nanodet, "TWO_SIZES_ONLY", ("cpu",))
    runs = []
    monkeypatch.setattr(Network, "run", recorded(Network.run, runs))
    only = nanodet.create("nanodet-g-416", "cpu", 1)
    assert only.rungs == ("416",)
    ready = [(416, 320), (320, 416)]
    assert list(only._workplaces) == ready
    assert runs == ready, "either is compiled before a picture waits for it"
    upright = cv2.copyMakeBorder(
        cv2.imread(str(PICTURES / "astronaut.jpg")), 0, 128, 0, 0, cv2.BORDER_CONSTANT
    )
    assert seen(only, only.detect(load("astronaut")))[0] == "person"
    assert seen(only, only.detect(Picture.from_bgr(upright)))[0] == "person"
    assert runs == [*ready, *ready]
    assert sorted(only._workplaces) == sorted(ready)
    with pytest.raises(ConfigError, match="choose 0 to 0"):
        only.rung = 1


def recorded(run, sizes):
    """``run`` of a network, whose input's width and height are noted."""

    def noting(network):
        rows, columns = network.inputs["planes"].shape[2:]
        sizes.append((2 * columns - 2, 2 * rows - 2))
        return run(network)

    return noting


@pytest.mark.parametrize(
    ("picture", "longer", "size"),
    [
        ((640, 480), 416, (416, 320)),
        ((480, 640), 416, (320, 416)),
        ((1280, 720), 416, (416, 224)),
        ((720, 1280), 288, (160, 288)),
        ((640, 480), 352, (352, 256)),
        ((500, 500), 224, (224, 224)),
        ((2000, 16), 416, (416, 96)),
        ((16, 2000), 224, (96, 224)),
    ],
)
def test_the_input_has_the_pictures_aspect(picture, longer, size):
    blank = Picture(np.zeros((picture[1] * 3 // 2, picture[0]), np.uint8))
    assert nanodet.input_size(blank, longer) == size


@pytest.mark.parametrize("rung", nanodet.RUNGS)
@pytest.mark.parametrize("picture", [(640, 480), (480, 640), (1280, 720), (720, 1280)])
def test_usual_pictures_are_hardly_distorted(rung, picture):
    blank = Picture(np.zeros((picture[1] * 3 // 2, picture[0]), np.uint8))
    width, height = nanodet.input_size(blank, rung)
    assert width / height == pytest.approx(picture[0] / picture[1], rel=0.055)


@pytest.fixture
def wide(climbing):
    """The detector, which takes up to four pictures at a time for as long as the test lasts."""
    climbing.take_up_to(4)
    yield climbing
    climbing.take_up_to(1)


def bits(found):
    return [each.tobytes() for each in (found.boxes, found.scores, found.classes)]


def many():
    """Pictures of three input sizes, in turn, none like another."""
    camera = cv2.imread(str(PICTURES / "astronaut.jpg"))
    crops = [(480, 360), (360, 480), (512, 288), (470, 352), (480, 350), (352, 470), (400, 300)]
    return [Picture.from_bgr(camera[-height:, :width]) for width, height in crops]


@pytest.mark.parametrize("rung", [0, 3])
def test_together_it_sees_what_it_sees_alone_to_the_last_bit(wide, rung):
    port: Detector = wide
    assert isinstance(port, BatchDetector)
    assert port.batch_sizes == (1, 2, 4)
    wide.rung = rung
    pictures = many()
    alone = [bits(wide.detect(each)) for each in pictures]
    assert all(boxes for boxes, _, _ in alone)
    numbers = range(len(pictures))
    for some in ([*numbers], [0], [*reversed(numbers)], [*numbers] * 3, []):
        together = wide.detect_batch([pictures[number] for number in some])
        assert [bits(each) for each in together] == [alone[number] for number in some]


def test_pictures_of_one_size_share_runs_of_the_smallest_number_that_holds_them(wide, monkeypatch):
    runs = []

    def noting(network, run=Network.run):
        runs.append(len(network.inputs["planes"]))
        return run(network)

    monkeypatch.setattr(Network, "run", noting)
    picture = many()[0]
    for count, expected in [(1, [1]), (2, [2]), (3, [4]), (4, [4]), (6, [4, 2]), (9, [4, 4, 1])]:
        wide.detect_batch([picture] * count)
        assert runs == expected
        runs.clear()


def test_buffers_of_few_batches_are_kept(wide, monkeypatch):
    monkeypatch.setattr(nanodet, "MOST_BATCHED", 10)
    for width in range(64, 640, 64):
        wide.detect_batch([Picture(np.full((480, width), 128, np.uint8))] * 4)
        wide.detect_batch([Picture(np.full((480, width), 128, np.uint8))] * 2)
    assert [pictures for _, pictures in wide._batches] == [2, 4, 2]


def test_it_takes_one_picture_at_a_time_until_it_is_told_otherwise(detector):
    assert detector.batch_sizes == (1,)
    assert not detector._batches
    with pytest.raises(ConfigError, match="not 3"):
        detector.take_up_to(3)


def test_where_sizes_cost_minutes_every_batch_is_ready_at_the_start(monkeypatch):
    monkeypatch.setattr(nanodet, "TWO_SIZES_ONLY", ("cpu",))
    only = nanodet.create("nanodet-g-416", "cpu", 1)
    only.take_up_to(2)
    assert list(only._batches) == [((416, 320), 2), ((320, 416), 2)]
    made = list(only._batches.values())
    only.detect_batch([load("astronaut")] * 2)
    assert all(any(each is place for place in made) for each in only._batches.values())


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
