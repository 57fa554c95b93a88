"""Text as words for the full-text index, and questions as queries that cannot be misread.

SQLite's own tokenizers either leave a Chinese sentence as one word or cannot find words of one or
two characters. So every character of a script without spaces becomes a word here, and neighbours
in a query have to be neighbours in the text: 他的手机 is found by 手机, not by 机手. Full-width
letters count as ordinary ones. English endings are left to the index (Porter stemming), as is case.
"""

from __future__ import annotations

import itertools
import re
import unicodedata

MOST_QUERY = 400
"""Characters of a query that are looked at."""

MOST_TERMS = 32
"""Terms of a query that are looked for."""

MOST_NAME = 200
"""Characters of a session id or a memory's key."""

_UNSPACED = (
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"
    "\U00020000-\U0003ffff"
)
"""Chinese, Japanese and Korean letters, as ranges of a regular expression."""

_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_PHRASE = re.compile(r"[^\W_]+(?:[.'\u2019:/@-][^\W_]+)*")
_SINGLE = re.compile(rf"[{_UNSPACED}]")


def indexed(text: str) -> str:
    """The words of a text, separated by spaces: what the index is given."""
    return " ".join(_words(_plain(text)))


def all_words(query: str) -> str:
    """An FTS5 query for texts that hold every word; empty where there is no word in it."""
    phrases = [_words(phrase) for phrase in _PHRASE.findall(_plain(query[:MOST_QUERY]))]
    return " AND ".join(_quoted(words) for words in phrases[:MOST_TERMS] if words)


def any_word(query: str) -> str:
    """An FTS5 query for texts that hold a word, or a pair of neighbouring Chinese characters."""
    terms: dict[str, None] = {}
    for phrase in _PHRASE.findall(_plain(query[:MOST_QUERY])):
        terms.update(dict.fromkeys(_quoted(term) for term in _parts(_words(phrase))))
    return " OR ".join(itertools.islice(terms, MOST_TERMS))


def storable(text: str, most: int) -> str:
    """The text without what cannot be stored (lone surrogates, NUL), ``most`` characters of it."""
    return text[:most].encode("utf-8", "replace").decode().replace("\0", " ")


def name(text: str) -> str:
    """A session id or a key as it is stored."""
    return storable(text, MOST_NAME)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _parts(words: list[str]) -> list[list[str]]:
    """Words for themselves; characters of a script without spaces in pairs, where they have one."""
    parts: list[list[str]] = []
    for unspaced, group in itertools.groupby(words, lambda word: bool(_SINGLE.match(word))):
        run = list(group)
        if unspaced and len(run) > 1:
            parts += [list(pair) for pair in itertools.pairwise(run)]
        else:
            parts += [[word] for word in run]
    return parts


def _quoted(words: list[str]) -> str:
    """A phrase; words hold neither quotes nor spaces."""
    return f'"{" ".join(words)}"'
