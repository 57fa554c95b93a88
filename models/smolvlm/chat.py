"""Prompts as SmolVLM takes them: its chat template, its marks around pictures, its tokens.

What people write, and what is read in pictures, is encoded by a tokenizer that knows no special
token: ``<end_of_utterance>`` or ``<image>`` in it are characters like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, TypeAlias

import msgspec
from tokenizers import Tokenizer

from models.smolvlm.processing import Tiles
from vision.errors import WeightsCorrupt

START = "<|im_start|>"
TURN_ENDS = "<end_of_utterance>"
IMAGE = "<image>"
AROUND = "<fake_token_around_image>"
OVERVIEW = "<global-img>"
STOPS = (TURN_ENDS, "<|im_end|>", "<|endoftext|>")
"""The answer ends at any of these that the tokenizer has."""

MOST_PENDING = 8
"Tokens that are held back for a character to become whole; the longest takes four bytes."
BROKEN = "\N{REPLACEMENT CHARACTER}"

Part: TypeAlias = int | str
"""A special token, or text in which none is looked for."""


class Chat:
    """Turns a request into tokens, and tokens into text."""

    def __init__(self, tokenizer: bytes, tokens_per_tile: int) -> None:
        """Reads ``tokenizer.json``.

        Raises:
            WeightsCorrupt: it is damaged, or lacks a token that prompts need.
        """
        try:
            description: dict[str, Any] = msgspec.json.decode(tokenizer, type=dict)
            added = {each["content"]: int(each["id"]) for each in description["added_tokens"]}
            self._tokenizer = Tokenizer.from_str(tokenizer.decode())
            plain = msgspec.json.encode(description | {"added_tokens": []})
            self._plain = Tokenizer.from_str(plain.decode())
        except Exception as error:  # tokenizers raises bare exceptions
            raise WeightsCorrupt(_other_tokenizer(str(error))) from error
        missing = [name for name in (START, TURN_ENDS, IMAGE, AROUND) if name not in added]
        if missing:
            raise WeightsCorrupt(_other_tokenizer(f"without {', '.join(missing)}"))
        self._added = added
        self._special = frozenset(added.values())
        self._tokens_per_tile = tokens_per_tile
        self.image = added[IMAGE]
        "Stands where a picture's features go."
        self.stops = frozenset(added[name] for name in STOPS if name in added)
        "Tokens that end an answer."

    def encode(self, system: str, text: str, pictures: Sequence[Tiles]) -> list[int]:
        """The tokens of a prompt of one system turn and one user turn, up to the answer."""
        parts: list[Part] = [self._added[START], "System: ", system, self._added[TURN_ENDS]]
        parts += ["\nUser:" if pictures else "\nUser: "]
        for tiles in pictures:
            parts += self._marks(tiles)
        parts += [text, self._added[TURN_ENDS], "\nAssistant:"]
        return [token for each in _joined(parts) for token in self._tokens(each)]

    def decoder(self) -> TextStream:
        """Turns the tokens of one answer into text."""
        return TextStream(self._tokenizer, self._special)

    def _marks(self, tiles: Tiles) -> Iterator[Part]:
        """What stands for one picture in the prompt."""
        around, features = self._added[AROUND], [self.image] * self._tokens_per_tile
        for row in range(1, tiles.rows + 1):
            for column in range(1, tiles.columns + 1):
                yield from (around, self._mark(f"<row_{row}_col_{column}>"), *features)
            yield "\n"
        if tiles.rows:
            yield "\n"
        yield from (around, self._mark(OVERVIEW), *features, around)

    def _mark(self, name: str) -> Part:
        """The special token, or its name as text for a model that has no such token."""
        return self._added.get(name, name)

    def _tokens(self, part: Part) -> list[int]:
        if isinstance(part, int):
            return [part]
        whole = part.encode("utf-8", "replace").decode()  # half of a surrogate pair is no text
        ids: list[int] = self._plain.encode(whole, add_special_tokens=False).ids
        return ids


class TextStream:
    """Puts the text of an answer together; a character may take several tokens."""

    def __init__(self, tokenizer: Tokenizer, special: frozenset[int]) -> None:
        self._tokenizer = tokenizer
        self._special = special
        self._pending: list[int] = []
        self._begun = False

    def push(self, token: int) -> str:
        """The text that is complete with this token, often none."""
        if token in self._special:
            return ""
        self._pending.append(token)
        text: str = self._tokenizer.decode(self._pending)
        if text.endswith(BROKEN) and len(self._pending) < MOST_PENDING:
            return ""
        self._pending.clear()
        return self._after_margin(text)

    def end(self) -> str:
        """What is left when the answer is over: the text before a broken character."""
        text: str = self._tokenizer.decode(self._pending)
        self._pending.clear()
        return self._after_margin(text.rstrip(BROKEN))

    def _after_margin(self, text: str) -> str:
        """Answers begin with a space that nobody needs."""
        text = text if self._begun else text.lstrip()
        self._begun = self._begun or bool(text)
        return text


def _joined(parts: Sequence[Part]) -> Iterator[Part]:
    """The parts with texts that touch made one: tokens may span them."""
    for kind, run in groupby(parts, type):
        if kind is str:
            yield "".join(str(each) for each in run)
        else:
            yield from run


def _other_tokenizer(why: str) -> str:
    return (
        f"tokenizer.json is damaged or of another model ({why}); "
        "fetch it again with `openeyes models pull`"
    )
