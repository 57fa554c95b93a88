"""The commands for the person whose memory it is."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from streaming.memory_commands import add_memory, duration, place, shown, table, width
from streaming.remembering.entries import Note
from streaming.remembering.store import MemoryStore
from tests.streaming.memory_notes import NOON, Clock, memory, note, texts
from vision.errors import ConfigError


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_memory(parser)
    options = parser.parse_args(arguments)
    code: int = options.run(options)
    return code


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = MemoryStore.open(tmp_path, clock=Clock())
    sign = memory("EXIT 安全出口", "text:1", "text", box=(0.7, 0.0, 0.3, 0.2))
    store.write([note("red cup", NOON - 9 * 86_400, thumbnail=b"jpeg"), note("dog", session="bob")])
    store.write([Note("ann", sign, NOON - 60, NOON - 60)])
    store.close()
    return tmp_path


def remembered(folder: Path) -> list[str]:
    store = MemoryStore.open(folder, clock=Clock())
    found = texts(store)
    store.close()
    return found


def test_lists_what_was_seen_last_first(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", "--memory", str(folder)) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["LAST", "SEEN", "KIND", "WHERE", "PICTURE", "SESSION", "TEXT"]
    assert [row.split()[-1] for row in rows] == ["dog", "安全出口", "cup"]
    assert "top right" in rows[1]
    assert {row.index(text) for row, text in zip(rows, ("dog", "EXIT", "red"), strict=True)} == {
        head.index("TEXT")
    }


def test_lists_as_many_of_a_kind_as_wanted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("list", "--memory", str(folder), "--limit", "1", "--kind", "object", "--json")
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "id": 2,
        "session": "bob",
        "kind": "object",
        "key": "object:dog",
        "text": "dog",
        "first": "2023-11-14T22:13:19.000+00:00",
        "last": "2023-11-14T22:13:20.000+00:00",
        "box": [0.1, 0.2, 0.3, 0.4],
        "picture": None,
    }


@pytest.mark.parametrize(
    ("words", "texts"), [(["cups"], ["red cup"]), (["出口"], ["EXIT 安全出口"])]
)
def test_searches(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], texts: list[str]
) -> None:
    assert run("search", *words, "--memory", str(folder), "--json") == 0
    found = [json.loads(line)["text"] for line in capsys.readouterr().out.splitlines()]
    assert found == texts


def test_says_that_nothing_was_found(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("search", "zebra", "--memory", str(folder)) == 0
    assert capsys.readouterr().out == "nothing is remembered of that\n"


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        (["--all"], []),
        (["--session", "bob"], ["EXIT 安全出口", "red cup"]),
        (["--before", "1w"], []),
        (["--before", "1w", "--session", "ann"], ["dog"]),
        (["--before", "5000w"], ["dog", "EXIT 安全出口", "red cup"]),
    ],
)
def test_erases_what_was_said_and_says_how_much(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], left: list[str]
) -> None:
    assert run("erase", "--memory", str(folder), "--yes", *arguments) == 0
    assert remembered(folder) == left
    gone = 3 - len(left)
    assert capsys.readouterr().out == f"{gone} {'memory' if gone == 1 else 'memories'} erased\n"


@pytest.mark.parametrize(("answer", "code", "left"), [("y", 0, 0), ("", 1, 3), ("no", 1, 3)])
def test_asks_before_it_erases(
    folder: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, left: int
) -> None:
    asked: list[str] = []

    def reply(prompt: str) -> str:
        asked.append(prompt)
        return answer

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", reply)
    assert run("erase", "--all", "--memory", str(folder)) == code
    assert asked == ["Erase 3 memories for good? [y/N] "]
    assert len(remembered(folder)) == left


@pytest.mark.parametrize(
    "arguments", [[], ["--all", "--session", "ann"], ["--all", "--before", "1d"]]
)
def test_erasing_needs_to_know_what(folder: Path, arguments: list[str]) -> None:
    with pytest.raises(ConfigError, match="say what to erase"):
        run("erase", "--memory", str(folder), "--yes", *arguments)
    assert len(remembered(folder)) == 3


def test_nobody_to_ask_needs_yes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(ConfigError, match="3 memories would be erased; say --yes"):
        run("erase", "--all", "--memory", str(folder))


@pytest.mark.parametrize("action", [["list"], ["search", "x"], ["erase", "--all"]])
def test_a_folder_without_a_memory_is_told_and_left_alone(
    tmp_path: Path, action: list[str]
) -> None:
    with pytest.raises(ConfigError, match="there is no memory in"):
        run(*action, "--memory", str(tmp_path / "none"))
    assert list(tmp_path.iterdir()) == []


def test_works_while_a_server_writes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = MemoryStore.open(folder, clock=Clock())
    server.write([note("keys")])
    run("search", "key", "--memory", str(folder))
    assert "keys" in capsys.readouterr().out
    assert run("erase", "--all", "--yes", "--memory", str(folder)) == 0
    assert capsys.readouterr().out == "4 memories erased\n"
    server.write([note("bag")])
    assert texts(server) == ["bag"]
    server.close()


def test_a_limit_that_is_too_high_is_told(folder: Path) -> None:
    with pytest.raises(ConfigError, match="--limit is 1000 at most"):
        run("list", "--limit", "1001", "--memory", str(folder))


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("1.5h", 5400), ("7d", 604_800), ("0s", 0)]
)
def test_durations(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "7", "d", "-1d", "7 days", "nand", "infd", "1y"])
def test_no_durations(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        duration(text)


def test_a_sign_may_not_speak_to_the_terminal() -> None:
    assert shown("a\x1b[31mred\x9b1m\r\nsign\u202e\0") == "a [31mred 1m sign"
    long = shown("杯" * 500)
    assert width(long) <= 60
    assert long.endswith("…")


def test_columns_fit_chinese() -> None:
    rows = [("", "", "", "", "中文", "x"), ("", "", "", "", "abcd", "x")]
    lines = table(rows)
    assert {width(line[: line.index("x")]) for line in lines[1:]} == {lines[0].index("TEXT")}


@pytest.mark.parametrize(
    ("box", "words"),
    [
        (None, ""),
        ((0.4, 0.4, 0.2, 0.2), "middle"),
        ((0.0, 0.0, 0.1, 0.1), "top left"),
        ((0.9, 0.4, 0.3, 0.2), "right"),
        ((0.4, 0.9, 0.2, 0.5), "bottom"),
        ((-0.5, 0.4, 0.2, 0.2), "left"),
    ],
)
def test_places(box: tuple[float, float, float, float] | None, words: str) -> None:
    assert place(box) == words
