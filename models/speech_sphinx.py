"""PocketSphinx as a recogniser on this machine: English, old and modest, but it needs nobody.

It is given a language model of what is said to this assistant (``speech_sphinx_phrases``).

It comes with the extra ``speech``, its model of American English inside the wheel (BSD). It keeps
the interpreter's lock while it computes, so it gets a process of its own, which ends with ours: its
standard input ends then. David Huggins-Daines et al., "PocketSphinx", ICASSP 2006.
"""

from __future__ import annotations

import asyncio
import importlib.util
import struct
import sys
from collections.abc import Coroutine
from typing import Any, Literal

import msgspec

from vision.errors import ModelError, NoAnswer
from vision.speech import Samples
from vision.types import Language

NAME = "pocketsphinx"
START_WITHIN = 120.0
"""Seconds; two on a machine that has nothing else to do."""

ANSWER_WITHIN = 30.0
"""Seconds for 20 s of speech on a machine that is busy."""

LENGTH = struct.Struct("<I")


class Reply(msgspec.Struct):
    """A line from the process."""

    text: str = ""
    failed: str = ""
    "Why there is no text; empty when it worked."


class Sphinx:
    """A ``vision.speech.Recogniser``. Used on one event loop."""

    name = NAME
    slots: Literal[1] = 1

    def __init__(self) -> None:
        """Starts nothing yet.

        Raises:
            ModelError: it is not installed.
        """
        if importlib.util.find_spec("pocketsphinx") is None:
            raise ModelError(
                "pocketsphinx is not installed here: pip install 'openeyes[speech]', "
                "or name a server with --speech-url"
            )
        self._process: asyncio.subprocess.Process | None = None
        self._talking = asyncio.Lock()
        self._asking: set[asyncio.Future[str]] = set()

    async def transcribe(self, speech: Samples, language: Language) -> str:
        """What is said; empty where nothing was understood.

        Raises:
            NoAnswer: it is not English, or the process failed; the next call starts another.
        """
        if language != "en":
            raise NoAnswer("the recogniser of this server understands English only")
        # Who leaves does not take the process along: its answer is still read, by nobody.
        asking = asyncio.ensure_future(self._text(speech.tobytes()))
        self._asking.add(asking)
        asking.add_done_callback(self._done)
        return await asyncio.shield(asking)

    def _done(self, asking: asyncio.Future[str]) -> None:
        self._asking.discard(asking)
        if not asking.cancelled():
            asking.exception()  # whoever waits for it has it too

    async def _text(self, pcm: bytes) -> str:
        async with self._talking:
            process = await self.start()
            reply = await self._whole(_asked(process, pcm), ANSWER_WITHIN)
        if reply.failed:
            raise NoAnswer(f"the recogniser failed: {reply.failed}", "the recogniser failed")
        return reply.text

    async def prepare(self) -> None:
        """Loads the model.

        Raises:
            NoAnswer: it cannot be loaded; the next call tries again.
        """
        async with self._talking:
            await self.start()

    async def start(self) -> asyncio.subprocess.Process:
        """The process, its model loaded.

        Raises:
            NoAnswer: it cannot be loaded.
        """
        if self._process is not None and self._process.returncode is None:
            return self._process
        command = (sys.executable, "-m", "models.speech_sphinx_worker")
        pipe = asyncio.subprocess.PIPE
        self._process = process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe
        )
        greeting = await self._whole(_reply(process), START_WITHIN)
        if greeting.failed:
            self._end()
            raise NoAnswer(f"the recogniser does not start: {greeting.failed}")
        return process

    async def aclose(self) -> None:
        """Ends the process, and whatever waits for it."""
        process = self._process
        for asking in tuple(self._asking):
            asking.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)
        self._end()
        if process is not None:
            await process.wait()

    async def _whole(self, exchange: Coroutine[Any, Any, Reply], within: float) -> Reply:
        """Ends the process unless all was said: who asks next would get the words of who did."""
        try:
            async with asyncio.timeout(within):
                return await exchange
        except TimeoutError:
            self._end()
            raise NoAnswer("the recogniser did not answer in time") from None
        except (ConnectionError, msgspec.MsgspecError):
            self._end()
            raise NoAnswer("the recogniser's process has ended") from None
        except BaseException:
            self._end()
            raise

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()


async def _asked(process: asyncio.subprocess.Process, pcm: bytes) -> Reply:
    assert process.stdin is not None
    process.stdin.write(LENGTH.pack(len(pcm)) + pcm)
    await process.stdin.drain()
    return await _reply(process)


async def _reply(process: asyncio.subprocess.Process) -> Reply:
    """The next line."""
    assert process.stdout is not None
    return msgspec.json.decode(await process.stdout.readline(), type=Reply)
