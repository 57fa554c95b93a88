"""A phone's life: a call takes the camera, the phone is turned, its camera zooms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from page_states import PHONE, Visit, live, settle, visited, wait
from playwright.sync_api import Browser, Page, ViewportSize

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

VISIT = Visit(PHONE, "en", "light")
KEEP_TRACK = """{
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await ask(wanted);
    [window.cameraTrack] = stream.getVideoTracks();
    return stream;
  };
}"""
TELL = """(type) => {
  const muted = type === "mute";
  Object.defineProperty(window.cameraTrack, "muted", { value: muted, configurable: true });
  window.cameraTrack.dispatchEvent(new Event(type));
}"""
CARD = "!document.querySelector('#card').hidden"
TURNED = ViewportSize(width=844, height=390)


@pytest.fixture
def page(browser: Browser, base: str) -> Iterator[Page]:
    with visited(browser, base, VISIT) as page:
        page.evaluate(f"{KEEP_TRACK}null")
        live(page, VISIT)
        yield page


def test_a_call_that_takes_the_camera_is_explained_and_passes_by_itself(page: Page) -> None:
    session = page.evaluate("window.openEyes.session()")
    page.evaluate(TELL, "mute")
    wait(page, CARD)
    assert "holds the camera back" in page.inner_text("#card-title")
    page.evaluate(TELL, "unmute")
    wait(page, f"!({CARD})")
    assert page.evaluate("window.openEyes.session()") == session
    assert page.evaluate("window.openEyes.state()") == "live"


def test_turned_to_its_side_everything_is_still_within_reach(page: Page, artefacts: Path) -> None:
    page.set_viewport_size(TURNED)
    settle(page)
    page.screenshot(path=artefacts / "page-turned.png")
    assert page.evaluate("[overlay.clientWidth, overlay.clientHeight]") == [844, 390]
    for name in ("question", "toggle", "view", "source", "freeze", "recall"):
        box = page.locator(f"#{name}").bounding_box()
        assert box is not None, name
        assert box["x"] >= 0, name
        assert box["y"] >= 0, name
        assert box["x"] + box["width"] <= TURNED["width"], name
        assert box["y"] + box["height"] <= TURNED["height"], name


def test_a_camera_that_zooms_can_be_zoomed(page: Page) -> None:
    can = page.evaluate("window.cameraTrack.getCapabilities().zoom ?? null")
    page.click("#source")
    if can is None:
        assert page.locator(".lens input[type=range]").is_hidden()
        return
    slider = page.locator(".lens input[type=range]")
    assert float(slider.get_attribute("max") or 0) == can["max"]
    slider.fill(str(can["max"]))
    wait(page, f"window.cameraTrack.getSettings().zoom === {can['max']}")
