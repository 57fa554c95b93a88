"""The example client, run as a person would: a real process, against a real server."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from processes import openeyes_server

from streaming.sample import sample_mp4

ROOT = Path(__file__).parent.parent.parent
TOKEN = "a-token-of-some-length"
LIMIT = 120


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with openeyes_server("--token", TOKEN, "--no-text") as url:
        yield url


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("client") / "sample.mp4"
    path.write_bytes(sample_mp4((320, 240), 15))
    return path


def client(*options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "examples" / "client.py"), *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)


def test_it_tells_what_is_seen_and_answers_a_question(server: str, film: Path) -> None:
    ask = ("--ask", "What do you see?", "--watch", "tell me when a person appears")
    done = client(film, "--server", server, "--token", TOKEN, *ask)
    assert done.returncode == 0, done.stderr
    messages: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = {message["type"] for message in messages}
    assert kinds >= {"hello", "tracks", "stats", "watching", "answer"}
    answers = [each for each in messages if each["type"] == "answer" and each.get("done")]
    assert [each["id"] for each in answers] == ["ask-1"]
    assert answers[0]["text"]
    labels = {thing["label"] for each in messages if each["type"] == "tracks"
              for thing in each["objects"]}  # fmt: skip
    assert labels & {"person", "cup"}


def test_what_keeps_it_from_streaming_is_told_in_one_line(server: str, film: Path) -> None:
    refused = client(film, "--server", server, "--token", "not-the-token-of-it")
    assert refused.returncode != 0
    assert "pairing token" in refused.stderr
    away = client(film, "--server", "http://127.0.0.1:9")
    assert away.returncode != 0
    assert away.stderr.startswith("no answer: ")
    nothing = client(film.with_name("none.mp4"), "--server", server)
    assert nothing.returncode != 0
    assert nothing.stderr.strip().count("\n") == 0
    assert "none.mp4" in nothing.stderr


def test_it_says_how_it_is_used() -> None:
    done = client("--help")
    assert done.returncode == 0
    assert all(option in done.stdout for option in ("--ask", "--server", "--token", "--watch"))
