"""Data channels and WebSockets as sinks of messages."""

from __future__ import annotations

from aiortc import RTCDataChannel
from aiortc.exceptions import InvalidStateError


class ChannelSink:
    """A data channel that drops what it cannot send soon."""

    def __init__(self, channel: RTCDataChannel, max_backlog: int) -> None:
        self._channel = channel
        self._max_backlog = max_backlog

    def send(self, *texts: str) -> bool:
        """Sends, unless the channel is shut or more than the backlog's bytes wait already.

        Nor where a message is longer than the other side said that it takes (RFC 8841).
        """
        if self._channel.readyState != "open" or self._channel.bufferedAmount > self._max_backlog:
            return False
        try:
            for text in texts:
                self._channel.send(text)
        except (InvalidStateError, ValueError):
            return False
        return True
