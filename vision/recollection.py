"""What is remembered of the past, and what comes back when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vision.types import Box, Seconds

Kind = Literal["object", "text", "caption", "alert", "keepsake"]


@dataclass(frozen=True, slots=True)
class Memory:
    """One thing worth remembering."""

    kind: Kind
    "What it is."
    key: str
    "Its own within a session, ``object:7``: remembered again, it takes the place of what was."
    text: str
    "What it is found by: a label with its colour, a text read, a caption."
    first: Seconds
    "When it was first seen, media time."
    last: Seconds
    "When it was last seen, media time."
    box: Box | None = None
    "Where in the picture, when last seen."


@dataclass(frozen=True, slots=True)
class Recollection:
    """A memory that was found again, perhaps from an earlier session."""

    kind: Kind
    "What it is."
    text: str
    "What it was found by."
    ago: float
    "Seconds since it was last seen; 0 or more."
    box: Box | None
    "Where in the picture, when last seen."
    evidence: str = ""
    "Where its picture can be had (a URL path); empty where there is none."
    here: bool = True
    "Whether it was seen in this very session."
