from __future__ import annotations

from dataclasses import replace

from tests.vision.watching.staged import Faults, Prop, stands, told, views
from vision.scene import SceneView
from vision.types import Quad, Seconds, SeenText
from vision.watching import Exactly, Leaves, Subject, TextContains
from vision.watching.conditions import REARM, REARM_TEXT, SURE_TEXT, Edge, Happening
from vision.watching.watcher import COOLDOWN

QUAD: Quad = ((0, 0), (1, 0), (1, 1), (0, 1))


class Scripted:
    """Holds at the times that it is told."""

    def __init__(self, *spans: tuple[float, float]) -> None:
        self.spans = spans

    def holding(self, view: SceneView) -> Happening | None:
        held = any(start <= view.t < end for start, end in self.spans)
        return Happening(view.t) if held else None


def begun(edge: Edge, seconds: float) -> list[float]:
    views = [SceneView(Seconds(index / 10), Seconds(0)) for index in range(round(seconds * 10))]
    return [view.t for view in views if edge.step(view)]


def test_a_state_is_told_when_it_begins_and_not_while_it_flickers() -> None:
    assert begun(Edge(Scripted((1, 2), (2.2, 3))), 5) == [1.0]
    assert begun(Edge(Scripted((1, 2), (2 + REARM, 5))), 5) == [1.0, 2 + REARM]
    assert begun(Edge(Scripted((0, 5))), 5) == [0.0]


def test_a_state_can_be_asked_to_last() -> None:
    assert begun(Edge(Scripted((1, 1.2), (2, 3)), hold=0.3), 4) == [2.3]


def seen(text: str, first: float, score: float = 0.9) -> SeenText:
    return SeenText(1, text, QUAD, score, Seconds(first), Seconds(first))


def test_text_is_told_when_it_is_read_once() -> None:
    def texts(t: float) -> tuple[SeenText, ...]:
        if 2 <= t < 3 or 5 <= t < 6:
            return (seen("Exit", t),)
        return (seen("exit", 1.5, SURE_TEXT / 2), seen("entrance", 0))

    bare = [SceneView(Seconds(index / 10), Seconds(0)) for index in range(800)]
    shown = [replace(view, texts=texts(view.t)) for view in bare]
    [(t, firing)] = told(TextContains("EXIT"), shown)
    assert (t, firing.onset, firing.why) == (2.0, 2.0, "The text “Exit” can be read.")
    assert firing.objects == ()


def test_text_over_two_lines_is_found_and_comes_again_after_a_while() -> None:
    lines = (seen("WET", 1), seen("FLOOR", 2))
    again = COOLDOWN[TextContains] + REARM_TEXT + 3
    bare = [SceneView(Seconds(index / 10), Seconds(0)) for index in range(round(again * 10) + 20)]
    shown = [
        replace(view, texts=lines if 2 <= view.t < 3 or view.t >= again else ()) for view in bare
    ]
    assert [t for t, _ in told(TextContains("wet floor"), shown)] == [2.0, again]


def test_two_that_come_together_were_never_one() -> None:
    pair = [Prop("person", stands((x, 0.3, 0.15, 0.5), 3.0)) for x in (0.2, 0.6)]
    person = Subject(("person",))
    assert told(Exactly(person, 1), views(pair, 6, 2, Faults(misses=0))) == []
    assert len(told(Exactly(person, 2), views(pair, 6, 2, Faults(misses=0)))) == 1


def test_it_says_to_whom_it_happened() -> None:
    pair = [
        Prop("person", stands((0.2, 0.3, 0.15, 0.5), 0, 4)),
        Prop("person", stands((0.6, 0.3, 0.15, 0.5))),
    ]
    shown = list(views(pair, 6, 2, Faults(misses=0)))
    [left] = [one for one in shown[20].objects if one.box[0] < 0.4]
    [(_, firing)] = told(Leaves(Subject(("person",))), shown)
    assert firing.objects == (left.id,)
