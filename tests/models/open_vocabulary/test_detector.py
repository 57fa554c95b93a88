import json

import numpy as np
import pytest

from models.families.family import Candidates
from models.open_vocabulary import detector as detectors
from models.open_vocabulary import square, text
from models.open_vocabulary.detector import MOST_EACH, NMS_IOU, found
from models.open_vocabulary.folder import TOKENIZER
from models.suppression import suppress
from tests.models.open_vocabulary import toys
from vision.errors import ConfigError, WeightsCorrupt, WeightsMissing
from vision.picture import Picture
from vision.types import Detections
from vision.vocabulary import told_once

GOLDEN = toys.golden()
PHRASES = GOLDEN["phrases"].tolist()
THRESHOLD = float(GOLDEN["threshold"])
EACH = pytest.mark.parametrize("number", range(3))
LEVEL = 1 / 255 / 0.26


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return toys.unpacked(tmp_path_factory.mktemp("owlv2"))


@pytest.fixture
def toy(folder):
    return detectors.load(folder, "cpu", 1)


def planes(number):
    into = np.full(GOLDEN[f"input_{number}"].shape, np.nan, np.float32)
    square.write(GOLDEN[f"picture_{number}"], into)
    return into


def outputs_of(toy, number):
    toy._network.inputs["pixel_values"][0] = planes(number)
    return {name: value[0] for name, value in toy._network.run().items()}


@EACH
def test_the_picture_is_fitted_as_the_reference_does(number):
    away = np.abs(planes(number) - GOLDEN[f"input_{number}"].astype(np.float32))
    print(away.max() / LEVEL, "levels")
    assert away.max() <= 0.1 * LEVEL


def test_phrases_mean_what_the_reference_reads_in_them(toy):
    assert toy.labels == ()
    toy.want(PHRASES)
    assert toy.labels == tuple(PHRASES)
    for phrase, ids in zip(PHRASES, GOLDEN["ids"], strict=True):
        assert toy._text._tokens(phrase) == ids[: len(toy._text._tokens(phrase))].tolist()
    away = np.abs(toy._queries - GOLDEN["embeds"]).max()
    print(away)
    assert away <= 1e-5


@EACH
def test_from_the_picture_on_it_comes_to_what_the_reference_finds(toy, number):
    toy.want(PHRASES)
    every = found(outputs_of(toy, number), toy._queries, THRESHOLD)
    assert len(every.scores) >= len(GOLDEN[f"scores_{number}"])
    # The reference has one asker, and tells each place once.
    once = told_once(Detections(every.corners, every.scores, every.classes))
    seen = Candidates(once.boxes, once.scores, once.classes)
    assert seen.classes.tolist() == GOLDEN[f"classes_{number}"].tolist()
    height, width = GOLDEN[f"picture_{number}"].shape[:2]
    sides = (width, height, width, height)
    boxes = square.to_picture(seen.corners, (width, height))
    corners = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1) * sides
    off = np.abs(corners - np.clip(GOLDEN[f"corners_{number}"], 0, sides)).max()
    score_off = np.abs(seen.scores - GOLDEN[f"scores_{number}"]).max()
    print(off, score_off)
    assert off <= 0.05
    assert score_off <= 5e-4


def test_detections_are_inside_best_first_and_without_duplicates(folder):
    toy = detectors.load(folder, "cpu", 1)
    toy._threshold = THRESHOLD
    toy.want(PHRASES)
    seen = toy.detect(Picture.from_bgr(GOLDEN["picture_0"]))
    assert 0 < len(seen) <= MOST_EACH * len(PHRASES)
    for phrase in range(len(PHRASES)):
        mine = seen.where(seen.classes == phrase)
        assert len(suppress(mine, NMS_IOU, len(mine))) == len(mine)
    assert (np.diff(seen.scores) <= 0).all()
    assert (seen.boxes >= 0).all()
    assert (seen.boxes[:, :2] + seen.boxes[:, 2:] <= 1 + 1e-6).all()
    assert set(seen.classes.tolist()) <= set(range(len(PHRASES)))


def test_nothing_wanted_is_nothing_computed(toy, monkeypatch):
    monkeypatch.setattr(toy._network, "run", lambda: pytest.fail("it computed"))
    assert len(toy.detect(Picture.from_bgr(GOLDEN["picture_0"]))) == 0
    toy.want([])
    assert toy.labels == ()


def test_a_phrase_is_read_once(toy, monkeypatch):
    runs = []
    run = toy._text._network.run
    monkeypatch.setattr(toy._text._network, "run", lambda: runs.append(1) or run())
    toy.want(["a red key", "glasses"])
    first = toy._queries.copy()
    toy.want(["glasses", "white cup", "a red key"])
    assert len(runs) == 3
    assert np.array_equal(toy._queries[[2, 0]], first)


def test_few_meanings_are_kept_and_those_used_last(toy, monkeypatch):
    monkeypatch.setattr(text, "MOST_KEPT", 2)
    for phrases in (["key", "cup"], ["key"], ["dog"]):
        toy.want(phrases)
    assert list(toy._text._kept) == ["key", "dog"]


def test_what_cannot_be_wanted_leaves_what_was(toy):
    toy.want(["key"])
    with pytest.raises(ConfigError, match="fewer words"):
        toy.want(["q w e r t y u i o p a s d f g h"])
    with pytest.raises(ConfigError, match="twice"):
        toy.want(["cup", "cup"])
    assert toy.labels == ("key",)


def test_pictures_that_are_square_lie_everywhere():
    corners = np.array([[0.25, 0.25, 0.5, 0.75], [0.9, 0.9, 1.2, 1.3]], np.float32)
    boxes = square.to_picture(corners, (100, 100))
    assert boxes == pytest.approx(np.array([[0.25, 0.25, 0.25, 0.5], [0.9, 0.9, 0.1, 0.1]]))


def test_boxes_beside_the_picture_have_no_area():
    corners = np.array([[0.1, 0.6, 0.4, 0.9]], np.float32)
    ((_, _, _, height),) = square.to_picture(corners, (200, 100))
    assert height == 0


def test_a_folder_without_a_file_or_with_another_is_told(tmp_path):
    toys.unpacked(tmp_path)
    (tmp_path / TOKENIZER).write_text("{}")
    with pytest.raises(WeightsCorrupt, match=TOKENIZER):
        detectors.load(tmp_path, "cpu", 1)
    (tmp_path / TOKENIZER).unlink()
    with pytest.raises(WeightsMissing, match=TOKENIZER):
        detectors.load(tmp_path, "cpu", 1)
    (tmp_path / "detector.json").write_text("[]")
    with pytest.raises(WeightsCorrupt, match="detector"):
        detectors.load(tmp_path, "cpu", 1)
    (tmp_path / "detector.json").unlink()
    with pytest.raises(WeightsMissing, match="detector"):
        detectors.load(tmp_path, "cpu", 1)


def test_a_tokenizer_that_is_none_is_told(tmp_path):
    (tmp_path / TOKENIZER).write_text("{}")
    with pytest.raises(WeightsCorrupt, match=TOKENIZER):
        text.tokenizer_of(tmp_path)


def test_the_description_tells_where_it_is_from(folder):
    told = json.loads((folder / "detector.json").read_text())
    assert told["source"] == "toys/owlv2-toy"
    assert told["license"] == "Apache-2.0"
    assert detectors.load(folder, "cpu", 1).name == told["name"] == "owlv2-toy-64"


def test_one_phrase_takes_nothing_from_another(toy):
    toy.want(PHRASES[:1])
    alone = found(outputs_of(toy, 0), toy._queries, THRESHOLD)
    toy.want(PHRASES)
    together = found(outputs_of(toy, 0), toy._queries, THRESHOLD)
    mine = together.classes == 0
    assert len(alone.scores) > 0
    np.testing.assert_array_equal(together.corners[mine], alone.corners)
    np.testing.assert_allclose(together.scores[mine], alone.scores, rtol=1e-5)
