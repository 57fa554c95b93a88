from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.starvation import Effort


@pytest.mark.parametrize(
    ("after", "starved"),
    [
        (Effort(10.0, wants=True), True),
        (Effort(11.9, wants=True), True),
        (Effort(12.1, wants=True), False),
        (Effort(10.0, wants=False), False),
        (Effort(30.0, wants=False), False),
    ],
    ids=["nothing", "less than half", "more than half", "sleeps", "has slept since"],
)
def test_who_wants_and_gets_less_than_half_of_a_processor_is_starved(
    after: Effort,
    starved: bool,  # noqa: FBT001 — a case of the table above
) -> None:
    assert after.starved_since(Effort(10.0, wants=True), 4.0) is starved


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell")
def test_it_is_read_from_the_system() -> None:
    me = Effort.of(os.getpid())
    assert me.wants, "this very thread runs"
    spent = sum(os.times()[:2])
    while sum(os.times()[:2]) - spent < 0.1:
        pass
    assert Effort.of(os.getpid()).seconds >= me.seconds + 0.08


@pytest.mark.parametrize(("state", "wants"), [("R", True), ("D", True), ("S", False)])
def test_one_that_waits_for_the_disk_wants_to_go_on_too(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    wants: bool,  # noqa: FBT001 — a case of the table above
) -> None:
    stat = tmp_path / "stat"
    stat.write_text(f"7 (a name) {state} " + " ".join(["0"] * 20))
    monkeypatch.setattr("models.starvation._tasks", lambda _: [stat])
    assert Effort.of(7).wants is wants


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell")
def test_a_process_that_waits_for_input_wants_nothing() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as cat:
        assert cat.stdin is not None
        assert cat.stdout is not None
        cat.stdin.write(b"x")
        cat.stdin.flush()
        cat.stdout.read(1)
        while Effort.of(cat.pid).wants:
            pass
        cat.stdin.close()


def test_a_process_that_is_gone_has_done_nothing() -> None:
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    assert Effort.of(gone.pid) == Effort(0.0, wants=False)
