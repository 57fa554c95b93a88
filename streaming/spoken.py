"""Text as speech, for browsers without a voice: a few at a time, none of it kept."""

from __future__ import annotations

import asyncio

from vision.errors import NoAnswer
from vision.speech import Spoken, Voice
from vision.types import Language

LONGEST_TEXT = 600
"""Characters in one request: some sentences."""

MOST_WAITING = 8
"""Requests that wait for their turn; one more is refused."""

WITHIN = 20.0
"""Seconds from asking to the sound, waiting included."""


class TooMuchToSay(Exception):
    """As many wait as may."""


class Speaking:
    """Has one voice speak for all sessions. On the loop."""

    def __init__(self, voice: Voice) -> None:
        self.voice = voice
        self._turns = asyncio.Semaphore(voice.slots)
        self._waiting = 0

    async def say(self, text: str, language: Language) -> Spoken:
        """The text, spoken.

        Raises:
            TooMuchToSay: too many wait already.
            NoAnswer: the voice cannot be had, or not in time.
        """
        if self._waiting >= MOST_WAITING:
            raise TooMuchToSay
        self._waiting += 1
        try:
            async with asyncio.timeout(WITHIN), self._turns:
                return await self.voice.say(text, language)
        except TimeoutError:
            raise NoAnswer("the voice did not speak in time") from None
        finally:
            self._waiting -= 1
