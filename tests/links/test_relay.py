"""Two plain sockets, and a relay between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from links import relay as module
from links.background import background_relay
from links.faults import Chance, Exactly
from links.link import CLEAR, Conditions
from links.relay import Direction, Relay, Script
from links.sdp import Address, host_candidate

OFFER = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n"
STUN = bytes([0, 1, 0, 0])
DTLS = bytes([22, 254, 253])


def rtp(number: int, payload_type: int = 96) -> bytes:
    return bytes([0x80, payload_type]) + number.to_bytes(2, "big") + bytes(8) + b"media"


def number_of(packet: bytes) -> int:
    return int.from_bytes(packet[2:4], "big")


@dataclass
class Peer(asyncio.DatagramProtocol):
    packets: list[bytes] = field(default_factory=list)
    senders: list[Address] = field(default_factory=list)

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.packets.append(data)
        self.senders.append(addr)

    async def until(self, count: int) -> list[bytes]:
        async with asyncio.timeout(10):
            while len(self.packets) < count:
                await asyncio.sleep(0.001)
        return self.packets


@dataclass
class Pair:
    relay: Relay
    client: Peer
    server: Peer
    way_up: Address

    def up(self, packet: bytes) -> None:
        self.client.transport.sendto(packet, self.way_up)

    async def arrived(self, count: int) -> None:
        """Waits until so many media packets came to the relay."""
        async with asyncio.timeout(10):
            while self.relay.traffic[Direction.UP].packets["rtp"] < count:
                await asyncio.sleep(0)

    def down(self, packet: bytes) -> None:
        self.server.transport.sendto(packet, self.server.senders[-1])


@asynccontextmanager
async def pair(script: Script) -> AsyncIterator[Pair]:
    loop = asyncio.get_running_loop()
    ends = [await loop.create_datagram_endpoint(Peer, local_addr=("127.0.0.1", 0)) for _ in "ab"]
    (_, client), (_, server) = ends
    port = server.transport.get_extra_info("sockname")[1]
    candidate = f"a=candidate:1 1 udp 1 127.0.0.1 {port} typ host\r\na=rtpmap:97 rtx/90000\r\n"
    try:
        async with Relay(script) as relay:
            yield Pair(relay, client, server, host_candidate(relay.answer(OFFER + candidate)))
    finally:
        for transport, _ in ends:
            transport.close()
        await asyncio.sleep(0)


async def test_packets_pass_both_ways_unchanged() -> None:
    async with pair(Script("clear")) as link:
        for number in range(50):
            link.up(rtp(number))
        assert await link.server.until(50) == [rtp(number) for number in range(50)]
        link.down(b"back")
        assert await link.client.until(1) == [b"back"]


async def test_each_peer_only_ever_sees_the_relay() -> None:
    async with pair(Script("clear")) as link:
        link.up(STUN)
        await link.server.until(1)
        offered = host_candidate(link.relay.offer(OFFER))
        assert link.server.senders == [offered]
        link.down(STUN)
        await link.client.until(1)
        assert link.client.senders == [link.way_up]


async def test_the_script_decides_and_the_relay_keeps_to_it() -> None:
    script = Script("some", up=Conditions(loss=Exactly(frozenset({1, 2, 5}))))
    async with pair(script) as link:
        for number in range(8):
            link.up(rtp(number))
        passed = await link.server.until(5)
        assert [number_of(packet) for packet in passed] == [0, 3, 4, 6, 7]
        assert link.relay.traffic[Direction.UP].fates == {"passed": 5, "lost": 3}


async def test_what_is_lost_is_what_the_seed_says() -> None:
    conditions = Conditions(loss=Chance(0.2), seed=5)
    is_lost = conditions.loss.pattern(5)
    expected = [number for number in range(400) if not is_lost(number)]
    async with pair(Script("chance", up=conditions)) as link:
        for number in range(400):
            link.up(rtp(number))
            await link.arrived(number + 1)
        passed = await link.server.until(len(expected))
        assert [number_of(packet) for packet in passed] == expected


async def test_faults_begin_with_the_first_media_packet() -> None:
    dead = Conditions(loss=Chance(1))
    async with pair(Script("dead", up=dead, down=dead)) as link:
        for packet in (STUN, DTLS):
            link.up(packet)
        assert await link.server.until(2) == [STUN, DTLS]
        assert link.relay.began is None
        link.up(rtp(0))
        link.up(STUN)
        async with asyncio.timeout(10):
            while link.relay.traffic[Direction.UP].fates["lost"] < 2:
                await asyncio.sleep(0.001)
        assert len(link.server.packets) == 2


async def test_in_its_grace_the_link_harms_nothing() -> None:
    async with pair(Script("later", up=Conditions(loss=Chance(1)), grace=3600)) as link:
        for number in range(5):
            link.up(rtp(number))
        assert len(await link.server.until(5)) == 5
        assert not link.relay.traffic[Direction.UP].fates


async def test_a_healed_link_harms_nothing_any_more() -> None:
    async with pair(Script("dead", up=Conditions(loss=Chance(1)))) as link:
        link.up(rtp(0))
        await link.arrived(1)
        link.relay.heal()
        link.up(rtp(1))
        assert await link.server.until(1) == [rtp(1)]


async def test_a_script_for_media_lets_the_rest_alone() -> None:
    lost = Conditions(loss=Exactly(frozenset({1})))
    async with pair(Script("media", up=lost, media_only=True)) as link:
        for packet in (rtp(0), STUN, DTLS, rtp(1), rtp(2)):
            link.up(packet)
        assert await link.server.until(4) == [rtp(0), STUN, DTLS, rtp(2)]


async def test_overtaken_and_duplicated_packets_arrive_as_planned() -> None:
    both = Conditions(reorder=0.3, duplicate=0.3, held_back=0.05, seed=2)
    async with pair(Script("both", up=both)) as link:
        for number in range(100):
            link.up(rtp(number))
        await link.server.until(100)
        fates = link.relay.traffic[Direction.UP].fates
        arrived = [
            number_of(packet) for packet in await link.server.until(100 + fates["duplicated"])
        ]
        assert set(arrived) == set(range(100))
        assert arrived != sorted(arrived)


async def test_the_client_may_come_from_another_port_in_mid_session() -> None:
    async with pair(Script("clear")) as link:
        link.up(rtp(0))
        await link.server.until(1)
        await link.relay.rebind()
        link.down(rtp(1))  # to the port that is no more
        link.up(rtp(2))
        await link.server.until(2)
        before, after = link.server.senders
        assert before != after
        link.down(rtp(3))
        assert await link.client.until(1) == [rtp(3)]


async def test_a_script_may_change_the_port_by_itself() -> None:
    async with pair(Script("rebinding", rebind_at=(0.05,))) as link:
        async with asyncio.timeout(10):
            while len(set(link.server.senders)) < 2:
                link.up(rtp(0))
                await asyncio.sleep(0.01)


async def test_what_is_on_its_way_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_HELD", 10)
    async with pair(Script("slow", up=Conditions(delay=3600))) as link:
        for number in range(25):
            link.up(rtp(number))
        await link.arrived(25)
        assert link.relay.overflowed == 15


async def test_traffic_is_counted_by_kind() -> None:
    pli = bytes([0x81, 206]) + bytes(10)
    async with pair(Script("clear")) as link:
        for packet in (STUN, rtp(0), rtp(0, payload_type=97), pli):
            link.up(packet)
        await link.server.until(4)
        traffic = link.relay.traffic[Direction.UP]
        assert traffic.packets == {"stun": 1, "rtp": 2, "rtcp": 1}
        assert traffic.octets["rtp"] == 2 * len(rtp(0))
        assert traffic.feedback == {"pli": 1}
        assert traffic.retransmissions == 1
        assert traffic.figures()["packets"] == {"stun": 1, "rtp": 2, "rtcp": 1}


def test_too_many_changes_of_address_are_refused() -> None:
    with pytest.raises(ValueError, match="changes of address"):
        Script("restless", up=CLEAR, rebind_at=tuple(map(float, range(17))))


def test_a_relay_runs_in_the_background_and_ends() -> None:
    import threading

    with background_relay(Script("clear")) as link:
        assert "127.0.0.1" in link.offer(OFFER)
        with pytest.raises(ValueError, match="IPv4"):
            link.answer(OFFER)
    assert not any(thread.name == "relay" for thread in threading.enumerate())
