"""Two hundred people come and go: what is left of them in the server.

Each connects by WebRTC, sends video until tracks come back, and goes: in turns by DELETE and by
just closing the connection. Threads, file descriptors and tasks must be back where they were, and
memory within 5 %.

Run: python benchmarks/churn.py [--cycles 200]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from dataclasses import dataclass

import httpx
import psutil
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from clients import FlatCamera
from processes import openeyes_process

WARM_UP = 20
"""Cycles before the first reading: pools fill, caches settle, the allocator takes its arenas."""

AT_ONCE = 4
"""Of the first cycles, so that the thread pools, which grow on demand, are full."""

SETTLE = 12.0
"""Seconds after the last cycle."""

SDP = {"Content-Type": "application/sdp"}


@dataclass(frozen=True)
class Reading:
    """What the server holds."""

    threads: int
    descriptors: int
    tasks: int
    sessions: int
    rss: float
    "MiB."


async def main() -> int:
    options = _options()
    with openeyes_process() as (base, process):
        async with httpx.AsyncClient(base_url=base, timeout=30) as http:
            for cycle in range(WARM_UP // AT_ONCE):
                visits = [come_and_go(http, polite=cycle % 2 == 0) for _ in range(AT_ONCE)]
                await asyncio.gather(*visits)
            before = await read(http, process)
            print("before", before, flush=True)
            for cycle in range(options.cycles):
                await come_and_go(http, polite=cycle % 2 == 0)
                if cycle % 50 == 49:
                    print(f"{cycle + 1:6}", await read(http, process, settle=2), flush=True)
            after = await read(http, process)
    print("after ", after)
    growth = after.rss / before.rss - 1
    same = (after.threads, after.descriptors, after.tasks, after.sessions) == (
        before.threads,
        before.descriptors,
        before.tasks,
        before.sessions,
    )
    print(
        f"RSS {growth:+.1%}; threads, descriptors, tasks, sessions {'equal' if same else 'DIFFER'}"
    )
    return 0 if same and growth <= 0.05 else 1


async def come_and_go(http: httpx.AsyncClient, *, polite: bool) -> None:
    """One person's visit."""
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    seen = asyncio.Event()
    tracks = connection.createDataChannel("tracks", ordered=False, maxRetransmits=0)
    tracks.on("message", lambda text: json.loads(text)["seq"] > 1 and seen.set())
    connection.createDataChannel("events")
    connection.addTransceiver(FlatCamera(), direction="sendrecv")
    await connection.setLocalDescription(await connection.createOffer())
    answer = await http.post("/v1/sessions", content=connection.localDescription.sdp, headers=SDP)
    answer.raise_for_status()
    await connection.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
    async with asyncio.timeout(20):
        await seen.wait()
    if polite:
        (await http.delete(answer.headers["Location"])).raise_for_status()
    await connection.close()


async def read(http: httpx.AsyncClient, process: psutil.Process, settle: float = SETTLE) -> Reading:
    """What the server holds once it has settled."""
    await asyncio.sleep(settle)
    text = (await http.get("/metrics")).text

    def figure(name: str) -> int:
        found = re.search(rf"^openeyes_{name} (\S+)", text, re.MULTILINE)
        assert found
        return int(float(found[1]))

    return Reading(
        threads=process.num_threads(),
        descriptors=process.num_fds(),
        tasks=figure("tasks"),
        sessions=figure("sessions"),
        rss=round(process.memory_info().rss / 2**20, 1),
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=200)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
