"""Standing instructions, "tell me when …": understood, put in plain words, and watched for.

``parse`` makes a rule of what a person says, ``rule_from_json`` of what a model made of it;
``describe`` says what was understood; a ``Watcher`` looks at the scene and fires.
"""

from vision.watching.form import SCHEMA_WORDS, rule_from_json, to_json
from vision.watching.grammar import parse
from vision.watching.rules import (
    Appears,
    AtLeast,
    AtMost,
    Enters,
    Exactly,
    GoneFor,
    Judged,
    Leaves,
    Near,
    NotUnderstood,
    Rule,
    Subject,
    TextContains,
)
from vision.watching.telling import describe
from vision.watching.watcher import Firing, Watcher

__all__ = [
    "SCHEMA_WORDS",
    "Appears",
    "AtLeast",
    "AtMost",
    "Enters",
    "Exactly",
    "Firing",
    "GoneFor",
    "Judged",
    "Leaves",
    "Near",
    "NotUnderstood",
    "Rule",
    "Subject",
    "TextContains",
    "Watcher",
    "describe",
    "parse",
    "rule_from_json",
    "to_json",
]
