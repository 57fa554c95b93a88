import socket
import threading

import httpx
import pytest

from models.scripted_endpoint import (
    DONE,
    Act,
    Pause,
    ScriptedEndpoint,
    answer,
    catalogue,
    piece,
    problem,
    scripted_endpoint,
)

CHAT = "/v1/chat/completions"


@pytest.fixture
def http():
    with httpx.Client(trust_env=False, timeout=10) as client:
        yield client


def test_acts_are_played_in_turn_and_requests_kept(http):
    with scripted_endpoint(answer("a"), problem(429, "busy", Retry_After="7")) as server:
        for _ in range(2):
            good = http.post(server.url + CHAT, json={"n": 1}, headers={"X-Seen": "yes"})
            bad = http.post(server.url + CHAT, json={"n": 2})
            assert good.content == b"".join(answer("a").body)
            assert good.headers["content-type"] == "text/event-stream"
            assert (bad.status_code, bad.headers["retry-after"]) == (429, "7")
            assert bad.json()["error"]["message"] == "busy"
        assert (server.asked, server.connections) == (4, 1)
        assert [each.body for each in server.requests] == [{"n": 1}, {"n": 2}] * 2
        assert server.requests[0].headers["x-seen"] == "yes"
        assert not server.left.acquire(blocking=False)


def test_models_and_unknown_paths(http):
    with scripted_endpoint(answer("a"), models=catalogue("one", "two")) as server:
        listed = http.get(f"{server.url}/v1/models").json()
        assert [each["id"] for each in listed["data"]] == ["one", "two"]
        assert http.get(f"{server.url}/else").status_code == 404
        assert server.asked == 0


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (Act(status=0), httpx.RemoteProtocolError),
        (Act(status=0, ending="cut"), httpx.ReadError),
        (Act((b"x",), ending="cut"), httpx.RemoteProtocolError),
        (Act((b"x",), ending="hold"), httpx.ReadTimeout),
        (Act((Pause(60),)), httpx.ReadTimeout),
    ],
)
def test_faults_are_what_a_client_sees(http, act, error):
    with scripted_endpoint(act) as server, pytest.raises(error):
        http.post(server.url + CHAT, json={}, timeout=0.2)


def test_a_repeating_body_ends_only_with_the_client(http):
    with scripted_endpoint(Act((b"x", b"y"), ending="repeat")) as server:
        with http.stream("POST", server.url + CHAT, json={}) as response:
            chunks = response.iter_raw()
            got = b""
            while len(got) < 1000:
                got += next(chunks)
        assert got.strip(b"y") == b"x"
        assert server.left.acquire(timeout=10)


def test_a_client_that_leaves_in_a_pause_is_noticed(http):
    with scripted_endpoint(Act((piece("a"), Pause(60), DONE))) as server:
        with http.stream("POST", server.url + CHAT, json={}) as response:
            assert next(response.iter_raw()) == piece("a")
        assert server.left.acquire(timeout=10)


def test_closing_ends_idle_and_held_connections():
    before = set(threading.enumerate())
    with scripted_endpoint(Act(ending="hold")) as server:
        port = int(server.url.rpartition(":")[2])
        idle = socket.create_connection(("127.0.0.1", port))
        held = socket.create_connection(("127.0.0.1", port))
        held.sendall(f"POST {CHAT} HTTP/1.1\r\nContent-Length: 2\r\n\r\n{{}}".encode())
        assert held.recv(12) == b"HTTP/1.1 200"
    with idle, held:
        assert idle.recv(1) == b""
        assert set(threading.enumerate()) <= before


def test_a_script_without_acts_is_refused():
    with pytest.raises(ValueError, match="at least one act"):
        ScriptedEndpoint([])
