"""Gets together what a server understands with, and takes it apart again.

A reader, a pose estimator or a language model that cannot be loaded is done without: what is seen
is still followed, and answered from. Only the memory that an operator named has to open, since what
they want kept would be lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from streaming.conversation import Faculties
from streaming.hearing_open import SpeechLoaders, open_ears, open_voice
from streaming.model_desk import ModelDesk
from streaming.posing_desk import PosingDesk
from streaming.reading_desk import ReadingDesk
from streaming.remembering.keeper import MemoryKeeper
from streaming.settings import Settings
from vision.assisting.outbox import AssistantConfig
from vision.errors import ModelError
from vision.ports import Detector, PoseEstimator, SeeingModel, TextReader

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loaders:
    """How the models of a server are loaded. Each may raise ``OpenEyesError``."""

    detector: Callable[[], Detector]
    "What finds objects. Blocks."
    reader: Callable[[], TextReader] | None = None
    "What reads text; None for a server that does not. Blocks."
    model: Callable[[], AbstractAsyncContextManager[SeeingModel]] | None = None
    "What sees and speaks; None for a server that answers from what the others know."
    poses: Callable[[], PoseEstimator] | None = None
    "What finds people's joints; None for a server that does not. Blocks."
    speech: SpeechLoaders | None = None
    "What hears and speaks; None for a server that does neither."


@asynccontextmanager
async def understanding(
    loaders: Loaders, settings: Settings, workers: Executor
) -> AsyncIterator[Faculties]:
    """Everything that is there to understand with; at the end, what was remembered is written.

    Raises:
        ConfigError: the memory cannot be kept where the operator wants it, or the language model
            that they named cannot be asked so.
    """
    async with AsyncExitStack() as stack:
        memory = await MemoryKeeper.open(settings.memory, settings.memory_limits)
        stack.push_async_callback(memory.close)
        yield Faculties(
            memory=memory,
            workers=workers,
            model=await _open_model(stack, loaders, workers),
            reader=await _open_reader(stack, loaders),
            config=AssistantConfig(first_word_within=settings.vlm_timeout),
            poses=await _open_poses(stack, loaders),
            ears=await open_ears(stack, loaders.speech),
            voice=open_voice(stack, loaders.speech),
        )


async def _open_model(
    stack: AsyncExitStack, loaders: Loaders, workers: Executor
) -> ModelDesk | None:
    if loaders.model is None:
        return None
    try:
        model = await stack.enter_async_context(loaders.model())
    except ModelError as error:
        log.warning("no language model: %s. Questions are answered without one", error)
        return None
    log.info("language model %s, %d at a time", model.name, model.slots)
    desk = ModelDesk(model, workers)
    stack.push_async_callback(desk.close)
    return desk


async def _open_reader(stack: AsyncExitStack, loaders: Loaders) -> ReadingDesk | None:
    if loaders.reader is None:
        return None
    thread = ThreadPoolExecutor(1, "reader")
    try:
        reader = await asyncio.get_running_loop().run_in_executor(thread, loaders.reader)
    except Exception as error:
        # whatever is wrong with a reader, the rest can do without it
        thread.shutdown(wait=False)
        log.warning("no text is read: %s", error, exc_info=not isinstance(error, ModelError))
        return None
    desk = ReadingDesk(reader, thread)
    desk.start()
    stack.push_async_callback(desk.close)
    log.info("text reader %s", reader.name)
    return desk


async def _open_poses(stack: AsyncExitStack, loaders: Loaders) -> PosingDesk | None:
    if loaders.poses is None:
        return None
    thread = ThreadPoolExecutor(1, "poses")
    try:
        estimator = await asyncio.get_running_loop().run_in_executor(thread, loaders.poses)
    except Exception as error:
        # as with a reader
        thread.shutdown(wait=False)
        log.warning("no poses are found: %s", error, exc_info=not isinstance(error, ModelError))
        return None
    desk = PosingDesk(estimator, thread)
    desk.start()
    stack.push_async_callback(desk.close)
    log.info("pose estimator %s", estimator.name)
    return desk
