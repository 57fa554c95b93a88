"""Over a real connection: what is frozen, remembered by a name, and watched by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.streaming.test_conversation import answered, sees, send

Maker = Callable[..., Any]


async def test_a_thing_is_remembered_by_its_name_and_found_by_it(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running) as client:
        await sees(client)
        id_ = client.tracks[-1]["objects"][0]["id"]
        send(client, type="remember", id="k", text="my brother", object=id_)
        await client.until(lambda: client.said("remembered"))
        (said,) = client.said("remembered")
        assert (said["id"], said["text"], said["lasting"]) == ("k", "my brother", False)
        found = await running.http.get(f"{client.location}/memory", params={"q": "brother"})
        (memory,) = found.json()["memories"]
        assert memory["kind"] == "keepsake"
        assert memory["text"].startswith("my brother (")
        assert memory["box"]
        picture = await running.http.get(f"/{memory['evidence']}")
        assert picture.content.startswith(b"\xff\xd8")


async def test_a_memory_on_the_disk_lasts(serving: Maker, connected: Maker, tmp_path: Path) -> None:
    async with serving(memory=tmp_path / "memory") as running, connected(running) as client:
        await sees(client)
        send(client, type="remember", id="k", text="the wall", point=[0.9, 0.1])
        await client.until(lambda: client.said("remembered"))
        assert client.said("remembered")[0]["lasting"] is True


async def test_one_thing_is_watched_and_a_frozen_frame_asked_about(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running) as client:
        await sees(client)
        newest = client.tracks[-1]
        id_ = newest["objects"][0]["id"]
        send(client, type="watch", id="w", text="watch them", object=id_)
        await client.until(lambda: client.said("watching"))
        assert client.said("watching")[0]["rule"] == "when this person goes out of sight"
        send(client, type="freeze", pts=newest["frame"]["pts"])
        send(client, type="ask", id="q", text="What is this?", object=id_)
        answer = await answered(client, "q")
        assert abs(answer["frame"]["pts"] - newest["frame"]["pts"]) < 90_000
        send(client, type="freeze")
        send(client, type="watch", id="x", text="others", object=id_, about="likewise")
        await client.until(lambda: client.said("problem"))
        assert client.said("problem")[-1]["code"] == "bad-message"
