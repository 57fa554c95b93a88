"""What one does with what is seen, in a real browser: freezing, the menu on an object, finding.

The boxes are scripted, as in ``test_assistant_page``; session, video, reader and memory are real.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from page_states import spot
from playwright.sync_api import Browser, FloatRect, Page, ViewportSize

from tests.e2e.test_assistant_page import (
    CUP,
    PHONE,
    SCRIPTED,
    TABLE,
    hear,
    opened,
    see,
    sent,
    until,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
OTHER_CUP = {"id": 8, "label": "cup", "box": [0.7, 0.6, 0.2, 0.2]}
LINES = ("OPENING HOURS", "Monday 9 to 17", "Sunday closed")

NO_TICKS = """{
  window.ticks = [];
  navigator.vibrate = (pulses) => { window.ticks.push(pulses); return true; };
}"""


@pytest.fixture
def page(browser: Browser, base: str) -> Iterator[Page]:
    page = opened(browser, base, SCRIPTED, NO_TICKS)
    page.context.grant_permissions(["camera", "clipboard-read", "clipboard-write"])
    yield page
    page.context.close()


@pytest.fixture(scope="session")
def notice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of a notice on a wall."""
    path = tmp_path_factory.mktemp("notice") / "notice.webm"
    picture = np.full((480, 640, 3), 235, np.uint8)
    for row, line in enumerate(LINES):
        where = (60, 120 + 110 * row)
        cv2.putText(picture, line, where, cv2.FONT_HERSHEY_SIMPLEX, 1.7, (30, 30, 30), 4, 16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libvpx", rate=15)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        for number in range(30):
            frame = av.VideoFrame.from_ndarray(picture, "bgr24")
            frame.pts, frame.time_base = number, Fraction(1, 15)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


class Fingers:
    """Of one person, on one page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session = page.context.new_cdp_session(page)

    def __call__(self, kind: str, *at: float) -> None:
        """``touchStart``, ``touchMove`` or ``touchEnd``; x and y of each finger."""
        points = [{"x": at[n], "y": at[n + 1], "id": n} for n in range(0, len(at), 2)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def press(self, x: float, y: float) -> None:
        """Stays for longer than a touch does."""
        self("touchStart", x, y)
        self._page.wait_for_timeout(700)
        self("touchEnd")


def clipboard(page: Page) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def rect(page: Page, name: str) -> FloatRect:
    found = page.locator(name).first.bounding_box()
    assert found, name
    return found


def test_a_frozen_picture_stands_still_while_the_stream_goes_on(page: Page) -> None:
    page.keyboard.press("f")
    until(page, "document.querySelector('#still-bar')")
    assert page.get_attribute("#freeze", "aria-pressed") == "true"
    before = page.evaluate("[...document.querySelector('#still').toDataURL()].length")
    drawn = page.evaluate("openEyes.drawn().boxes.map(({ box }) => box)")
    see(page, {**CUP, "box": [0.6, 0.6, 0.2, 0.2]}, TABLE)
    page.wait_for_timeout(1500)
    assert page.evaluate("[...document.querySelector('#still').toDataURL()].length") == before
    assert page.evaluate("openEyes.drawn().boxes.map(({ box }) => box)") == drawn
    assert page.evaluate("openEyes.state()") == "live"
    assert isinstance(sent(page, "freeze")[0]["pts"], int)
    page.mouse.click(*spot(page, 0.3, 0.4))
    assert sent(page, "ask")[0]["object"] == 7, "touched where it was"
    until(page, "/[1-9] s ago/.test(document.querySelector('#still-bar .age').innerText)")
    page.keyboard.press("Escape")
    until(page, "!document.querySelector('#still-bar')")
    assert sent(page, "freeze")[-1] == {"type": "freeze"}
    until(page, "openEyes.drawn().boxes.some(({ box }) => box[0] === 0.6)")


@pytest.mark.long
def test_the_same_button_and_the_way_back_unfreeze(page: Page) -> None:
    page.click("#freeze")
    until(page, "document.querySelector('#still-bar')")
    page.click("#freeze")
    until(page, "!document.querySelector('#still-bar')")
    page.click("#freeze")
    until(page, "document.querySelector('#still-bar')")
    page.go_back()
    until(page, "!document.querySelector('#still-bar')")
    assert page.evaluate("openEyes.state()") == "live"
    page.fill("#question", "of")
    assert page.locator("#still-bar").count() == 0, "F in a field is a letter"


@pytest.mark.long
def test_stopping_ends_the_frozen_picture(page: Page) -> None:
    page.click("#freeze")
    until(page, "document.querySelector('#still-bar')")
    page.click("#toggle")
    until(page, "openEyes.state() === 'idle'")
    assert page.locator("#still, #still-bar, #lines").count() == 0


@pytest.mark.long
def test_a_frozen_picture_grows_under_wheel_keys_and_fingers(page: Page) -> None:
    page.click("#freeze")
    until(page, "document.querySelector('#still-bar')")
    width = rect(page, "#still")["width"]
    page.mouse.move(195, 420)
    page.mouse.wheel(0, -300)
    until(page, f"document.querySelector('#still').getBoundingClientRect().width > {width * 1.5}")
    grown = rect(page, "#still")
    page.mouse.down()
    page.mouse.move(255, 420, steps=4)
    page.mouse.up()
    assert rect(page, "#still")["x"] == pytest.approx(grown["x"] + 60, abs=2)
    assert sent(page, "ask") == [], "what was moved was not asked about"
    page.keyboard.press("0")
    assert rect(page, "#still")["width"] == pytest.approx(width, abs=1)
    page.keyboard.press("+")
    assert rect(page, "#still")["width"] > width * 1.2
    page.keyboard.press("0")
    fingers = Fingers(page)
    fingers("touchStart", 150, 420, 240, 420)
    for wide in (60, 75, 90):
        fingers("touchMove", 195 - wide, 420, 195 + wide, 420)
    fingers("touchEnd")
    assert rect(page, "#still")["width"] > width * 1.6


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_text_of_the_frozen_picture_is_selected_and_copied(
    browser: Browser, base: str, notice: Path, artefacts: Path, size: ViewportSize
) -> None:
    context = browser.new_context(viewport=size, locale="en-GB")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(base)
    until(page, "window.openEyes")
    page.set_input_files("#file", notice)
    until(page, "openEyes.state() === 'live'")
    page.wait_for_timeout(500)
    page.click("#freeze")
    until(page, "document.querySelectorAll('#lines li').length >= 3", 90)
    page.click("#still-bar .copy")
    until(page, "document.querySelector('#still-bar .told').innerText === 'Copied.'")
    copied = clipboard(page).split("\n")
    assert [line.replace(" ", "") for line in copied] == [line.replace(" ", "") for line in LINES]
    page.screenshot(path=artefacts / f"page-frozen-{size['width']}.png")
    line = rect(page, "#lines li >> nth=0")
    left, _ = spot(page, 60 / 640, 0)
    right, _ = spot(page, 470 / 640, 0)
    assert line["x"] == pytest.approx(left, abs=14)
    assert line["x"] + line["width"] == pytest.approx(right, abs=30)
    page.locator("#lines li >> nth=1").click()
    until(page, "document.querySelector('#still-bar .copy').innerText === 'Copy selection'")
    page.screenshot(path=artefacts / f"page-frozen-selected-{size['width']}.png")
    page.click("#still-bar .copy")
    until(page, "document.querySelector('#still-bar .told').innerText === 'Copied.'")
    assert clipboard(page).replace(" ", "") == "Monday9to17"
    tree = page.locator("#lines").aria_snapshot()
    assert "Text in the picture" in tree
    assert "closed" in tree
    context.close()


def test_a_long_press_opens_a_menu_at_the_finger(page: Page, artefacts: Path) -> None:
    Fingers(page).press(*spot(page, 0.3, 0.4))
    until(page, "document.querySelector('#menu')")
    page.screenshot(path=artefacts / "page-menu.png")
    assert page.inner_text("#menu h2") == "cup"
    box = rect(page, "#menu")
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert box["y"] + box["height"] <= PHONE["height"]
    for item in page.locator("#menu [role=menuitem]").all():
        size = item.bounding_box()
        assert size
        assert size["height"] >= 44
    page.wait_for_timeout(300)
    assert sent(page, "ask") == [], "the press was no touch"
    page.click("text=Ask about this")
    assert sent(page, "ask")[0]["object"] == 7
    assert page.locator("#menu").count() == 0
    page.mouse.click(*spot(page, 0.3, 0.4))
    assert len(sent(page, "ask")) == 2, "the next touch is a touch"


@pytest.mark.long
def test_a_right_click_opens_it_and_a_click_beside_closes_it(page: Page) -> None:
    page.mouse.click(*spot(page, 0.3, 0.4), button="right")
    until(page, "document.querySelector('#menu')")
    page.mouse.click(*spot(page, 0.8, 0.9))
    assert page.locator("#menu").count() == 0
    assert sent(page, "ask") == [], "the click only closed the menu"
    page.mouse.click(*spot(page, 0.9, 0.1), button="right")
    until(page, "document.querySelector('#menu')")
    names = page.locator("#menu [role=menuitem]").all_inner_texts()
    assert names == ["Ask about this", "Remember this", "Freeze the picture", "Close"]


def test_the_menu_is_reached_and_worked_by_keyboard(page: Page) -> None:
    until(page, "document.querySelectorAll('#objects button').length === 2")
    page.focus("#objects button")
    page.keyboard.press("Shift+F10")
    if not page.locator("#menu").count():  # a headless browser may not make the event of the key
        page.evaluate(
            "document.activeElement.dispatchEvent("
            "new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))"
        )
    until(page, "document.querySelector('#menu')")
    assert page.evaluate("document.activeElement.innerText") == "Ask about this"
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.innerText") == "Close"
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.innerText").startswith("Watch this")
    page.keyboard.press("Enter")
    (watch,) = sent(page, "watch")
    assert watch == {
        "type": "watch",
        "id": "watch-1",
        "text": "tell me when the cup leaves",
        "object": 7,
    }
    page.focus("#objects button")
    page.evaluate(
        "document.activeElement.dispatchEvent("
        "new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))"
    )
    until(page, "document.querySelector('#menu')")
    page.keyboard.press("Escape")
    assert page.locator("#menu").count() == 0
    assert page.evaluate("document.activeElement.dataset.object") == "7"


@pytest.mark.long
def test_more_like_this_is_marked_and_watched_for(page: Page) -> None:
    see(page, CUP, TABLE, OTHER_CUP)
    until(page, "openEyes.drawn().boxes.length === 3")
    page.mouse.click(*spot(page, 0.3, 0.4), button="right")
    page.click("text=Find more like this")
    assert page.inner_text("#note") == "Marked here: 1. I will tell you when another comes."
    (watch,) = sent(page, "watch")
    assert (watch["object"], watch["about"]) == (7, "like")


@pytest.mark.long
def test_what_is_remembered_gets_a_name(page: Page) -> None:
    page.mouse.click(*spot(page, 0.3, 0.4), button="right")
    page.click("text=Remember this")
    assert page.input_value("#menu input") == "cup"
    page.fill("#menu input", "")
    page.keyboard.press("Enter")
    assert page.inner_text("#menu .wrong") == "What to call it"
    page.fill("#menu input", "my grandmother's cup")
    page.keyboard.press("Enter")
    (kept,) = sent(page, "remember")
    assert kept == {
        "type": "remember",
        "id": "keep-1",
        "text": "my grandmother's cup",
        "object": 7,
    }
    hear(page, "remembered", id="keep-1", text="my grandmother's cup", lasting=False)
    until(page, "document.querySelector('#note').innerText.includes('--memory')")


@pytest.mark.long
def test_text_on_an_object_is_copied_and_searched_where_the_person_wants(page: Page) -> None:
    quad = [[0.22, 0.35], [0.38, 0.35], [0.38, 0.4], [0.22, 0.4]]
    hear(page, "text", blocks=[{"text": "Best Mum", "quad": quad, "score": 0.9, "id": 1}])
    page.mouse.click(*spot(page, 0.3, 0.45), button="right")
    page.click("#menu >> text=Copy text")
    until(page, "document.querySelector('#note').innerText === 'Copied.'")
    assert clipboard(page) == "Best Mum"
    page.evaluate(
        "() => { window.opened = []; window.open = (...how) => { window.opened.push(how); }; }"
    )
    page.mouse.click(*spot(page, 0.3, 0.45), button="right")
    page.click("#menu >> text=Search the web for it")
    assert page.evaluate("window.opened") == [], "nobody is asked before the person chose whom"
    page.click("#menu >> text=Another address")
    page.fill("#menu input", "http://search.test/?q={words}")
    page.keyboard.press("Enter")
    assert "https://" in page.inner_text("#menu .wrong")
    page.fill("#menu input", "https://search.test/?q={words}")
    page.keyboard.press("Enter")
    address = "https://search.test/?q=Best%20Mum"
    assert page.evaluate("window.opened") == [[address, "_blank", "noopener,noreferrer"]]
    page.mouse.click(*spot(page, 0.3, 0.45), button="right")
    assert "with your own" in page.inner_text("#menu")


def test_finding_guides_by_words_ticks_and_arrow_until_it_is_there(
    page: Page, artefacts: Path
) -> None:
    see(page, TABLE)
    page.click("#seek")
    until(page, "document.querySelector('#seek-sheet')?.open")
    page.fill("#seek-sheet input", "my purple unicorn")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#seek-sheet .wrong').innerText.includes('unicorn')")
    page.screenshot(path=artefacts / "page-find-what.png")
    page.fill("#seek-sheet input", "my cup")
    page.keyboard.press("Enter")
    way = "document.querySelector('#seeker .way').innerText"
    until(page, f"{way}.startsWith('Not in sight')")
    see(page, TABLE, {**CUP, "box": [0.4, 0.02, 0.1, 0.06]})
    until(page, f"{way}.includes('higher')")
    page.screenshot(path=artefacts / "page-find-way.png")
    see(page, TABLE, {**CUP, "box": [0.45, 0.45, 0.1, 0.1]})
    until(page, f"{way} === 'Here it is, right ahead.'")
    page.screenshot(path=artefacts / "page-find-there.png")
    assert page.evaluate("window.ticks.length") > 2
    assert page.evaluate("document.querySelector('#seeker .way').getAttribute('role')") == "status"
    page.click("#seeker .stop")
    assert page.locator("#seeker").count() == 0
    ticks = page.evaluate("window.ticks.length")
    page.wait_for_timeout(1000)
    assert page.evaluate("window.ticks.length") == ticks


@pytest.mark.long
def test_finding_leads_in_any_view_and_ends_with_the_picture(page: Page, artefacts: Path) -> None:
    """The way is that of what is there now: unseen boxes, a frozen and an ended stream."""
    page.click("#view")
    page.check("input[name=view][value=off]")
    page.keyboard.press("Escape")
    find_cup(page)
    until(page, "document.querySelector('#seeker .way')?.innerText.includes('left')")
    page.click("#freeze")
    until(page, "document.querySelector('#still-bar')")
    assert page.locator("#seeker").count() == 0
    assert "stands still" in page.inner_text("#note")
    page.click("#freeze")
    until(page, "!document.querySelector('#still-bar')")
    find_cup(page)
    until(page, "document.querySelector('#seeker')")
    page.evaluate("document.querySelector('#preview').pause()")
    until(page, "document.querySelector('#seeker .way').innerText === 'Waiting for the picture.'")
    ticks = page.evaluate("window.ticks.length")
    page.screenshot(path=artefacts / "page-find-waiting.png")
    page.wait_for_timeout(1000)
    assert page.evaluate("window.ticks.length") == ticks
    page.evaluate("document.querySelector('#preview').play()")
    until(page, "document.querySelector('#seeker .way').innerText.includes('left')")
    page.click("#seeker .stop")
    assert page.evaluate("document.activeElement.id") == "seek"
    find_cup(page)
    until(page, "document.querySelector('#seeker')")
    page.click("#toggle")
    until(page, "openEyes.state() === 'idle'")
    until(page, "!document.querySelector('#seeker')")


def find_cup(page: Page) -> None:
    page.click("#seek")
    until(page, "document.querySelector('#seek-sheet')?.open")
    page.click("#seek-sheet .kinds >> text=cup")


@pytest.mark.long
def test_the_form_of_the_menu_is_left_by_its_button(page: Page, artefacts: Path) -> None:
    page.mouse.click(*spot(page, 0.3, 0.4), button="right")
    page.click("text=Remember this")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('#menu input')"), "Tab goes round"
    page.screenshot(path=artefacts / "page-menu-form.png")
    page.click("#menu .cancel")
    assert page.locator("#menu").count() == 0
    assert sent(page, "remember") == []


@pytest.mark.long
def test_all_of_it_speaks_chinese(page: Page, artefacts: Path) -> None:
    page.click("#view")
    page.click("label:has(input[value=zh])")
    until(page, "document.documentElement.lang === 'zh'")
    page.keyboard.press("Escape")
    page.click("#freeze")
    until(page, "document.querySelector('#still-bar')?.innerText.includes('定格')")
    page.click("#freeze")
    page.click("#seek")
    until(page, "document.querySelector('#seek-sheet')?.open")
    page.fill("#seek-sheet input", "我的杯子")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#seeker .what').innerText === '正在找：杯子'")
    page.screenshot(path=artefacts / "page-find-chinese.png")
    page.click("#view")
    page.click("label:has(input[value=en])")
    until(page, "document.querySelector('#seeker .what').innerText === 'Looking for: cup'")
    page.keyboard.press("Escape")
    page.click("#freeze")
    until(page, "document.querySelector('#still-bar .go')?.innerText === 'Unfreeze'")
    page.click("#view")
    page.click("label:has(input[value=zh])")
    until(page, "document.querySelector('#still-bar .go').innerText !== 'Unfreeze'")
    assert "定格" in page.inner_text("#still-bar .age")
