"""Two aiortc peers: a real server, and a client with a camera."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from models.scripted import ScriptedDetector, Step
from streaming import sessions
from streaming.following import Following
from streaming.frames import picture_of
from streaming.sending.packets import Packets
from tests.streaming.conftest import one_box
from vision.dealings import FreezeAsked, OptionsSet

Maker = Callable[..., Any]


def box_drawn(frame: Any) -> bool:
    """Whether the flat grey picture has something drawn on it."""
    return int(np.ptp(picture_of(frame).planes[0])) > 60


async def test_annotated_frames_come_back_with_the_time_stamps_of_the_source(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running) as client:
        await client.until(lambda: any(map(box_drawn, client.frames)))
        await client.until(lambda: len(client.frames) > 20)
        steps = np.diff([frame.pts for frame in client.frames])
        whole = np.round(steps / 3000)
        assert (whole >= 1).all()
        off = np.abs(steps - whole * 3000)
        assert (off <= 1).all(), "one tick may be lost by the client's encoder, none by ours"


async def test_tracks_speak_of_a_frame_and_carry_what_a_client_extrapolates_from(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running) as client:
        await client.until(lambda: client.tracks and client.tracks[-1]["objects"])
        message = client.tracks[-1]
        (thing,) = message["objects"]
        assert thing["label"] == "person"
        assert thing["box"] == pytest.approx([0.25, 0.25, 0.25, 0.5], abs=0.02)
        assert thing["v"] == pytest.approx([0, 0], abs=0.05)
        assert message["part"] == [0, 1]
        assert 0 <= message["frame"]["age"] < 5000
        assert message["frame"]["pts"] >= 0
        sequences = [each["seq"] for each in client.tracks]
        assert sequences == sorted(sequences)


async def test_capture_times_come_from_the_senders_reports(
    serving: Maker, connected: Maker
) -> None:
    import time

    async with serving() as running, connected(running) as client:
        await client.until(lambda: client.tracks and "captured" in client.tracks[-1]["frame"])
        captured = client.tracks[-1]["frame"]["captured"]
        assert abs(time.time() * 1e3 - captured) < 5000


async def test_events_greet_then_report_every_second(serving: Maker, connected: Maker) -> None:
    async with serving() as running, connected(running) as client:
        await client.until(lambda: client.said("stats"))
        hello = client.events[0]
        assert hello["type"] == "hello"
        assert hello["v"] == 1
        assert hello["vlm"] == "grounded"
        assert hello["detector"] == "scripted"
        assert "person" in hello["labels"]
        stats = client.said("stats")[-1]
        assert set(stats["stages"]) >= {"look", "detect", "server"}
        assert stats["rates"]["in"] > 0
        assert set(stats["drops"]) >= {"in", "undecoded", "detect", "out"}, (
            "what is dropped is told"
        )


async def test_stats_tell_of_every_stage_and_of_both_ways_of_the_link(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running) as client:
        await client.until(lambda: len(client.frames) > 10)
        told = len(client.said("stats"))
        await client.until(lambda: len(client.said("stats")) > told + 1)
        stats = client.said("stats")[-1]
        for stage in ("decode", "look", "encode", "detect", "server"):
            assert stats["stages"][stage]["p50"] > 0, stage
        assert stats["link"]["in"].keys() >= {"lost", "repaired", "given_up", "key_frames_asked"}
        assert stats["link"]["out"]["frames"] > 10
        assert stats["link"]["out"]["key_frames"] >= 1
        assert stats["degradation"] == 0


async def test_tracks_tell_how_their_frame_is_known_in_the_returned_video(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running) as client:
        await client.until(lambda: len(client.tracks) > 5)
        frames = [each["frame"] for each in client.tracks]
        origins = {(each["returned"] - each["pts"]) % (1 << 32) for each in frames}
        assert len(origins) == 1, "one origin for all"


async def test_a_failing_detector_is_told_and_the_picture_goes_on(
    serving: Maker, connected: Maker
) -> None:
    good, bad = Step(one_box()), Step(fault=ValueError("no more memory"))
    detector = ScriptedDetector([good, bad])
    async with serving(detector) as running, connected(running) as client:
        await client.until(lambda: client.said("problem"))
        problem = client.said("problem")[0]
        assert problem["code"] == "detector"
        assert "no more memory" in problem["detail"]
        before = len(client.frames)
        await client.until(lambda: len(client.frames) > before + 5)


@pytest.mark.parametrize(("mode", "drawn"), [("off", False), ("burn-in", True)])
async def test_the_overlay_is_chosen_by_the_client(
    serving: Maker, connected: Maker, mode: str, *, drawn: bool
) -> None:
    async with serving() as running, connected(running, query=f"?overlay={mode}") as client:
        await client.until(lambda: client.tracks and client.tracks[-1]["objects"])
        seen = len(client.frames)
        await client.until(lambda: len(client.frames) > seen + 8)
        assert box_drawn(client.frames[-1]) is drawn


async def test_set_switches_the_overlay_in_mid_stream(serving: Maker, connected: Maker) -> None:
    async with serving() as running, connected(running, query="?overlay=client") as client:
        await client.until(lambda: client.tracks and client.tracks[-1]["objects"])
        assert not client.frames, "the client draws by itself: nothing is encoded for it"
        client.channels["events"].send('{"type":"set","overlay":"burn-in"}')
        await client.until(lambda: any(map(box_drawn, client.frames)))


async def test_commands_are_answered_and_misfits_counted(serving: Maker, connected: Maker) -> None:
    async with serving() as running, connected(running) as client:
        events = client.channels["events"]
        await client.until(lambda: client.said("hello"))
        events.send('{"type":"ping","t":7.5}')
        events.send('{"type":"ask","id":"q1","text":""}')
        events.send('{"type":"set","overlay":"sideways"}')
        await client.until(lambda: len(client.said("problem")) == 2)
        assert client.said("pong") == [{"type": "pong", "t": 7.5}]
        refused, misfit = client.said("problem")
        assert (refused["code"], refused["about"]) == ("empty-question", "q1")
        assert "burn-in" in misfit["detail"]
        for _ in range(9):
            events.send("garbage")
        await client.until(lambda: events.readyState == "closed")
        before = len(client.frames)
        await client.until(lambda: len(client.frames) > before + 3)


async def test_a_change_of_size_and_of_orientation_in_mid_stream(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running) as client:
        for size in ((320, 240), (240, 320), (640, 360), (322, 242)):
            client.camera.size = size
            await client.until(lambda size=size: _sizes(client)[-1:] == [size])


def _sizes(client: Any) -> list[tuple[int, int]]:
    return [(frame.width, frame.height) for frame in client.frames]


async def test_a_returned_track_that_is_never_read_stores_nothing_up(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running, read=False) as client:
        await client.until(lambda: len(client.tracks) > 10)
        (entry,) = running.server.sessions.all()
        assert entry.session.stats.frames["in"] > 10
        assert entry.peer.state == "connected"


async def test_a_client_that_only_sends_gets_tracks_and_no_video(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running, direction="sendonly") as client:
        await client.until(lambda: client.tracks and client.tracks[-1]["objects"])
        state = (await running.http.get(client.location)).json()
        assert state["overlay"] == "client"
        assert state["frames"].get("out", 0) == 0


async def test_a_client_that_draws_is_told_of_the_frames_between_detections_too(
    serving: Maker, connected: Maker
) -> None:
    async with (
        serving(max_detect_hz=1.0) as running,
        connected(running, direction="sendonly") as client,
    ):
        await client.until(lambda: len([each for each in client.tracks if each["objects"]]) > 10)
        (entry,) = running.server.sessions.all()
        told = {each["frame"]["pts"] for each in client.tracks}
        assert len(told) > 2 * entry.session.stats.frames["detect"] > 0


async def test_a_client_that_draws_is_told_that_nothing_is_left_while_the_detector_is_busy(
    serving: Maker, connected: Maker
) -> None:
    detector = ScriptedDetector([Step(one_box()), Step(one_box()), Step(seconds=6)])
    async with (
        serving(detector) as running,
        connected(running, direction="sendonly") as client,
    ):
        await client.until(lambda: client.tracks and client.tracks[-1]["objects"])
        (entry,) = running.server.sessions.all()
        await client.until(lambda: not client.tracks[-1]["objects"])
        assert entry.session.stats.frames["detect"] <= 2


async def test_who_gets_no_video_back_is_told_of_every_frame_whatever_the_overlay(
    serving: Maker, connected: Maker
) -> None:
    async with (
        serving(max_detect_hz=1.0) as running,
        connected(running, query="?overlay=burn-in", direction="sendonly") as client,
    ):
        await client.until(lambda: len([each for each in client.tracks if each["objects"]]) > 10)
        (entry,) = running.server.sessions.all()
        assert entry.session.overlay == "burn-in"
        assert entry.session.stats.frames["out"] == 0
        told = {each["frame"]["pts"] for each in client.tracks}
        assert len(told) > 2 * entry.session.stats.frames["detect"]


async def test_a_fault_in_following_leaves_out_one_result_and_no_session(
    serving: Maker, connected: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, faults = Following.take_in, iter([np.linalg.LinAlgError("singular"), KeyError("box")])

    def faulty(self: Following, *arguments: Any) -> Any:
        fault = next(faults, None)
        if fault is not None:
            raise fault
        return real(self, *arguments)

    monkeypatch.setattr(Following, "take_in", faulty)
    async with serving() as running, connected(running) as client:
        await client.until(lambda: client.tracks and client.tracks[-1]["objects"])
        problems = [each for each in client.events if each["type"] == "problem"]
        assert [each["code"] for each in problems] == ["bad-frame"]
        assert "singular" in problems[0]["detail"]


async def test_a_picture_that_cannot_be_sent_back_is_told_of_and_made_no_more(
    serving: Maker, connected: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> Any:
        raise RuntimeError("out of paper")

    monkeypatch.setattr(Packets, "of", fail)
    async with serving() as running, connected(running) as client:
        await client.until(
            lambda: any(each.get("code") == "no-returned-video" for each in client.events)
        )
        (entry,) = running.server.sessions.all()
        assert not entry.session.returns_video
        heard = len(client.tracks)
        await client.until(lambda: len(client.tracks) > heard + 5)


async def test_channels_that_are_closed_make_room_for_others(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running) as client:
        await client.until(lambda: client.tracks)
        (entry,) = running.server.sessions.all()
        for _ in range(6):
            client.channels["tracks"].close()
            await client.until(lambda: entry.session.tracks.sink is None)
            again = client.connection.createDataChannel("tracks", ordered=False, maxRetransmits=0)
            client.channels["tracks"] = again
            await client.until(lambda: entry.session.tracks.sink is not None)


async def test_snapshot_and_state(serving: Maker, connected: Maker) -> None:
    import cv2

    async with serving() as running, connected(running) as client:
        await client.until(lambda: any(map(box_drawn, client.frames)))
        answer = await running.http.get(f"{client.location}/snapshot.jpg")
        picture = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
        assert picture.shape == (240, 320, 3)
        state = (await running.http.get(client.location)).json()
        assert state["state"] == "connected"
        assert state["frames"]["in"] > 0


async def test_a_clean_close_frees_the_place_at_once(serving: Maker, connected: Maker) -> None:
    async with serving(max_sessions=1) as running:
        async with connected(running) as client:
            await client.until(lambda: client.tracks)
            assert (await running.http.delete(client.location)).status_code == 200
            assert len(running.server.sessions) == 0
            assert (await running.http.delete(client.location)).status_code == 404
        async with connected(running) as client:
            await client.until(lambda: client.tracks)
        async with asyncio.timeout(5):
            while len(running.server.sessions):
                await asyncio.sleep(0.05)


async def test_a_reload_that_only_closes_the_connection_frees_the_place_too(
    serving: Maker, connected: Maker
) -> None:
    async with serving(max_sessions=1) as running:
        for _ in range(3):
            async with connected(running) as client:
                await client.until(lambda: client.tracks)
            async with asyncio.timeout(5):
                while len(running.server.sessions):
                    await asyncio.sleep(0.05)


async def test_a_client_that_vanishes_is_let_go(
    serving: Maker, connected: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "SILENCE_LIMIT", 2.0)
    async with serving() as running, connected(running) as client:
        await client.until(lambda: client.tracks)
        _pull_the_plug(client)
        async with asyncio.timeout(8):
            while len(running.server.sessions):
                await asyncio.sleep(0.05)


def test_a_vanished_client_is_let_go_within_fifteen_seconds() -> None:
    longest = max(sessions.SILENCE_LIMIT, sessions.CONNECT_LIMIT)
    assert longest + sessions.SWEEP_INTERVAL <= 15


def _pull_the_plug(client: Any) -> None:
    """The client's sockets fall silent, without a word."""
    for transceiver in client.connection.getTransceivers():
        for protocol in transceiver.receiver.transport.transport._connection._protocols:
            protocol.transport.abort()


async def test_a_client_that_never_comes_is_let_go(
    serving: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.streaming.test_routes import an_offer

    monkeypatch.setattr(sessions, "CONNECT_LIMIT", 0.5)
    async with serving() as running:
        headers = {"Content-Type": "application/sdp"}
        answer = await running.http.post("/v1/sessions", content=await an_offer(), headers=headers)
        assert answer.status_code == 201
        async with asyncio.timeout(6):
            while len(running.server.sessions):
                await asyncio.sleep(0.05)


async def test_coming_and_going_leaves_no_thread_and_no_task(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running:
        counts = []
        for _ in range(6):
            async with connected(running) as client:
                await client.until(lambda: client.tracks)
                await running.http.delete(client.location)
            await _settled(running)
            counts.append((_decoders(), len(asyncio.all_tasks())))
        assert counts[-1] == counts[1]
        assert counts[-1][0] == 0


async def _settled(running: Any) -> None:
    async with asyncio.timeout(10):
        while len(running.server.sessions) or running.server.sessions.closing:
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)


def _decoders() -> int:
    return sum("decoder" in thread.name for thread in threading.enumerate())


async def test_two_sessions_each_have_ids_of_their_own(serving: Maker, connected: Maker) -> None:
    async with serving() as running, connected(running) as one, connected(running) as two:
        await one.until(lambda: one.tracks and one.tracks[-1]["objects"])
        await two.until(lambda: two.tracks and two.tracks[-1]["objects"])
        assert one.tracks[-1]["objects"][0]["id"] == two.tracks[-1]["objects"][0]["id"] == 1


async def test_the_websocket_carries_the_same_events(serving: Maker, connected: Maker) -> None:
    from websockets.asyncio.client import connect

    async with serving() as running, connected(running) as client:
        url = running.url.replace("http", "ws") + f"{client.location}/events"
        async with connect(url) as socket, asyncio.timeout(10):
            assert json.loads(await socket.recv())["type"] == "hello"
            await socket.send('{"type":"ping","t":1}')
            assert await _next_of(socket, "pong") == {"type": "pong", "t": 1}
            assert (await _next_of(socket, "stats"))["rates"]["in"] > 0
            for misfit in [b"\x00\xff", "[" * 7000, *["garbage"] * 8]:
                await socket.send(misfit)
                assert (await _next_of(socket, "problem"))["code"] == "bad-message"
            await socket.wait_closed()
        before = len(client.frames)
        await client.until(lambda: len(client.frames) > before + 3)


@pytest.mark.parametrize(
    "command",
    [
        '{"type":"set","share":true,"captions":false}',
        '{"type":"record","on":true}',
        '{"type":"record","drop":true}',
        '{"type":"listen","mode":"free"}',
        '{"type":"listen","mode":"off"}',
        '{"type":"freeze","pts":1}',
        '{"type":"freeze"}',
    ],
)
async def test_what_is_the_persons_own_is_not_done_for_others(
    serving: Maker, connected: Maker, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    from websockets.asyncio.client import connect

    async with serving() as running, connected(running) as client:
        await client.until(lambda: client.said("hello"))
        session = running.server.sessions.all()[0].session
        taken: list[object] = []
        take = session.conversation.take
        monkeypatch.setattr(session.conversation, "take", lambda e: (taken.append(e), take(e)))
        url = running.url.replace("http", "ws") + f"{client.location}/events"
        async with connect(url) as socket, asyncio.timeout(10):
            await socket.send(command)
            problem = await _next_of(socket, "problem")
            await socket.send('{"type":"set","language":"zh"}')
            await client.until(lambda: OptionsSet(None, "zh") in taken)
        assert problem["code"] == "not-yours"
        assert "data channel" in problem["detail"]
        assert not session.shared
        told = [event for event in taken if isinstance(event, OptionsSet | FreezeAsked)]
        assert told == [OptionsSet(None, "zh")]
        client.channels["events"].send('{"type":"freeze","pts":1}')
        await client.until(lambda: FreezeAsked(1) in taken)
        assert not [each for each in client.said("problem") if each["code"] == "not-yours"]


async def _next_of(socket: Any, kind: str) -> Any:
    async for text in socket:
        message = json.loads(text)
        if message["type"] == kind:
            return message
    raise AssertionError(f"closed before any {kind}")
