import base64
import logging
import re
from contextlib import asynccontextmanager
from functools import partial

import anyio
import cv2
import numpy as np
import pytest

from models import endpoint_answer, endpoint_stream
from models.endpoint import Endpoint
from models.endpoint_config import EndpointConfig
from models.scripted_endpoint import (
    DONE,
    JSON,
    Act,
    Pause,
    answer,
    catalogue,
    event,
    piece,
    problem,
    scripted_endpoint,
)
from vision.errors import ConfigError, NoAnswer
from vision.picture import Picture
from vision.prompt import Prompt, Shot

KEY = "sk-verysecretkey0123456789"
PROMPT = Prompt("Be brief.", "What is it?")
GOOD = answer("A ", "cup.")
HTML = b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"


class Pauses(list):
    """Sleeps that take no time, and are written down."""

    async def __call__(self, seconds):
        self.append(seconds)


@asynccontextmanager
async def asking(*acts, models=None, sleep=anyio.sleep, **options):
    """A scripted server, and an endpoint that asks it."""
    with scripted_endpoint(*acts, models=models) as server:
        config = EndpointConfig(server.url, **{"model": "scripted", "key": KEY, **options})
        endpoint = Endpoint(config, sleep=sleep, chance=lambda: 1.0)
        try:
            yield endpoint, server
        finally:
            await endpoint.aclose()


async def all_of(endpoint, prompt=PROMPT):
    return [text async for text in endpoint.reply(prompt)]


async def somebody_left(server):
    """Whether the server notices, in time, that a client has hung up."""
    return await anyio.to_thread.run_sync(partial(server.left.acquire, timeout=10))


async def until_failure(endpoint, prompt=PROMPT):
    """The pieces given before it failed, and what it said."""
    texts = []
    with pytest.raises(NoAnswer) as caught:
        async for text in endpoint.reply(prompt):
            texts += [text]
    return texts, str(caught.value)


async def test_a_question_is_sent_as_a_chat_completion():
    shot = Shot(Picture(np.full((720, 640), 128, np.uint8)))
    prompt = Prompt("Be brief.", "What is it?", (shot, shot), max_tokens=50)
    async with asking(GOOD, temperature=0.0) as (endpoint, server):
        assert await all_of(endpoint, prompt) == ["A ", "cup."]
    (received,) = server.requests
    assert received.path == "/v1/chat/completions"
    assert received.headers["authorization"] == f"Bearer {KEY}"
    assert received.headers["content-type"] == "application/json"
    assert received.body.pop("messages")[0] == {"role": "system", "content": "Be brief."}
    assert received.body == {
        "model": "scripted",
        "stream": True,
        "max_tokens": 50,
        "temperature": 0.0,
    }


async def test_nothing_is_sent_before_the_first_piece_is_wanted():
    async with asking(GOOD) as (endpoint, server):
        pieces = endpoint.reply(PROMPT)
        await pieces.aclose()
        await anyio.sleep(0.05)
        assert server.connections == 0


async def test_pieces_come_as_they_are_made():
    held = Act((piece("one "), piece("two")), ending="hold")
    async with asking(held) as (endpoint, _):
        pieces = endpoint.reply(PROMPT)
        assert [await anext(pieces), await anext(pieces)] == ["one ", "two"]
        await pieces.aclose()


async def test_closing_hangs_up_so_that_the_server_stops():
    async with asking(Act((piece("one "),), ending="hold")) as (endpoint, server):
        pieces = endpoint.reply(PROMPT)
        await anext(pieces)
        await pieces.aclose()
        assert await somebody_left(server)


async def test_cancelling_before_the_first_piece_hangs_up_too():
    async with asking(Act(ending="hold"), first_token_timeout=60) as (endpoint, server):
        async with anyio.create_task_group() as group:
            group.start_soon(anext, endpoint.reply(PROMPT))
            while not server.asked:
                await anyio.sleep(0.01)
            group.cancel_scope.cancel()
        assert await somebody_left(server)


async def test_a_hundred_abandoned_questions_leave_nothing_behind():
    async with asking(*[Act((piece("one "),), ending="hold")] * 100, GOOD) as (endpoint, server):
        for _ in range(100):
            pieces = endpoint.reply(PROMPT)
            assert await anext(pieces) == "one "
            await pieces.aclose()
        assert await all_of(endpoint) == ["A ", "cup."]
    assert all(server.left.acquire(timeout=10) for _ in range(100))


async def test_one_connection_serves_many_questions():
    async with asking(GOOD, problem(400, "no"), GOOD, Act(GOOD.body[:-2])) as (endpoint, server):
        for _ in range(12):
            try:
                await all_of(endpoint)
            except NoAnswer:
                continue
        assert (server.asked, server.connections) == (12, 1)


async def test_a_stream_that_does_not_end_after_its_answer_is_cut(monkeypatch):
    monkeypatch.setattr(endpoint_stream, "LINGER", 0.05)
    lingering = Act(GOOD.body, ending="hold")
    async with asking(lingering) as (endpoint, server):
        assert await all_of(endpoint) == ["A ", "cup."]
        assert await somebody_left(server)


async def test_a_stream_that_goes_on_after_its_answer_is_cut():
    babbling = Act((*GOOD.body, b": more\n\n"), ending="repeat")
    async with asking(babbling) as (endpoint, server):
        assert await all_of(endpoint) == ["A ", "cup."]
        assert await somebody_left(server)


@pytest.mark.parametrize(
    "body",
    [
        (piece("A cup."), piece(None, "stop")),
        (piece("A cup."), DONE),
        (piece("A cup.", "length"),),
        (piece("A cup."), event({"choices": [], "usage": {"total_tokens": 3}}), DONE),
        (piece(None, role="assistant"), piece("A cup.", reasoning_content=None), DONE),
        (piece(None, reasoning_content="Hm."), piece("", reasoning="Well."), piece("A cup."), DONE),
        (b": keep-alive\r\n\r\n", piece("A cup.").replace(b"\n", b"\r\n"), DONE),
        (piece("A cup.").replace(b"data: ", b"data:"), b"data:[DONE]\n\n"),
        (event({"error": None, "choices": [{"delta": {"content": "A cup."}}]}), DONE),
        (event({"choices": [{"delta": {"content": [{"text": "A cup."}]}}]}), DONE),
        (event({"choices": [{"finish_reason": None}]}), piece("A cup."), DONE),
        tuple(bytes([byte]) for byte in piece("A cup.") + DONE),
        (piece("A cup."), DONE, b"data: garbage after the end\n\n"),
    ],
)
async def test_the_forms_of_an_answer(body):
    async with asking(Act(body)) as (endpoint, _):
        assert await all_of(endpoint) == ["A cup."]


async def test_letters_of_many_bytes_may_be_split_anywhere():
    stream = piece("眼睛 👀") + DONE
    acts = [Act((stream[:at], Pause(0.005), stream[at:])) for at in range(1, len(stream))]
    async with asking(*acts) as (endpoint, _):
        for _ in acts:
            assert await all_of(endpoint) == ["眼睛 👀"]


async def test_a_server_that_does_not_stream_is_understood():
    whole = event({"choices": [{"message": {"content": "A cup."}, "finish_reason": "stop"}]})
    async with asking(Act((whole.removeprefix(b"data: "),), kind=JSON)) as (endpoint, _):
        assert await all_of(endpoint) == ["A cup."]


@pytest.mark.parametrize(
    ("act", "texts", "says"),
    [
        (Act((piece("A "),)), ["A "], "broke off"),
        (Act((piece("A "),), ending="cut"), ["A "], "broke off"),
        (Act((piece("A ")[:-9],), ending="cut"), [], "broke off"),
        (Act(), [], "broke off"),
        (Act((piece("A "), b"data: %PDF-1.4 \x00\xff\n\n")), ["A "], "is no answer"),
        (Act((event(["A "]),)), [], "is no answer"),
        (Act((b"data: " + b"[" * 100_000 + b"\n\n",)), [], "is no answer"),
        (Act((b"x" * 300_000,), ending="hold"), [], "a line without end"),
        (Act((b"data: " + b"x" * 10_000,), ending="repeat"), [], "a line without end"),
        (Act((b"data: x\n" * 9999,), ending="repeat"), [], "a line without end"),
        (Act((piece("A "), event({"error": {"message": "out\nof memory"}}))), ["A "], "of memory"),
        (Act((event({"error": "lost"}),)), [], "failed: lost"),
        (Act((b"event: error\n" + event({"message": "lost"}),)), [], "failed: lost"),
        (Act((piece("A ", "content_filter"),)), [], "content filter"),
        (Act((piece(None, "stop"), DONE)), [], "empty answer"),
        (Act((piece(" \n"), DONE)), [" \n"], "empty answer"),
        (Act((piece(None, reasoning_content="Hm"), piece("", "length"))), [], "only reasoned"),
        (Act((HTML,), kind="text/html; charset=utf-8"), [], r"another kind \(text/html\)"),
        (Act((DONE,), kind=None), [], r"another kind \(nothing known\)"),
        (Act((b"1",), headers={"Content-Encoding": "gzip"}), [], "event-stream, gzip"),
        (Act((b'{"error": {"message": "lost"}}',), kind=JSON), [], "failed: lost"),
        (Act((b"[]",), kind=JSON), [], "is no answer"),
        (Act((b'{"choices": [',), kind=JSON, ending="cut"), [], "broke off"),
        (Act((b" " * 100_000,), kind=JSON, ending="repeat"), [], "far too much"),
        (problem(500, "out of memory"), [], r"failed \(HTTP 500: out of memory\)"),
        (problem(400, "no pictures"), [], r"refused \(HTTP 400: no pictures\)"),
        (problem(401, f"wrong key {KEY}"), [], r"the key \(HTTP 401: wrong key \[key\]\)"),
        (problem(404, "no model x"), [], "does not have this language model"),
        (Act((HTML,), 500, "text/html"), [], r"failed \(HTTP 500\)$"),
        (Act((b"x" * 100_000,), 400, "text/plain", ending="repeat"), [], "HTTP 400: x{159}…"),
        (Act((), 302, headers={"Location": "http://192.0.2.1/"}), [], "has moved"),
        (Act((), 204), [], r"another kind \(HTTP 204\)"),
    ],
)
async def test_what_servers_do_on_bad_days_is_told_once(act, texts, says):
    async with asking(act) as (endpoint, server):
        given, told = await until_failure(endpoint)
        assert server.asked == 1
    assert given == texts
    assert re.search(says, told), told
    assert "\n" not in told
    assert len(told) < 300
    assert KEY not in told
    assert "<" not in told


async def test_endless_text_is_cut(monkeypatch):
    monkeypatch.setattr(endpoint_answer, "LONGEST_ANSWER", 1001)
    async with asking(Act((piece("ha"),), ending="repeat")) as (endpoint, server):
        texts, told = await until_failure(endpoint)
        assert await somebody_left(server)
    assert "".join(texts) == "ha" * 500 + "h"
    assert "cut after 1001 characters" in told


@pytest.mark.parametrize(
    ("act", "texts", "says"),
    [
        (Act(ending="hold"), [], "nothing for 1 seconds"),
        (Act((piece(None, role="assistant"),), ending="hold"), [], "nothing for 1 seconds"),
        (Act((b": wait\n\n", Pause(0.01)) * 1000), [], "nothing for 1 seconds"),
        (Act((piece("A "),), ending="hold"), ["A "], "nothing for 0.5 seconds"),
        (Act((piece("A "), *((piece(""), Pause(0.01)) * 1000))), ["A "], "for 0.5 seconds"),
    ],
)
async def test_silence_is_bounded(act, texts, says):
    limits = {"first_token_timeout": 1, "silence_timeout": 0.5}
    async with asking(act, **limits) as (endpoint, server):
        given, told = await until_failure(endpoint)
        assert await somebody_left(server)
    assert given == texts
    assert says in told


async def test_the_time_the_caller_takes_is_not_silence():
    async with asking(answer("A ", "cup."), silence_timeout=0.5) as (endpoint, _):
        texts = []
        async for text in endpoint.reply(PROMPT):
            texts.append(text)
            await anyio.sleep(0.7)
    assert texts == ["A ", "cup."]


async def test_a_slow_first_token_is_waited_for():
    slow = Act((piece(None, role="assistant"), Pause(0.8), *GOOD.body))
    async with asking(slow, silence_timeout=0.5) as (endpoint, _):
        assert await all_of(endpoint) == ["A ", "cup."]


@pytest.mark.parametrize(
    "trouble",
    [
        problem(429, "slow down"),
        problem(502, "bad gateway"),
        problem(503, "loading"),
        problem(504, "late"),
        Act((HTML,), 503, "text/html", ending="cut"),
        Act(status=0),
        Act(status=0, ending="cut"),
    ],
)
async def test_what_passes_is_tried_again_after_a_growing_pause(trouble):
    pauses = Pauses()
    async with asking(trouble, trouble, GOOD, sleep=pauses) as (endpoint, server):
        assert await all_of(endpoint) == ["A ", "cup."]
    assert pauses == [0.25, 0.5]
    first, *further = (each.body for each in server.requests)
    assert further == [first, first]


async def test_tries_are_bounded():
    pauses = Pauses()
    async with asking(problem(503, "loading"), sleep=pauses, attempts=4) as (endpoint, server):
        _, told = await until_failure(endpoint)
    assert (server.asked, pauses) == (4, [0.25, 0.5, 1.0])
    assert "failed (HTTP 503: loading)" in told


async def test_a_wish_for_a_pause_is_heeded():
    pauses = Pauses()
    async with asking(problem(429, "", Retry_After="2"), GOOD, sleep=pauses) as (endpoint, _):
        assert await all_of(endpoint) == ["A ", "cup."]
    assert pauses == [2.0]


async def test_a_wish_for_a_long_pause_ends_it():
    async with asking(problem(429, "busy", Retry_After="6")) as (endpoint, server):
        _, told = await until_failure(endpoint)
    assert server.asked == 1
    assert "busy, or its quota is used up (HTTP 429: busy)" in told


async def test_tries_and_pauses_end_with_the_time_for_the_first_token():
    busy = problem(429, "", Retry_After="5")
    async with asking(busy, first_token_timeout=1) as (endpoint, server):
        _, told = await until_failure(endpoint)
    assert (server.asked, told) == (1, "the language model said nothing for 1 seconds")


async def test_nobody_there_is_told_without_the_address():
    with scripted_endpoint(GOOD) as server:
        url = server.url
    pauses = Pauses()
    endpoint = Endpoint(EndpointConfig(url, "scripted"), sleep=pauses, chance=lambda: 0.0)
    _, told = await until_failure(endpoint)
    await endpoint.aclose()
    assert (told, pauses) == ("the language model cannot be reached: no connection", [0.125, 0.25])


async def test_another_name_for_the_bound_is_learnt_once():
    hint = "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    async with asking(problem(400, hint), GOOD, GOOD) as (endpoint, server):
        assert await all_of(endpoint) == await all_of(endpoint)
    bounds = [
        {"max_tokens", "max_completion_tokens"} & each.body.keys() for each in server.requests
    ]
    assert bounds == [{"max_tokens"}, {"max_completion_tokens"}, {"max_completion_tokens"}]


async def test_an_endpoint_that_refuses_both_names_is_not_asked_for_ever():
    async with asking(problem(400, "max_completion_tokens is too large")) as (endpoint, server):
        for asked in (2, 3):
            assert "max_completion_tokens is too large" in (await until_failure(endpoint))[1]
            assert server.asked == asked


async def test_the_only_model_is_found_and_asked():
    async with asking(GOOD, models=catalogue("org/Seer-2B"), model=None) as (endpoint, server):
        assert endpoint.name == "language model"
        assert await endpoint.discover() == "org/Seer-2B"
        assert await all_of(endpoint) == ["A ", "cup."]
        assert endpoint.name == "Seer-2B"
    assert [each.path for each in server.requests] == ["/v1/models", "/v1/chat/completions"]
    assert server.requests[1].body["model"] == "org/Seer-2B"


async def test_a_named_model_is_not_looked_for():
    async with asking(GOOD, model="/srv/models/seer.gguf") as (endpoint, server):
        assert await endpoint.discover() == "/srv/models/seer.gguf"
        assert (endpoint.name, len(server.requests)) == ("seer.gguf", 0)


@pytest.mark.parametrize(
    ("models", "error", "says"),
    [
        (catalogue("a", "b"), ConfigError, "has 2 models, name one of them: a, b$"),
        (catalogue(*map(str, range(99))), ConfigError, "9, 10, 11 and 87 more$"),
        (catalogue(), ConfigError, "has no model: load one there"),
        (problem(401, "no key"), ConfigError, r"HTTP 401: no key\); see that its address and key"),
        (problem(404, ""), ConfigError, "or name the model"),
        (Act((HTML,), kind="text/html"), ConfigError, "is no list of models"),
        (problem(503, "loading"), NoAnswer, "loading.*: see that its server runs, at http"),
        (Act(status=0), NoAnswer, "hung up without an answer"),
        (Act((b"{",), ending="cut"), NoAnswer, "broke off"),
    ],
)
async def test_finding_no_model_says_what_to_do(models, error, says):
    async with asking(GOOD, models=models, model=None) as (endpoint, server):
        with pytest.raises(error, match=says):
            await endpoint.discover()
        health = await endpoint.health()
        assert not health.ok
        assert server.url in health.text
        _, told = await until_failure(endpoint)
        assert server.url not in told
        assert server.asked == 0


async def test_health_of_a_good_endpoint():
    async with asking(GOOD) as (endpoint, server):
        health = await endpoint.health()
    assert health.ok
    assert health.text == f"{server.url}/v1 answers; questions go to scripted"


async def test_health_tells_of_a_model_that_is_not_listed():
    async with asking(GOOD, model="other") as (endpoint, _):
        health = await endpoint.health()
    assert health.ok
    assert health.text.endswith("questions go to other, which is not in its list (scripted)")


async def test_health_of_an_endpoint_without_a_list():
    async with asking(GOOD, models=problem(404, "")) as (endpoint, _):
        health = await endpoint.health()
    assert health.ok
    assert health.text.endswith("no list of models; questions go to scripted, unchecked")


async def test_health_warns_of_a_key_in_the_clear():
    config = EndpointConfig("http://192.0.2.1", "scripted", KEY)
    endpoint = Endpoint(config)
    assert "unencrypted: use https" in endpoint._praise("scripted", ("scripted",))
    await endpoint.aclose()


@pytest.mark.parametrize("status", [400, 404])
async def test_a_model_that_is_gone_is_looked_for_again(status):
    async with asking(problem(status, "no such model"), GOOD, model=None) as (endpoint, server):
        await until_failure(endpoint)
        assert await all_of(endpoint) == ["A ", "cup."]
        assert [each.path.rpartition("/")[2] for each in server.requests] == [
            *("models", "completions"),
            *("models", "completions"),
        ]


async def test_redirects_are_not_followed():
    with scripted_endpoint(GOOD) as elsewhere:
        moved = Act((), 307, headers={"Location": f"{elsewhere.url}/v1/chat/completions"})
        async with asking(moved, models=moved, model=None) as (endpoint, _):
            with pytest.raises(ConfigError, match="has moved"):
                await endpoint.discover()
        async with asking(moved) as (endpoint, _):
            await until_failure(endpoint)
        assert (elsewhere.connections, len(elsewhere.requests)) == (0, 0)


async def test_proxies_of_the_environment_see_nothing(monkeypatch):
    with scripted_endpoint(GOOD) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        async with asking(GOOD) as (endpoint, _):
            assert await all_of(endpoint) == ["A ", "cup."]
        assert proxy.connections == 0


async def test_the_key_is_never_shown(caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "httpx")
    async with asking(problem(401, KEY), Act(status=0), GOOD, attempts=1) as (endpoint, _):
        for _ in range(2):
            with pytest.raises(NoAnswer) as caught:
                await all_of(endpoint)
            assert KEY not in f"{caught.value!r} {caught.value.__cause__!r}"
        await all_of(endpoint)
        assert KEY not in repr(endpoint) + repr(endpoint._config)
    assert "chat/completions" in caplog.text
    assert KEY not in caplog.text


async def test_more_questions_than_slots_wait_their_turn():
    slow = Act((Pause(0.1), *GOOD.body))
    async with asking(slow, slots=2) as (endpoint, server):
        async with anyio.create_task_group() as group:
            for _ in range(9):
                group.start_soon(all_of, endpoint)
        assert server.asked == 9
        assert server.connections <= 3


async def test_the_picture_arrives_as_it_is_seen():
    bgr = np.full((480, 640, 3), (40, 90, 200), np.uint8)
    prompt = Prompt("", "What is it?", (Shot(Picture.from_bgr(bgr), (0.5, 0.0, 0.5, 1.0)),))
    async with asking(GOOD, image_side=160) as (endpoint, server):
        await all_of(endpoint, prompt)
    (message,) = server.requests[0].body["messages"]
    picture, text = message["content"]
    assert text == {"type": "text", "text": "What is it?"}
    head, _, data = picture["image_url"]["url"].partition(",")
    assert (picture["type"], head) == ("image_url", "data:image/jpeg;base64")
    seen = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)
    assert seen.shape == (160, 107, 3)
    assert np.abs(seen.astype(int) - (40, 90, 200)).max() < 6
