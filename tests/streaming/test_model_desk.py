"""One model for all sessions: who speaks, who gives way, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from models.scripted_vlm import Reply, ScriptedModel
from streaming.lanes import MOST_WAITING
from streaming.model_desk import ModelDesk
from vision.dealings import AskModel, Event, Lane, ModelEnded, ModelFailed, ModelSaid, RequestId
from vision.errors import NoAnswer
from vision.prompt import Prompt


class Heard(list[Event]):
    """What one session was told."""

    async def until(self, kind: type[Event], count: int = 1) -> None:
        async with asyncio.timeout(5):
            while sum(isinstance(each, kind) for each in self) < count:
                await asyncio.sleep(0.001)


def ask(request: int, lane: Lane = "question", text: str = "?") -> AskModel:
    return AskModel(RequestId(request), lane, Prompt("", text))


@pytest.fixture
async def workers() -> AsyncIterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(2)
    yield pool
    pool.shutdown()


async def test_pieces_come_in_order_and_then_the_end(workers: ThreadPoolExecutor) -> None:
    desk, heard = ModelDesk(ScriptedModel([Reply(("a", "", "b"))]), workers), Heard()
    desk.ask("s", ask(1), heard.append)
    assert not heard, "nothing is told within the call"
    await heard.until(ModelEnded)
    assert heard == [
        ModelSaid(RequestId(1), "a"),
        ModelSaid(RequestId(1), "b"),
        ModelEnded(RequestId(1)),
    ]
    assert desk.running == 0
    await desk.close()


async def test_a_question_stops_another_sessions_slow_caption(workers: ThreadPoolExecutor) -> None:
    model = ScriptedModel([Reply(("never",), seconds_before=60), Reply(("at once",))])
    desk, ambient, person = ModelDesk(model, workers), Heard(), Heard()
    desk.ask("a", ask(1, "ambient"), ambient.append)
    while not model.calls:
        await asyncio.sleep(0.001)
    desk.ask("b", ask(1), person.append)
    await person.until(ModelEnded)
    (failed,) = ambient
    assert isinstance(failed, ModelFailed)
    assert failed.busy
    assert model.cancelled == 1
    assert desk.counts["stopped"] == 1
    await desk.close()


async def test_a_caption_is_refused_while_the_model_speaks(workers: ThreadPoolExecutor) -> None:
    model = ScriptedModel([Reply(("x",), seconds_before=60)])
    desk, heard = ModelDesk(model, workers), Heard()
    desk.ask("a", ask(1), Heard().append)
    desk.ask("b", ask(1, "ambient"), heard.append)
    await heard.until(ModelFailed)
    assert heard == [ModelFailed(RequestId(1), "The model has other work.", busy=True)]
    await desk.close()
    assert model.busy == 0


async def test_failures_are_told_in_words_fit_for_people(workers: ThreadPoolExecutor) -> None:
    class Broken(ScriptedModel):
        async def reply(self, prompt: Prompt):  # type: ignore[no-untyped-def,override]
            raise ZeroDivisionError(f"secret detail of {prompt}")
            yield ""

    said, crashed = Heard(), Heard()
    desk = ModelDesk(ScriptedModel([Reply(("half",), fault=NoAnswer("It went away."))]), workers)
    desk.ask("s", ask(1), said.append)
    await said.until(ModelFailed)
    assert said == [ModelSaid(RequestId(1), "half"), ModelFailed(RequestId(1), "It went away.")]
    broken = ModelDesk(Broken([Reply(("x",))]), workers)
    broken.ask("s", ask(1), crashed.append)
    await crashed.until(ModelFailed)
    assert "secret" not in str(crashed)
    assert broken.running == 0


async def test_what_the_models_server_said_is_for_the_operator(
    workers: ThreadPoolExecutor,
) -> None:
    fault = NoAnswer("it refused (HTTP 401: key sk-12 of Acme)", "it refused (HTTP 401)")
    desk, heard = ModelDesk(ScriptedModel([Reply(fault=fault)]), workers), Heard()
    desk.ask("s", ask(1), heard.append)
    await heard.until(ModelFailed)
    assert heard == [ModelFailed(RequestId(1), "it refused (HTTP 401)")]


async def test_a_cancelled_request_frees_the_slot_at_once(workers: ThreadPoolExecutor) -> None:
    model = ScriptedModel([Reply(("x",), seconds_before=60), Reply(("next",))])
    desk, first, second = ModelDesk(model, workers), Heard(), Heard()
    desk.ask("a", ask(1), first.append)
    desk.ask("b", ask(1), second.append)
    while not model.calls:
        await asyncio.sleep(0.001)
    desk.cancel("a", RequestId(1))
    desk.cancel("a", RequestId(77))
    await second.until(ModelEnded)
    assert not first
    await desk.close()


async def test_a_session_that_leaves_takes_all_it_wanted_with_it(
    workers: ThreadPoolExecutor,
) -> None:
    model = ScriptedModel([Reply(("x",), seconds_before=60)])
    desk, heard = ModelDesk(model, workers), Heard()
    for request in range(MOST_WAITING):
        desk.ask("a", ask(request), heard.append)
    desk.leave("a")
    await asyncio.sleep(0.01)
    assert desk.running == desk.waiting == 0
    assert not heard
    await desk.close()


async def test_ten_sessions_get_one_answer_each_before_anyone_gets_two(
    workers: ThreadPoolExecutor,
) -> None:
    desk = ModelDesk(ScriptedModel([Reply(("x",), seconds_before=0.002)]), workers)
    order: list[str] = []

    def hear(session: str, event: Event) -> None:
        if isinstance(event, ModelEnded):
            order.append(session)

    sessions = [f"s{number}" for number in range(10)]
    for session in sessions:
        for request in range(2):
            desk.ask(session, ask(request), lambda event, who=session: hear(who, event))
    async with asyncio.timeout(5):
        while len(order) < 20:
            await asyncio.sleep(0.001)
    assert sorted(order[:10]) == sorted(sessions)
    await desk.close()
