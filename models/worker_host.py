"""Keeps a model's process: starts it, asks it, replaces it when it is lost, ends it.

Driving contract: ``start`` waits for the model, and is for those who can wait; ``ask`` does not:
while the model is loaded again, it raises. Both are called by one thread at a time. ``close`` comes
at the end, from any thread, and ends whatever they wait for.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from models.picture_slot import PictureSlot, Place, in_parts
from models.process_limits import Backoff, ProcessLimits
from models.shrinking import shrunk
from models.worker_child import Lost, WorkerChild
from vision.errors import ModelError, OpenEyesError
from vision.picture import Picture

log = logging.getLogger(__name__)

T = TypeVar("T")
A = TypeVar("A")


class Launch(Protocol[T]):
    """Starts a process."""

    def __call__(self, slot: PictureSlot, *, gently: bool) -> WorkerChild[T]:
        """See `WorkerChild`."""
        ...


class WorkerHost(Generic[T]):
    """One worker at a time, and the memory in which it gets its pictures."""

    def __init__(
        self,
        what: str,
        launch: Launch[T],
        greet: Callable[[T], float | None],
        limits: ProcessLimits,
    ) -> None:
        """Starts nothing yet.

        Args:
            what: it is, for people: ``the detector``.
            launch: starts the process.
            greet: takes in what the worker says first, once its model is loaded; gives the seconds
                of a run, where it says them. Raises ``OpenEyesError`` where it could not be loaded,
                ``Lost`` where that makes no sense.
            limits: for the process.
        """
        self._what, self._launch, self._greet, self._limits = what, launch, greet, limits
        self._slot = PictureSlot.make(limits.pixels)
        self._backoff = Backoff(limits)
        self._talking, self._changing = threading.Lock(), threading.Lock()
        self._closed = False
        self._child: WorkerChild[T] | None = None
        self._loading_since: float | None = None
        self._took: float | None = None
        self._answer = limits.answer

    @property
    def pid(self) -> int | None:
        """Of the process, where there is one."""
        child = self._child
        return None if child is None else child.pid

    def start(self) -> None:
        """Starts the process, unless it runs, and waits until its model is loaded.

        Raises:
            OpenEyesError: ``greet`` raised it.
            ModelError: it cannot be started, or not yet; it ended or hung; or it was closed.
        """
        with self._talking:
            child = self._launched()
            if self._loading_since is not None:
                self._welcome(child)

    def ask(
        self,
        pictures: Sequence[Picture],
        job: Callable[[tuple[Place, ...]], msgspec.Struct],
        understand: Callable[[T], A],
    ) -> A:
        """What the worker makes of a picture, or of several at once.

        Args:
            pictures: that fit into the slot together, see `fitting`. Scaled down where one is
                larger than ``limits.pixels``.
            job: for pictures that lie there in the slot.
            understand: makes the answer of the reply. Raises ``OpenEyesError`` where the worker
                failed, ``Lost`` where that makes no sense.

        Raises:
            OpenEyesError: ``understand`` raised it.
            ModelError: the process ended, or hung and was ended, or is only being loaded: another
                call will find another.
        """
        with self._talking:
            child = self._ready()
            places = self._slot.write(*(shrunk(each, self._limits.pixels) for each in pictures))
            try:
                child.tell(job(places))
                child.expect(self._answer, self._limits.starved)
                return understand(child.reply())
            except Lost as error:
                raise self._lost(error) from error

    def fitting(self, pictures: Iterable[Picture]) -> Iterator[list[Picture]]:
        """The pictures, as many at a time as can be asked about at once."""
        return in_parts(shrunk(each, self._limits.pixels) for each in pictures)

    def close(self) -> None:
        """Ends the process; once or more."""
        with self._changing:
            self._closed = True
            child = self._child  # read once: who waits for it drops it as soon as it ends
            if child is not None:
                child.end()
        with self._talking:
            self._drop()
            self._slot.close()

    def _ready(self) -> WorkerChild[T]:
        child = self._launched()
        if self._loading_since is not None:
            try:
                loaded = child.has_replied()
            except Lost as error:
                raise self._lost(error) from error
            if not loaded:
                raise ModelError(f"{self._what} is being loaded: try again soon")
            self._welcome(child)
        return child

    def _launched(self) -> WorkerChild[T]:
        if self._child is not None:
            return self._child
        pause = self._backoff.remaining(time.monotonic())
        if pause > 0 and not self._closed:
            raise ModelError(f"{self._what} ended; it is started again in {pause:.1f} s")
        with self._changing:
            if self._closed:
                raise ModelError(f"{self._what} was closed")
            try:
                child = self._launch(self._slot, gently=self._took is not None)
            except OSError as error:
                self._lose()
                raise ModelError(f"the process of {self._what} cannot start: {error}") from error
            self._child, self._loading_since = child, time.monotonic()
        child.expect(self._limits.loading(self._took), self._limits.starved)
        return child

    def _welcome(self, child: WorkerChild[T]) -> None:
        assert self._loading_since is not None
        try:
            self._answer = self._limits.answering(self._greet(child.reply()))
        except Lost as error:
            raise self._lost(error) from error
        except OpenEyesError as error:
            self._lose()
            log.warning("%s was not loaded: %s", self._what, error)
            raise
        now, again = time.monotonic(), self._took is not None
        self._took, self._loading_since = now - self._loading_since, None
        self._backoff.works(now)
        log.log(logging.WARNING if again else logging.DEBUG, "%s runs", self._what)

    def _lost(self, error: Lost) -> ModelError:
        self._lose()
        if self._closed:
            return ModelError(f"{self._what} was closed")
        log.warning("%s was lost: %s; it is started again", self._what, error)
        return ModelError(f"{self._what} was lost: {error}")

    def _lose(self) -> None:
        self._drop()
        self._backoff.lost(time.monotonic())

    def _drop(self) -> None:
        child, self._child, self._loading_since = self._child, None, None
        if child is not None:
            child.free()
