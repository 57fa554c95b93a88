from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from models.choosing import TIME_LIMIT, Candidate, choose
from models.timing import Speed
from vision.errors import ModelError

TINY = Candidate("tiny", ap=22.9, cost=1.0, megabytes=8.0)
SMALL = Candidate("small", ap=40.0, cost=2.0, megabytes=20.0)
MEDIUM = Candidate("medium", ap=50.0, cost=6.0, megabytes=60.0)
HUGE = Candidate("huge", ap=55.0, cost=60.0, megabytes=250.0)


@dataclass
class Machine:
    """One whose detectors take a known time."""

    per_cost: float = 0.010
    per_megabyte: float = 0.001
    broken: tuple[str, ...] = ()
    at: float = 0.0
    loaded: list[str] = field(default_factory=list)

    def load(self, name: str) -> Candidate:
        if name in self.broken:
            raise ModelError("its file is damaged")
        found = next(each for each in (TINY, SMALL, MEDIUM, HUGE) if each.name == name)
        self.at += found.megabytes * self.per_megabyte
        self.loaded.append(name)
        return found

    def measure(self, detector: Candidate) -> Speed:
        seconds = detector.cost * self.per_cost
        self.at += 5 * seconds
        return Speed(seconds, seconds, 3)

    def choose(self, *candidates: Candidate, target_hz: float = 8.0) -> tuple[str, str]:
        found = choose(candidates, self.load, self.measure, target_hz, lambda: self.at)
        assert found.detector.name == found.name
        return found.name, found.reason


def test_the_best_that_leaves_time_to_spare_is_taken() -> None:
    machine = Machine()
    name, reason = machine.choose(HUGE, TINY, MEDIUM, SMALL)
    assert name == "medium"
    assert reason == (
        "takes 60 ms, of 62 ms that leave time to spare at 8 Hz; huge would take some 600 ms"
    )
    assert machine.loaded == ["tiny", "small", "medium"]


def test_one_that_proves_too_slow_is_not_taken() -> None:
    name, reason = Machine(per_cost=0.015).choose(TINY, SMALL, MEDIUM)
    assert (name, reason.partition("; ")[2]) == ("small", "medium takes 90 ms")


def test_where_none_is_fast_enough_the_cheapest_is() -> None:
    name, reason = Machine(per_cost=0.5).choose(SMALL, TINY)
    assert name == "tiny"
    assert "takes 500 ms" in reason


def test_a_slow_disk_does_not_hold_up_the_start() -> None:
    machine = Machine(per_cost=0.001, per_megabyte=0.02)
    name, reason = machine.choose(TINY, SMALL, MEDIUM, HUGE)
    assert name == "medium"
    assert "huge was not tried" in reason
    assert machine.at <= TIME_LIMIT


def test_one_that_is_dearer_and_no_better_is_not_loaded() -> None:
    machine = Machine()
    machine.choose(TINY, Candidate("medium", ap=20.0, cost=2.0, megabytes=1.0))
    assert machine.loaded == ["tiny"]


def test_one_that_does_not_load_is_told_and_the_others_go_on() -> None:
    name, reason = Machine(broken=("medium",)).choose(TINY, SMALL, MEDIUM)
    assert (name, "medium does not run: its file is damaged" in reason) == ("small", True)


def test_nothing_to_choose_from_is_an_error_that_says_why() -> None:
    with pytest.raises(ModelError, match="tiny does not run: its file is damaged"):
        Machine(broken=("tiny",)).choose(TINY)


def test_an_error_that_is_none_of_ours_costs_only_its_own_candidate() -> None:
    class Faulty(Machine):
        def measure(self, detector: Candidate) -> Speed:
            if detector.name == "medium":
                raise RuntimeError("out of memory\nsecond line")
            return super().measure(detector)

    name, reason = Faulty().choose(TINY, SMALL, MEDIUM)
    assert (name, reason.partition("; ")[2]) == ("small", "medium does not run: out of memory")


def test_what_is_no_better_is_no_reason() -> None:
    slow = Candidate("slow", ap=30.0, cost=7.0, megabytes=1.0)
    quick = Candidate("quick", ap=40.0, cost=8.0, megabytes=1.0)

    class Uneven(Machine):
        def load(self, name: str) -> Candidate:
            return next(each for each in (TINY, slow, quick) if each.name == name)

        def measure(self, detector: Candidate) -> Speed:
            seconds = {"tiny": 0.01, "slow": 0.07, "quick": 0.05}[detector.name]
            return Speed(seconds, seconds, 3)

    assert Uneven().choose(TINY, slow, quick)[1].endswith("no better one is here")
