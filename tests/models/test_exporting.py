from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from models.zoo import catalogue, exporting, store
from models.zoo.catalogue import Entry
from models.zoo.exporters import ultralytics
from models.zoo.exporting import export
from tests.models.families import constant_model
from vision.errors import ConfigError, ModelError, WeightsMissing

NAME = "yolo11n"


class Maker:
    """Stands where a package that is not installed here would make the file."""

    def __init__(self) -> None:
        self.sources: list[Path | None] = []
        self.outputs = {"output0": np.zeros((1, 84, 84), np.float32)}

    def export(self, _: Entry, target: Path, source: Path | None) -> tuple[Path, str]:
        self.sources.append(source)
        path = target / "model.onnx"
        names = str({number: f"thing {number}" for number in range(80)})
        told = {"task": "detect", "names": names, "imgsz": "[64, 64]"}
        return constant_model.write(path, self.outputs, metadata=told), "maker 1.0"


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> Maker:
    made, module = Maker(), ModuleType("scripted_exporter")
    module.export, module.attempt = made.export, ultralytics.attempt
    monkeypatch.setitem(sys.modules, "scripted_exporter", module)
    monkeypatch.setitem(exporting.EXPORTERS, "ultralytics", "scripted_exporter")
    return made


def test_what_was_made_is_tried_recorded_and_found_again(tmp_path: Path, maker: Maker) -> None:
    source = tmp_path / "mine.pt"
    folder = export(catalogue.entry(NAME), tmp_path, accept_licence=True, source=source)
    assert folder == tmp_path / NAME
    assert maker.sources == [source]
    assert store.path(NAME, tmp_path) == folder / "model.onnx"
    recorded = store.verify(NAME, tmp_path)
    assert (recorded.repository, recorded.unconfirmed) == ("maker 1.0", ("model.onnx",))
    assert store.here(tmp_path) == (NAME,)


def test_making_it_again_replaces_it(tmp_path: Path, maker: Maker) -> None:
    entry = catalogue.entry(NAME)
    export(entry, tmp_path, accept_licence=True)
    (tmp_path / NAME / "left over").touch()
    export(entry, tmp_path, accept_licence=True)
    assert sorted(each.name for each in (tmp_path / NAME).iterdir()) == [
        "model.onnx",
        store.MANIFEST,
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
