from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from models import detectors
from models.choice import AUTO, Choice
from models.detector_process import DetectorProcess
from models.detectors import names, open_detector
from models.families.detector import FamilyDetector
from models.families.detr import Detr
from models.families.rf_detr import RfDetr
from models.zoo import catalogue, store
from models.zoo.digests import sha256
from models.zoo.store import Record
from tests.models.families import constant_model
from tests.models.open_vocabulary import toys
from vision.errors import ConfigError, ModelError, UnknownModel, WeightsCorrupt, WeightsMissing
from vision.picture import Picture
from vision.ports import AskedDetector
from vision.vocabulary import Share, Vocabulary

PACKAGED = "nanodet-g-416"
PULLED = "yolox-nano"
ASKED = "owlv2-base"
PICTURE = Picture.from_bgr(np.zeros((48, 64, 3), np.uint8))


def pulled(folder: Path, name: str = PULLED, *, cells: int = 3549) -> Path:
    """A network of that name in the folder of models, which sees one thing everywhere."""
    head = np.zeros((1, cells, 85), np.float32)
    head[0, 0, 4:6] = 0.9
    target = folder / name
    target.mkdir(parents=True)
    constant_model.write(
        target / f"{name}.onnx", {"output": head}, (1, 3, 416, 416), {"openeyes.family": "yolox"}
    )
    files = {f"{name}.onnx": sha256(target / f"{name}.onnx")}
    store.write(target, Record(name, "owner/name", "0.1", files))
    return folder


def test_the_packaged_one_is_opened_by_name() -> None:
    opened = open_detector(Choice(PACKAGED, device="cpu", threads=1))
    assert (opened.detector.name, opened.why) == (PACKAGED, "")


def test_a_pulled_one_is_opened_by_name(tmp_path: Path) -> None:
    folder = pulled(tmp_path)
    assert names(folder) == (PACKAGED, PULLED)
    opened = open_detector(Choice(PULLED, device="cpu", threads=1, folder=str(folder)))
    found = opened.detector.detect(PICTURE)
    assert opened.detector.name == PULLED
    assert [opened.detector.labels[each] for each in found.classes] == ["person"]
    assert found.scores == pytest.approx([0.81])


def test_a_file_is_opened_by_its_path(tmp_path: Path) -> None:
    path = pulled(tmp_path) / PULLED / f"{PULLED}.onnx"
    labels = tuple(f"thing {number}" for number in range(80))
    opened = open_detector(Choice(str(path), device="cpu", threads=1, labels=labels))
    assert (opened.detector.name, opened.detector.labels) == (PULLED, labels)


def test_a_pulled_one_whose_file_is_another_is_refused(tmp_path: Path) -> None:
    folder = pulled(tmp_path)
    (folder / PULLED / f"{PULLED}.onnx").write_bytes(b"something else")
    with pytest.raises(WeightsCorrupt, match=f"openeyes models pull {PULLED}"):
        open_detector(Choice(PULLED, folder=str(folder)))


def test_one_that_was_not_pulled_says_how_it_can_be_had(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=f"run `openeyes models pull {PULLED}`"):
        open_detector(Choice(PULLED, folder=str(tmp_path)))


def test_an_unknown_name_is_answered_with_those_that_are_here(tmp_path: Path) -> None:
    folder = pulled(tmp_path)
    with pytest.raises(UnknownModel, match=f"yolox-nano.*{PACKAGED}, {PULLED}.*'auto'.*onnx"):
        open_detector(Choice("yolox-nanoo", folder=str(folder)))


def test_a_model_for_something_else_is_no_detector(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="smolvlm-256m is for language"):
        open_detector(Choice("smolvlm-256m", folder=str(tmp_path)))


def test_labels_are_not_for_the_packaged_one() -> None:
    with pytest.raises(ConfigError, match="leave --labels out"):
        open_detector(Choice(PACKAGED, labels=("a",)))


def test_auto_takes_the_best_that_holds_the_rate_and_says_why(tmp_path: Path) -> None:
    choice = Choice(AUTO, device="cpu", threads=1, folder=str(pulled(tmp_path)), target_hz=0.1)
    opened = open_detector(choice)
    assert opened.detector.name == PULLED
    assert opened.why.startswith(f"{PULLED} takes ")
    assert "no better one is here" in opened.why


def test_auto_leaves_out_what_does_not_run(tmp_path: Path) -> None:
    folder = pulled(tmp_path)
    (folder / PULLED / f"{PULLED}.onnx").write_bytes(b"something else")
    choice = Choice(AUTO, device="cpu", threads=1, folder=str(folder), target_hz=0.1)
    opened = open_detector(choice)
    assert opened.detector.name == PACKAGED
    assert f"{PULLED} does not run" in opened.why


def test_a_family_is_not_for_auto_nor_the_packaged_one() -> None:
    with pytest.raises(ConfigError, match="--family belong to one detector"):
        open_detector(Choice(AUTO, family="yolox"))
    with pytest.raises(ConfigError, match="leave --family out"):
        open_detector(Choice(PACKAGED, family="yolox"))


def transformer(path: Path) -> Path:
    """A network that answers as many families do, of three classes."""
    outputs = {
        "logits": np.full((1, 300, 3), 2, np.float32),
        "pred_boxes": np.full((1, 300, 4), 0.5, np.float32),
    }
    told = {"openeyes.labels": '["cup", "mug", "jar"]'}
    return constant_model.write(path, outputs, (1, 3, 64, 64), told, name="pixel_values")


def test_a_transformer_is_read_as_its_owner_says(tmp_path: Path) -> None:
    path = transformer(tmp_path / "mine.onnx")
    with pytest.raises(ModelError, match="say so with --family"):
        open_detector(Choice(str(path), device="cpu", threads=1))
    for family, kind in (("rf-detr", RfDetr), ("d-fine", Detr)):
        choice = Choice(str(path), device="cpu", threads=1, family=family)
        detector = open_detector(choice).detector
        assert isinstance(detector, FamilyDetector)
        assert isinstance(detector._family, kind)
        assert len(detector.detect(PICTURE)) > 0


def test_one_of_the_catalogue_is_of_the_family_that_stands_there(tmp_path: Path) -> None:
    target = tmp_path / "rf-detr-nano"
    target.mkdir()
    path = transformer(target / "model.onnx")
    store.write(target, Record("rf-detr-nano", "owner/name", "main", {path.name: sha256(path)}))
    choice = Choice("rf-detr-nano", device="cpu", threads=1, folder=str(tmp_path))
    with pytest.raises(ModelError, match="takes pictures of 64×64 only"):
        open_detector(choice)  # not in doubt about its family: only its size is another
    wide = constant_model.write(
        path,
        {"logits": np.full((1, 9, 3), 2, np.float32), "pred_boxes": np.ones((1, 9, 4), np.float32)},
        (1, 3, 384, 384),
        {"openeyes.labels": '["cup", "mug", "jar"]'},
        name="pixel_values",
    )
    store.write(target, Record("rf-detr-nano", "owner/name", "main", {path.name: sha256(wide)}))
    detector = open_detector(choice).detector
    assert isinstance(detector, FamilyDetector)
    assert isinstance(detector._family, RfDetr)


def test_labels_are_not_for_auto() -> None:
    with pytest.raises(ConfigError, match="--labels and --family belong to one detector"):
        open_detector(Choice(AUTO, labels=("a",)))


def test_auto_alone_takes_the_packaged_one() -> None:
    assert open_detector(Choice(AUTO, device="cpu", threads=1)).detector.name == PACKAGED


def test_every_detector_of_the_catalogue_can_be_compared_or_is_left_to_the_operator() -> None:
    compared = [
        each.name
        for each in catalogue.entries().values()
        if each.task == "detection" and detectors._candidate(each) is not None
    ]
    assert PACKAGED in compared
    assert PULLED in compared


def test_a_choice_travels_whole() -> None:
    choice = Choice("a", device="cuda", threads=2, batch=4, folder="/x", labels=("门", "b"))
    assert msgspec.json.decode(msgspec.json.encode(choice), type=Choice) == choice


def asked(folder: Path) -> Path:
    """The toy that looks for what it is asked for, as an export of it lies in the folder."""
    target = folder / ASKED
    target.mkdir(parents=True)
    toys.unpacked(target)
    files = {each.name: sha256(each) for each in target.iterdir()}
    store.write(target, Record(ASKED, "transformers 5", "", files))
    return folder


def test_one_that_is_asked_looks_for_what_the_operator_names(tmp_path: Path) -> None:
    folder = asked(pulled(tmp_path))
    assert names(folder) == (PACKAGED, ASKED, PULLED)
    assert detectors.for_words(folder) == ASKED
    choice = Choice(ASKED, device="cpu", threads=1, folder=str(folder), find=("red", "mug"))
    detector = open_detector(choice).detector
    assert isinstance(detector, AskedDetector)
    assert tuple(detector.labels) == ("red", "mug")
    found = detector.detect(PICTURE)
    assert set(found.classes.tolist()) <= {0, 1}


def test_where_none_is_asked_none_is_found(tmp_path: Path) -> None:
    assert detectors.for_words(pulled(tmp_path)) is None
    assert detectors.for_words(None) is None


def test_auto_does_not_take_one_that_is_asked(tmp_path: Path) -> None:
    choice = Choice(AUTO, device="cpu", threads=1, folder=str(asked(tmp_path)), target_hz=0.1)
    assert open_detector(choice).detector.name == PACKAGED


def test_one_that_is_asked_is_asked_in_its_process(tmp_path: Path) -> None:
    folder = asked(tmp_path)
    choice = Choice(ASKED, device="cpu", threads=1, folder=str(folder), find=("red",))
    detector = DetectorProcess(choice)
    try:
        detector.start()
        assert isinstance(detector.labels, Vocabulary)
        Share(detector.labels).want(["mug"])
        here = open_detector(msgspec.structs.replace(choice, find=("red", "mug"))).detector
        there, alone = detector.detect(PICTURE), here.detect(PICTURE)
        np.testing.assert_array_equal(there.boxes, alone.boxes)
        np.testing.assert_array_equal(there.classes, alone.classes)
        assert tuple(detector.labels) == tuple(here.labels)
    finally:
        detector.close()
