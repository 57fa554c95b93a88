"""Gets together what a server hears and speaks with, and takes it apart again.

What cannot be had is done without, like every model; only what the operator has named wrongly ends
the server at its start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass

from streaming.hearing import Ears
from streaming.spoken import Speaking
from vision.errors import ModelError
from vision.speech import Recogniser, Voice, VoiceDetectorMaker

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SpeechLoaders:
    """How the models of speech are loaded. Each may raise ``OpenEyesError``."""

    detectors: Callable[[], VoiceDetectorMaker]
    "What tells speech from noise. Blocks."
    recogniser: Callable[[], Recogniser] | None = None
    "What turns speech into text; None for a server that does not. Called on the loop."
    voice: Callable[[], Voice] | None = None
    "What speaks; None for a server that does not. Called on the loop."


async def open_ears(stack: AsyncExitStack, loaders: SpeechLoaders | None) -> Ears | None:
    """What the server hears with; None where it does not, or cannot.

    Raises:
        ConfigError: the operator's address or key does not fit.
    """
    if loaders is None or loaders.recogniser is None:
        return None
    try:
        recogniser = loaders.recogniser()
    except ModelError as error:
        log.warning("no speech is recognised: %s", error)
        return None
    stack.push_async_callback(recogniser.aclose)
    thread = ThreadPoolExecutor(1, "hearing")
    stack.push_async_callback(asyncio.to_thread, thread.shutdown)
    detectors = await asyncio.get_running_loop().run_in_executor(thread, loaders.detectors)
    log.info("speech recogniser %s", recogniser.name)
    preparing = asyncio.create_task(_prepare(recogniser), name="prepare recogniser")
    stack.push_async_callback(_end, preparing)
    return Ears(recogniser, detectors, thread, asyncio.Semaphore(recogniser.slots))


def open_voice(stack: AsyncExitStack, loaders: SpeechLoaders | None) -> Speaking | None:
    """What the server speaks with; None where it does not, or cannot.

    Raises:
        ConfigError: the operator's address or key does not fit.
    """
    if loaders is None or loaders.voice is None:
        return None
    try:
        voice = loaders.voice()
    except ModelError as error:
        log.warning("the server does not speak: %s", error)
        return None
    stack.push_async_callback(voice.aclose)
    log.info("voice %s", voice.name)
    return Speaking(voice)


async def _prepare(recogniser: Recogniser) -> None:
    try:
        await recogniser.prepare()
    except ModelError as error:
        log.warning("speech may not be understood: %s", error)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
