"""Carries the packets of two peers through a scripted link, between sockets of loopback.

Driving contract, for one session: ``async with Relay(script) as relay``; the client's offer goes
through ``offer`` on its way to the server, the server's answer through ``answer`` on its way back.
The script's clock starts ``grace`` seconds after the first media packet; until then everything
passes, so that faults meet the media and not the handshake.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import socket
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Self

from links.link import CLEAR, Conditions, Link
from links.packets import Kind, feedback_of, kind_of, payload_type
from links.sdp import Address, host_candidate, led_to, retransmission_types

LOOPBACK = "127.0.0.1"

MAX_HELD = 4096
"""Packets on their way; more are lost, and counted."""

RECEIVE_BUFFER = 4 << 20
"""Bytes asked of the kernel for each socket, so that no burst is lost but by the script."""

MAX_REBINDINGS = 16
"""Address changes that one script may hold."""


class Direction(Enum):
    """From the client to the server, and back."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Script:
    """What a link does, in both directions, from the first media packet on."""

    name: str
    "For people."
    up: Conditions = CLEAR
    "From the client to the server."
    down: Conditions = CLEAR
    "From the server to the client."
    grace: float = 0.0
    "Seconds after the first media packet in which nothing is harmed."
    media_only: bool = False
    "Only media packets are counted and harmed, so that a script can tell them by number."
    rebind_at: tuple[float, ...] = ()
    "Times at which the client comes from another port, as a home router may decide."

    def __post_init__(self) -> None:
        if len(self.rebind_at) > MAX_REBINDINGS:
            raise ValueError(f"at most {MAX_REBINDINGS} changes of address")

    def interruptions(self) -> tuple[tuple[float, float], ...]:
        """From when to when nothing gets through, by the script's clock.

        A change of address begins and ends at once.
        """
        dark = {span for way in (self.up, self.down) for span in way.blackouts}
        return tuple(sorted({*dark, *((at, at) for at in self.rebind_at)}))


@dataclass(slots=True)
class Traffic:
    """What passed in one direction."""

    packets: Counter[str] = field(default_factory=Counter)
    "By kind, as they came to the relay."
    octets: Counter[str] = field(default_factory=Counter)
    "The same in bytes."
    fates: Counter[str] = field(default_factory=Counter)
    "Of the packets that the script decided on."
    feedback: Counter[str] = field(default_factory=Counter)
    "Feedback messages that stood first in their packet."
    retransmissions: int = 0
    "Media packets sent again, where the peers agreed on a payload type for it."

    def figures(self) -> dict[str, dict[str, int] | int]:
        """All of it, as plain values."""
        return {
            "packets": dict(self.packets),
            "octets": dict(self.octets),
            "fates": dict(self.fates),
            "feedback": dict(self.feedback),
            "retransmissions": self.retransmissions,
        }


class Relay:
    """One session's way through the link."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.began: float | None = None
        "Loop time at which the script's clock stood at 0; None before the first media packet."
        self.traffic = {direction: Traffic() for direction in Direction}
        self.overflowed = 0
        "Packets lost because more than ``MAX_HELD`` were on their way."
        self._links = {Direction.UP: Link(script.up), Direction.DOWN: Link(script.down)}
        self._counts = {direction: itertools.count() for direction in Direction}
        self._held: list[tuple[float, int, Direction, bytes]] = []
        self._order = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._rebindings: list[asyncio.TimerHandle] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._healed = False
        self._client: Address | None = None
        self._server: Address | None = None
        self._retransmission_types: frozenset[int] = frozenset()

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._facing_client = await self._socket(Direction.UP)
        self._facing_server = await self._socket(Direction.DOWN)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for handle in [*self._rebindings, *([self._timer] if self._timer else [])]:
            handle.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._held.clear()
        self._facing_client.close()
        self._facing_server.close()
        await asyncio.sleep(0)

    def offer(self, sdp: str) -> str:
        """The client's offer as the server gets it."""
        return led_to(sdp, _address(self._facing_server))

    def answer(self, sdp: str) -> str:
        """The server's answer as the client gets it.

        Raises:
            ValueError: the server cannot be reached by IPv4.
        """
        self._server = host_candidate(sdp)
        self._retransmission_types = retransmission_types(sdp)
        return led_to(sdp, _address(self._facing_client))

    def clock(self) -> float:
        """Seconds by the script's clock; below 0 before it has begun."""
        return -1.0 if self.began is None else self._loop.time() - self.began

    def heal(self) -> None:
        """From now on nothing is harmed any more."""
        self._healed = True

    async def rebind(self) -> None:
        """From now on the client comes from another port; the old one is closed."""
        old = self._facing_server
        self._facing_server = await self._socket(Direction.DOWN)
        old.close()

    async def _socket(self, direction: Direction) -> asyncio.DatagramTransport:
        transport, _ = await self._loop.create_datagram_endpoint(
            lambda: _Ear(self, direction), local_addr=(LOOPBACK, 0)
        )
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER
        )
        return transport

    def heard(self, direction: Direction, packet: bytes, sender: Address) -> None:
        """A packet has come from one of the peers."""
        if direction is Direction.UP:
            self._client = sender
        kind = kind_of(packet)
        self._count(direction, kind, packet)
        now = self._loop.time()
        if self.began is None and kind is Kind.RTP:
            self._begin(now + self.script.grace)
        if self.began is None or now < self.began or self._spares(kind):
            self._hold((now,), direction, packet)
            return
        number = next(self._counts[direction])
        plan = self._links[direction].plan(number, len(packet), now - self.began)
        self.traffic[direction].fates[plan.fate.name.lower()] += 1
        self._hold(tuple(self.began + at for at in plan.departures), direction, packet)

    def _spares(self, kind: Kind) -> bool:
        return self._healed or (self.script.media_only and kind is not Kind.RTP)

    def _begin(self, when: float) -> None:
        self.began = when
        for at in self.script.rebind_at:
            self._rebindings.append(self._loop.call_at(when + at, self._rebind_soon))

    def _rebind_soon(self) -> None:
        task = asyncio.ensure_future(self.rebind())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _count(self, direction: Direction, kind: Kind, packet: bytes) -> None:
        traffic = self.traffic[direction]
        traffic.packets[kind.value] += 1
        traffic.octets[kind.value] += len(packet)
        if kind is Kind.RTP and payload_type(packet) in self._retransmission_types:
            traffic.retransmissions += 1
        if kind is Kind.RTCP and (feedback := feedback_of(packet)):
            traffic.feedback[feedback] += 1

    def _hold(self, departures: tuple[float, ...], direction: Direction, packet: bytes) -> None:
        for at in departures:
            if len(self._held) >= MAX_HELD:
                self.overflowed += 1
            else:
                heapq.heappush(self._held, (at, next(self._order), direction, packet))
        self._release()

    def _release(self) -> None:
        """Sends what is due, and comes again when the next one is."""
        while self._held and self._held[0][0] <= self._loop.time():
            _, _, direction, packet = heapq.heappop(self._held)
            self._send(direction, packet)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._held[0][0], self._release) if self._held else None

    def _send(self, direction: Direction, packet: bytes) -> None:
        if direction is Direction.UP:
            way, peer = self._facing_server, self._server
        else:
            way, peer = self._facing_client, self._client
        if peer is not None and not way.is_closing():
            way.sendto(packet, peer)


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, relay: Relay, direction: Direction) -> None:
        self._relay = relay
        self._direction = direction

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._relay.heard(self._direction, data, addr)


def _address(transport: asyncio.DatagramTransport) -> Address:
    host, port = transport.get_extra_info("sockname")[:2]
    return str(host), int(port)
