"""What people say to this assistant, for a recogniser that has to know that beforehand.

PocketSphinx's own language model was made of newspapers: with it a question to a camera comes out
as anything but that. This one knows the questions that are answered without a language model, and
the standing instructions, about what the packaged detector sees; and nothing else. What is said
beyond that is heard as something near it.
"""

from __future__ import annotations

from collections.abc import Iterator

from models.coco import LABELS

OFTEN = 6
"""How much oftener than about any one thing people ask what this is, or who is there."""

WHOLE = (
    *("what is this", "what is that", "what do you see", "what can you see", "what is happening"),
    *("what is in front of me", "what has changed", "what does it say", "what did you see"),
    *("read the text", "read it to me", "where am i", "describe what you see", "who is there"),
    *("is anyone there", "is anybody there", "is someone there", "how far is it", "repeat that"),
    *("what is on the left", "what is on the right", "what is next to it", "what is behind it"),
    *("how many things are there", "what colour is it", "what color is it", "what color is this"),
    *("what is he doing", "what is she doing", "what are they doing", "say that again"),
    *(
        "tell me when something appears",
        "let me know when someone comes",
        "when did you see it last",
    ),
)
"""Said as they are."""

ABOUT = (
    *("where is the {one}", "where is my {one}", "is there {a} {one}", "do you see {a} {one}"),
    *("do you see the {one}", "can you see my {one}", "is the {one} still there", "find my {one}"),
    *("what color is the {one}", "what colour is the {one}", "have you seen my {one}"),
    *("when did you last see my {one}", "tell me about the {one}", "what is on the {one}"),
    *("what is next to the {one}", "what is behind the {one}", "how big is the {one}"),
    *("how many {many} are there", "how many {many} do you see", "are there any {many}"),
    *("tell me when {a} {one} appears", "tell me when the {one} appears"),
    *("tell me when {a} {one} leaves", "tell me when the {one} leaves"),
    *("tell me when there is {a} {one}", "tell me when there are two {many}"),
    *("tell me when you see {a} {one}", "let me know when {a} {one} appears"),
    *("let me know when {a} {one} leaves", "let me know when the {one} is gone"),
    *("alert me when {a} {one} appears", "watch out for {a} {one}"),
)
"""Said about a thing."""

_PLURALS = {"person": "people", "mouse": "mice", "knife": "knives", "broccoli": "broccoli"}
_SAME = ("skis", "scissors")
_HISSING = ("s", "ch", "sh", "x")


def phrases() -> Iterator[str]:
    """All of them, in small letters, without signs; those that are said often more than once."""
    for _ in range(OFTEN):
        yield from WHOLE
        yield from _about("person")
    for label in LABELS:
        yield from _about(label)


def _about(thing: str) -> Iterator[str]:
    article = "an" if thing[0] in "aeiou" else "a"
    for form in ABOUT:
        yield form.format(one=thing, many=plural(thing), a=article)


def plural(thing: str) -> str:
    """Of a label: ``cups``, ``people``."""
    if thing in _PLURALS:
        return _PLURALS[thing]
    if thing in _SAME:
        return thing
    return f"{thing}es" if thing.endswith(_HISSING) else f"{thing}s"
