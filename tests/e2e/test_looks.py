"""The page's main states look as they did: compared with small pictures of them, with a tolerance.

The pictures (``looks``) are a quarter as wide and high, so that another machine's way of drawing
letters makes no difference, while a button that moved, a card that lies over another, or words cut
off do. Where a look is meant to change, delete its picture, run this, and look at the new one.
Where the machine has other letters than that on which they were made, nothing is compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from browser import fake_camera_browser
from numpy.typing import NDArray
from page_states import DESKTOP, PHONE, STATES, Visit, settle, visited, write_still
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LOOKS = Path(__file__).with_name("looks")
SMALLER = 4
PATCH = 9
"""Pixels of the small pictures over which a difference is averaged."""
TOLERANCE = 40.0
"""Mean difference of such a patch, of 255, that a change of letters stays below."""
VISITS = (Visit(PHONE, "en", "light"), Visit(DESKTOP, "en", "dark"))

MADE_WITH = LOOKS / "letters.txt"
LETTERS = """() => {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `600 16px ${getComputedStyle(document.body).fontFamily}`;
  return pen.measureText("Open Eyes sees 0123456789 开眼").width;
}"""
LETTERS_APART = 0.01
"""Part of their width by which they may differ."""

Image = NDArray[np.uint8]


@pytest.fixture(scope="module", params=VISITS, ids=lambda visit: visit.screen.name)
def visit(request: pytest.FixtureRequest) -> Visit:
    chosen: Visit = request.param
    return chosen


@pytest.fixture(scope="module")
def still_browser(visit: Visit, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    clip = tmp_path_factory.mktemp("still") / "camera.y4m"
    write_still(clip, visit.screen)
    with fake_camera_browser(clip) as chromium:
        yield chromium


def small(shot: bytes) -> Image:
    large = cv2.imdecode(np.frombuffer(shot, np.uint8), cv2.IMREAD_COLOR)
    assert large is not None
    size = (large.shape[1] // SMALLER, large.shape[0] // SMALLER)
    return np.asarray(cv2.resize(large, size, interpolation=cv2.INTER_AREA), np.uint8)


def difference(one: Image, two: Image) -> float:
    """Of the patch that differs most."""
    apart = cv2.absdiff(one, two).max(axis=2).astype(np.float32)
    return float(cv2.blur(apart, (PATCH, PATCH)).max())


def same_letters(page: Page) -> None:
    """Skips where they are others than in the pictures."""
    width = float(page.evaluate(LETTERS))
    if not MADE_WITH.exists():
        LOOKS.mkdir(exist_ok=True)
        MADE_WITH.write_text(f"{width}\n")
    known = float(MADE_WITH.read_text())
    if abs(width - known) > LETTERS_APART * known:
        pytest.skip(f"the letters here are {width:.1f} wide, those of the pictures {known:.1f}")


@pytest.mark.parametrize("state", STATES)
def test_it_looks_as_it_did(
    still_browser: Browser, base: str, visit: Visit, state: str, artefacts: Path
) -> None:
    with visited(still_browser, base, visit) as page:
        same_letters(page)
        STATES[state](page, visit)
        settle(page)
        seen = small(page.screenshot())
    path = LOOKS / f"{state}-{visit.screen.name}.png"
    if not path.exists():
        LOOKS.mkdir(exist_ok=True)
        cv2.imwrite(str(path), seen)
        pytest.fail(f"{path.name} was not there and is now: look at it, then run this again")
    known = np.asarray(cv2.imread(str(path)), np.uint8)
    if difference(known, seen) > TOLERANCE:
        cv2.imwrite(str(artefacts / f"look-{path.name}"), np.hstack([known, seen]))
        pytest.fail(f"it looks otherwise: see artefacts/look-{path.name}, before and now")


def test_a_button_that_moved_is_noticed(still_browser: Browser, base: str, visit: Visit) -> None:
    with visited(still_browser, base, visit) as page:
        STATES["live"](page, visit)
        settle(page)
        before = small(page.screenshot())
        assert difference(before, small(page.screenshot())) < TOLERANCE
        page.evaluate("document.querySelector('#toggle').style.translate = '40px'")
        assert difference(before, small(page.screenshot())) > TOLERANCE
