from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pytest

from models import acceleration
from models.acceleration import CACHE, PLAIN, cache_folder, kept_for, ways
from models.devices import DEVICES


def test_a_processor_has_one_way(tmp_path: Path) -> None:
    for cache in (None, tmp_path):
        (way,) = ways("cpu", cache)
        assert (way.name, way.options, way.recorded) == (PLAIN, {}, False)


def test_of_every_device_the_last_way_is_in_full_and_not_recorded(tmp_path: Path) -> None:
    for device in DEVICES:
        sound = ways(device, tmp_path)[-1]
        assert not sound.recorded
        assert "trt_fp16_enable" not in sound.options


def test_graphs_are_recorded_on_cuda() -> None:
    assert [way.recorded for way in ways("cuda", None)] == [True, False]
    assert ways("cuda", None)[0].options == {"enable_cuda_graph": "1"}


def test_engines_are_kept_where_there_is_a_folder(tmp_path: Path) -> None:
    half, full = ways("tensorrt", tmp_path)
    assert half.options == {**full.options, "trt_fp16_enable": "1"}
    assert full.options["trt_engine_cache_path"] == str(tmp_path)
    assert full.options["trt_engine_cache_enable"] == "1"
    assert [dict(way.options) for way in ways("tensorrt", None)] == [{"trt_fp16_enable": "1"}, {}]
    told = json.loads(ways("openvino", tmp_path)[0].options["load_config"])
    assert told["GPU"]["CACHE_DIR"] == told["CPU"]["CACHE_DIR"] == str(tmp_path)
    assert len(ways("openvino", None)) == 1


def test_the_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    assert cache_folder({}) is None
    folder = cache_folder({CACHE: str(tmp_path / "state" / "engines")})
    assert folder == tmp_path / "state" / "engines"
    assert folder.stat().st_mode & 0o777 == 0o700


def test_where_it_cannot_be_made_nothing_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    with caplog.at_level(logging.WARNING):
        assert cache_folder({CACHE: str(tmp_path / "file" / "engines")}) is None
    assert "not kept" in caplog.text


@pytest.mark.parametrize("mode", [0o701, 0o770, 0o755, 0o777])
def test_a_folder_that_others_get_into_is_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: int
) -> None:
    (tmp_path / "engines").mkdir()
    (tmp_path / "engines").chmod(mode)
    assert cache_folder({CACHE: str(tmp_path / "engines")}) is None
    assert "others can look or write into it, chmod it to 700" in caplog.text
    (tmp_path / "engines").chmod(0o700)
    assert cache_folder({CACHE: str(tmp_path / "engines")}) == tmp_path / "engines"


def test_a_folder_of_someone_else_is_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: other)
    assert cache_folder({CACHE: str(tmp_path / "engines")}) is None
    assert "belongs to another user" in caplog.text


def test_a_link_is_not_followed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "engines").symlink_to(tmp_path / "real")
    assert cache_folder({CACHE: str(tmp_path / "engines")}) is None
    assert "it is a link" in caplog.text


def test_what_is_compiled_from_other_weights_lies_elsewhere(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(b"a graph")
    first = kept_for(model, tmp_path)
    assert first is not None
    assert first.parent == tmp_path
    assert first.stat().st_mode & 0o777 == 0o700
    assert kept_for(b"a graph", tmp_path) != kept_for(b"another", tmp_path)
    assert kept_for(model, tmp_path) == first
    (tmp_path / "model.onnx_data").write_bytes(b"its weights")
    assert kept_for(model, tmp_path) != first
    (tmp_path / "model.onnx_data").unlink()
    model.write_bytes(b"another one")
    assert kept_for(model, tmp_path) != first


def test_few_are_kept_and_nothing_else_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceleration, "MOST_KEPT", 2)
    (tmp_path / "mine").mkdir()
    (tmp_path / f"{acceleration.PREFIX}notes").touch()
    folders = [kept_for(str(each).encode(), tmp_path) for each in range(2)]
    for age, each in enumerate(folders):
        assert each is not None
        os.utime(each, (1000 - age, 1000 - age))
    newest = kept_for(b"2", tmp_path)
    left = {each.name for each in tmp_path.iterdir()}
    assert folders[0] is not None
    assert newest is not None
    assert left == {"mine", f"{acceleration.PREFIX}notes", folders[0].name, newest.name}


def test_where_a_networks_own_folder_is_not_ours_nothing_is_kept(tmp_path: Path) -> None:
    folder = kept_for(b"a graph", tmp_path)
    assert folder is not None
    folder.chmod(0o777)
    assert kept_for(b"a graph", tmp_path) is None
