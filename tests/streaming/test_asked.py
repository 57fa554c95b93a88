"""Sessions that each look for what they name, with a real detector's process and real clients."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from models.choice import Choice
from models.detector_process import DetectorProcess
from streaming import allowance, resume
from tests.models import plugged_detector
from tests.models.plugged_detector import ASKED, SEE
from vision.vocabulary import MOST_EACH, Vocabulary

PATIENCE = 30.0
"""Seconds for anything to happen on a machine that is busy with something else."""


@pytest.fixture(autouse=True)
def plugged(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("plugged")
    (folder / "order").write_text(str(SEE))
    monkeypatch.setenv(plugged_detector.ORDERS, str(folder / "order"))
    with plugged_detector.installed(folder):
        yield


def say(client: Any, **message: Any) -> None:
    client.channels["events"].send(json.dumps(message))


def last_seen(client: Any) -> set[str]:
    """Labels of the objects that the newest message has."""
    return {each["label"] for each in client.tracks[-1]["objects"]} if client.tracks else set()


async def test_each_sees_what_it_asked_for_and_nobody_elses(
    serving, connected, monkeypatch
) -> None:
    monkeypatch.setattr(resume, "HOLD_FOR", 0.5)  # who left may come back so long
    detector = DetectorProcess(Choice(ASKED, find=("red mug",)))
    async with serving(detector) as running:
        async with connected(running) as ann, connected(running) as bob:
            await ann.until(lambda: last_seen(ann) == {"red mug"}, PATIENCE)
            say(ann, type="set", labels=["White  Cane"])
            await ann.until(lambda: last_seen(ann) == {"white cane"}, PATIENCE)
            await bob.until(lambda: last_seen(bob) == {"red mug"}, PATIENCE)
            say(ann, type="set", labels=[])
            await ann.until(lambda: last_seen(ann) == {"red mug"}, PATIENCE)
            say(bob, type="set", labels=["keys"])
            await bob.until(lambda: last_seen(bob) == {"keys"}, PATIENCE)
        assert isinstance(detector.labels, Vocabulary)
        await ann.until(lambda: detector.labels.wanted == ("red mug",), PATIENCE)


async def test_what_others_asked_for_is_not_told_to_whoever_comes(serving, connected) -> None:
    detector = DetectorProcess(Choice(ASKED, find=("red mug",)))
    async with serving(detector) as running, connected(running) as ann:
        await ann.until(lambda: last_seen(ann) == {"red mug"}, PATIENCE)
        say(ann, type="set", labels=["insulin pen"])
        await ann.until(lambda: last_seen(ann) == {"insulin pen"}, PATIENCE)
        async with connected(running) as bob:
            await bob.until(lambda: bob.said("hello"), PATIENCE)
            assert bob.said("hello")[0]["labels"] == ["red mug"]
            say(bob, type="watch", id="w", text="tell me when an insulin pen appears")
            await bob.until(lambda: bob.said("problem") or bob.said("watching"), PATIENCE)
            assert not bob.said("watching"), "what is nobody's is understood by nobody"


async def test_too_much_is_refused_and_what_was_seen_goes_on(serving, connected) -> None:
    detector = DetectorProcess(Choice(ASKED, find=("red mug",)))
    async with serving(detector) as running, connected(running) as ann:
        await ann.until(lambda: last_seen(ann) == {"red mug"}, PATIENCE)
        say(ann, type="set", labels=[f"thing {number}" for number in range(MOST_EACH + 1)])
        await ann.until(lambda: ann.said("problem"), PATIENCE)
        assert "at most 8 things" in ann.said("problem")[0]["detail"]
        before = len(ann.tracks)
        await ann.until(lambda: len(ann.tracks) > before + 3, PATIENCE)
        assert last_seen(ann) == {"red mug"}


async def test_who_asks_for_new_things_again_and_again_is_told_when_to_try_again(
    serving, connected, monkeypatch
) -> None:
    monkeypatch.setattr(allowance, "MOST_WORDS", 2)
    detector = DetectorProcess(Choice(ASKED, find=("red mug",)))
    async with serving(detector) as running, connected(running) as ann, connected(running) as bob:
        await ann.until(lambda: last_seen(ann) == {"red mug"}, PATIENCE)
        say(ann, type="set", labels=["keys"])
        for number in range(12):  # more than the messages that close a channel
            say(ann, type="set", labels=[f"thing {number}", f"other {number}"])
        await ann.until(lambda: len(ann.said("problem")) == 12, PATIENCE)
        assert {each["code"] for each in ann.said("problem")} == {"too-often"}
        assert "Try again in " in ann.said("problem")[0]["detail"]
        await ann.until(lambda: last_seen(ann) == {"keys"}, PATIENCE)
        say(bob, type="set", labels=["door handle"])
        await bob.until(lambda: last_seen(bob) == {"door handle"}, PATIENCE)
        say(ann, type="set", labels=[])
        await ann.until(lambda: last_seen(ann) == {"red mug"}, PATIENCE)
