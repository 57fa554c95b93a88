"""The assistant on the page, in a real browser: captions, questions, touches, watches, memory.

What the server says and sees is scripted in all tests but the last, so that each case is there
when it is wanted, whatever else runs on the machine; session, camera and video are real in all.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_states import SCRIPT, spot
from playwright.sync_api import Browser, Page, ViewportSize

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PHONE = ViewportSize(width=390, height=844)
KEYBOARD_OPEN = ViewportSize(width=390, height=450)

SCRIPTED = SCRIPT.read_text()
"""``see`` gives the page its tracks and ``hear`` its events; what it says is kept in ``sent``."""

FRONT_CAMERA = """{
  const ask = MediaStreamTrack.prototype.getSettings;
  MediaStreamTrack.prototype.getSettings = function () {
    return { ...ask.call(this), facingMode: "user" };
  };
}"""

FRAME = {"pts": 1, "age": 40}
CUP = {"id": 7, "label": "cup", "box": [0.2, 0.3, 0.2, 0.2]}
TABLE = {"id": 3, "label": "dining table", "box": [0.1, 0.25, 0.5, 0.6]}


def opened(browser: Browser, base: str, *scripts: str) -> Page:
    context = browser.new_context(
        viewport=PHONE, permissions=["camera"], locale="en-GB", has_touch=True
    )
    page = context.new_page()
    for script in scripts:
        page.add_init_script(script)
    page.goto(f"{base}/?source=camera&autostart=1")
    until(page, "window.openEyes?.state() === 'live' && window.hear")
    see(page, CUP, TABLE)
    until(page, "openEyes.drawn().boxes.length === 2")
    return page


@pytest.fixture
def page(browser: Browser, base: str) -> Iterator[Page]:
    page = opened(browser, base, SCRIPTED)
    yield page
    page.context.close()


def until(page: Page, condition: str, seconds: float = 60) -> None:
    """Waits for a condition; the page's own policy forbids Playwright's way of doing so."""
    for _ in range(int(seconds * 20)):
        if page.evaluate(f"() => Boolean({condition})"):
            return
        page.wait_for_timeout(50)
    known = "[openEyes.state(), openEyes.answers(), openEyes.watches(), openEyes.alerts()]"
    pytest.fail(f"waited {seconds:.0f} s for: {condition}; known: {page.evaluate(known)}")


def hear(page: Page, kind: str, **fields: Any) -> None:
    fields = {"frame": FRAME, "age": 100, "source": "grounded", **fields}
    page.evaluate("(message) => window.hear(message)", {"type": kind, **fields})


def sent(page: Page, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(
        "(kind) => window.sent.filter(({ type }) => type === kind)", kind
    )
    return found


def see(page: Page, *objects: dict[str, Any]) -> None:
    page.evaluate("(objects) => window.see(...objects)", list(objects))


def test_a_question_is_answered_where_it_was_asked(page: Page) -> None:
    page.fill("#question", "How many cups are there?")
    page.keyboard.press("Enter")
    assert "…" in page.inner_text("#docked")
    assert page.input_value("#question") == ""
    (asked,) = sent(page, "ask")
    assert asked == {"type": "ask", "id": "ask-1", "text": "How many cups are there?"}
    hear(page, "answer", id="ask-1", delta="I see <i>one</i>")
    until(page, "document.querySelector('#docked').innerText.includes('<i>one</i>…')")
    assert page.inner_text("#said") == "", "pieces are not read out"
    hear(page, "answer", id="ask-1", text="I see <i>one</i> cup.", done=True)
    assert "I see <i>one</i> cup." in page.inner_text("#docked")
    assert page.inner_text("#said") == "I see <i>one</i> cup."
    assert page.evaluate("document.querySelectorAll('#docked i:not(.frame), #said i').length") == 0


def test_an_answer_goes_with_its_object(page: Page, artefacts: Path) -> None:
    page.evaluate("openEyes.ask('Where is it?')")
    hear(page, "answer", id="ask-1", delta="Here I am", objects=[99, 7])
    until(page, "document.querySelector('#bubbles .anchored') !== null")
    page.screenshot(path=artefacts / "page-bubble.png")
    assert page.inner_text("#docked") == ""
    before = page.locator("#bubbles .anchored").bounding_box()
    see(page, {**CUP, "box": [0.2, 0.6, 0.2, 0.2]}, TABLE)
    until(page, "openEyes.drawn().boxes[0].box[1] === 0.6")
    page.wait_for_timeout(800)
    after = page.locator("#bubbles .anchored").bounding_box()
    assert before
    assert after
    assert after["y"] - before["y"] > 40
    see(page)
    until(page, "openEyes.answers()[0].anchor === null")
    until(page, "document.querySelector('#docked').innerText.includes('Here I am')")
    assert page.locator("#bubbles .anchored").count() == 0


def test_an_answer_follows_in_the_servers_video_too(page: Page) -> None:
    page.click("#view")
    page.check("input[name=view][value=burn-in]")
    page.keyboard.press("Escape")
    until(page, "document.querySelector('#stage').classList.contains('returning')")
    page.evaluate("openEyes.ask('What is this?', { object: 7 })")
    hear(page, "answer", id="ask-1", text="Here I am", done=True)
    until(page, "openEyes.answers()[0].anchor === 7")
    until(page, "document.querySelector('#bubbles .anchored') !== null")
    page.click("#view")
    page.check("input[name=view][value=off]")
    until(page, "openEyes.answers()[0].anchor === null")


def test_a_refusal_shows_in_the_answers_place_and_can_be_asked_again(page: Page) -> None:
    page.evaluate("openEyes.ask('Who is that?')")
    hear(page, "problem", code="no-model", detail="There is no model here.", about="ask-1")
    assert "There is no model here." in page.inner_text("#docked")
    page.click("#docked .act")
    assert [asked["text"] for asked in sent(page, "ask")] == ["Who is that?"] * 2
    assert len({asked["id"] for asked in sent(page, "ask")}) == 2


def test_a_lost_session_fails_questions_and_takes_watches_along(page: Page, base: str) -> None:
    page.evaluate("openEyes.ask('Is anyone there?')")
    page.click("#watch-mode")
    page.fill("#question", "tell me when a dog appears")
    page.click("#send")
    hear(page, "watching", id="watch-1", text="", rule="when a dog appears", state="watching")
    session = page.evaluate("openEyes.session()")
    request = urllib.request.Request(f"{base}/v1/sessions/{session}", method="DELETE")
    urllib.request.urlopen(request).close()
    until(page, "window.sent.filter(({ type }) => type === 'watch').length === 2", 60)
    first, again = sent(page, "watch")
    assert (
        first == again == {"type": "watch", "id": "watch-1", "text": "tell me when a dog appears"}
    )
    (answer,) = page.evaluate("openEyes.answers()")
    assert (answer["state"], answer["reason"]) == ("failed", "lost")


@pytest.mark.parametrize("front", [False, True], ids=["rear", "front"])
def test_a_touch_asks_about_what_is_there(browser: Browser, base: str, *, front: bool) -> None:
    page = opened(browser, base, SCRIPTED, *([FRONT_CAMERA] if front else []))
    for across in (0.3, 0.55, 0.8):
        page.mouse.click(*spot(page, 1 - across if front else across, 0.4))
    cup, table, nothing = sent(page, "ask")
    page.context.close()
    assert (cup["text"], cup["object"]) == ("What is this?", 7)
    assert table["object"] == 3
    assert nothing["point"] == pytest.approx([0.8, 0.4], abs=0.01)


def test_a_touch_takes_the_words_along(page: Page) -> None:
    page.fill("#question", "Which colour is that?")
    page.mouse.click(*spot(page, 0.3, 0.4))
    page.mouse.click(*spot(page, 0.5, -0.3))
    assert [(asked["text"], asked["object"]) for asked in sent(page, "ask")] == [
        ("Which colour is that?", 7)
    ]


def test_objects_are_reached_by_keyboard(page: Page) -> None:
    until(page, "document.querySelectorAll('#objects button').length === 2")
    page.focus("#objects button")
    assert page.evaluate("document.activeElement.innerText") == "What is this cup?"
    page.keyboard.press("Enter")
    assert sent(page, "ask")[0]["object"] == 7


def test_a_watch_is_repeated_listed_and_removed(page: Page) -> None:
    page.click("#watch-mode")
    page.fill("#question", "tell me when a cup appears")
    page.keyboard.press("Enter")
    hear(page, "watching", id="watch-1", text="", rule="when a cup appears", state="watching")
    assert page.inner_text("#note") == "I will tell you when a cup appears."
    assert page.inner_text("#watching") == "1"
    page.click("#watching")
    assert "tell me when a cup appears" in page.inner_text("#watches")
    page.click("#watches .act")
    assert sent(page, "unwatch") == [{"type": "unwatch", "id": "watch-1"}]
    assert page.inner_text("#watches") == ""


def test_an_alert_stands_out_until_it_is_dismissed(page: Page, artefacts: Path) -> None:
    page.evaluate(
        """() => {
          window.buzzes = 0;
          navigator.vibrate = () => { window.buzzes += 1; };
        }"""
    )
    for number in range(1, 8):
        hear(page, "alert", id=f"alert-{number}", watch="watch-1", text=f"Cup number {number}")
    page.screenshot(path=artefacts / "page-alerts.png")
    assert page.evaluate("window.buzzes") == 7
    assert page.inner_text("#warned") == "Cup number 7"
    assert page.locator("#alerts article").count() == 5
    page.click("#alerts article:first-child .act")
    assert page.inner_text("#alerts article:first-child .text") == "Cup number 6"


def test_captions_tell_their_age_and_can_be_turned_off(page: Page) -> None:
    hear(page, "caption", id="c", text="A cup on a saucer", age=9000)
    assert "A cup on a saucer" in page.inner_text("#caption")
    assert "9 s ago" in page.inner_text("#caption")
    until(page, "document.querySelector('#caption').dataset.tone === 'stale'")
    page.click("#view")
    page.click("label:has(#captions)")
    assert sent(page, "set")[-1] == {"type": "set", "captions": False}
    page.reload()
    until(page, "window.sent.some(({ type }) => type === 'set')")
    assert sent(page, "set")[0]["captions"] is False


def test_the_page_speaks_chinese(page: Page) -> None:
    page.click("#view")
    page.click("label:has(input[value=zh])")
    until(page, "document.documentElement.lang === 'zh'")
    assert sent(page, "set")[-1] == {"type": "set", "language": "zh"}
    page.keyboard.press("Escape")
    assert page.get_attribute("#question", "placeholder") == "问问眼前的东西"
    page.click("#read")
    assert sent(page, "ask")[-1]["text"] == "上面写着什么？"
    page.reload()
    until(page, "document.documentElement.lang === 'zh' && window.openEyes")


def test_everything_is_in_reach_with_the_keyboard_open(page: Page, artefacts: Path) -> None:
    hear(page, "caption", id="c", text="A cup on a saucer, and a person beside it. " * 3)
    hear(page, "answer", id="tap-1", text="It is a cup. " * 40, done=True)
    hear(page, "alert", id="a", watch="w", text="A cup appeared on the right of the picture.")
    page.focus("#question")
    page.set_viewport_size(KEYBOARD_OPEN)
    page.wait_for_timeout(500)
    page.screenshot(path=artefacts / "page-keyboard.png")
    rects = {
        name: page.locator(name).bounding_box() for name in ("#alerts", "#talk", "#ask", "#bar")
    }
    alerts, talk, ask, bar = (rects[name] for name in ("#alerts", "#talk", "#ask", "#bar"))
    assert alerts
    assert talk
    assert ask
    assert bar
    assert alerts["y"] + alerts["height"] <= talk["y"] + 1
    assert ask["y"] + ask["height"] <= bar["y"] + bar["height"] <= KEYBOARD_OPEN["height"]
    for name in ("#question", "#send", "#watch-mode", "#read", "#toggle", "#source", "#view"):
        box = page.locator(name).bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44, name
        middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
        on_top = "([x, y, name]) => document.elementFromPoint(x, y)?.closest(name) !== null"
        assert page.evaluate(on_top, [*middle, name]), f"{name} is covered"


def test_the_server_answers_watches_and_remembers(
    browser: Browser, base: str, artefacts: Path
) -> None:
    context = browser.new_context(viewport=PHONE, permissions=["camera"], locale="en-GB")
    page = context.new_page()
    page.goto(f"{base}/?source=camera&autostart=1")
    until(page, "window.openEyes?.drawn().boxes.length > 0")
    page.fill("#question", "What do you see?")
    page.keyboard.press("Enter")
    page.evaluate("openEyes.watch('tell me when a cup appears')")
    until(page, "openEyes.answers()[0].done")
    until(page, "openEyes.captions() !== null")
    until(page, "openEyes.alerts().length > 0")
    until(page, "document.querySelector('#alerts img')?.naturalWidth > 0")
    (answer,) = page.evaluate("openEyes.answers()")
    assert answer["source"] == "grounded"
    assert answer["objects"]
    page.click("#recall")
    page.fill("#recall-words", "cup")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#memories').innerText.includes('cup')")
    until(page, "document.querySelector('#memories img')?.naturalWidth > 0")
    page.screenshot(path=artefacts / "page-recall.png")
    context.close()
