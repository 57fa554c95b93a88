import asyncio
from contextlib import aclosing, closing

import pytest

from models.scripted_vlm import PROMPTS_KEPT, Reply, ScriptedLocalModel, ScriptedModel
from vision.errors import NoAnswer
from vision.ports import LocalSeeingModel, SeeingModel
from vision.prompt import Prompt

ASK = Prompt(system="Be brief.", text="What is here?")
LOST = NoAnswer("the model went away")


async def collected(model, prompt=ASK):
    return [piece async for piece in model.reply(prompt)]


async def test_it_plays_its_replies_over_and_over():
    model: SeeingModel = ScriptedModel([Reply(("a ", "cup")), Reply(("no",))])
    said = [await collected(model) for _ in range(3)]
    assert said == [["a ", "cup"], ["no"], ["a ", "cup"]]
    assert (model.calls, model.cancelled, model.busy) == (3, 0, 0)


async def test_it_waits_before_the_first_piece_and_between_pieces():
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    reply = Reply(("a", "b", "c"), seconds_before=2, seconds_between=0.5)
    await collected(ScriptedModel([reply], sleep=sleep))
    assert waited == [2, 0.5, 0.5]


async def test_a_fault_comes_after_the_pieces_and_the_script_goes_on():
    model = ScriptedModel([Reply(("half",), fault=LOST), Reply(fault=LOST), Reply(("whole",))])
    stream = model.reply(ASK)
    assert await anext(stream) == "half"
    with pytest.raises(NoAnswer, match="went away"):
        await anext(stream)
    with pytest.raises(NoAnswer):
        await collected(model)
    assert await collected(model) == ["whole"]
    assert (model.cancelled, model.busy) == (0, 0)


async def test_nothing_is_sent_before_the_first_piece_is_awaited():
    model = ScriptedModel([Reply(("a",))])
    stream = model.reply(ASK)
    assert model.calls == 0
    await stream.aclose()
    assert (model.calls, model.cancelled, list(model.prompts)) == (0, 0, [])


async def test_endless_text_ends_when_it_is_closed():
    model = ScriptedModel([Reply(("on and on ",), endless=True)])
    async with aclosing(model.reply(ASK)) as stream:
        heard = [await anext(stream) for _ in range(1000)]
    assert set(heard) == {"on and on "}
    assert (model.cancelled, model.busy) == (1, 0)


async def test_a_cancelled_task_counts_as_a_cancellation():
    model = ScriptedModel([Reply(("late",), seconds_before=60)])
    task = asyncio.ensure_future(collected(model))
    while not model.busy:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (model.cancelled, model.busy) == (1, 0)


async def test_more_requests_than_slots_are_refused():
    model = ScriptedModel([Reply(("a", "b"))], slots=2)
    async with aclosing(model.reply(ASK)) as one, aclosing(model.reply(ASK)) as two:
        assert [await anext(one), await anext(two)] == ["a", "a"]
        with pytest.raises(RuntimeError, match="takes 2 at a time"):
            await collected(model)
    assert (model.calls, model.busy) == (2, 0)


async def test_it_remembers_the_newest_prompts():
    model = ScriptedModel([Reply()])
    for number in range(PROMPTS_KEPT + 3):
        await collected(model, Prompt(system="", text=str(number)))
    assert len(model.prompts) == PROMPTS_KEPT
    assert (model.prompts[0].text, model.prompts[-1].text) == ("3", str(PROMPTS_KEPT + 2))


def test_the_local_one_plays_waits_and_fails_the_same_way():
    waited = []
    script = [Reply(("a", "b"), seconds_before=1, seconds_between=2), Reply(("c",), fault=LOST)]
    model: LocalSeeingModel = ScriptedLocalModel(script, sleep=waited.append)
    assert list(model.reply(ASK)) == ["a", "b"]
    with pytest.raises(NoAnswer, match="went away"):
        list(model.reply(ASK))
    assert waited == [1, 2, 0, 0]


def test_closing_the_local_one_counts_as_a_cancellation():
    model = ScriptedLocalModel([Reply(("more ",), endless=True)])
    with closing(model.reply(ASK)) as stream:
        assert next(stream) == "more "
        with pytest.raises(RuntimeError, match="takes 1 at a time"):
            next(model.reply(ASK))
    assert (model.calls, model.cancelled, model.busy) == (1, 1, 0)


def test_a_script_that_cannot_be_played_is_refused():
    with pytest.raises(ValueError, match="at least one reply"):
        ScriptedModel([])
    with pytest.raises(ValueError, match="endless"):
        Reply(endless=True)
    with pytest.raises(ValueError, match="endless"):
        Reply(("a",), fault=LOST, endless=True)
