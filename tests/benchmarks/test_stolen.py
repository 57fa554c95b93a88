from __future__ import annotations

from pathlib import Path

import pytest
import stolen


def cpu_line(user: int, idle: int, steal: int) -> str:
    return f"cpu  {user} 0 0 {idle} 0 0 0 {steal} 7 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n"


def test_what_neighbours_took_is_a_part_of_what_was_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = tmp_path / "stat"
    monkeypatch.setattr(stolen, "STAT", stat)
    stat.write_text(cpu_line(100, 1000, 50))
    counted = stolen.Stolen()
    assert counted.share() == 0.0
    stat.write_text(cpu_line(190, 5000, 60))
    assert counted.share() == pytest.approx(0.1)
    assert stolen.in_words(counted.share()).startswith("neighbours took 10%")


def test_a_system_that_does_not_tell_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stolen, "STAT", tmp_path / "none")
    assert stolen.Stolen().share() is None
    assert "not known" in stolen.in_words(None)
