"""Scripted questions with checked answers, through ``openeyes replay``, with no language model.

What has to be true of each answer is derived from the truth of the clip, not from any answer; see
the tables in ``questions``. The labelled sequences are not part of this repository: without them
their tables are skipped.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from streaming import cli
from streaming.sample import sample_mp4
from streaming.videofile import VideoWriter
from vision.lettering import board
from vision.picture import Picture

TABLES = sorted((Path(__file__).parent / "questions").glob("*.toml"))
LABELLED = Path(os.environ.get("MOT", Path(__file__).parents[3] / "shared" / "data" / "mot"))
SECONDS = 12
TAKEN_AWAY = 6


def table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def test_there_are_enough_of_them() -> None:
    """Thirty in each language on the sample and the labelled sequences, signs not counted."""
    asked = [each for path in TABLES if path.stem != "signs" for each in table(path)["question"]]
    for language in ("en", "zh"):
        assert sum(each["language"] == language for each in asked) >= 30


def write_signs(path: Path) -> None:
    """A wall with two signs, one of which is taken away."""
    bare = np.full((480, 640, 3), (150, 160, 165), np.uint8)
    warning = board(("小心地滑",), 34)
    bare[250 : 250 + warning.shape[0], 380 : 380 + warning.shape[1]] = warning
    both = bare.copy()
    leaving = board(("FIRE EXIT", "PUSH BAR TO OPEN"), 26)
    both[80 : 80 + leaving.shape[0], 30 : 30 + leaving.shape[1]] = leaving
    with VideoWriter(path, Fraction(10)) as writer:
        for index in range(SECONDS * 10):
            wall = both if index < TAKEN_AWAY * 10 else bare
            writer.write(Picture.from_bgr(wall), index * 9000)


def clip_of(name: str, folder: Path) -> Path:
    path = folder / f"{name}.mp4"
    if name == "sample":
        path.write_bytes(sample_mp4())
    elif name == "signs":
        write_signs(path)
    else:
        path = LABELLED / name / f"{name}.mp4"
        if not path.exists():
            pytest.skip(f"no labelled video in {LABELLED}: name its folder with MOT")
    return path


def answered(clip: Path, log: Path, asked: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The last message about each question."""
    arguments = ["replay", str(clip), "--detect-every-ms", "100", "--events", str(log)]
    if clip.stem != "signs":
        arguments.append("--no-text")
    for each in asked:
        arguments += ["--ask", f"{each['ask']}@{each['at']}"]
    assert cli.main(arguments) == 0
    messages = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    for number in range(1, len(asked) + 1):
        ends = [
            message
            for message in messages
            if message["type"] == "answer" and message["id"] == f"ask-{number}" and message["done"]
        ]
        assert len(ends) == 1, asked[number - 1]
        yield ends[0]


@pytest.mark.timeout(600)  # a video through the real detector, on whatever machine
@pytest.mark.parametrize("path", TABLES, ids=[path.stem for path in TABLES])
def test_answers_are_true(path: Path, tmp_path: Path) -> None:
    read = table(path)
    asked = read["question"]
    clip = clip_of(read["clip"], tmp_path)
    wrong = []
    for question, answer in zip(asked, answered(clip, tmp_path / "log.jsonl", asked), strict=True):
        text = answer["text"]
        assert answer["source"] == "grounded"
        least, most = question.get("objects", (0, 99))
        fits = re.search(question["match"], text) if "match" in question else True
        lies = re.search(question["never"], text) if "never" in question else False
        counted = least <= len(answer.get("objects", [])) <= most
        if not fits or lies or not counted:
            wrong.append(f"{question['at']} s {question['ask']} -> {text} ({question['why']})")
    assert not wrong, "\n".join(wrong)
