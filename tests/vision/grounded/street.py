"""A made-up scene, of which everything that is asked can be checked by looking at the numbers."""

from __future__ import annotations

from dataclasses import replace

from models.coco import LABELS
from vision.grounded import Grounded, answer, understand
from vision.recollection import Recollection
from vision.scene import Change, SceneObject, SceneView
from vision.types import Box, Language, Point, Seconds, SeenText, TrackId

NOW = Seconds(20.0)


def thing(id_: int, label: str, box: Box, colour: str = "", *, score: float = 0.8) -> SceneObject:
    return SceneObject(
        id=TrackId(id_),
        label=label,
        box=box,
        velocity=(0.0, 0.0),
        score=score,
        colour=colour,
        first=Seconds(0.0),
        last=NOW,
        moved=0.0,
    )


def going(each: SceneObject, x: float, y: float) -> SceneObject:
    return replace(each, way=(x, y), moved=(x * x + y * y) ** 0.5)


def line(id_: int, text: str, x: float, y: float, *, first: float = 0.0) -> SeenText:
    quad = ((x, y), (x + 0.1, y), (x + 0.1, y + 0.03), (x, y + 0.03))
    return SeenText(id_, text, quad, 0.9, Seconds(first), NOW)


WALKER = going(thing(1, "person", (0.05, 0.2, 0.2, 0.7), "blue"), -0.5, 0.02)
WAITER = thing(2, "person", (0.45, 0.3, 0.1, 0.4))
BUS = replace(thing(3, "bus", (0.6, 0.1, 0.35, 0.6), "red"), first=Seconds(12.0))
CUP = thing(4, "cup", (0.3, 0.7, 0.06, 0.1), "white")
LAPTOP = thing(5, "laptop", (0.37, 0.65, 0.2, 0.2), "grey")
DOG = replace(thing(6, "dog", (0.8, 0.75, 0.1, 0.15), "brown"), last=Seconds(8.0))
SIGN = line(1, "EXIT", 0.8, 0.2, first=15.0)
NOTICE = line(2, "Platform 4", 0.1, 0.1)
GONE_SIGN = replace(line(3, "Room 5", 0.45, 0.45), last=Seconds(8.0))

STREET = SceneView(
    t=NOW,
    began=Seconds(0.0),
    objects=(WALKER, WAITER, BUS, CUP, LAPTOP),
    departed=(DOG,),
    texts=(NOTICE, SIGN),
    past_texts=(GONE_SIGN,),
    changes=(
        Change("came", Seconds(12.0), BUS),
        Change("went", Seconds(8.0), DOG),
        Change("came", Seconds(0.0), WALKER),
    ),
)
EMPTY = SceneView(t=NOW, began=Seconds(0.0))


def of(*objects: SceneObject) -> SceneView:
    return replace(EMPTY, objects=objects)


def ask(
    text: str,
    view: SceneView = STREET,
    *memories: Recollection,
    language: Language | None = None,
    focus: int | None = None,
    point: Point | None = None,
    now: float = NOW,
) -> Grounded:
    question = understand(text, LABELS, language)
    tapped = None if focus is None else TrackId(focus)
    return answer(question, view, memories, focus=tapped, point=point, now=Seconds(now))
