"""What becomes of messages at a data channel that is shut, slow, or takes only short ones."""

from __future__ import annotations

from typing import Any, cast

from aiortc import RTCDataChannel
from aiortc.exceptions import InvalidStateError

from streaming.channels import ChannelSink


class Channel:
    """As much of aiortc's as is used: what is sent counts as buffered until the loop runs."""

    def __init__(self) -> None:
        self.readyState, self.bufferedAmount = "open", 0
        self.sent: list[str] = []
        self.fault: Exception | None = None

    def send(self, text: str) -> None:
        if self.fault is not None:
            raise self.fault
        self.bufferedAmount += len(text)
        self.sent.append(text)


def sink(channel: Channel) -> ChannelSink:
    return ChannelSink(cast("RTCDataChannel", cast("Any", channel)), max_backlog=8192)


def test_what_belongs_together_goes_whole_however_much_it_is() -> None:
    channel = Channel()
    assert sink(channel).send(*["x" * 1100] * 16)
    assert len(channel.sent) == 16


def test_while_more_than_the_backlog_waits_nothing_goes() -> None:
    channel = Channel()
    channel.bufferedAmount = 8193
    assert not sink(channel).send("one", "two")
    assert channel.sent == []


def test_a_channel_that_cannot_take_it_is_no_error() -> None:
    for fault in (InvalidStateError(), ValueError("larger than the remote's maximum")):
        channel = Channel()
        channel.fault = fault
        assert not sink(channel).send("one")
    channel = Channel()
    channel.readyState = "closed"
    assert not sink(channel).send("one")
