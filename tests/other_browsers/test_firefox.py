"""The page in Firefox: the sample, a question, the other language, the camera, a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import free_port, openeyes_process

from tests.other_browsers.driving import ENTER, ESCAPE
from tests.other_browsers.firefox import Firefox

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

PHONE = (390, 844)
DESKTOP = (1280, 800)
BOXES = "window.openEyes?.drawn().boxes.length"
FRAMES_ARRIVE = "openEyes.stats()?.rates.in > 0"


@pytest.fixture(scope="module")
def page(firefox: Firefox, base: str) -> Iterator[Firefox]:
    """The sample, looked at on a phone."""
    firefox.resize(*PHONE)
    firefox.go(f"{base}/?source=sample&autostart=1")
    yield firefox
    firefox.go("about:blank")  # Firefox keeps its camera for itself


def test_boxes_are_drawn_over_the_sample(page: Firefox, artefacts: Path) -> None:
    page.until(BOXES)
    drawn = page.evaluate("openEyes.drawn()")
    assert {box["label"] for box in drawn["boxes"]} <= {"person", "cup", "dining table"}
    assert drawn["frame"]["how"] == "captured", "Firefox tells when its frames were sent"
    assert drawn["frame"]["media"] > 0, "and which frame of the recording is on the screen"
    page.picture(artefacts / "firefox-sample.png")


def test_a_question_that_is_typed_is_answered(page: Firefox, artefacts: Path) -> None:
    page.press("#question")
    page.type(f"What do you see?{ENTER}")
    page.until("openEyes.answers()[0]?.state === 'done'")
    answer = page.evaluate("openEyes.answers()[0]")
    assert answer["question"] == "What do you see?"
    page.until(f"document.body.innerText.includes({answer['text']!r})")
    page.picture(artefacts / "firefox-answer.png")


def test_what_the_server_drew_comes_back(page: Firefox, artefacts: Path) -> None:
    page.press("#view")
    page.choose("input[value=burn-in]")
    page.type(ESCAPE)
    page.until("document.querySelector('#stage.returning') && openEyes.stats()?.rates.out > 0")
    page.until("openEyes.glassToGlass()?.p50 > 0")
    page.picture(artefacts / "firefox-annotated.png")
    assert page.evaluate("openEyes.glassToGlass().estimated") is False


def test_the_other_language_is_spoken_at_once(page: Firefox, artefacts: Path) -> None:
    page.press("#view")
    page.choose("input[value=zh]")
    page.type(ESCAPE)
    page.until("document.documentElement.lang === 'zh'")
    assert page.evaluate("document.querySelector('#source').innerText").strip() == "来源"
    page.press("#question")
    page.type(f"你看到了什么？{ENTER}")
    asked = "openEyes.answers().find(({ question }) => question.startsWith('你'))"
    page.until(f"{asked}?.state === 'done'")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in page.evaluate(f"{asked}.text"))
    page.picture(artefacts / "firefox-chinese.png")
    page.evaluate("localStorage.clear()")


def test_nothing_broke_and_nothing_was_refused(page: Firefox) -> None:
    assert page.errors == []
    assert page.evaluate("window.refused") == []


def test_the_camera_outlives_a_restart_of_the_server(firefox: Firefox, artefacts: Path) -> None:
    port = free_port()
    firefox.resize(*DESKTOP)
    with openeyes_process(port=port) as (base, _):
        firefox.go(f"{base}/?source=camera&autostart=1")
        firefox.until("window.openEyes?.state() === 'live'")
        firefox.until(FRAMES_ARRIVE)
        firefox.picture(artefacts / "firefox-camera.png")
        session = firefox.evaluate("openEyes.session()")
    firefox.until("openEyes.state() === 'reconnecting'")
    with openeyes_process(port=port):
        seconds = firefox.until("openEyes.state() === 'live'")
        print(f"\nlive {seconds:.2f} s after the server was ready again")
        firefox.until(FRAMES_ARRIVE)
        assert firefox.evaluate("openEyes.session()") != session, "the server knows nothing"
        firefox.go("about:blank")
