"""Who may speak to the language model now: two lanes, all sessions, a cap. No I/O, no clock.

Driving contract: ``submit`` when somebody wants to ask, ``leave`` when a job is over or given up,
whichever way; both tell what follows. A question takes a free slot, or that of an ambient job,
which is stopped; else it waits. Waiting questions are served session by session, the one served
longest ago first. An ambient job takes a slot that nobody wants, or is refused: it never waits.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from vision.dealings import Lane, RequestId

MOST_WAITING = 4
"""Questions of one session that wait; one more is refused."""

MOST_WAITING_IN_ALL = 64
"""The same of all sessions together."""


@dataclass(frozen=True, slots=True)
class Job:
    """One request of one session."""

    session: str
    "Whose."
    request: RequestId
    "The session's own name for it."
    lane: Lane
    "Whether a person waits for it."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows."""

    begin: tuple[Job, ...] = ()
    "Jobs that run from now on."
    stop: tuple[Job, ...] = ()
    "Jobs that run no longer."
    refuse: tuple[Job, ...] = ()
    "Jobs that will not run."


class Lanes:
    """The slots of one model, and who waits for them."""

    def __init__(self, slots: int) -> None:
        if slots < 1:
            raise ValueError("a model takes at least one request at a time")
        self._slots = slots
        self._running: list[Job] = []
        self._waiting: dict[str, deque[Job]] = {}
        self._turns: dict[str, int] = {}
        self._turn = 0

    @property
    def running(self) -> int:
        """Jobs that run."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """Questions that wait."""
        return sum(len(jobs) for jobs in self._waiting.values())

    def submit(self, job: Job) -> Verdict:
        """Somebody wants to ask."""
        if len(self._running) < self._slots:
            return Verdict(begin=(self._begin(job),))
        if job.lane == "ambient":
            return Verdict(refuse=(job,))
        victim = next((each for each in self._running if each.lane == "ambient"), None)
        if victim is not None:
            self._running.remove(victim)
            self._tidy(victim.session)
            return Verdict(begin=(self._begin(job),), stop=(victim,))
        return self._wait(job)

    def leave(self, job: Job) -> Verdict:
        """A job is over, or nobody wants it any more; unknown ones are ignored."""
        begun: tuple[Job, ...] = ()
        if job in self._running:
            self._running.remove(job)
            begun = self._next()
        elif job in self._waiting.get(job.session, ()):
            self._waiting[job.session].remove(job)
        self._tidy(job.session)
        return Verdict(begin=begun)

    def _wait(self, job: Job) -> Verdict:
        queue = self._waiting.get(job.session, ())
        if len(queue) >= MOST_WAITING or self.waiting >= MOST_WAITING_IN_ALL:
            return Verdict(refuse=(job,))
        self._waiting.setdefault(job.session, deque()).append(job)
        return Verdict()

    def _next(self) -> tuple[Job, ...]:
        """The first question of the session served longest ago."""
        if not self._waiting:
            return ()
        session = min(self._waiting, key=lambda each: self._turns.get(each, 0))
        job = self._begin(self._waiting[session].popleft())
        self._tidy(session)
        return (job,)

    def _begin(self, job: Job) -> Job:
        self._running.append(job)
        self._turn += 1
        self._turns[job.session] = self._turn
        return job

    def _tidy(self, session: str) -> None:
        """Forgets a session that neither waits nor runs."""
        if not self._waiting.get(session, True):
            del self._waiting[session]
        if session not in self._waiting and all(job.session != session for job in self._running):
            self._turns.pop(session, None)
