"""Writes the films for ``keyframes``: a seed decides what happens in them, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from keyframe_clips import FPS, SHAKE, Event, Film, Kind
from stage_cards import Card, astronaut, mirrored, person, screen, sign
from stage_clips import MIDDLE, SIZE, Actor, Clip, Path, along, at, panning, still

from vision.types import Seconds
from vision.virtual_camera import Motion, View, tour

SECONDS = 65.0
"Length of a film."
PAUSE = (7.0, 12.0)
"Seconds from one thing that happens to the next, at least and at most."
QUIET = 4.0
"Seconds at the beginning and the end in which nothing happens."
WHOLE = 0.8
"An object has come into view with this part of it."
SLIDE = 0.7
"Seconds in which a card slides in or out."
SLIDE_SEEN = 0.2
"Seconds before its end at which most of what slides in is seen, or of what slides out is gone."
SPOTS = ((-215.0, 20.0), (0.0, 60.0), (215.0, 20.0))
"Where cards stand before a still camera, from the middle of the wall."
SIGN_SPOT = (0.0, -165.0)
"Where the sign hangs."
FOREVER = 1e6
"Seconds: longer than any film."
EPSILON = 1e-6
"Seconds by which times of pictures may be rounded."
WORDS = ("EXIT", "OPEN", "SALE 20%", "GATE 12", "CLOSED", "PUSH", "NO ENTRY", "PLATFORM 4")


def _cards(random: np.random.Generator) -> list[Card]:
    """What may stand on the stage, in the order of chance: half of it no detector knows."""
    known = [person(), mirrored(person(240)), astronaut(), mirrored(astronaut())]
    unknown = [_box(random) for _ in range(4)]
    cards = known + unknown
    random.shuffle(cards)  # type: ignore[arg-type]
    return cards


def _box(random: np.random.Generator) -> Card:
    """A painted box that no detector has a name for."""
    width, height = int(random.integers(100, 180)), int(random.integers(120, 220))
    plain = screen(width, height).bgr.astype(np.float32)
    paint = random.uniform(0.25, 1.5, 3)
    band = slice(height // 3, height // 2)
    plain *= paint
    plain[band] *= random.uniform(0.4, 0.8)
    return Card(np.clip(plain, 0, 255).astype(np.uint8))


@dataclass(slots=True)
class _Spot:
    """A place on the stage and what has stood there since when."""

    x: float
    y: float
    card: Card | None = None
    before: Card | None = None
    since: float = -1.0
    slid: bool = False


@dataclass(slots=True)
class _Script:
    """What has been written of a film so far."""

    random: np.random.Generator
    actors: list[Actor] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    dark: list[tuple[float, float]] = field(default_factory=list)
    cuts: list[tuple[float, float]] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    written: _Spot = field(default_factory=lambda: _Spot(*SIGN_SPOT))

    def enter(self, spot: _Spot, t: float, *, slides: bool) -> None:
        """A card comes onto an empty spot, whole at ``t``."""
        if len(self.cards) < 2:
            self.cards = _cards(self.random)
        card = self.cards.pop()
        if spot.before is not None and np.array_equal(card.bgr, spot.before.bgr):
            card = self.cards.pop()
        spot.card, spot.since, spot.slid = card, t, slides

    def leave(self, spot: _Spot, t: float, *, slides: bool) -> None:
        """What stands on a spot goes; the last of it is out of sight at ``t``."""
        assert spot.card is not None
        path = _stay(spot, t, slid_out=slides)
        self.actors.append(Actor(spot.card, path))
        spot.card, spot.before = None, spot.card

    def write(self, text: str, t: float) -> None:
        """The sign says something else from ``t`` on."""
        if self.written.card is not None:
            self.leave(self.written, t, slides=False)
        self.written.card, self.written.since = sign(text, 64), t

    def play(self, kind: Kind, spots: list[_Spot], t: float) -> None:
        """Something happens; its outcome shows from ``t`` on."""
        free = [spot for spot in spots if spot.card is None]
        taken = [spot for spot in spots if spot.card is not None]
        slides = bool(self.random.integers(2)) and kind in {"comes", "goes"}
        if kind in {"goes", "exchanged"}:
            spot = taken[self.random.integers(len(taken))]
            self.leave(spot, t, slides=slides)
            free = [spot]
        if kind in {"comes", "exchanged"}:
            self.enter(free[self.random.integers(len(free))], t, slides=slides)
        elif kind == "text":
            self.write(WORDS[len(self.events) % len(WORDS)], t)
        elif kind in {"light", "cut"}:
            _toggle(self.dark if kind == "light" else self.cuts, t)
        self.events.append(Event(kind, round(t - SLIDE_SEEN, 1) if slides else t))

    def end(self, spots: list[_Spot]) -> tuple[Actor, ...]:
        """All that appeared, after what still stands has stayed to the end."""
        for spot in (*spots, self.written):
            if spot.card is not None:
                self.leave(spot, FOREVER, slides=False)
        return tuple(self.actors)


def still_film(seed: int) -> Film:
    """A hand holds the camera on three spots and a sign; something happens every ten seconds."""
    script = _Script(np.random.default_rng(seed))
    spots = [_Spot(x, y) for x, y in SPOTS]
    script.enter(spots[0], -1.0, slides=False)
    script.write(WORDS[-1], -1.0)
    t = QUIET
    while t < SECONDS - QUIET:
        script.play(_any_of(script, spots), spots, t)
        t = round(t + float(script.random.uniform(*PAUSE)), 1)
    actors = script.end(spots)
    clip = Clip(f"still {seed}", SECONDS, actors, still(SHAKE), FPS)
    events = tuple(script.events)
    blurs = _blurs(script.random, events)
    return Film(clip, events, blurs, tuple(script.dark), tuple(script.cuts))


def _any_of(script: _Script, spots: list[_Spot]) -> Kind:
    """A kind of event that can happen now."""
    if script.cuts and script.cuts[-1][1] == FOREVER:
        return "cut"
    kinds: list[Kind] = ["text", "text", "light", "light", "cut"]
    if any(spot.card is None for spot in spots):
        kinds += ["comes", "comes", "comes"]
    if any(spot.card is not None for spot in spots):
        kinds += ["goes", "goes", "exchanged", "exchanged"]
    return kinds[script.random.integers(len(kinds))]


def panning_film(seed: int) -> Film:
    """The camera sweeps over cards on a wall, steadily or from stop to stop; some come and go."""
    script = _Script(np.random.default_rng(1000 + seed))
    spots = [_Spot(x + script.random.uniform(-30, 30), 20.0) for x in range(-720, 721, 240)]
    for spot in spots:
        script.enter(spot, -1.0, slides=False)
    camera = _camera(seed, script.random)
    t = QUIET
    while t < SECONDS - QUIET:
        near = [spot for spot in spots if _in_view(spot, camera, t)]
        if near:
            kinds: list[Kind] = ["comes"] if any(spot.card is None for spot in near) else []
            kinds += ["goes", "exchanged"] if any(spot.card is not None for spot in near) else []
            script.play(kinds[script.random.integers(len(kinds))], near, t)
        t = round(t + float(script.random.uniform(*PAUSE)), 1)
    clip = Clip(f"panning {seed}", SECONDS, script.end(spots), camera, FPS)
    events = (*script.events, *_into_view(clip))
    return Film(clip, events, _blurs(script.random, tuple(script.events)))


def _camera(seed: int, random: np.random.Generator) -> Motion:
    if seed % 2:
        return panning(float(random.uniform(50, 110)), 480, SHAKE)
    stops = [View(MIDDLE[0] + x, MIDDLE[1], SIZE[1]) for x in (-460, -100, 260, 480)]
    return tour(stops, rest=2.5, travel=2.0, shake=SHAKE)


def _in_view(spot: _Spot, camera: Motion, t: float) -> bool:
    """Whether a spot is in the picture, with what may stand on it, now and for two seconds."""
    return all(
        abs(MIDDLE[0] + spot.x - camera.view(Seconds(t + later)).x) < 220
        for later in (-0.5, 0, 1, 2)
    )


def _into_view(clip: Clip) -> Iterator[Event]:
    """When the camera brings something that has a name into view, for a second at least."""
    since: dict[int, float] = {thing.id: -1.0 for thing in clip.truth(0.0)}
    for index in range(round(clip.seconds * FPS)):
        t = index / FPS
        whole = {thing.id for thing in clip.truth(t) if thing.visible >= WHOLE}
        for number in whole - since.keys():
            since[number] = t
        for number in since.keys() - whole:
            began = since.pop(number)
            path = clip.actors[number - 1].path
            if began > 0 and t - began >= 1.0 and path(began) == path(began - 2 * SLIDE):
                yield Event("into view", began, t)


def _stay(spot: _Spot, until: float, *, slid_out: bool) -> Path:
    """The path of what stands on a spot, in from below and out again if it slides."""
    below = spot.y + 500
    stops = [(spot.since - SLIDE, spot.x, below)] if spot.slid else []
    stops += [(spot.since, spot.x, spot.y), (until - SLIDE, spot.x, spot.y)]
    stops += [(until, spot.x, below)] if slid_out else []
    moves = along(*stops)
    stays = at(0, 0, start=spot.since - (SLIDE if spot.slid else EPSILON), end=until - EPSILON)
    return lambda t: moves(t) if stays(t) else None


def _blurs(
    random: np.random.Generator, events: tuple[Event, ...]
) -> tuple[tuple[float, float], ...]:
    """Blur in passing, at some events and at any other time."""
    starts = [event.at - 0.15 for event in events if random.random() < 0.4]
    starts += random.uniform(2, SECONDS - 2, 6).tolist()
    return tuple((start, start + float(random.uniform(0.2, 0.5))) for start in starts)


def _toggle(stretches: list[tuple[float, float]], t: float) -> None:
    if stretches and stretches[-1][1] == FOREVER:
        stretches[-1] = (stretches[-1][0], t)
    else:
        stretches.append((t, FOREVER))
