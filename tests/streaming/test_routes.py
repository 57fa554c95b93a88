"""Every answer that the contract names, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection

from vision.errors import WeightsCorrupt

Maker = Callable[..., Any]
TOKEN = "a-token-of-some-length"
SDP = {"Content-Type": "application/sdp"}
FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag"}


async def an_offer(kind: str = "video") -> str:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTransceiver(kind)
    await connection.setLocalDescription(await connection.createOffer())
    sdp: str = connection.localDescription.sdp
    await connection.close()
    return sdp


def is_problem(answer: httpx.Response, status: int) -> bool:
    """A problem document whose words are not empty."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    return bool(body["title"]) and len(body["detail"]) > 10


async def test_an_offer_is_answered_with_everything_in_it(serving: Maker) -> None:
    async with serving() as running:
        answer = await running.http.post("/v1/sessions", content=await an_offer(), headers=SDP)
        assert answer.status_code == 201
        assert answer.headers["content-type"] == "application/sdp"
        assert answer.headers["location"].startswith("/v1/sessions/")
        assert answer.headers["etag"]
        assert "a=candidate:" in answer.text
        assert "a=end-of-candidates" in answer.text


async def test_bad_offers_get_the_answers_of_the_contract(serving: Maker) -> None:
    async with serving() as running:
        post = running.http.post
        assert is_problem(await post("/v1/sessions", content="hello", headers=SDP), 400)
        assert is_problem(await post("/v1/sessions", content=b"\xff\xfe", headers=SDP), 400)
        audio = await an_offer("audio")
        assert is_problem(await post("/v1/sessions", content=audio, headers=SDP), 422)
        foreign = (await an_offer()).replace("VP8", "VP7").replace("H264", "H261")
        assert is_problem(await post("/v1/sessions", content=foreign, headers=SDP), 422)
        assert is_problem(await post("/v1/sessions", json={"sdp": "x"}), 415)
        assert is_problem(await post("/v1/sessions"), 415)
        good = await an_offer()
        for broken in (
            good.replace("BUNDLE 0", "BUNDLE 9 0"),
            good.replace("a=rtpmap:", "a=rtpmop:"),
            good.replace("a=setup:actpass", "a=setup:nonsense"),
            good.replace("m=video", "m=hologram"),
            good + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:1\r\n",
        ):
            answer = await post("/v1/sessions", content=broken, headers=SDP)
            assert answer.status_code in {400, 422}, answer.text
            assert is_problem(answer, answer.status_code)
        long = "v=0\r\n" * 60_000
        assert is_problem(await post("/v1/sessions", content=long, headers=SDP), 413)
        odd = await post("/v1/sessions?overlay=sideways", content=audio, headers=SDP)
        assert is_problem(odd, 422)
        assert len(running.server.sessions) == 0
        good = await post("/v1/sessions", content=await an_offer(), headers=SDP)
        assert good.status_code == 201


async def test_unknown_sessions_are_not_found(serving: Maker) -> None:
    async with serving() as running:
        http = running.http
        assert is_problem(await http.get("/v1/sessions/none"), 404)
        assert is_problem(await http.delete("/v1/sessions/none"), 404)
        assert is_problem(await http.get("/v1/sessions/none/snapshot.jpg"), 404)
        assert is_problem(await http.patch("/v1/sessions/none", content="", headers=FRAGMENT), 404)
        assert is_problem(await http.get("/nothing/here"), 404)
        assert is_problem(await http.put("/v1/sessions"), 405)


async def test_trickled_candidates_are_taken(serving: Maker) -> None:
    async with serving() as running:
        offer = await an_offer()
        answer = await running.http.post("/v1/sessions", content=offer, headers=SDP)
        location = answer.headers["location"]
        ufrag = offer.split("a=ice-ufrag:")[1].split("\r\n")[0]
        fragment = (
            f"a=ice-ufrag:{ufrag}\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
            "a=candidate:1 1 udp 2122260223 127.0.0.1 9 typ host\r\na=end-of-candidates\r\n"
        )

        async def patch(body: str, headers: dict[str, str] = FRAGMENT) -> httpx.Response:
            found: httpx.Response = await running.http.patch(
                location, content=body, headers=headers
            )
            return found

        assert (await patch(fragment)).status_code == 204
        assert (await patch(fragment)).status_code == 204, "again does no harm"
        assert is_problem(await patch("a=candidate:nonsense"), 400)
        assert is_problem(await patch("a=ice-ufrag:other\r\n"), 422)
        assert is_problem(await patch(fragment, SDP), 415)


async def test_one_session_too_many_is_told_when_to_come_back(serving: Maker) -> None:
    async with serving(max_sessions=1) as running:
        offer = await an_offer()
        first = await running.http.post("/v1/sessions", content=offer, headers=SDP)
        second = await running.http.post("/v1/sessions", content=offer, headers=SDP)
        assert first.status_code == 201
        assert is_problem(second, 503)
        assert int(second.headers["retry-after"]) > 0
        await running.http.delete(first.headers["location"])
        third = await running.http.post("/v1/sessions", content=offer, headers=SDP)
        assert third.status_code == 201


async def test_offers_at_the_same_moment_do_not_overrun_the_limit(serving: Maker) -> None:
    async with serving(max_sessions=2) as running:
        offers = [await an_offer() for _ in range(6)]
        answers = await asyncio.gather(
            *(running.http.post("/v1/sessions", content=each, headers=SDP) for each in offers)
        )
        assert sorted(answer.status_code for answer in answers) == [201, 201, 503, 503, 503, 503]


async def test_without_the_token_nothing_is_told(serving: Maker) -> None:
    async with serving(token=TOKEN) as running:
        http = running.http
        for path in ("/v1/config", "/v1/sample.mp4", "/metrics", "/v1/sessions/x"):
            assert is_problem(await http.get(path), 401)
            wrong = {"Authorization": "Bearer wrong-wrong-wrong"}
            assert (await http.get(path, headers=wrong)).status_code in {401, 429}
        right = {"Authorization": f"Bearer {TOKEN}"}
        assert (await http.get("/v1/config", headers=right)).status_code == 200
        assert (await http.get("/")).status_code == 200
        assert (await http.get("/healthz")).status_code == 200


async def test_guessing_tokens_shuts_the_address_out(serving: Maker) -> None:
    async with serving(token=TOKEN) as running:
        wrong = {"Authorization": "Bearer guess-guess-guess"}
        codes = [
            (await running.http.get("/v1/config", headers=wrong)).status_code for _ in range(30)
        ]
        assert codes[0] == 401
        assert codes[-1] == 429


async def test_pages_of_strangers_are_turned_away_where_there_is_no_token(serving: Maker) -> None:
    async with serving() as running:
        get = running.http.get
        assert is_problem(await get("/v1/config", headers={"Origin": "https://evil.example"}), 403)
        assert is_problem(await get("/v1/config", headers={"Host": "evil.example"}), 403)
        assert is_problem(await get("/v1/config", headers={"Origin": "http://["}), 403)
        assert is_problem(await get("/v1/config", headers={"Host": "["}), 403)
        assert (await get("/web/style.css", headers={"Host": "["})).status_code == 200
        assert (await get("/v1/config", headers={"Origin": running.url})).status_code == 200


async def test_config_page_and_health(serving: Maker) -> None:
    async with serving() as running:
        config = (await running.http.get("/v1/config")).json()
        assert config["ice_servers"] == []
        assert config["features"]["overlays"] == ["burn-in", "client", "off"]
        assert config["limits"]["max_sessions"] == 8
        page = await running.http.get("/")
        assert "Open Eyes" in page.text
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert (await running.http.get("/readyz")).status_code == 200
        assert (await running.http.get("/v1/sample.mp4")).content == b"a clip"
        metrics = (await running.http.get("/metrics")).text
        assert "openeyes_sessions 0.0" in metrics


@pytest.mark.parametrize(
    "fault", [WeightsCorrupt("not the file of its manifest"), RuntimeError("not this manifest")]
)
async def test_a_detector_that_cannot_be_loaded_is_told(fault: Exception) -> None:
    import web
    from streaming.app import make_app
    from streaming.security import Gate
    from streaming.server import Server
    from streaming.settings import Settings
    from streaming.understanding import Loaders

    def fail() -> Any:
        raise fault

    server = Server(Settings(), Loaders(fail), Gate(None), web.ROOT, bytes)
    app = make_app(server)
    transport = httpx.ASGITransport(app)
    async with (
        server.running(),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as http,
    ):
        async with asyncio.timeout(5):
            while server.failure is None:
                await asyncio.sleep(0.01)
        answer = await http.get("/readyz")
        assert is_problem(answer, 503)
        assert "manifest" in answer.json()["detail"]
        assert (await http.get("/healthz")).status_code == 200


@pytest.mark.parametrize("first", ["", "{}", '{"type":"auth","token":"wrong-wrong-wrong"}', "\0"])
async def test_a_websocket_without_the_token_is_closed(serving: Maker, first: str) -> None:
    from websockets.asyncio.client import connect
    from websockets.exceptions import ConnectionClosed

    async with serving(token=TOKEN) as running:
        url = running.url.replace("http", "ws") + "/v1/sessions/x/events"
        async with connect(url) as socket, asyncio.timeout(10):
            await socket.send(first)
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1008
