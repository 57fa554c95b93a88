"""Text as words; questions as queries that cannot go wrong."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.remembering.words import (
    MOST_TERMS,
    all_words,
    any_word,
    indexed,
    storable,
)


@pytest.fixture(scope="module")
def index() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5 (terms, tokenize='porter unicode61')")
    return connection


def finds(index: sqlite3.Connection, match: str, text: str) -> bool:
    index.execute("DELETE FROM words")
    index.execute("INSERT INTO words VALUES (?)", (indexed(text),))
    found = index.execute("SELECT count(*) FROM words WHERE words MATCH ?", (match,))
    return found.fetchone() == (1,)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("手机", "一部黑色的手机"),
        ("出口", "EXIT 安全出口 B12"),
        ("杯", "红色杯子"),
        ("杯子", "red cup 红色杯子"),
        ("b12", "EXIT 安全出口 B12"),
        ("口B12", "安全出口B12"),
        ("key", "a bunch of keys"),
        ("Keys", "the key is on the table"),
        ("café", "CAFE de Paris"),
        ("B12", "\uff22\uff11\uff12 号"),
        ("3.5", "from 3.5 to 4"),
        ("e-mail", "e-mail us"),
        ("person's", "a person's bag"),
        ("𠮷野家", "𠮷野家"),
        ("すし", "おすしや"),
        ("cup red", "red cup"),
        ("手机，钥匙", "钥匙和手机"),
    ],
)
def test_finds(index: sqlite3.Connection, query: str, text: str) -> None:
    assert finds(index, all_words(query), text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("机手", "一部手机"),
        ("出口", "出 来 的 路 口"),
        ("key", "a monkey"),
        ("red cup", "red car"),
        ("3.5", "5.3"),
    ],
)
def test_does_not_find(index: sqlite3.Connection, query: str, text: str) -> None:
    assert not finds(index, all_words(query), text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("where did I leave my keys?", "keys"),
        ("我的手机在哪里", "黑色手机"),
        ("杯", "杯子"),
        ("find cup 杯子", "杯子"),
    ],
)
def test_one_word_of_a_question_will_do_where_asked(
    index: sqlite3.Connection, query: str, text: str
) -> None:
    assert finds(index, any_word(query), text)


@pytest.mark.parametrize("query", ["", "  ", "???", "。，！", '"', "_", "\0", "\ud800", "🙂"])
def test_a_query_without_a_word_is_empty(query: str) -> None:
    assert all_words(query) == any_word(query) == ""


@pytest.mark.parametrize(
    "query", ["red AND NOT cup", 'cup" OR "red', "words:red", "terms : red", "NEAR(red cup)"]
)
def test_the_indexs_own_language_is_just_words(index: sqlite3.Connection, query: str) -> None:
    assert not finds(index, all_words(query), "red cup")
    assert finds(index, all_words(query), f"cup red {query}")


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_query_ever_raises(index: sqlite3.Connection, query: str, text: str) -> None:
    for match in filter(None, (all_words(query), any_word(query))):
        finds(index, match, text)


@given(st.text("ab 红色杯子手机.,-'\"*():^+", min_size=1, max_size=40))
def test_a_text_is_found_by_itself(index: sqlite3.Connection, text: str) -> None:
    match = all_words(text)
    assert not match or finds(index, match, text)


def test_terms_are_bounded() -> None:
    query = " ".join(f"w{number}" for number in range(10_000))
    assert all_words(query).count("AND") < MOST_TERMS
    assert any_word(query).count("OR") < MOST_TERMS
    assert len(all_words("杯" * 10_000)) < 1_000


@given(st.text(st.characters(), max_size=40))
def test_whatever_is_read_can_be_stored(text: str) -> None:
    kept = storable(text + "\ud800\0", 1000)
    assert "\0" not in kept
    assert kept.encode()
