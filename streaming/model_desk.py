"""One language model for all sessions, on the loop: requests in, pieces of answers out.

Driving contract: ``ask`` and ``cancel`` from the loop, as the assistants command; what becomes of a
request is told to ``hear``, always later, never within the call. ``leave`` when a session ends,
``close`` at the end. Who may ask when is decided by ``streaming.lanes``.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import dataclass

from streaming.lanes import Job, Lanes, Verdict
from vision.dealings import AskModel, Event, ModelEnded, ModelFailed, ModelSaid, RequestId
from vision.errors import NoAnswer
from vision.ports import SeeingModel
from vision.prompt import Prompt

log = logging.getLogger(__name__)

Hear = Callable[[Event], None]

BUSY = "The model has other work."


@dataclass(slots=True)
class _Order:
    """One request, waiting or under way."""

    prompt: Prompt
    hear: Hear
    task: asyncio.Task[None] | None = None


class ModelDesk:
    """Takes requests of all sessions to one model."""

    def __init__(self, model: SeeingModel, workers: Executor) -> None:
        """``workers`` prepare requests: pictures are scaled and encoded there."""
        self.model = model
        self.counts: Counter[str] = Counter()
        "Requests ``asked``, ``answered``, ``failed``, ``refused`` and ``stopped``."
        self._workers = workers
        self._lanes = Lanes(model.slots)
        self._orders: dict[Job, _Order] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def running(self) -> int:
        """Requests under way."""
        return self._lanes.running

    @property
    def waiting(self) -> int:
        """Questions that wait for a slot."""
        return self._lanes.waiting

    def ask(self, session: str, command: AskModel, hear: Hear) -> None:
        """Takes up a request."""
        job = Job(session, command.request, command.lane)
        self._orders[job] = _Order(command.prompt, hear)
        self.counts["asked"] += 1
        self._follow(self._lanes.submit(job))

    def cancel(self, session: str, request: RequestId) -> None:
        """Nobody wants this answer any more; unknown ones are ignored."""
        for job in [
            each for each in self._orders if (each.session, each.request) == (session, request)
        ]:
            self._drop(job)

    def leave(self, session: str) -> None:
        """A session is over."""
        for job in self._jobs_of(session):
            self._drop(job)

    async def close(self) -> None:
        """Stops everything and waits for it."""
        for job in tuple(self._orders):
            self._drop(job)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _jobs_of(self, session: str) -> list[Job]:
        return [job for job in self._orders if job.session == session]

    def _follow(self, verdict: Verdict) -> None:
        for job in verdict.stop:
            self._turn_away(job, "stopped")
        for job in verdict.refuse:
            self._turn_away(job, "refused")
        for job in verdict.begin:
            order = self._orders[job]
            order.task = asyncio.create_task(self._run(job, order), name=f"model {job.request}")
            self._tasks.add(order.task)
            order.task.add_done_callback(self._tasks.discard)

    def _turn_away(self, job: Job, how: str) -> None:
        order = self._orders.pop(job)
        self.counts[how] += 1
        if order.task is not None:
            order.task.cancel()
        failed = ModelFailed(job.request, BUSY, busy=True)
        asyncio.get_running_loop().call_soon(order.hear, failed)

    def _drop(self, job: Job) -> None:
        order = self._orders.pop(job)
        if order.task is not None:
            order.task.cancel()
        self._follow(self._lanes.leave(job))

    async def _run(self, job: Job, order: _Order) -> None:
        outcome: Event
        try:
            await self._relay(job.request, order)
            outcome = ModelEnded(job.request)
            self.counts["answered"] += 1
        except NoAnswer as error:
            log.warning("session %s: no answer from %s: %s", job.session, self.model.name, error)
            outcome = ModelFailed(job.request, error.public)
            self.counts["failed"] += 1
        except Exception:
            log.exception("session %s: the model %s failed", job.session, self.model.name)
            outcome = ModelFailed(job.request, "It failed; the server's log says how.")
            self.counts["failed"] += 1
        if self._orders.pop(job, None) is not None:
            self._follow(self._lanes.leave(job))
            order.hear(outcome)

    async def _relay(self, request: RequestId, order: _Order) -> None:
        loop = asyncio.get_running_loop()
        stream = await loop.run_in_executor(self._workers, self.model.reply, order.prompt)
        async with aclosing(stream):
            async for piece in stream:
                if piece:
                    order.hear(ModelSaid(request, piece))
