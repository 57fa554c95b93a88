"""The assistant over a real connection: asked, answered, watching, remembering."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import connect as open_socket

from models.scripted import ScriptedDetector, Step
from models.scripted_reader import Reading, ScriptedReader
from models.scripted_vlm import Reply, ScriptedModel
from tests.streaming.conftest import one_box
from vision.types import Detections, TextBlock

Maker = Callable[..., Any]
EXIT = TextBlock("EXIT", ((0.1, 0.1), (0.4, 0.1), (0.4, 0.2), (0.1, 0.2)), 0.9)


def two_boxes() -> Detections:
    boxes = np.array([[0.1, 0.25, 0.2, 0.5], [0.65, 0.25, 0.2, 0.5]], np.float32)
    return Detections(boxes, np.array([0.9, 0.9], np.float32), np.array([0, 16], np.int32))


def send(client: Any, **message: Any) -> None:
    client.channels["events"].send(json.dumps(message))


async def sees(client: Any) -> None:
    """Waits until what is there has been followed for a moment."""
    await client.until(lambda: sum(bool(each["objects"]) for each in client.tracks) > 8)


def answers(client: Any, id_: str) -> list[dict[str, Any]]:
    return [each for each in client.said("answer") if each["id"] == id_]


async def answered(client: Any, id_: str) -> dict[str, Any]:
    await client.until(lambda: any(each.get("done") for each in answers(client, id_)))
    (end,) = (each for each in answers(client, id_) if each.get("done"))
    return end


async def test_a_question_is_answered_with_objects_age_and_evidence(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running) as client:
        await sees(client)
        send(client, type="ask", id="q", text="How many people are there?")
        answer = await answered(client, "q")
        assert "a person" in answer["text"].lower()
        assert answer["source"] == "grounded"
        assert answer["objects"] == [client.tracks[-1]["objects"][0]["id"]]
        assert 0 <= answer["age"] < 5000
        assert client.said("hello")[0]["vlm"] == "grounded"
        picture = await running.http.get(f"/{answer['evidence']}")
        assert picture.status_code == 200
        assert picture.content.startswith(b"\xff\xd8")
        missing = await running.http.get(f"{client.location}/evidence/1.jpg")
        assert missing.status_code == 404


async def test_an_answer_streams_and_cites_what_it_speaks_of(
    serving: Maker, connected: Maker
) -> None:
    model = ScriptedModel([Reply(("Somebody ", "[1] is ", "there [99]."))], name="tiny-vlm")
    async with serving(model=model) as running, connected(running) as client:
        await sees(client)
        send(client, type="set", captions=False)
        send(client, type="ask", id="q", text="Who is there and why?")
        end = await answered(client, "q")
        assert end["text"] == "Somebody is there."
        assert end["source"] == "tiny-vlm"
        assert end["objects"] == [1]
        assert len(answers(client, "q")) >= 3
        assert "[1] person" in model.prompts[-1].text or "[1] grey person" in model.prompts[-1].text


async def test_a_question_goes_before_a_slow_caption(serving: Maker, connected: Maker) -> None:
    model = ScriptedModel([Reply(("slow",), seconds_before=60), Reply(("quick",))])
    async with serving(model=model) as running, connected(running) as client:
        await client.until(lambda: model.calls == 1)
        send(client, type="ask", id="q", text="Who is there and why?")
        assert (await answered(client, "q"))["text"] == "quick"
        assert model.cancelled == 1
        assert client.said("caption") == []


async def test_a_model_that_never_answers_leaves_the_picture_alone(
    serving: Maker, connected: Maker
) -> None:
    model = ScriptedModel([Reply(("never",), seconds_before=1000)])
    async with serving(model=model, vlm_timeout=1.0) as running, connected(running) as client:
        await sees(client)
        send(client, type="ask", id="q", text="Is there a person with a plan?")
        answer = await answered(client, "q")
        assert answer["source"] == "grounded"
        (problem,) = (each for each in client.said("problem") if each.get("about") == "q")
        assert problem["code"] == "no-answer"
        frames = len(client.frames)
        await client.until(lambda: len(client.frames) > frames + 10)


async def test_a_watch_alerts_with_evidence(serving: Maker, connected: Maker) -> None:
    steps = [*(Step(one_box()) for _ in range(25)), *(Step(two_boxes()) for _ in range(300))]
    async with serving(ScriptedDetector(steps)) as running, connected(running) as client:
        await client.until(lambda: client.said("hello"))
        send(client, type="watch", id="w", text="tell me when a dog appears")
        await client.until(lambda: client.said("watching"))
        (watching,) = client.said("watching")
        assert watching["state"] == "watching"
        assert "dog" in watching["rule"]
        await client.until(lambda: client.said("alert"))
        (alert,) = client.said("alert")
        assert alert["watch"] == "w"
        assert (await running.http.get(f"/{alert['evidence']}")).status_code == 200
        send(client, type="unwatch", id="w")
        await client.until(lambda: client.said("watching")[-1]["state"] == "ended")


async def test_only_what_is_wanted_is_followed(serving: Maker, connected: Maker) -> None:
    detector = ScriptedDetector([Step(two_boxes())])
    async with serving(detector) as running, connected(running) as client:
        await client.until(lambda: client.tracks and len(client.tracks[-1]["objects"]) == 2)
        send(client, type="set", labels=["dog"])
        await client.until(
            lambda: [each["label"] for each in client.tracks[-1]["objects"]] == ["dog"]
        )
        send(client, type="set", labels=["unicorn"])
        await client.until(lambda: client.said("problem"))
        assert "unicorn" in client.said("problem")[0]["detail"]
        send(client, type="set", labels=[])
        await client.until(lambda: len(client.tracks[-1]["objects"]) == 2)


async def test_after_a_pause_of_the_senders_clock_sight_is_fresh_again(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running) as client:
        await sees(client)
        client.camera.pause = 4.0
        await asyncio.sleep(4.5)
        seen = len(client.tracks)
        await client.until(lambda: len(client.tracks) > seen + 8)
        send(client, type="ask", id="q", text="How many people are there?")
        answer = await answered(client, "q")
        assert answer["age"] < 2500
        assert "last picture" not in answer["text"].lower()


async def test_a_tap_is_a_question(serving: Maker, connected: Maker) -> None:
    async with serving() as running, connected(running) as client:
        await sees(client)
        send(client, type="tap", point=[0.37, 0.5])
        assert "person" in (await answered(client, "tap-1"))["text"].lower()


async def test_what_can_be_read_is_told(serving: Maker, connected: Maker) -> None:
    reader = ScriptedReader([Reading((EXIT,))])
    async with serving(reader=reader) as running, connected(running) as client:
        await client.until(lambda: client.said("text"))
        (block,) = client.said("text")[-1]["blocks"]
        assert block["text"] == "EXIT"
        assert block["quad"][0] == [0.1, 0.1]
        send(client, type="ask", id="q", text="What does it say?")
        assert "“EXIT”" in (await answered(client, "q"))["text"]


async def test_a_reader_that_fails_ends_nothing(serving: Maker, connected: Maker) -> None:
    reader = ScriptedReader([Reading(fault=RuntimeError("out of paper"))])
    async with serving(reader=reader) as running, connected(running) as client:
        await client.until(lambda: client.said("problem"))
        assert "log" in client.said("problem")[0]["detail"], "what it raised is for the operator"
        assert "paper" not in client.said("problem")[0]["detail"]
        send(client, type="ask", id="q", text="How many people are there?")
        await answered(client, "q")


async def test_what_was_seen_is_remembered_for_its_own_session_only(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running) as client:
        await sees(client)
        await asyncio.sleep(1.5)
        answer = await running.http.get(f"{client.location}/memory", params={"q": "person"})
        (person,) = (each for each in answer.json()["memories"] if each["kind"] == "object")
        assert "person" in person["text"]
        assert person["ago"] < 10_000
        assert person["box"][0] == pytest.approx(0.25, abs=0.05)
        picture = await running.http.get(f"/{person['evidence']}")
        assert picture.content.startswith(b"\xff\xd8")
        async with connected(running) as stranger:
            other = await running.http.get(f"{stranger.location}/memory", params={"q": "person"})
            own = [each["evidence"] for each in other.json()["memories"]]
            assert person["evidence"] not in own
            name = person["evidence"].rpartition("/")[2]
            stolen = await running.http.get(f"{stranger.location}/memory/{name}")
            assert stolen.status_code == 404


async def test_questions_that_do_not_fit_are_refused_by_name(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running) as client:
        await sees(client)
        send(client, type="ask", id="long", text="why " * 2500)
        send(client, type="ask", id="none", text="\x00\x07")
        send(client, type="ask", id="ghost", text="What is this?", object=4711)
        send(client, type="watch", id="odd", text="florble")
        await client.until(lambda: len(client.said("problem")) == 4)
        found = {each["about"]: each["code"] for each in client.said("problem")}
        assert found == {
            "long": "long-question",
            "none": "empty-question",
            "ghost": "unknown-object",
            "odd": "watch-not-understood",
        }


async def test_a_socket_asks_and_hears_as_the_data_channel_does(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running) as client:
        await sees(client)
        url = f"{running.url.replace('http', 'ws')}{client.location}/events"
        async with open_socket(url) as socket:
            await socket.send(json.dumps({"type": "ask", "id": "q", "text": "有几个人？"}))
            async with asyncio.timeout(10):
                while True:
                    message = json.loads(await socket.recv())
                    if message["type"] == "answer" and message.get("done"):
                        break
        assert "一个人" in message["text"]
        assert (await answered(client, "q"))["text"] == message["text"]
