import shutil

import pytest

from models.smolvlm.model import SmolVLM, load_parts
from tests.models.smolvlm.toys import QUESTION, SYSTEM, TOY, answers, parts, picture
from vision.errors import ConfigError, NoAnswer, WeightsMissing
from vision.ports import LocalSeeingModel
from vision.prompt import Prompt, Shot

MODES = {"fast": 0, "detailed": 2}


def asked(text=QUESTION, most=32, shots=None):
    shots = (Shot(picture()),) if shots is None else shots
    return Prompt(system=SYSTEM, text=text, shots=shots, max_tokens=most)


def golden_text(mode):
    """The golden tokens as text, by the tokenizer at once instead of piece by piece."""
    stream = parts().chat.decoder()
    return "".join([*(stream.push(each) for each in answers(mode)[1]), stream.end()])


@pytest.mark.parametrize("mode", MODES)
def test_the_answer_is_the_one_of_transformers(mode):
    model: LocalSeeingModel = SmolVLM("toy", parts(), detail=MODES[mode])
    pieces = list(model.reply(asked()))
    assert "".join(pieces) == golden_text(mode)
    assert len(pieces) > 8
    assert all(pieces)


def test_the_answer_is_cut_where_the_prompt_says():
    short = "".join(SmolVLM("toy", parts()).reply(asked(most=5)))
    assert short
    assert golden_text("fast").startswith(short.rstrip("\N{REPLACEMENT CHARACTER}"))
    assert len(short) < len(golden_text("fast"))


def test_the_answer_ends_at_a_token_that_ends_turns(monkeypatch):
    stop = answers("fast")[1][6]
    before = "".join(SmolVLM("toy", parts()).reply(asked(most=6)))
    monkeypatch.setattr(parts().chat, "stops", frozenset({stop}))
    assert "".join(SmolVLM("toy", parts()).reply(asked())) == before


def test_closing_stops_the_computation(monkeypatch):
    steps = []
    embed = parts().network.embed
    monkeypatch.setattr(parts().network, "embed", lambda ids: steps.append(ids) or embed(ids))
    reply = SmolVLM("toy", parts()).reply(asked())
    next(reply)
    reply.close()
    done = len(steps)
    assert 0 < done < 32
    assert list(reply) == []
    assert len(steps) == done


def test_it_answers_without_a_picture_and_about_two():
    model = SmolVLM("toy", parts())
    part = Shot(picture(), (0.25, 0.25, 0.5, 0.5))
    said = [
        "".join(model.reply(asked(shots=shots))) for shots in ((), (part,), (Shot(picture()), part))
    ]
    assert all(said)
    assert len({*said, golden_text("fast")}) == 4


def test_a_question_that_is_too_long_is_refused():
    with pytest.raises(NoAnswer, match=r"takes \d+ tokens and toy has room for 512: ask a shorter"):
        list(SmolVLM("toy", parts()).reply(asked("word " * 400)))


def test_an_answer_fills_the_room_that_is_left_and_no_more():
    ids = parts().chat.encode(SYSTEM, "x", [])
    longest = "x" * (parts().settings.context - 4 - len(ids) + 1)
    room = parts().settings.context - len(parts().chat.encode(SYSTEM, longest, []))
    assert 0 < room < 32
    assert list(SmolVLM("toy", parts()).reply(asked(longest, most=10_000, shots=())))


def test_a_failure_of_the_runtime_is_told_in_one_line(monkeypatch):
    def broken(_):
        raise RuntimeError("out of memory\nat line 3")

    monkeypatch.setattr(parts().network, "embed", broken)
    with pytest.raises(NoAnswer, match=r"^toy failed: out of memory$"):
        list(SmolVLM("toy", parts()).reply(asked()))


def test_missing_files_are_named(tmp_path):
    shutil.copytree(TOY, tmp_path / "toy")
    (tmp_path / "toy" / "onnx" / "embed_tokens_q4.onnx").unlink()
    with pytest.raises(WeightsMissing, match=r"embed_tokens_q4\.onnx is not there"):
        load_parts(tmp_path / "toy", "_q4")


def test_tiles_without_marks_are_refused():
    with pytest.raises(ConfigError, match="0 to 6 tiles a side, not 7"):
        SmolVLM("toy", parts(), detail=7)


def test_it_tells_its_name_and_what_it_runs_on():
    model = SmolVLM("toy", parts())
    assert model.name == "toy"
    assert model.runtime.device == "cpu"
