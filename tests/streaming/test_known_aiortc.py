from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest

from streaming import known_aiortc
from streaming.known_aiortc import is_known

OWNER = SimpleNamespace(_here=1)


@pytest.fixture(autouse=True)
def nothing_said(caplog: pytest.LogCaptureFixture) -> None:
    known_aiortc._warn.cache_clear()
    caplog.set_level(logging.WARNING, known_aiortc.__name__)


def test_the_known_version_with_all_its_names_is_known(caplog: pytest.LogCaptureFixture) -> None:
    assert is_known(OWNER, ["_here"])
    assert not caplog.records


def test_a_name_that_is_gone_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        assert not is_known(OWNER, ["_here", "_gone"])
    (record,) = caplog.records
    assert "has no _gone:" in record.getMessage()


def test_another_version_is_not_known_and_both_ways_say_so_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_aiortc, "KNOWN", "0.1")
    assert not is_known(OWNER, ["_here"])
    assert not is_known(OWNER, [])
    (record,) = caplog.records
    assert "install aiortc==0.1" in record.getMessage()
