"""How late the page's boxes are, in a real Chromium: what the page draws over its own preview.

The fake camera plays the sample. For each displayed frame the page tells what it drew
(``window.openEyes.drawn()``): which message the boxes come from, when that message's frame was
captured, how long before the displayed frame each box was last detected, and when it all shows.

- capture_to_boxes: from a frame's capture to the first showing of its own boxes. The server's
  message speaks of the newest frame that it had looked at; its boxes are predicted to that frame.
- detected_age: from the capture of the frame that a drawn box was last detected on to each showing
  of the box.
- glass_to_glass: the annotated video in place of that, from a frame's capture to its showing.

A capture is dated by the browser, when its camera gave the frame; a showing by its compositor.
Times on a screen are whole display steps (16.7 ms).

Run: python benchmarks/overlay_latency.py [--seconds 30] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from browser import fake_camera_browser
from playwright.sync_api import Page
from processes import openeyes_server

from streaming.sample import sample_camera, write_y4m

WARM_UP = 4.0
"""Seconds left out in either view: congestion control finds its rate."""

START_LIMIT = 60.0
"""Seconds until there must be boxes, or returned video whose age is known."""

LEAST_FRAMES = 20
"""Fewer say nothing."""

PERCENTILES = {"p50": 50, "p95": 95}

NOTE_DRAWN = """
window.drawn = [];
const video = document.querySelector("#preview");
const note = () => {
  video.requestVideoFrameCallback(note);
  const { frame, boxes } = window.openEyes.drawn();
  if (frame) window.drawn.push({ ...frame, unseen: boxes.map(({ unseen }) => unseen) });
};
video.requestVideoFrameCallback(note);
"""

NOTE_RETURNED = """
window.returned = [];
const video = document.querySelector("#returned");
const note = () => {
  video.requestVideoFrameCallback(note);
  const glass = window.openEyes.glassToGlass();
  if (glass && !glass.estimated) window.returned.push(glass.newest);
};
video.requestVideoFrameCallback(note);
"""


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "camera.y4m"
        write_y4m(clip, sample_camera(), stamped=False)
        with openeyes_server() as base, fake_camera_browser(clip) as browser:
            page = browser.new_context(permissions=["camera"]).new_page()
            page.goto(f"{base}/?source=camera&autostart=1")
            drawn = drawn_boxes(page, options.seconds)
            returned = returned_video(page, options.seconds)
    figures = summary(drawn, returned)
    print(_table(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


def drawn_boxes(page: Page, seconds: float) -> list[dict[str, Any]]:
    """What the page drew over each frame of its preview."""
    _until(page, "window.openEyes?.drawn().boxes.length > 0")
    page.wait_for_timeout(WARM_UP * 1e3)
    page.evaluate(f"{{{NOTE_DRAWN}}}null")
    page.wait_for_timeout(seconds * 1e3)
    notes: list[dict[str, Any]] = page.evaluate("window.drawn")
    return notes


def returned_video(page: Page, seconds: float) -> list[float]:
    """Glass to glass of each returned frame, ms."""
    page.click("#view")
    page.check("input[name=view][value=burn-in]")
    page.keyboard.press("Escape")
    _until(page, "window.openEyes.glassToGlass()?.estimated === false")
    page.wait_for_timeout(WARM_UP * 1e3)
    page.evaluate(f"{{{NOTE_RETURNED}}}null")
    page.wait_for_timeout(seconds * 1e3)
    ages: list[float] = page.evaluate("window.returned")
    return ages


def summary(drawn: list[dict[str, Any]], returned: list[float]) -> dict[str, dict[str, float]]:
    """The percentiles; frames whose capture the sender's clock did not date are left out."""
    dated = [note for note in drawn if note["how"] == "captured"]
    first = {note["seq"]: note for note in reversed(dated)}
    return {
        "capture_to_boxes": _percentiles([n["screen"] - n["captured"] for n in first.values()]),
        "detected_age": _percentiles(
            [n["screen"] - n["shown"] + unseen for n in dated for unseen in n["unseen"]]
        ),
        "glass_to_glass": _percentiles(returned),
    }


def _percentiles(values: list[float]) -> dict[str, float]:
    if len(values) < LEAST_FRAMES:
        sys.exit(f"only {len(values)} measurements: the machine is too busy, or nothing was seen")
    return {
        name: round(float(np.percentile(values, percent)), 1)
        for name, percent in PERCENTILES.items()
    }


def _until(page: Page, condition: str) -> None:
    for _ in range(int(START_LIMIT * 10)):
        if page.evaluate(f"() => Boolean({condition})"):
            return
        page.wait_for_timeout(100)
    sys.exit(f"waited {START_LIMIT:.0f} s for: {condition}")


def _table(figures: dict[str, dict[str, float]]) -> str:
    return "\n".join(
        f"{name:17} p50 {found['p50']:6.1f} ms  p95 {found['p95']:6.1f} ms"
        for name, found in figures.items()
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=30, help="in either view")
    parser.add_argument("--json", type=Path, help="file for the figures")
    return parser.parse_args()


if __name__ == "__main__":
    main()
