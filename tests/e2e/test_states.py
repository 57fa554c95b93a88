"""Each of the page's states: for everybody to use, and as it was.

Axe-core, text twice as large, the keyboard alone; looks and what is read out (``page_looks.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import fake_camera_browser
from page_looks import TOLERANCE, changed, difference, read_otherwise, small
from page_states import DESKTOP, PHONE, STATES, Visit, settle, visited, wait, write_still
from playwright.sync_api import Browser, Page, ViewportSize

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

GRAVE = {"serious", "critical"}
VISITS = (
    Visit(PHONE, "en", "light"),
    pytest.param(Visit(DESKTOP, "en", "dark"), marks=pytest.mark.long),
)
IN_CHINESE = Visit(PHONE, "zh", "dark")
STILL = {"start", "denied", "live", "menu", "seek", "source", "view"}
"""States in which nothing moves meanwhile: no age, no figures, no pictures of what was before."""
READ = {"start", "denied"}
"""Those in which nothing is told meanwhile, either."""
NARROW = ViewportSize(width=320, height=640)
LARGE = "document.documentElement.style.fontSize = '200%'"
OUTSIDE = """() => [...document.querySelectorAll("button, input, a, summary")]
  .filter((each) => each.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true }))
  .filter((each) => !each.closest(".unseen, #objects, #file") && each.id !== "file")
  .map((each) => [each.id || each.textContent.trim(), each.getBoundingClientRect()])
  .filter(([, { left, right, width }]) => width > 1 && (left < -1 || right > innerWidth + 1))
  .map(([name]) => name)"""
FOCUSED = """() => {
  const { activeElement: at } = document;
  return at.getAttribute("aria-label") || at.textContent.trim() || at.id;
}"""


@pytest.fixture(scope="module", params=VISITS, ids=["phone", "desktop"])
def visit(request: pytest.FixtureRequest) -> Visit:
    chosen: Visit = request.param
    return chosen


@pytest.fixture(scope="module")
def still_browser(visit: Visit, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    clip = tmp_path_factory.mktemp("still") / "camera.y4m"
    write_still(clip, visit.screen)
    with fake_camera_browser(clip) as chromium:
        yield chromium


@pytest.mark.parametrize("state", STATES)
def test_all_can_read_and_reach_it(
    still_browser: Browser, base: str, visit: Visit, state: str, artefacts: Path
) -> None:
    """Axe finds nothing grave; with text twice as large nothing is out of reach."""
    with visited(still_browser, base, visit) as page:
        STATES[state](page, visit)
        settle(page)
        looks = changed(page, f"{state}-{visit.screen.name}", artefacts) if state in STILL else ""
        if visit.screen is PHONE and state in READ:
            looks = looks or read_otherwise(page, state)
        found = Axe().run(page).response["violations"]
        if visit.screen is PHONE:
            page.set_viewport_size(NARROW)
        page.evaluate(LARGE)
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
        assert page.evaluate(OUTSIDE) == []
    assert grave(found) == []
    assert not looks, looks


@pytest.mark.parametrize("state", ["live", "view"])
def test_in_chinese_it_can_be_read_as_well(
    still_browser: Browser, base: str, visit: Visit, state: str
) -> None:
    if visit.screen is not IN_CHINESE.screen:
        pytest.skip("once is enough")
    with visited(still_browser, base, IN_CHINESE) as page:
        STATES[state](page, IN_CHINESE)
        settle(page)
        assert page.evaluate("document.documentElement.lang") == "zh"
        assert grave(Axe().run(page).response["violations"]) == []


def test_a_button_that_moved_is_noticed(still_browser: Browser, base: str, visit: Visit) -> None:
    with visited(still_browser, base, visit) as page:
        STATES["live"](page, visit)
        settle(page)
        before = small(page.screenshot())
        assert difference(before, small(page.screenshot())) < TOLERANCE
        page.evaluate("document.querySelector('#speak').style.translate = '40px'")
        assert difference(before, small(page.screenshot())) > TOLERANCE


def grave(found: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """Those findings of axe that keep people out."""
    return [told(each) for each in found if each["impact"] in GRAVE]


def told(violation: dict[str, Any]) -> tuple[str, list[str]]:
    """One finding of axe, short enough to be read in a log."""
    return violation["help"], [node["html"][:200] for node in violation["nodes"][:3]]


def pressed(page: Page, key: str, until: str, most: int = 40) -> str:
    """Presses a key until what has the focus is called so."""
    for _ in range(most):
        page.keyboard.press(key)
        if until in page.evaluate(FOCUSED):
            return until
    pytest.fail(f"{key} does not lead to {until!r}, but to {page.evaluate(FOCUSED)!r}")


def test_the_keyboard_alone_does_it_all(still_browser: Browser, base: str, visit: Visit) -> None:
    """From the start to an answer, through a sheet, and to the end."""
    with visited(still_browser, base, Visit(visit.screen, "en", visit.scheme)) as page:
        pressed(page, "Tab", "Use the camera")
        page.keyboard.press("Enter")
        wait(page, "window.openEyes.state() === 'live'")
        assert page.evaluate("document.activeElement.id") == "toggle", "the focus is not lost"
        page.evaluate("(objects) => window.see(...objects)", visit.objects())
        wait(page, "document.querySelectorAll('#objects button').length > 0")
        pressed(page, "Shift+Tab", "cup")
        page.keyboard.press("Enter")
        wait(page, "window.sent.some(({ type, object }) => type === 'ask' && object)")
        pressed(page, "Tab", "Your question")
        page.keyboard.type("what is that?")
        page.keyboard.press("Enter")
        wait(page, "window.sent.some(({ text }) => text === 'what is that?')")
        pressed(page, "Tab", "View")
        page.keyboard.press("Enter")
        wait(page, "document.querySelector('#view-sheet').open")
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.id") == "view", "back to where it was opened"
        pressed(page, "Shift+Tab", "Stop")
        page.keyboard.press("Enter")
        wait(page, "window.openEyes.state() === 'idle'")
        assert "Use the camera" in page.evaluate(FOCUSED)
