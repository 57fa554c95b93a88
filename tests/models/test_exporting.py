from __future__ import annotations

import errno
import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import onnx
import pytest

from models.open_vocabulary import folder as folders
from models.zoo import cards, catalogue, exporting, store
from models.zoo.alone import alone
from models.zoo.catalogue import Entry
from models.zoo.exporters import owlv2, ultralytics
from models.zoo.exporting import export
from models.zoo.making import Made, tell
from models.zoo.store import Kept
from tests.models.families import constant_model
from tests.models.open_vocabulary import toys
from vision.errors import ConfigError, ModelError, WeightsMissing

NAME = "yolo11n"


class Maker:
    """Stands where a package that is not installed here would make the file."""

    def __init__(self) -> None:
        self.sources: list[Path | None] = []
        self.fault: Exception | None = None
        self.outputs = {"output0": np.zeros((1, 84, 84), np.float32)}

    def export(self, entry: Entry, target: Path, source: Path | None) -> Made:
        self.sources.append(source)
        if self.fault is not None:
            raise self.fault
        path = target / "model.onnx"
        names = str({number: f"thing {number}" for number in range(80)})
        told = {"task": "detect", "names": names, "imgsz": "[64, 64]"}
        constant_model.write(path, self.outputs, metadata=told)
        made = Made(path, "maker 1.0", {"mine.pt": "0" * 64}, "f" * 40)
        tell(made, entry, path)
        return made


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> Maker:
    made, module = Maker(), ModuleType("scripted_exporter")
    module.export, module.attempt = made.export, ultralytics.attempt
    monkeypatch.setitem(sys.modules, "scripted_exporter", module)
    monkeypatch.setitem(exporting.EXPORTERS, "ultralytics", "scripted_exporter")
    return made


def test_what_was_made_is_tried_recorded_and_found_again(tmp_path: Path, maker: Maker) -> None:
    source = tmp_path / "mine.pt"
    kept = export(catalogue.entry(NAME), tmp_path, accept_licence=True, source=source)
    folder = kept.folder
    assert folder == tmp_path / NAME
    assert maker.sources == [source]
    assert store.path(NAME, tmp_path) == folder / "model.onnx"
    recorded = store.verify(NAME, tmp_path)
    assert recorded == kept.record
    assert (recorded.repository, recorded.unconfirmed) == ("maker 1.0", ("model.onnx",))
    assert (recorded.commit, recorded.sources) == ("f" * 40, {"mine.pt": "0" * 64})
    assert store.here(tmp_path) == (NAME,)


def test_making_it_again_replaces_it(tmp_path: Path, maker: Maker) -> None:
    entry = catalogue.entry(NAME)
    export(entry, tmp_path, accept_licence=True)
    (tmp_path / NAME / "left over").touch()
    export(entry, tmp_path, accept_licence=True)
    assert sorted(each.name for each in (tmp_path / NAME).iterdir()) == [
        "model.onnx",
        store.RECORD,
    ]


def test_nothing_is_made_before_the_licence_was_accepted(tmp_path: Path, maker: Maker) -> None:
    with pytest.raises(ConfigError, match=r"AGPL-3\.0 .*--accept-licence"):
        export(catalogue.entry(NAME), tmp_path)
    assert maker.sources == []


def test_what_does_not_run_is_not_kept_and_what_was_here_stays(
    tmp_path: Path, maker: Maker
) -> None:
    entry = catalogue.entry(NAME)
    export(entry, tmp_path, accept_licence=True)
    maker.outputs = {"heat": np.zeros((1, 3, 3, 3), np.float32)}
    with pytest.raises(ModelError, match="is no detector of a family that is known here"):
        export(entry, tmp_path, accept_licence=True)
    store.verify(NAME, tmp_path)
    assert store.here(tmp_path) == (NAME,)


def test_a_model_that_is_pulled_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="run `openeyes models pull yolox-s`"):
        export(catalogue.entry("yolox-s"), tmp_path)


def test_without_the_package_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ultralytics", None)
    with pytest.raises(ModelError, match=r"AGPL-3\.0: pip install 'openeyes\[ultralytics\]'"):
        export(catalogue.entry(NAME), tmp_path, accept_licence=True)
    assert not (tmp_path / NAME).exists()


class Package(ModuleType):
    """As much of the package as its exporter calls, with its ways of failing."""

    __version__ = "8.4"

    def __init__(self, *, fault: str) -> None:
        super().__init__("ultralytics")
        self._fault = fault

    def YOLO(self, _: str) -> Package:  # noqa: N802 — the package's name
        if self._fault == "fetching":
            raise ConnectionError("no route to host")
        return self

    def export(self, **_: object) -> str:
        raise RuntimeError("unsupported operator")


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("fetching", WeightsMissing, r"no route to host\): fetch yolo11n\.pt .*--weights FILE"),
        ("exporting", ModelError, "cannot export yolo11n: unsupported operator"),
    ],
)
def test_the_packages_own_troubles_are_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    kind: type[ModelError],
    words: str,
) -> None:
    monkeypatch.setitem(sys.modules, "ultralytics", Package(fault=fault))
    with pytest.raises(kind, match=words):
        export(catalogue.entry(NAME), tmp_path, accept_licence=True)


def test_weights_that_are_not_there_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ultralytics", Package(fault=""))
    with pytest.raises(WeightsMissing, match=r"there is no file .*none\.pt"):
        export(catalogue.entry(NAME), tmp_path, accept_licence=True, source=tmp_path / "none.pt")


def test_whatever_is_listed_as_made_here_can_be_made_here() -> None:
    made = [each for each in catalogue.entries().values() if each.source == "export"]
    assert made
    assert all(each.family in exporting.EXPORTERS for each in made)


def exported(folder: Path) -> Kept:
    return export(catalogue.entry(NAME), folder, accept_licence=True)


def test_the_file_tells_what_it_was_made_of(tmp_path: Path, maker: Maker) -> None:
    kept = exported(tmp_path)
    model = onnx.load(kept.folder / "model.onnx")
    onnx.checker.check_model(model)
    told = {each.key: each.value for each in model.metadata_props}
    assert told["openeyes.family"] == "ultralytics"
    assert told["openeyes.made_by"] == "maker 1.0"
    assert told["openeyes.revision"] == "f" * 40
    assert json.loads(told["openeyes.sources"]) == {"mine.pt": "0" * 64}
    assert told["task"] == "detect", "what it told before, it still tells"


def test_a_file_that_was_changed_since_is_found_out(tmp_path: Path, maker: Maker) -> None:
    kept = exported(tmp_path)
    (good,) = cards.verdicts([NAME], tmp_path)
    assert good.trouble == ""
    with (kept.folder / "model.onnx").open("ab") as file:
        file.write(b"\x00")
    (bad,) = cards.verdicts([NAME], tmp_path)
    assert "is not the file that was recorded: run `openeyes models export yolo11n`" in bad.trouble


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full: yolo11n does not fit .*what was here still is"),
        (errno.EDQUOT, "the disk is full"),
        (errno.EROFS, "cannot keep yolo11n in .*Read-only.*OPENEYES_HOME"),
    ],
)
def test_a_disk_that_does_not_take_it_is_told_of_and_what_was_here_stays(
    tmp_path: Path, maker: Maker, number: int, words: str
) -> None:
    exported(tmp_path)
    maker.fault = OSError(number, errno.errorcode[number] if number != errno.EROFS else "Read-only")
    with pytest.raises(ConfigError, match=words):
        exported(tmp_path)
    store.verify(NAME, tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == [NAME]


def test_a_disk_that_is_full_at_the_last_step_leaves_what_was_here(
    tmp_path: Path, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(tmp_path)
    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        if self.name == NAME and ".export-" in str(self) and target == tmp_path / NAME:
            raise OSError(errno.ENOSPC, "No space left on device")
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        with pytest.raises(ConfigError, match="the disk is full"):
            exported(tmp_path)
    store.verify(NAME, tmp_path)


def link(target: Path) -> None:
    target.symlink_to(target.parent / "elsewhere")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (link, "is a link to .*elsewhere, and would be replaced by a folder: delete the link"),
        (Path.touch, "is a file, and the model's folder has to be there: move it away"),
    ],
)
def test_what_is_in_the_way_is_named_before_anything_is_made(
    tmp_path: Path, maker: Maker, make: Callable[[Path], None], words: str
) -> None:
    make(tmp_path / NAME)
    with pytest.raises(ConfigError, match=words):
        exported(tmp_path)
    assert maker.sources == []


def test_a_folder_of_models_that_is_a_file_is_named(tmp_path: Path, maker: Maker) -> None:
    (tmp_path / "models").touch()
    with pytest.raises(ConfigError, match=r"cannot keep yolo11n in .*OPENEYES_HOME"):
        exported(tmp_path / "models")


def test_what_exports_left_that_died_is_deleted_and_what_others_make_is_not(
    tmp_path: Path, maker: Maker
) -> None:
    for name in ("yolo11n", "yolo11s", "yolo11m", "gone-1a2b3c"):
        (tmp_path / f".export-{name}" / "within").mkdir(parents=True)
    with alone("yolo11s", tmp_path):
        exported(tmp_path)
        assert sorted(each.name for each in tmp_path.iterdir()) == [
            ".export-yolo11s",
            ".yolo11s.lock",
            NAME,
        ]


class Working(Package):
    """The package, where it works: it copies what it is given, or fails as a full disk does."""

    def __init__(self, folder: Path, error: Exception | None = None) -> None:
        super().__init__(fault="")
        self._folder, self._error = folder, error

    def export(self, **_: object) -> str:
        if self._error is not None:
            raise RuntimeError("export failure") from self._error
        told = {"task": "detect", "names": "{0: 'mug'}", "imgsz": "[64, 64]"}
        outputs = {"output0": np.zeros((1, 5, 84), np.float32)}
        return str(constant_model.write(self._folder / "made.onnx", outputs, metadata=told))


def test_the_weights_that_it_was_made_of_are_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ultralytics", Working(tmp_path))
    weights = tmp_path / "mine.pt"
    weights.write_bytes(b"weights")
    kept = export(catalogue.entry(NAME), tmp_path / "models", accept_licence=True, source=weights)
    digest = hashlib.sha256(b"weights").hexdigest()
    assert kept.record.sources == {"mine.pt": digest}
    model = onnx.load(kept.folder / "model.onnx")
    told = {each.key: each.value for each in model.metadata_props}
    assert json.loads(told["openeyes.sources"]) == {"mine.pt": digest}
    assert told["openeyes.made_by"] == "ultralytics 8.4"


def test_a_full_disk_behind_the_packages_own_error_is_told_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setitem(sys.modules, "ultralytics", Working(tmp_path, full))
    with pytest.raises(ConfigError, match="the disk is full"):
        exported(tmp_path)
    monkeypatch.setitem(sys.modules, "ultralytics", Working(tmp_path, ConnectionError("no route")))
    with pytest.raises(ModelError, match="cannot export yolo11n: export failure"):
        exported(tmp_path)


def test_a_full_disk_while_the_package_fetches_is_told_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Fetching(Package):
        def YOLO(self, _: str) -> Package:  # noqa: N802 — the package's name
            raise RuntimeError("download failed") from OSError(errno.ENOSPC, "No space left")

    monkeypatch.setitem(sys.modules, "ultralytics", Fetching(fault=""))
    with pytest.raises(ConfigError, match="the disk is full"):
        exported(tmp_path)


def test_a_folder_is_no_file_of_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ultralytics", Working(tmp_path))
    with pytest.raises(WeightsMissing, match=r"is a folder: name the \.pt file in it"):
        export(catalogue.entry(NAME), tmp_path / "m", accept_licence=True, source=tmp_path)


def test_what_is_no_folder_of_owlv2_is_not_asked_for_on_the_hub(tmp_path: Path) -> None:
    asked: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(owlv2.taking_apart, "export", lambda *_: asked.append("hub"))
        with pytest.raises(WeightsMissing, match=r"none is no folder: name the one with config"):
            owlv2.export(catalogue.entry("owlv2-base"), tmp_path, tmp_path / "none")
    assert asked == []


def test_owlv2_tells_what_it_was_made_of_and_is_sealed_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    (source / "model.safetensors").write_bytes(b"weights")
    (source / "config.json").write_text("{}")

    def taken_apart(named: str, folder: Path, revision: str) -> folders.Description:
        """What transformers made once, and is not here to make again."""
        assert (named, revision) == (str(source), "")
        toys.unpacked(folder)
        weights = owlv2.taking_apart.weights_of(named, "")
        return replace(folders.description(folder), weights=weights)

    monkeypatch.setattr(owlv2.taking_apart, "export", taken_apart)
    monkeypatch.setattr(owlv2, "version", lambda _: "5.23.0")
    entry = catalogue.entry("owlv2-base")
    made = owlv2.export(entry, target, source)
    assert made.sources == {"model.safetensors": hashlib.sha256(b"weights").hexdigest()}
    owlv2.attempt(entry, made.path)
    for name in (folders.VISION, folders.TEXT):
        told = {each.key: each.value for each in onnx.load(target / name).metadata_props}
        assert json.loads(told["openeyes.sources"]) == made.sources
        assert told["openeyes.made_by"] == "transformers 5.23.0"
    assert folders.description(target).weights == made.sources
