"""A language model of this process, as the loop sees it: its steps block a thread of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from vision.errors import NoAnswer, OpenEyesError
from vision.ports import LocalSeeingModel
from vision.prompt import Prompt

T = TypeVar("T")


class OffLoop:
    """Makes a ``vision.ports.SeeingModel`` of a local one."""

    slots = 1

    def __init__(self, model: LocalSeeingModel, thread: ThreadPoolExecutor) -> None:
        """``thread`` is the one in which the model was loaded; every step is taken there."""
        self._model = model
        self._thread = thread

    @property
    def name(self) -> str:
        """The model's own."""
        return self._model.name

    def reply(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """Pieces of the answer. A cancelled one ends after the step that is under way."""
        return self._stream(prompt)

    async def _stream(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        pieces = await self._step(lambda: self._model.reply(prompt))
        try:
            while (piece := await self._step(lambda: _next(pieces))) is not None:
                yield piece
        except OpenEyesError as error:
            raise NoAnswer(str(error)) from error
        finally:
            # not awaited: whoever gave up does not wait for the step under way either
            self._thread.submit(pieces.close)

    async def _step(self, step: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, step)


def _next(pieces: Generator[str, None, None]) -> str | None:
    """The next piece; None at the end, since StopIteration cannot cross a future."""
    return next(pieces, None)
