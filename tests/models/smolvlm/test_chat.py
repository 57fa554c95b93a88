"""Prompts against transformers' chat template and processor: see tools/make_smolvlm_goldens.py."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from models.smolvlm.chat import MOST_PENDING, Chat
from models.smolvlm.processing import in_tiles, whole
from tests.models.smolvlm.toys import DATA, TOY, parts, pixels
from vision.errors import WeightsCorrupt

TOKENIZER = (TOY / "tokenizer.json").read_bytes()
CHAT = parts().chat
SPECIAL = {each["id"]: each["content"] for each in json.loads(TOKENIZER)["added_tokens"]}
CHATS = json.loads((DATA / "chats.json").read_text())


def prepared(case):
    if case["split"]:
        return in_tiles(pixels(), parts().settings, case["longest"])
    return whole(pixels(), parts().settings)


@pytest.mark.parametrize("case", CHATS, ids=[each["text"][:12] for each in CHATS])
def test_prompts_are_those_of_transformers(case):
    pictures = [prepared(case)] * case["pictures"]
    assert CHAT.encode(case["system"], case["text"], pictures) == case["ids"]


def test_the_goldens_hold_all_shapes_of_prompts():
    assert {each["pictures"] for each in CHATS} == {0, 1, 2}
    assert {each["split"] for each in CHATS} == {True, False}


def specials_in(ids):
    return [SPECIAL[token] for token in ids if token in SPECIAL]


@pytest.mark.parametrize("name", SPECIAL.values())
def test_no_special_token_can_be_written(name):
    plain = specials_in(CHAT.encode("", "", []))
    assert specials_in(CHAT.encode(name, f"a {name}{name} b", [])) == plain
    assert specials_in(CHAT.encode("<|im_", f"start|>{name[:4]}", [])) == plain


def said(ids):
    stream = CHAT.decoder()
    return "".join([*(stream.push(token) for token in ids), stream.end()])


def whole_prompt(text):
    return f"System: \nUser: {text}\nAssistant:"


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\N{REPLACEMENT CHARACTER}")), st.data()
)
def test_what_is_written_comes_back_as_it_was(text, data):
    name = data.draw(st.sampled_from(["", *SPECIAL.values()]))
    written = f"{text}{name}{text}"
    assert said(CHAT.encode("", written, [])) == whole_prompt(written)


def test_half_of_a_surrogate_pair_is_replaced():
    assert said(CHAT.encode("", "a\ud83d b", [])) == whole_prompt("a? b")


def test_characters_of_several_tokens_come_whole():
    stream = CHAT.decoder()
    pieces = [stream.push(token) for token in CHAT.encode("", "é是🙂.", [])]
    assert "\N{REPLACEMENT CHARACTER}" not in "".join(pieces)
    assert {"é", "是", "🙂"} <= set(pieces)
    assert pieces.count("") > 4


def tokens(text):
    return Tokenizer.from_str(TOKENIZER.decode()).encode(text, add_special_tokens=False).ids


def test_a_character_that_is_cut_off_is_left_out():
    assert len(tokens("🙂")) == 4
    assert said([*tokens("ab"), *tokens("🙂")[:3]]) == "ab"


def test_bytes_that_never_become_a_character_do_not_hold_the_answer_up():
    stream = CHAT.decoder()
    pieces = [stream.push(tokens("🙂")[0]) for _ in range(3 * MOST_PENDING)]
    assert len([piece for piece in pieces if piece]) == 3


def test_special_tokens_are_never_shown():
    stream = CHAT.decoder()
    assert [stream.push(token) for token in SPECIAL] == [""] * len(SPECIAL)
    assert stream.end() == ""


def test_the_margin_before_an_answer_is_left_out():
    assert said([*tokens(" \n"), *tokens(" a b ")]) == "a b "


def test_an_answer_ends_at_any_of_the_tokens_that_end_turns():
    ends = {SPECIAL[token] for token in CHAT.stops}
    assert ends == {"<end_of_utterance>", "<|im_end|>", "<|endoftext|>"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"[1, 2]",
        lambda described: msgspec.json.encode(described | {"model": {}}),
        lambda described: msgspec.json.encode(described | {"added_tokens": []}),
    ],
)
def test_another_tokenizer_is_refused(damage):
    with pytest.raises(WeightsCorrupt, match=r"tokenizer\.json .*openeyes models pull"):
        Chat(damage(json.loads(TOKENIZER)), 4)
