"""A headless Chromium with a fake camera, for benchmarks and browser tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)


def chromium() -> str:
    """Path of the browser: ``$CHROMIUM``, or one of the usual names.

    Raises:
        FileNotFoundError: there is none.
    """
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise FileNotFoundError("no Chromium: install it (Debian: apt install chromium)")
    return found


@contextmanager
def fake_camera_browser(clip: Path) -> Iterator[Browser]:
    """A browser whose camera plays the clip (y4m or mjpeg), over and over."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(),
            args=[*ARGUMENTS, f"--use-file-for-fake-video-capture={clip}"],
        )
        try:
            yield browser
        finally:
            browser.close()


def run_scripts(page: Page, *scripts: Path) -> None:
    """Runs scripts in a page, past its content security policy."""
    for script in scripts:
        page.evaluate(f"{{{script.read_text()}}}null")
