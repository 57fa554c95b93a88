from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from streaming import app_models
from streaming.cli import main
from streaming.commandline import add_detector_options
from streaming.settings import Settings
from vision.errors import ConfigError
from vision.vocabulary import MOST_WANTED


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENEYES_HOME", str(tmp_path))
    return tmp_path


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_detector_options(parser, ("nanodet-g-416",), app_models.devices())
    return parser.parse_args(words)


def test_what_the_operator_says_becomes_the_choice(home: Path) -> None:
    labels = home / "labels.txt"
    labels.write_text("mug\ndoor\n")
    settings = Settings(
        detector="mine.onnx", labels=labels, threads=2, batch=4, target_detect_hz=5.0
    )
    choice = app_models.choice(replace(settings, device="cpu"))
    assert (choice.name, choice.device, choice.threads, choice.batch) == ("mine.onnx", "cpu", 2, 4)
    assert (choice.labels, choice.target_hz) == (("mug", "door"), 5.0)
    assert choice.models == home / "models"


def test_the_family_of_a_file_is_told_on_the_command_line() -> None:
    assert parsed().family is None
    family = parsed("--family", "rf-detr").family
    assert app_models.choice(Settings(detector="mine.onnx", family=family)).family == "rf-detr"
    for command in ("serve", "replay", "doctor"):
        with pytest.raises(SystemExit) as stopped:
            main([command, "--family"])
        assert stopped.value.code == 2, "it is an option there, and takes a name"


def test_a_device_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigError, match="no device 'abacus'; there are: auto, cpu"):
        app_models.choice(Settings(device="abacus"))


def test_phrases_stand_between_commas_of_either_kind() -> None:
    assert parsed("--find", " Red  Mug, 门把手，white cane,").find == (
        *("red mug", "门把手", "white cane"),
    )
    assert parsed().find == ()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (",".join(f"thing {number}" for number in range(MOST_WANTED + 1)), "at most 32 things"),
        ("x" * 61, "1 to 60 plain characters"),
    ],
)
def test_what_cannot_be_looked_for_is_refused_on_the_command_line(
    words: str, complaint: str
) -> None:
    with pytest.raises(argparse.ArgumentError, match=complaint):
        parsed("--find", words)


def test_without_a_detector_that_is_asked_the_closed_one_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        choice = app_models.choice(Settings(find=("red mug",)))
    assert choice.name == Settings().detector
    assert "goes on with its own labels" in caplog.text
    assert "openeyes models list --task open-vocabulary" in caplog.text


def test_words_that_a_named_detector_cannot_look_for_are_said_to_be_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        app_models.choice(Settings(find=("red mug",), detector="owlv2-base"))
        assert caplog.text == ""
        app_models.choice(Settings(find=("red mug",), detector="yolox-s"))
    assert "--find is left out: yolox-s looks for nothing in words" in caplog.text


def test_one_that_is_asked_is_taken_where_words_are_and_no_detector_was_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("models.detectors.for_words", lambda _: "owlv2-base")
    assert app_models.choice(Settings(find=("red mug",))).name == "owlv2-base"
    assert app_models.choice(Settings(find=("red mug",), detector="auto")).name == "auto"
    assert app_models.choice(Settings()).name == Settings().detector
