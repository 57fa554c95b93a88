import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.endpoint_request import question
from vision.picture import Picture
from vision.prompt import Prompt, Shot

SHOT = Shot(Picture(np.full((360, 320), 128, np.uint8)))


def body(prompt, model="seer", limit="max_tokens", temperature=None):
    return msgspec.json.decode(question(prompt, 64, 85).body(model, limit, temperature))


def test_a_prompt_without_pictures_is_plain_text():
    assert body(Prompt("", "Hello?")) == {
        "model": "seer",
        "stream": True,
        "max_tokens": 200,
        "messages": [{"role": "user", "content": "Hello?"}],
    }


def test_pictures_come_before_the_text_that_speaks_of_them():
    system, user = body(Prompt("Be brief.", "Compare them.", (SHOT, SHOT)))["messages"]
    assert system == {"role": "system", "content": "Be brief."}
    assert [part["type"] for part in user["content"]] == ["image_url", "image_url", "text"]


def test_the_bound_and_the_temperature_are_as_asked_for():
    made = body(Prompt("", "?", max_tokens=7), limit="max_completion_tokens", temperature=0.5)
    assert (made["max_completion_tokens"], made["temperature"]) == (7, 0.5)
    assert "max_tokens" not in made


@pytest.mark.parametrize("quality", [10, 95])
def test_a_coarser_picture_makes_a_shorter_body(quality):
    noise = np.random.default_rng(0).integers(0, 255, (720, 640), dtype=np.uint8)
    prompt = Prompt("", "?", (Shot(Picture(noise)),))
    sizes = [len(question(prompt, side, quality).messages) for side in (64, 256, 640)]
    assert sizes == sorted(set(sizes))


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_any_text_arrives_as_it_is(system, text):
    messages = body(Prompt(system, text))["messages"]
    assert [each["content"] for each in messages] == [*([system] if system else []), text]


def test_half_of_a_surrogate_pair_is_replaced():
    assert body(Prompt("", "a\ud800b"))["messages"][0]["content"] == "a?b"
