"""Clips for ``watches``, with the instructions that are given as each begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stage_cards import Card, astronaut, cup, mirrored, person, screen
from stage_clips import Actor, Clip, along, at, panning, still

SHAKE = 0.006
"A calm hand, as a part of the picture's shorter side."


@dataclass(frozen=True, slots=True)
class Case:
    """A clip and what is watched for in it."""

    clip: Clip
    watches: tuple[str, ...]


def _clip(name: str, seconds: float, *actors: Actor, shake: float = 0.0, pan: float = 0.0) -> Clip:
    camera = panning(pan, reach=300, shake=shake) if pan else still(shake)
    return Clip(name, seconds, actors, camera)


def _walker(card: Card, start: float, speed: float, far: float = 420.0) -> Actor:
    """Crosses the picture from the left; from the right where ``far`` is below 0."""
    end = start + 2 * abs(far) / speed
    return Actor(card, along((start, -far, 60.0), (end, far, 60.0)))


def _hider(card: Card, out: float, back: float, x: float = 210.0) -> tuple[Actor, Actor]:
    """Comes out from behind a screen at a time and goes back behind it at another."""
    hidden, seen = (x, 20.0), (x - 230.0, 20.0)
    path = along((out, *hidden), (out + 0.7, *seen), (back, *seen), (back + 0.7, *hidden))
    return Actor(card, path), Actor(screen(200, 320), at(x, 20))


def cases() -> Iterator[Case]:
    """All of them."""
    come_and_go = ("every time a person appears", "every time a person leaves")
    for speed in (120.0, 200.0, 350.0):
        clip = _clip(
            f"walks through at {speed:.0f} px/s", 4 + 840 / speed, _walker(person(), 1.5, speed)
        )
        yield Case(clip, (*come_and_go, "有人进入右半边", "when nobody is here for 1 second"))
    shaky = _clip(
        "walks through, shaky hand", 8, _walker(astronaut(), 1.5, 180, far=-420), shake=SHAKE
    )
    yield Case(shaky, (*come_and_go, "alert me when someone enters the left half"))
    panned = _clip(
        "walks through, camera pans", 9, _walker(person(), 1.0, 260, far=1000), pan=60, shake=SHAKE
    )
    yield Case(panned, come_and_go)
    yield Case(_clip("from behind a screen and back", 8, *_hider(person(), 2, 5)), come_and_go)
    shaky = _clip(
        "from behind a screen, shaky hand", 8, *_hider(mirrored(person(240)), 2, 5), shake=SHAKE
    )
    yield Case(
        shaky,
        (
            "有人出现就告诉我",
            "有人离开就提醒我",
            "tell me when the person has been gone for 2 seconds",
        ),
    )
    pops = Actor(person(), at(-60, 60, start=2.03, end=5.07))
    yield Case(
        _clip("there at once, gone at once", 9, pops), (*come_and_go, "没有人超过2秒就告诉我")
    )
    pops = Actor(astronaut(), at(80, 60, start=2.01, end=6.0))
    yield Case(_clip("another, there at once", 9, pops, shake=SHAKE), come_and_go)
    lifted = Actor(person(), along((2, 40, 60), (3.2, 40, -420), (5, 40, -420), (6.2, 40, 60)))
    yield Case(_clip("out over the upper edge and back", 9, lifted), come_and_go)
    veil = Actor(screen(400, 420), along((2, 0, 20), (3, 620, 20), (6, 620, 20), (7, 0, 20)))
    uncovered = _clip("a cup is uncovered and covered", 10, Actor(cup(), at(0, 20)), veil)
    yield Case(
        uncovered, ("每次出现杯子都告诉我", "tell me when the cup leaves", "杯子消失1秒就告诉我")
    )
    yield from _company()


def _company() -> Iterator[Case]:
    """More than one."""
    first = Actor(person(200), along((1, -420, 80), (2.2, -190, 80)))
    second = Actor(mirrored(person(210)), along((3.5, 420, 80), (4.8, 200, 80)))
    third = Actor(astronaut(200), along((6, 0, 480), (7, 0, 90), (9.5, 0, 90), (10.5, 0, 480)))
    clip = _clip("three come, one goes", 12.5, first, second, third)
    counts = (
        "when there are at least two people",
        "至少有三个人时",
        "every time there are exactly 2 people",
    )
    yield Case(clip, (*counts, "every time a person appears", "every time a person leaves"))
    target = Actor(cup(300), at(170, 40))
    visitor = Actor(person(), along((2, -420, 60), (4.5, -90, 60), (6, -90, 60), (7.5, -420, 60)))
    yield Case(
        _clip("comes near a cup", 9.5, target, visitor),
        ("when a person is near the cup", "人靠近杯子时"),
    )
    leaves = Actor(person(200), along((2, 120, 70), (4, 460, 70)))
    leaving = (leaves, Actor(astronaut(200), at(-170, 70)))
    stays = _clip("one of two goes", 6.5, *leaving)
    yield Case(
        stays,
        ("every time a person leaves", "when there are at most 1 people", "when nobody is here"),
    )
