"""The languages there are."""

from __future__ import annotations

from vision.grounded.chinese import CHINESE
from vision.grounded.english import ENGLISH
from vision.grounded.tongue import Tongue
from vision.types import Language

TONGUES: dict[Language, Tongue] = {"en": ENGLISH, "zh": CHINESE}
"""Another language is one more module, and one more entry."""
