from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from models.acceleration import CACHE, PLAIN, cache_folder, ways
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
