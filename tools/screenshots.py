"""Takes the pictures of docs/images: the real page, the real server, the sample as the camera.

Run: PYTHONPATH=.:benchmarks python tools/screenshots.py

First those of the README, live; then each of the page's states (``benchmarks/page_states.py``), in
which what the server sees and says is scripted, with docs/states.md, which shows them all.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from browser import fake_camera_browser
from page_states import DESKTOP, PHONE, STATES, Visit, settle, visited, write_still
from playwright.sync_api import Page
from processes import openeyes_server

from streaming.sample import sample_camera, write_y4m

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
SCALE = 1.5
"""Pixels of the picture per pixel of the page."""

SURE = 0.5
"""Score from which a box counts as wanted."""

JPEG = 85
"""Quality."""

WAIT_LIMIT = 600
"""Tenths of a second until the wanted objects must be in view."""


@dataclass(frozen=True)
class Shot:
    """One picture."""

    name: str
    screen: tuple[int, int]
    camera: tuple[int, int]
    "Width and height that the fake camera films."
    wanted: str
    "What must be boxed, in JavaScript."


SHOTS = (
    Shot("phone", (390, 844), (480, 640), "boxes.some((box) => inside(box, 0.16))"),
    Shot("desktop", (1280, 800), (640, 480), "boxes.filter((box) => inside(box, 0.02)).length > 1"),
)


STATES_FOLDER = FOLDER / "states"
STATES_PAGE = FOLDER.parent / "states.md"
STATES_JPEG = 72
VISITS = (
    Visit(PHONE, "en", "light"),
    Visit(PHONE, "zh", "dark"),
    Visit(DESKTOP, "zh", "light"),
    Visit(DESKTOP, "en", "dark"),
)
"""Each state on both screens, in both languages, light and dark."""


def main() -> None:
    """Takes them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    STATES_FOLDER.mkdir(exist_ok=True)
    with openeyes_server() as base:
        for shot in SHOTS if "states" not in sys.argv else ():
            take(shot, base)
        for visit in VISITS:
            take_states(visit, base)
    STATES_PAGE.write_text(states_page())


def take_states(visit: Visit, base: str) -> None:
    """One visit, in each state."""
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "camera.y4m"
        write_still(clip, visit.screen)
        with fake_camera_browser(clip) as browser:
            for name, reach in STATES.items():
                with visited(browser, base, visit) as page:
                    reach(page, visit)
                    settle(page)
                    path = STATES_FOLDER / state_file(name, visit)
                    page.screenshot(path=path, type="jpeg", quality=STATES_JPEG)


def state_file(name: str, visit: Visit) -> str:
    """Of one state's picture."""
    return f"{name}-{visit.screen.name}-{visit.language}-{visit.scheme}.jpg"


def states_page() -> str:
    """All of them, in Markdown."""
    lines = [
        "# The page, state by state",
        "",
        "Taken by `tools/screenshots.py` of the real page in Chromium; the camera is still, and",
        "what the server sees and says is scripted. Tests hold these states: axe-core, the",
        "keyboard, large text, and how they looked before (`tests/e2e/test_states.py`).",
    ]
    for name in STATES:
        pictures = [
            f'<img src="images/states/{state_file(name, visit)}" '
            f'alt="{name}, {visit.screen.name}, {visit.scheme}" '
            f'height="{320 if visit.screen is PHONE else 240}">'
            for visit in VISITS
        ]
        lines += ["", f"## {name}", "", *pictures]
    return "\n".join(lines) + "\n"


def take(shot: Shot, base: str) -> None:
    """Films with the camera that the shot asks for, and waits for what is wanted."""
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "camera.y4m"
        write_y4m(clip, sample_camera(shot.camera), stamped=False)
        with fake_camera_browser(clip) as browser:
            width, height = shot.screen
            context = browser.new_context(
                viewport={"width": width, "height": height},
                device_scale_factor=SCALE,
                permissions=["camera"],
            )
            page = context.new_page()
            page.goto(base)
            page.wait_for_timeout(800)
            _save(page, f"{shot.name}-start")
            page.goto(f"{base}/?source=camera&autostart=1")
            _wait_for(page, shot.wanted)
            _save(page, shot.name)
            context.close()


def _save(page: Page, name: str) -> None:
    page.screenshot(path=FOLDER / f"{name}.jpg", type="jpeg", quality=JPEG)


def _wait_for(page: Page, wanted: str) -> None:
    script = (
        "() => { const boxes = window.openEyes.drawn().boxes"
        f".filter((box) => !box.dashed && box.score > {SURE});"
        "const inside = ({ box: [left, , width] }, margin) =>"
        " left > margin && left + width < 1 - margin;"
        f"return {wanted}; }}"
    )
    page.wait_for_timeout(4000)
    for _ in range(WAIT_LIMIT):
        if page.evaluate(script):
            return
        page.wait_for_timeout(100)
    raise TimeoutError(f"never in view: {wanted}")


if __name__ == "__main__":
    main()
