from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from models import asking as asking_module
from models import detector_worker
from models.asking import MOST_NEW, Asking
from models.choice import Choice
from models.detector_process import DetectorProcess
from models.detectors import Opened
from models.devices import Runtime
from models.process_limits import ProcessLimits
from tests.models import plugged_detector
from tests.models.plugged_detector import ASKED, DIE, PluggedAsked, picture
from vision.errors import ConfigError, ModelError
from vision.ports import AskedDetector
from vision.vocabulary import MOST_WANTED, Share, Vocabulary


@pytest.fixture(scope="module", autouse=True)
def plugged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with plugged_detector.installed(tmp_path_factory.mktemp("plugged")):
        yield


def seen(detector: DetectorProcess) -> dict[str, float]:
    found = detector.detect(picture())
    labels = [detector.labels[each] for each in found.classes]
    scores = [round(float(each), 2) for each in found.scores]
    return dict(zip(labels, scores, strict=True))


def came_back(detector: DetectorProcess) -> dict[str, float]:
    """What it sees once its process was started anew."""
    for _ in range(600):
        with suppress(ModelError):
            return seen(detector)
        time.sleep(0.05)
    return {}


def test_a_phrase_that_cannot_be_read_is_left_out_and_the_others_keep_their_places(
    caplog: pytest.LogCaptureFixture,
) -> None:
    detector = PluggedAsked("cpu", 1)
    asking = Asking(detector)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            asking.turn_to(("mug", PluggedAsked.unreadable, "door handle"))
    assert detector.labels == ("mug", "door handle")
    assert asking.numbered(detector.detect(picture())).classes.tolist() == [0, 2]
    assert caplog.text.count("use fewer words") == 1


def test_few_new_phrases_are_read_before_a_picture_and_the_others_later() -> None:
    turned: list[tuple[str, ...]] = []

    class Noting(PluggedAsked):
        def want(self, phrases) -> None:
            turned.append(tuple(phrases))
            super().want(phrases)

    detector = Noting("cpu", 1)
    asking = Asking(detector)
    wanted = tuple(f"thing {number}" for number in range(5))
    known = []
    for _ in range(4):
        before = len(turned)
        asking.turn_to(wanted)
        assert len(turned) - before <= MOST_NEW + 1
        known.append(len(detector.labels))
        assert asking.numbered(detector.detect(picture())).classes.tolist() == [*range(known[-1])]
    assert known == [2, 4, 5, 5]
    # What is known by now costs nothing, in whatever company.
    del turned[:]
    asking.turn_to(("cup", *reversed(wanted)))
    assert turned == [("cup",), ("cup", *reversed(wanted))]


def test_what_was_read_before_is_not_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking_module, "MOST_KNOWN", 3)
    detector = PluggedAsked("cpu", 1)
    detector.want(["red mug", "keys", "cane"])
    asking = Asking(detector)
    asking.turn_to(("red mug", "keys", "cane"))
    assert detector.labels == ("red mug", "keys", "cane")
    asking.turn_to(("red mug", "cat", "dog"))
    assert detector.labels == ("red mug", "cat", "dog")
    assert list(asking._readable) == ["red mug", "cat", "dog"], "only so many are known"


def test_all_that_the_operator_names_is_read_at_the_start() -> None:
    detector = PluggedAsked("cpu", 1)
    Asking(detector, MOST_WANTED).turn_to([f"thing {number}" for number in range(MOST_WANTED)])
    assert len(detector.labels) == MOST_WANTED


def test_a_detector_is_turned_only_where_the_phrases_change() -> None:
    turned: list[tuple[str, ...]] = []

    class Noting(PluggedAsked):
        def want(self, phrases) -> None:
            turned.append(tuple(phrases))
            super().want(phrases)

    asking = Asking(Noting("cpu", 1))
    asking.turn_to(("mug", "keys"))
    first = len(turned)
    asking.turn_to(("mug", "keys"))
    assert len(turned) == first
    asking.turn_to(())
    assert turned[-1] == ()


def test_what_is_wanted_changes_from_one_picture_to_the_next() -> None:
    detector = plugged_detector.started(ASKED, find=("red mug",))
    try:
        assert isinstance(detector.labels, Vocabulary)
        ann, bob = Share(detector.labels), Share(detector.labels)
        assert seen(detector) == {"red mug": 0.93}
        ann.want(["keys"])
        assert seen(detector) == {"red mug": 0.93, "keys": 0.96}
        bob.want(["door handle"])
        ann.want([])
        assert seen(detector) == {"red mug": 0.93, "door handle": 0.89}
        assert tuple(detector.labels) == ("red mug", "keys", "door handle")
    finally:
        detector.close()


def test_what_is_wanted_outlasts_the_process() -> None:
    limits = ProcessLimits(first_pause=0.0, longest_pause=0.0)
    detector = plugged_detector.started(ASKED, find=("red mug",), limits=limits)
    try:
        assert isinstance(detector.labels, Vocabulary)
        Share(detector.labels).want(["keys"])
        with pytest.raises(ModelError, match="detector"):
            detector.detect(picture(DIE))
        assert came_back(detector) == {"red mug": 0.93, "keys": 0.96}
    finally:
        detector.close()


def test_a_detector_of_fixed_labels_is_not_asked() -> None:
    detector = plugged_detector.started(find=("red mug",))
    try:
        assert detector.labels == ("first", "second", "third")
        assert detector.detect(picture()).classes.tolist() == [0]
    finally:
        detector.close()


def test_it_is_told_apart_by_what_it_can_do() -> None:
    assert isinstance(PluggedAsked("cpu", 1), AskedDetector)
    assert not isinstance(plugged_detector.Plugged("cpu", 1), AskedDetector)
    assert Runtime("cpu", 1, "asked") == PluggedAsked("cpu", 1).runtime


def test_what_was_looked_for_before_a_fault_is_not_told_for_something_else() -> None:
    class Faulty(PluggedAsked):
        broken = False

        def want(self, phrases) -> None:
            if self.broken and len(phrases) > 1:
                raise ConfigError("out of order")
            super().want(phrases)

    detector = Faulty("cpu", 1)
    asking = Asking(detector)
    asking.turn_to(("red mug", "dog"))
    detector.broken = True
    with pytest.raises(ConfigError):
        asking.turn_to(("red mug", "cat"))
    detector.broken = False
    asking.turn_to(("red mug", "dog"))
    assert detector.labels == ("red mug", "dog")


def test_the_first_run_looks_for_something(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = PluggedAsked("cpu", 1)
    monkeypatch.setattr(detector_worker, "open_detector", lambda _: Opened(detector))
    monkeypatch.setattr(detector_worker, "give_way", lambda: None)
    monkeypatch.setattr(detector_worker.gc, "freeze", lambda: None)
    detector_worker.load(Choice(ASKED))
    assert detector.labels == detector_worker.ANYTHING
