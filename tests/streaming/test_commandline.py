from __future__ import annotations

import argparse

import pytest

from streaming.commandline import (
    add_detector_options,
    add_understanding_options,
    settings_from,
)
from streaming.settings import Settings


def settings(*words: str) -> Settings:
    parser = argparse.ArgumentParser()
    add_detector_options(parser, ["one"], ["auto", "cpu"])
    add_understanding_options(parser, [])
    return settings_from(parser.parse_args(words))


@pytest.mark.parametrize(
    ("words", "batch"), [((), 0), (("--batch", "0"), 0), (("--batch", "8"), 8)]
)
def test_how_many_frames_one_run_takes_can_be_set(words: tuple[str, ...], batch: int) -> None:
    assert settings(*words).batch == batch


@pytest.mark.parametrize("batch", ["33", "-1", "2.5", "many"])
def test_a_batch_that_cannot_be_is_refused(batch: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        settings(f"--batch={batch}")
    assert "not a whole number from 0 to 32" in capsys.readouterr().err
    with pytest.raises(ValueError, match="0 to 32"):
        Settings(batch=33)
