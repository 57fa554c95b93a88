"""The folder of models: what is whole, what is damaged, what is deleted."""

import hashlib
import os
from pathlib import Path

import msgspec
import pytest

from models import weights
from models.zoo import store
from models.zoo.alone import alone
from models.zoo.cards import card, cards, verdicts
from models.zoo.removal import remove
from models.zoo.store import RECORD, Record
from tests.models.zoo.entries import ALL, CONTENT, EXPORTED, GRAPH, HUB, HUB_FILES
from vision.errors import ConfigError, ModelError, UnknownModel, WeightsCorrupt, WeightsMissing

NAME = HUB.name
STORED = {path: HUB_FILES[path] for path in HUB.files}


def put(folder: Path, name: str = NAME, files: dict[str, bytes] = STORED) -> Path:
    """A model as a pull leaves it."""
    for path, content in files.items():
        (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / name / path).write_bytes(content)
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    store.write(folder / name, Record(name, HUB.repository, "f" * 40, digests))
    return folder / name


def test_the_graph_of_a_model_that_is_here(tmp_path):
    put(tmp_path)
    assert store.path(NAME, tmp_path) == tmp_path / NAME / GRAPH


def test_the_graph_of_a_packaged_model(tmp_path):
    described = weights.manifest("nanodet-g-416")
    assert store.path("nanodet-g-416", tmp_path) == weights.DATA / described.file


def test_files_are_read_once_and_again_when_they_changed(tmp_path, monkeypatch):
    read = []
    true = store.sha256
    monkeypatch.setattr(store, "sha256", lambda path: read.append(path.name) or true(path))
    graph = put(tmp_path) / GRAPH
    for _ in range(3):
        store.path(NAME, tmp_path)
    assert read == ["model.onnx", "config.json"]
    graph.write_bytes(CONTENT[:-1] + b"!")
    os.utime(graph, ns=(1, 1))
    with pytest.raises(WeightsCorrupt, match="not the file that was recorded"):
        store.path(NAME, tmp_path)


@pytest.mark.parametrize("path", [GRAPH, "config.json"])
def test_a_changed_file_is_found_and_the_cure_named(tmp_path, path):
    (put(tmp_path) / path).write_bytes(b"nonsense")
    assert store.is_whole(NAME, tmp_path)
    for check in (store.path, store.verify):
        with pytest.raises(WeightsCorrupt, match=f"{path} is not .*`openeyes models pull {NAME}`$"):
            check(NAME, tmp_path)


def test_a_missing_file_is_found(tmp_path):
    (put(tmp_path) / GRAPH).unlink()
    assert not store.is_whole(NAME, tmp_path)
    for check in (store.path, store.verify):
        with pytest.raises(WeightsMissing, match=f"model.onnx is not there: run .*pull {NAME}"):
            check(NAME, tmp_path)


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        (NAME, "openeyes models pull detr-nano`$"),
        (EXPORTED.name, "openeyes models export made-here`$"),
        ("smolvlm-256m", "openeyes models pull smolvlm-256m`, or go on without it.*`grounded`"),
    ],
)
def test_of_what_is_not_here_the_cure_is_named(tmp_path, name, cure):
    with pytest.raises(WeightsMissing, match=cure):
        store.path(name, tmp_path)


def test_a_name_that_nobody_knows_has_no_graph(tmp_path):
    with pytest.raises(UnknownModel, match="did you mean detr-nano"):
        store.path("detr-nanno", tmp_path)


def test_a_model_without_a_graph_is_refused(tmp_path):
    put(tmp_path, files={"config.json": b"{}"})
    with pytest.raises(ModelError, match="detr-nano has no ONNX file"):
        store.path(NAME, tmp_path)


@pytest.mark.parametrize("content", [b"", b"{}", b"nonsense", b'{"name": 1}'])
def test_a_damaged_record_is_refused(tmp_path, content):
    (put(tmp_path) / RECORD).write_bytes(content)
    assert not store.is_whole(NAME, tmp_path)
    with pytest.raises(WeightsCorrupt, match=f"is damaged .*openeyes models pull {NAME}"):
        store.verify(NAME, tmp_path)


def test_a_record_may_not_lead_outside(tmp_path):
    target = put(tmp_path)
    outside = Record(NAME, "a/b", "c", {"../../etc/passwd": "0" * 64})
    (target / RECORD).write_bytes(msgspec.json.encode(outside))
    with pytest.raises(WeightsCorrupt, match="outside its folder"):
        store.verify(NAME, tmp_path)


def test_records_of_earlier_versions_are_read(tmp_path):
    found = msgspec.json.decode((put(tmp_path) / RECORD).read_bytes())
    old = {key: found[key] for key in ("name", "repository", "commit", "files")}
    (tmp_path / NAME / RECORD).write_bytes(msgspec.json.encode(old))
    assert store.verify(NAME, tmp_path).licence == ""


def test_what_is_here_is_listed(tmp_path):
    assert store.here(tmp_path / "nowhere") == ()
    put(tmp_path)
    (tmp_path / "made-here").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "notes.txt").write_text("not a model")
    assert store.here(tmp_path) == (NAME, "made-here")


def test_states_of_all_models(tmp_path):
    put(tmp_path)
    (tmp_path / "yolo-nano").mkdir()
    found = {each.entry.name: each.state for each in cards(tmp_path)}
    assert list(found) == [each.name for each in ALL]
    assert found[NAME] == "here"
    assert found["yolo-nano"] == "unfinished"
    assert found["yolo-agpl"] == "not pulled"
    assert found["made-here"] == "made by export"
    assert found["nanodet-g-416"] == "comes with openeyes"
    put(tmp_path, "made-here")
    assert card("made-here", tmp_path).state == "here"
    assert card("nanodet-g-416", tmp_path).folder == weights.DATA


def test_verdicts_on_all_that_is_here(tmp_path):
    assert list(verdicts((), tmp_path)) == []
    put(tmp_path)
    put(tmp_path, "not-in-the-catalogue")
    (put(tmp_path, "yolo-nano") / GRAPH).write_bytes(b"nonsense")
    found = {each.name: each.trouble for each in verdicts((), tmp_path)}
    assert list(found) == [NAME, "not-in-the-catalogue", "yolo-nano"]
    assert (found[NAME], found["not-in-the-catalogue"]) == ("", "")
    assert "not the file that was recorded" in found["yolo-nano"]


def test_verdicts_on_some(tmp_path):
    put(tmp_path)
    found = list(verdicts([NAME, "nanodet-g-416", NAME, "made-here"], tmp_path))
    assert [each.name for each in found] == [NAME, "nanodet-g-416", "made-here"]
    assert [bool(each.trouble) for each in found] == [False, False, True]
    with pytest.raises(UnknownModel, match="no model is called 'zzz'"):
        list(verdicts([NAME, "zzz"], tmp_path))


def test_a_model_is_deleted_and_nothing_else(tmp_path):
    put(tmp_path)
    put(tmp_path, "yolo-nano")
    recorded = (tmp_path / NAME / RECORD).stat().st_size
    assert remove(NAME, tmp_path) == sum(map(len, STORED.values())) + recorded
    assert [each.name for each in tmp_path.iterdir()] == ["yolo-nano"]


def test_links_are_deleted_and_not_followed(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "film.mp4").write_bytes(b"precious" * 1000)
    folder = tmp_path / "models"
    target = put(folder)
    (target / "folder").symlink_to(tmp_path / "elsewhere")
    (target / "file").symlink_to(tmp_path / "elsewhere" / "film.mp4")
    assert remove(NAME, folder) < len(CONTENT) + 2000
    assert (tmp_path / "elsewhere" / "film.mp4").exists()
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(
        ConfigError, match=f"linked is a link to {tmp_path}.*: delete both yourself"
    ):
        remove("linked", folder)
    assert (tmp_path / "elsewhere" / "film.mp4").exists()


@pytest.mark.parametrize(
    "name", ["..", ".", "", "/", "../models", f"{NAME}/onnx", "yolo-nano", ".x"]
)
def test_what_is_not_here_is_not_deleted(tmp_path, name):
    put(tmp_path / "models")
    (tmp_path / "models" / ".x").mkdir()
    with pytest.raises(UnknownModel, match=f"is in .*models; there are: {NAME}$"):
        remove(name, tmp_path / "models")
    store.verify(NAME, tmp_path / "models")


def test_of_no_models_none_is_deleted(tmp_path):
    with pytest.raises(UnknownModel, match="there are: none"):
        remove(NAME, tmp_path / "nowhere")


def test_what_is_being_pulled_is_not_deleted(tmp_path):
    put(tmp_path)
    with alone(NAME, tmp_path), pytest.raises(ModelError, match="another process is pulling"):
        remove(NAME, tmp_path)
    store.verify(NAME, tmp_path)


def test_a_lock_that_a_dead_process_left_is_taken(tmp_path):
    (tmp_path / f".{NAME}.lock").touch()
    with alone(NAME, tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_deleted_is_explained(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    put(tmp_path)
    monkeypatch.setattr("shutil.rmtree", refuse)
    with pytest.raises(ConfigError, match="detr-nano cannot be deleted: Permission denied"):
        remove(NAME, tmp_path)
