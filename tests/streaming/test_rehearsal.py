"""The assistant over recorded video: the same questions get the same answers, in media time."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.scripted import ScriptedDetector, Step
from models.scripted_reader import Reading, ScriptedReader
from models.scripted_vlm import Reply, ScriptedModel
from streaming import cli
from streaming.rehearsal import Props, Rehearsal, question_cue, watch_cue
from streaming.remembering.store import MemoryStore
from streaming.replay import Outputs, replay
from streaming.videofile import VideoWriter
from streaming.wire import Alert, Answer, Message, Problem, Text
from tests.streaming.conftest import one_box
from vision.dealings import Asked, WatchAsked
from vision.errors import ConfigError, NoAnswer
from vision.picture import Picture
from vision.types import TextBlock

EXIT = TextBlock("EXIT", ((0.1, 0.1), (0.4, 0.1), (0.4, 0.2), (0.1, 0.2)), 0.9)
FPS = 10
LATER = 20
"""Detections until somebody comes."""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds of grey, ten pictures a second."""
    path = tmp_path_factory.mktemp("rehearsal") / "grey.mp4"
    picture = Picture.from_bgr(np.full((240, 320, 3), 90, np.uint8))
    with VideoWriter(path, Fraction(FPS)) as writer:
        for index in range(50):
            writer.write(picture, index * 9000)
    return path


@pytest.fixture
def store() -> Iterator[MemoryStore]:
    opened = MemoryStore.open(None, None, time.time)
    yield opened
    opened.close()


def detector() -> ScriptedDetector:
    """Nobody for two seconds, then a person."""
    steps = [*(Step() for _ in range(LATER)), *(Step(one_box()) for _ in range(100))]
    return ScriptedDetector(steps)


def played(
    clip: Path, store: MemoryStore, *arguments: str, watch: str = "", **props: Any
) -> list[tuple[float, Message]]:
    cues = [question_cue(text, number) for number, text in enumerate(arguments, 1)]
    cues += [watch_cue(watch, 1)] if watch else []
    looks = detector()
    said: list[tuple[float, Message]] = []
    with asyncio.Runner() as runner:
        rehearsal = Rehearsal(looks.labels, cues, Props(store, runner=runner, **props))
        rehearsal.listeners.append(lambda message, at: said.append((at, message)))
        replay(clip, looks, Outputs(rehearsal=rehearsal))
    return said


def answers(said: list[tuple[float, Message]]) -> list[tuple[float, Answer]]:
    return [(at, each) for at, each in said if isinstance(each, Answer) and each.done]


def test_questions_are_answered_at_their_moments(clip: Path, store: MemoryStore) -> None:
    said = played(clip, store, "How many people?@4", "How many people?@1", "有几个人？@4.05")
    (early, before), (late, after), (_, chinese) = answers(said)
    assert early == pytest.approx(1.0, abs=0.11)
    assert late == pytest.approx(4.0, abs=0.11)
    assert "no" in before.text.lower()
    assert "a person in the middle" in after.text.lower()
    assert "一个人" in chinese.text


def test_a_watch_fires_once_soon_after_its_event(clip: Path, store: MemoryStore) -> None:
    said = played(clip, store, watch="tell me when a person appears")
    ((at, alert),) = ((at, each) for at, each in said if isinstance(each, Alert))
    assert 0 <= at - LATER / FPS <= 0.5
    assert alert.watch == "watch-1"


def test_two_runs_say_the_same(clip: Path) -> None:
    def run() -> list[tuple[float, Message]]:
        memory = MemoryStore.open(None, None, time.time)
        try:
            return played(
                clip,
                memory,
                "What is here?@3",
                "What changed?@4",
                watch="when someone comes",
                reader=ScriptedReader([Reading((EXIT,))]),
                captions=True,
            )
        finally:
            memory.close()

    assert run() == run()


def test_reader_memory_and_model_answer_at_once(clip: Path, store: MemoryStore) -> None:
    model = ScriptedModel([Reply(("Someone [1] ", "waits."), seconds_before=0.01)])
    said = played(
        clip,
        store,
        "What does it say?@3",
        "Why is that person there?@4",
        "When did you last see a person?@4.5",
        reader=ScriptedReader([Reading((EXIT,))]),
        model=model,
    )
    (_, read), (_, why), (_, last) = answers(said)
    assert "“EXIT”" in read.text
    assert why.text == "Someone waits."
    assert why.objects == (1,)
    assert last.source == "grounded"
    assert any(isinstance(each, Text) for _, each in said)


def test_a_model_that_fails_is_a_problem_and_not_the_end(clip: Path, store: MemoryStore) -> None:
    model = ScriptedModel([Reply(fault=NoAnswer("It is down."))])
    said = played(clip, store, "Why is that person there?@4", model=model)
    assert [each.about for _, each in said if isinstance(each, Problem)] == ["ask-1"]
    assert len(answers(said)) == 1


def test_arguments() -> None:
    assert question_cue("mail a@b.c?@2.5", 1).event == Asked("ask-1", "mail a@b.c?")
    assert watch_cue("a dog", 2).event == WatchAsked("watch-2", "a dog")
    assert watch_cue("a dog@3", 2).at == 3
    with pytest.raises(ConfigError, match="seconds"):
        question_cue("How many?", 1)


def test_the_command_prints_and_logs_what_was_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = tmp_path / "still.mp4"
    with VideoWriter(clip, Fraction(FPS)) as writer:
        for index in range(10):
            writer.write(Picture.from_bgr(np.full((240, 320, 3), 90, np.uint8)), index * 9000)
    log = tmp_path / "events.jsonl"
    command = ["replay", str(clip), "--events", str(log), "--no-text", "--ask", "Any dogs?@0.5"]
    assert cli.main([*command, "--watch", "florble", "--ask", "And then?@99"]) == 0
    printed = capsys.readouterr().out
    assert "ask-1: " in printed
    assert "(grounded)" in printed
    assert "watch-1: " in printed
    assert "not reached" in printed
    kinds = [json.loads(line)["type"] for line in log.read_text().splitlines()]
    assert kinds[0] == "hello"
    assert "answer" in kinds
    assert "problem" in kinds
