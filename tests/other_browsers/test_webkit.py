"""The page in WebKitGTK, whose WebRTC distributions leave out: all but that is tried.

Modules, sheets, camera, canvas and styles are the real ones. The connection is one that
stays in the page (``peer.js``), and what the server sees and says is scripted. The sample is not
played: Debian 12's WebKitGTK fails at every other video, wherever it comes from.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.other_browsers.driving import ENTER, ESCAPE
from tests.other_browsers.webkit import WebKit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

HERE = Path(__file__).parent
SCRIPTS = (HERE / "peer.js", HERE.parent.parent / "benchmarks" / "scripted_page.js")
PHONE = (450, 900)
CUP = {"id": 7, "label": "cup", "box": [0.3, 0.3, 0.3, 0.4]}
FRAME = {"pts": 1, "age": 40}
LIVE = "window.openEyes?.state() === 'live'"
PAINTED = """(() => {
  const canvas = document.querySelector("#overlay");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value, index) => index % 4 === 3 && value > 0);
})()"""


@pytest.fixture(scope="module")
def opened(webkit: WebKit, base: str) -> WebKit:
    """The start screen."""
    webkit.resize(*PHONE)
    webkit.go(base)
    webkit.until("document.body.classList.contains('ready')")
    return webkit


def test_without_webrtc_the_page_says_what_is_missing(opened: WebKit, artefacts: Path) -> None:
    if opened.evaluate("typeof RTCPeerConnection") == "function":
        pytest.skip("this WebKitGTK has WebRTC")
    opened.until("!document.querySelector('#card').hidden")
    opened.picture(artefacts / "webkit-without-webrtc.png")
    assert "WebRTC" in opened.evaluate("document.querySelector('#card').innerText")
    opened.press("#card-dismiss")
    opened.until("document.querySelector('#card').hidden")


@pytest.fixture(scope="module")
def page(opened: WebKit) -> WebKit:
    """The same with the connection that stays in the page."""
    for script in SCRIPTS:
        opened.evaluate(f"(() => {{ {script.read_text()} }})()")
    opened.evaluate("document.querySelector('#card').hidden = true")
    return opened


def hear(page: WebKit, kind: str, **fields: Any) -> None:
    message = {"type": kind, "v": 1, "frame": FRAME, "age": 100, "source": "grounded", **fields}
    page.evaluate(f"window.hear({json.dumps(message)})")


def test_the_camera_is_opened_shown_and_drawn_over(page: WebKit, artefacts: Path) -> None:
    page.press("#start-camera")
    page.until(LIVE)
    page.evaluate(f"window.see({json.dumps(CUP)})")
    page.until("openEyes.drawn().boxes.length === 1")
    page.until(PAINTED)
    assert page.evaluate("document.querySelector('#preview').srcObject.active")
    page.picture(artefacts / "webkit-camera.png")


def test_a_question_is_sent_and_its_answer_is_shown_by_the_object(
    page: WebKit, artefacts: Path
) -> None:
    page.press("#question")
    page.type(f"What is it?{ENTER}")
    page.until("window.sent.some(({ type }) => type === 'ask')")
    ask = page.evaluate("window.sent.find(({ type }) => type === 'ask')")
    assert ask["text"] == "What is it?"
    hear(page, "answer", id=ask["id"], done=True, text="A cup of coffee.", objects=[7])
    page.until("document.body.innerText.includes('A cup of coffee.')")
    page.picture(artefacts / "webkit-answer.png")


def test_the_other_language_is_spoken_at_once(page: WebKit, artefacts: Path) -> None:
    page.press("#view")
    page.until("document.querySelector('#view-sheet').open")
    page.choose("input[value=zh]")
    page.until("document.documentElement.lang === 'zh'")
    page.picture(artefacts / "webkit-sheet.png")
    page.type(ESCAPE)
    page.until("!document.querySelector('#view-sheet').open")
    assert page.evaluate("document.querySelector('#source').innerText").strip() == "来源"
    page.evaluate("localStorage.clear()")
