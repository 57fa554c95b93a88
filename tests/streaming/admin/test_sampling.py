"""What is sampled of a server for the plots."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from streaming.admin.sampling import Sampler


def test_what_a_session_dropped_before_a_break_is_not_counted_again_after_it() -> None:
    here: list[Any] = []
    dropped = {"in": 100}
    session = SimpleNamespace(identity=SimpleNamespace(session="a"), dropped=lambda: dict(dropped))
    entry = SimpleNamespace(session=session)
    known = {"a": entry}
    sessions = SimpleNamespace(all=lambda: tuple(here), get=known.get)
    sampler = Sampler(cast("Any", SimpleNamespace(sessions=sessions)))
    here.append(entry)
    assert sampler._newly_dropped() == {"in": 100}
    here.clear()
    assert sampler._newly_dropped() == {}
    here.append(entry)
    dropped["in"] = 103
    assert sampler._newly_dropped() == {"in": 3}
    here.clear()
    known.clear()
    sampler._newly_dropped()
    assert not sampler._dropped, "a session that is over is forgotten"
