"""What the person wants at a moment, however long ago they said it: a recording begins with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from streaming.wire import Message, Watching
from vision.dealings import Event, OptionsSet, Unwatched, WatchAsked

MOST = 32
"""Standing instructions that are kept in mind; an assistant takes fewer."""


class Standing:
    """One session's options and standing instructions."""

    def __init__(self) -> None:
        self._options = OptionsSet()
        self._watches: dict[str, WatchAsked] = {}

    def heard(self, event: Event) -> None:
        """The person may have said something."""
        match event:
            case OptionsSet(captions, language):
                if captions is not None:
                    self._options = replace(self._options, captions=captions)
                if language is not None:
                    self._options = replace(self._options, language=language)
            case WatchAsked(id=name) if name in self._watches or len(self._watches) < MOST:
                self._watches[name] = event
            case Unwatched(id=name):
                self._watches.pop(name, None)

    def said(self, message: Message) -> None:
        """An instruction may have come to its end."""
        if isinstance(message, Watching) and message.state == "ended":
            self._watches.pop(message.id, None)

    def events(self) -> Iterator[Event]:
        """What a fresh assistant has to be told."""
        yield self._options
        yield from self._watches.values()
