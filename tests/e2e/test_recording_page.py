"""Recording in a real browser: begun, shown, ended, saved, and played back to the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from streaming.replay_outputs import RecordingOutputs, replay_recording
from tests.e2e.test_resume import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}
SECONDS = 4


@pytest.fixture(params=SIZES)
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport=SIZES[request.param], permissions=["camera"], locale="en-US"
    )
    yield context
    context.close()


def live(context: BrowserContext, base: str) -> Page:
    page = context.new_page()
    page.goto(f"{base}/?source=camera&autostart=1")
    until(page, "window.openEyes?.drawn().boxes.length > 0")
    return page


@pytest.mark.long
def test_what_a_person_records_is_shown_saved_and_played_back_to_the_same(
    context: BrowserContext, base: str, artefacts: Path, tmp_path: Path
) -> None:
    page = live(context, base)
    name = f"recording-{page.viewport_size['width']}"  # type: ignore[index]
    assert page.locator("#recording").count() == 0, "nothing of it is loaded before it is wanted"
    page.click("#view")
    page.wait_for_selector("#record")
    until(page, "document.querySelector('#record i').offsetWidth > 20")
    page.screenshot(path=artefacts / f"{name}-sheet.png")
    page.click("#record")
    until(page, "document.querySelector('#recording[data-state=on]')")
    until(page, "/Recording 0:0[1-9]/.test(document.querySelector('#recording b').textContent)")
    assert "has begun" in page.inner_text("#recording [role=status]")
    page.wait_for_timeout(SECONDS * 1000)
    page.screenshot(path=artefacts / f"{name}-on.png")
    page.get_by_role("button", name="End recording").click()
    save = page.get_by_role("button", name="Save recording")
    save.wait_for()
    page.screenshot(path=artefacts / f"{name}-done.png")
    with page.expect_download() as download:
        save.click()
    path = tmp_path / "recording.zip"
    download.value.save_as(path)
    until(page, "document.querySelector('#recording').hidden")
    compared = replay_recording(path, RecordingOutputs(events=tmp_path / "again.jsonl"))
    tracks = (tmp_path / "again.jsonl").read_text().count('"type":"tracks"')
    print(f"\n{path.stat().st_size / 1e6:.1f} MB, {tracks} results; differ: {compared}")
    assert tracks > SECONDS
    assert compared.tracks == []


@pytest.mark.long
def test_it_is_begun_and_ended_by_the_keyboard_alone(context: BrowserContext, base: str) -> None:
    page = live(context, base)
    page.focus("#view")
    page.keyboard.press("Enter")
    page.wait_for_selector("#record")
    page.focus("#record")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#recording[data-state=on]')")
    page.get_by_role("button", name="End recording").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Dismiss").wait_for()
    page.get_by_role("button", name="Dismiss").press("Enter")
    until(page, "document.querySelector('#recording').hidden")


@pytest.mark.long
def test_one_that_is_being_made_when_it_is_stopped_can_still_be_saved(
    context: BrowserContext, base: str, artefacts: Path, tmp_path: Path
) -> None:
    page = live(context, base)
    page.click("#view")
    page.click("#record")
    until(page, "/Recording 0:0[1-9]/.test(document.querySelector('#recording b')?.textContent)")
    page.click("#toggle")
    until(page, "openEyes.state() === 'idle'")
    save = page.get_by_role("button", name="Save recording")
    save.wait_for()
    width = page.viewport_size["width"]  # type: ignore[index]
    page.screenshot(path=artefacts / f"recording-{width}-stopped.png")
    until(page, "openEyes.session() === null")
    with page.expect_download() as download:
        save.click()
    path = tmp_path / "recording.zip"
    download.value.save_as(path)
    until(page, "document.querySelector('#recording').hidden")
    assert replay_recording(path, RecordingOutputs()).tracks == []
