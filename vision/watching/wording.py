"""Whether words that are watched for stand in what was read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

_NO_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_ANY = re.compile(r"\w.*\w")


@dataclass(frozen=True, slots=True)
class Wording:
    """Words to look for; whole ones, in writing that sets words apart."""

    text: str
    "As given; empty for any words at all."
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_pattern", _pattern_of(self.text))

    def within(self, read: str) -> bool:
        """Whether they stand in a text, whatever its case, spacing and width."""
        return bool(self._pattern.search(_folded(read)))


def _pattern_of(text: str) -> re.Pattern[str]:
    folded = _folded(text)
    if not folded:
        return _ANY
    # Readers of text lose spaces, and find ones that are not there between Chinese characters.
    if _NO_SPACES.search(folded):
        return re.compile(r"\s*".join(re.escape(char) for char in folded if not char.isspace()))
    words = r"\s*".join(re.escape(word) for word in folded.split())
    return re.compile(rf"(?<!\w){words}(?!\w)")


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
