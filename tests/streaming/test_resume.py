"""What becomes of a session whose connection is lost: it waits, and goes on when they return."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.rtp import RtcpByePacket

from models.scripted import ScriptedDetector, Step
from streaming import resume, sessions
from streaming.ingest import Arrival
from streaming.resume import MAX_TOKEN, MOST_HELD, Tokens, WaitingRoom
from streaming.resume_clock import SAME_VIEW, STANDSTILL, MediaTime
from streaming.resume_said import MOST_KEPT, Said
from streaming.sessions import Sessions
from streaming.wire import Alert, Answer, FrameRef, Message, Problem, Watching
from tests.streaming.conftest import Camera, Client, _offer, _open_channels, _read_returned, one_box
from vision.types import Seconds

Maker = Callable[..., Any]
HEADER = "Openeyes-Resume"


def token_of(client: Any) -> str:
    token: str = client.said("hello")[0]["resume"]
    return token


async def seeing(client: Any) -> None:
    await client.until(lambda: client.tracks and client.tracks[-1]["objects"])
    await client.until(lambda: client.said("hello"))


async def until(condition: Callable[[], object], seconds: float = 8) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def test_who_returns_finds_the_same_session_ids_watches_and_options(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running:
        async with connected(running, query="?overlay=client") as client:
            await seeing(client)
            first, token = client.location, token_of(client)
            assert client.said("hello")[0]["resumed"] is False
            events = client.channels["events"]
            events.send('{"type":"watch","id":"w1","text":"tell me when a dog appears"}')
            events.send('{"type":"set","language":"zh","labels":["person","dog"]}')
            await client.until(lambda: client.said("watching"))
            known = client.tracks[-1]["objects"][0]["id"]
            pts = client.tracks[-1]["frame"]["pts"]
        await until(lambda: running.server.sessions.waiting == 1)
        assert len(running.server.sessions) == 0, "who is away takes up no place"
        state = (await running.http.get(first)).json()
        assert state["state"] == "away"
        left = time.monotonic()
        async with connected(running, query="?overlay=off", headers={HEADER: token}) as client:
            await seeing(client)
            print(f"\nback, and tracked again, {time.monotonic() - left:.2f} s after")
            assert client.location == first
            assert client.said("hello")[0]["resumed"] is True
            assert client.tracks[-1]["objects"][0]["id"] == known
            assert client.tracks[0]["frame"]["pts"] > pts, "media time goes on"
            state = (await running.http.get(first)).json()
            assert (state["state"], state["overlay"]) == ("connected", "client")
            client.channels["events"].send('{"type":"unwatch","id":"w1"}')
            await client.until(lambda: client.said("watching")[-1:])
            ended = client.said("watching")[-1]
            assert (ended["id"], ended["text"]) == ("w1", "tell me when a dog appears")
            assert running.server.sessions.opened == 1


async def test_what_was_frozen_or_half_said_ends_with_the_connection(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running:
        async with connected(running, query="?overlay=client") as client:
            await seeing(client)
            token = token_of(client)
            session = running.server.sessions.all()[0].session
            hearing = session.hearing = Dropped()
            pts = client.tracks[-1]["frame"]["pts"]
            client.channels["events"].send(f'{{"type":"freeze","pts":{pts}}}')
            sight = session.conversation._assistant._sight
            await client.until(lambda: sight.frozen)
        await until(lambda: running.server.sessions.waiting == 1)
        assert hearing.dropped
        session.hearing = None
        async with connected(running, query="?overlay=client", headers={HEADER: token}) as client:
            await seeing(client)
            assert sight.frozen is None


class Dropped:
    """Stands in for an ear."""

    dropped = False

    def drop(self) -> None:
        self.dropped = True


async def test_a_second_offer_takes_over_before_the_first_connection_is_given_up(
    serving: Maker, connected: Maker
) -> None:
    async with serving(max_sessions=1) as running, connected(running) as old:
        await seeing(old)
        async with connected(running, headers={HEADER: token_of(old)}) as new:
            await seeing(new)
            assert (new.location, len(running.server.sessions)) == (old.location, 1)
            await old.until(lambda: old.connection.connectionState == "closed")
            before, returned = len(new.tracks), len(new.frames)
            await new.until(lambda: len(new.tracks) > before + 3 and len(new.frames) > returned)


@pytest.mark.parametrize("token", ["nonsense", "x" * (MAX_TOKEN + 1), ""])
async def test_a_token_that_is_not_known_opens_another_session_and_says_so(
    serving: Maker, connected: Maker, token: str
) -> None:
    async with serving() as running, connected(running) as one:
        await seeing(one)
        async with connected(running, headers={HEADER: token}) as two:
            await seeing(two)
            assert two.location != one.location
            assert two.said("hello")[0]["resumed"] is False
            assert token_of(two) != token_of(one)


async def test_who_stays_away_for_too_long_is_not_awaited_any_more(
    serving: Maker, connected: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resume, "HOLD_FOR", 0.5)
    async with serving() as running:
        async with connected(running) as client:
            await seeing(client)
            location, token = client.location, token_of(client)
        await until(lambda: running.server.sessions.waiting == 1)
        await until(lambda: running.server.sessions.waiting == 0)
        assert (await running.http.get(location)).status_code == 404
        async with connected(running, headers={HEADER: token}) as client:
            await seeing(client)
            assert client.location != location
            assert client.said("hello")[0]["resumed"] is False


async def test_waiting_and_not_being_awaited_any_more_leaves_no_thread_and_no_task(
    serving: Maker, connected: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resume, "HOLD_FOR", 0.2)
    async with serving() as running:
        counts, table = [], running.server.sessions
        for _ in range(4):
            async with connected(running) as client:
                await seeing(client)
                token = token_of(client)
            async with connected(running, headers={HEADER: token}) as client:
                await seeing(client)

            await until(lambda: table.waiting == table.closing == len(table) == 0)
            await asyncio.sleep(0.3)
            decoders = sum("decoder" in each.name for each in threading.enumerate())
            counts.append((decoders, len(asyncio.all_tasks())))
        assert counts[-1] == counts[1]
        assert counts[-1][0] == 0


async def test_who_says_goodbye_is_not_awaited(serving: Maker, connected: Maker) -> None:
    async with serving() as running, connected(running) as client:
        await seeing(client)
        await running.http.delete(client.location)
        await until(lambda: not running.server.sessions.closing)
        assert running.server.sessions.waiting == 0
        async with connected(running, headers={HEADER: token_of(client)}) as again:
            await seeing(again)
            assert again.location != client.location


async def test_a_full_server_has_no_place_for_who_returns_and_keeps_what_they_left(
    serving: Maker, connected: Maker
) -> None:
    async with serving(max_sessions=1) as running:
        async with connected(running) as client:
            await seeing(client)
            token = token_of(client)
        await until(lambda: running.server.sessions.waiting == 1)
        async with connected(running) as other:
            await seeing(other)
            with pytest.raises(AssertionError, match="places are taken"):
                async with connected(running, headers={HEADER: token}):
                    pass
            await running.http.delete(other.location)
        async with connected(running, headers={HEADER: token}) as client:
            await seeing(client)
            assert client.said("hello")[0]["resumed"] is True


async def test_an_offer_that_cannot_be_used_costs_nobody_their_session(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running:
        async with connected(running) as client:
            await seeing(client)
            token = token_of(client)
            sdp = client.connection.localDescription.sdp
            spoilt = sdp.replace("a=rtpmap:", "a=unknown:")
            headers = {"Content-Type": "application/sdp", HEADER: token}
            refused = await running.http.post("/v1/sessions", content=spoilt, headers=headers)
            assert refused.status_code in {400, 422}
        async with connected(running, headers={HEADER: token}) as client:
            await seeing(client)
            assert client.said("hello")[0]["resumed"] is True


async def test_an_alert_that_fell_into_the_gap_is_told_on_return(
    serving: Maker, connected: Maker
) -> None:
    async with serving(ScriptedDetector([Step(one_box())])) as running:
        async with connected(running) as client:
            await seeing(client)
            (entry,) = running.server.sessions.all()
            token = token_of(client)
        await until(lambda: running.server.sessions.waiting == 1)
        alert = Alert("alert-9", "w1", "A person is there.", FrameRef(1, 10), 10)
        entry.session.say(alert)
        async with connected(running, headers={HEADER: token}) as client:
            await client.until(lambda: client.said("alert"))
            (told,) = client.said("alert")
            assert (told["id"], told["text"]) == ("alert-9", "A person is there.")
            assert told["age"] >= 10
            assert client.events[0]["type"] == "hello"


async def test_listeners_on_a_websocket_are_not_told_the_token(
    serving: Maker, connected: Maker
) -> None:
    from websockets.asyncio.client import connect

    async with serving() as running, connected(running) as client:
        await seeing(client)
        url = running.url.replace("http", "ws") + f"{client.location}/events"
        async with connect(url) as socket, asyncio.timeout(10):
            assert "resume" not in str(await socket.recv()).replace("resumed", "")


async def test_no_token_is_logged(
    serving: Maker, connected: Maker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="streaming")
    async with serving() as running:
        async with connected(running) as client:
            await seeing(client)
            token = token_of(client)
        async with connected(running, headers={HEADER: token}) as client:
            await seeing(client)
    ours = [each.getMessage() for each in caplog.records if each.name.startswith("streaming")]
    assert any("goes on over another connection" in line for line in ours)
    assert not any(token in line for line in ours)


async def test_a_goodbye_of_the_video_ends_no_session_and_video_may_come_again(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running) as client:
        await seeing(client)
        (sender,) = client.connection.getSenders()
        await sender._send_rtcp([RtcpByePacket(sources=[sender._ssrc])])
        await client.until(
            lambda: any(each["code"] == "video-ended" for each in client.said("problem"))
        )
        (entry,) = running.server.sessions.all()
        assert entry.peer.state == "connected"
        seen = entry.session.stats.frames["in"]
        await until(lambda: entry.session.stats.frames["in"] > seen + 5)


async def test_video_goes_back_in_a_section_of_its_own(serving: Maker) -> None:
    client = Client(RTCPeerConnection(RTCConfiguration(iceServers=[])), Camera())
    _open_channels(client)
    client.connection.addTransceiver(client.camera, direction="sendonly")
    client.connection.addTransceiver("video", direction="recvonly")
    readers = _read_returned(client)
    async with serving() as running:
        await _offer(client, running, "", {})
        await seeing(client)
        await client.until(lambda: len(client.frames) > 5)
        assert (await running.http.get(client.location)).json()["overlay"] == "burn-in"
        assert client.answer.count("a=recvonly") == client.answer.count("a=sendonly") == 1
        await client.connection.close()
        for reader in readers:
            reader.cancel()


async def frames(*times: tuple[float, int]) -> AsyncIterator[Arrival]:
    for arrived, pts in times:
        t = Seconds(pts / 90_000)
        yield Arrival(None, t, pts, None, None, arrived, arrived)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("gap", "counted"), [(0.02, 0.02), (2.0, STANDSTILL), (SAME_VIEW + 1, SAME_VIEW + 1)]
)
async def test_media_time_goes_on_over_connections(gap: float, counted: float) -> None:
    line = MediaTime()
    first = [each async for each in line.joined(frames((10.0, 0), (10.1, 9000)))]
    back = 10.1 + gap
    second = [each async for each in line.joined(frames((back, 0), (back + 0.1, 9000)))]
    assert [each.pts for each in first] == [0, 9000]
    assert second[0].t == pytest.approx(0.1 + counted)
    assert second[1].pts - second[0].pts == 9000
    assert second[1].t == second[1].pts / 90_000


def test_those_that_wait_are_bounded_and_the_longest_waiting_goes_first() -> None:
    room: WaitingRoom[int] = WaitingRoom()
    for number in range(MOST_HELD):
        assert room.hold(f"s{number}", number, float(number)) == ()
    assert room.hold("one more", 99, 50.0) == ("s0",)
    assert room.take("s0") == 0
    assert room.get("s0") is None
    assert room.overdue(resume.HOLD_FOR + 1.5) == ("s1",)
    assert len(room) == MOST_HELD


def test_tokens_cannot_be_guessed_and_end_with_their_session() -> None:
    tokens = Tokens()
    one, two = tokens.issue("a"), tokens.issue("b")
    assert len(one) >= 43
    assert (tokens.session_of(one), tokens.session_of(two)) == ("a", "b")
    tokens.revoke(one)
    assert tokens.session_of(one) is None
    assert tokens.session_of("") is None


def test_what_matters_is_said_again_with_its_true_age_and_nothing_else() -> None:
    said = Said()
    frame = FrameRef(5, 100)
    whole = Answer("q1", frame, 100, "grounded", done=True, text="Two.")
    messages: list[Message] = [
        Answer("q1", frame, 100, "grounded", delta="T"),
        whole,
        Problem("detector", "failed"),
        Problem("busy", "Too many", "q2"),
        Watching("w", "a dog", "A dog appears", "watching"),
    ]
    for when, message in enumerate(messages, 10):
        said.note(message, float(when))
    again = said.since(10.5, 20.0)
    assert [type(each) for each in again] == [Answer, Problem, Watching]
    assert isinstance(again[0], Answer)
    assert (again[0].text, again[0].age, again[0].frame.age) == ("Two.", 9100, 9100)
    assert said.since(13.5, 20.0) == [messages[-1]]
    for _ in range(2 * MOST_KEPT):
        said.note(whole, 30.0)
    assert len(said.since(0.0, 31.0)) == MOST_KEPT


async def test_words_of_a_break_are_not_lost_over_an_attempt_that_failed() -> None:
    peers: list[Any] = []

    def peer(*_: Any) -> Any:
        async def nothing(*_: Any, **__: Any) -> str:
            return ""

        peers.append(SimpleNamespace(bytes_received=0, answer=nothing, close=nothing))
        peers[-1].part = lambda: None
        return peers[-1]

    def session(name: str, *_: Any) -> Any:
        identity = SimpleNamespace(session=name)
        return SimpleNamespace(
            identity=identity, cut_since=0.0, run=asyncio.Event().wait, close=lambda: None
        )

    table: Any = Sessions(2, session, peer)
    offer: Any = SimpleNamespace(receives_video=True, sdp="", returned_in=None, ufrag="u")
    entry, _ = await table.open(offer, None)
    peers[0].bytes_received, entry.heard = 9, time.monotonic() - 40
    table._lost(entry.session.identity.session, peers[0])
    broke = entry.heard
    await table.open(offer, None, entry.session.resume)
    assert entry.session.cut_since == broke - sessions.UNHEARD
    entry.heard = time.monotonic() - 13
    table._lost(entry.session.identity.session, peers[1])
    await table.open(offer, None, entry.session.resume)
    assert entry.session.cut_since == broke - sessions.UNHEARD, "nothing was heard since"
    peers[2].bytes_received = 1
    table._lost(entry.session.identity.session, peers[2])
    await table.open(offer, None, entry.session.resume)
    assert entry.session.cut_since > broke
    await table.close()
