"""Language models that play back what they were given, for tests: one afar and one in this process.

They keep the contracts of ``vision.ports.SeeingModel`` and ``LocalSeeingModel``, hold their callers
to them, and remember what they were asked. Time passes only through the sleep that is passed in.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from vision.errors import NoAnswer
from vision.prompt import Prompt

PROMPTS_KEPT = 64
"The newest prompts that a scripted model remembers."


@dataclass(frozen=True, slots=True)
class Reply:
    """What one request is answered with."""

    pieces: tuple[str, ...] = ()
    "The text, piece by piece."
    seconds_before: float = 0
    "How long the first piece takes, or the fault if there is none."
    seconds_between: float = 0
    "How long each piece after the first takes, and a fault after pieces."
    fault: NoAnswer | None = None
    "Raised once the pieces are out."
    endless: bool = False
    "The pieces come over and over, whatever the prompt allows."

    def __post_init__(self) -> None:
        if self.endless and (not self.pieces or self.fault):
            raise ValueError("an endless reply needs pieces, and never comes to a fault")

    def steps(self) -> Iterator[tuple[float, str | None]]:
        """Seconds to wait and the piece that then comes; None where the fault does."""
        wait = self.seconds_before
        for piece in cycle(self.pieces) if self.endless else self.pieces:
            yield wait, piece
            wait = self.seconds_between
        if self.fault:
            yield wait, None


class _Script:
    """What both models share: the replies, and the account of what was asked."""

    def __init__(self, replies: Sequence[Reply], name: str, slots: int) -> None:
        if not replies:
            raise ValueError("a script needs at least one reply")
        self.name = name
        self.slots = slots
        self.prompts: deque[Prompt] = deque(maxlen=PROMPTS_KEPT)
        "The newest ones that were sent, oldest first."
        self.calls = 0
        "How many requests were sent."
        self.cancelled = 0
        "How many were closed or cancelled before their end."
        self.busy = 0
        "How many are being answered."
        self._replies = tuple(replies)

    def _begin(self, prompt: Prompt) -> Reply:
        if self.busy >= self.slots:
            raise RuntimeError(f"{self.name} takes {self.slots} at a time, and one more was sent")
        reply = self._replies[self.calls % len(self._replies)]
        self.calls += 1
        self.busy += 1
        self.prompts.append(prompt)
        return reply


class ScriptedModel(_Script):
    """A ``SeeingModel``: plays its replies, one a request, and after the last the first again."""

    def __init__(
        self,
        replies: Sequence[Reply],
        *,
        name: str = "scripted",
        slots: int = 1,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """A test may pass its own ``sleep`` to decide when time passes.

        Raises:
            ValueError: there is no reply.
        """
        super().__init__(replies, name, slots)
        self._sleep = sleep

    async def reply(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """What the script says for this request; it is sent when the first piece is awaited.

        Raises:
            NoAnswer: the fault that the reply names.
            RuntimeError: more requests are open than there are slots.
        """
        reply = self._begin(prompt)
        try:
            for wait, piece in reply.steps():
                await self._sleep(wait)
                if piece is not None:
                    yield piece
                elif reply.fault:
                    raise reply.fault
        except (GeneratorExit, asyncio.CancelledError):
            self.cancelled += 1
            raise
        finally:
            self.busy -= 1


class ScriptedLocalModel(_Script):
    """A ``LocalSeeingModel``: the same, with every step blocking."""

    def __init__(
        self,
        replies: Sequence[Reply],
        *,
        name: str = "scripted-local",
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """A test may pass its own ``sleep``, such as ``Event.wait``, to decide when a step ends.

        Raises:
            ValueError: there is no reply.
        """
        super().__init__(replies, name, slots=1)
        self._sleep = sleep

    def reply(self, prompt: Prompt) -> Generator[str, None, None]:
        """What the script says for this request.

        Raises:
            NoAnswer: the fault that the reply names.
            RuntimeError: another request is still open.
        """
        reply = self._begin(prompt)
        try:
            for wait, piece in reply.steps():
                self._sleep(wait)
                if piece is not None:
                    yield piece
                elif reply.fault:
                    raise reply.fault
        except GeneratorExit:
            self.cancelled += 1
            raise
        finally:
            self.busy -= 1
