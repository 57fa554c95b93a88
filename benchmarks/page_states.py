"""The states in which the page is looked at and judged: by people, by axe-core, by comparison.

The camera is still, and what the server sees and says is scripted (``scripted_page.js``), so that a
state looks the same each time; server, session, camera and video are real.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page

from streaming.sample import sample_camera, sample_picture

SCRIPT = Path(__file__).with_name("scripted_page.js")
PATIENCE = 60_000
"""Milliseconds until a state must be there."""
STILL_FRAMES = 30

Language = Literal["en", "zh"]
Scheme = Literal["light", "dark"]
LOCALES: dict[Language, str] = {"en": "en-GB", "zh": "zh-CN"}
FRAME = {"pts": 1, "age": 40}
SAID: dict[Language, dict[str, str]] = {
    "en": {
        "caption": "A cup of coffee on a red saucer.",
        "question": "What is in the cup?",
        "answer": "An espresso, filled to about a third.",
        "watch": "tell me when the cup is taken away",
        "rule": "when the cup leaves the picture",
        "alert": "The cup is gone.",
    },
    "zh": {
        "caption": "红色碟子上有一杯咖啡。",
        "question": "杯子里是什么？",
        "answer": "一杯浓缩咖啡，大约三分之一满。",
        "watch": "杯子被拿走时告诉我",
        "rule": "杯子离开画面时",
        "alert": "杯子不见了。",
    },
}


@dataclass(frozen=True, slots=True)
class Screen:
    """What the page is shown on."""

    name: str
    size: tuple[int, int]
    camera: tuple[int, int]
    "Width and height that its camera films."
    frame: int
    "Of the sample: that which the camera films."
    touch: bool


PHONE = Screen("phone", (390, 844), (480, 640), 90, touch=True)
DESKTOP = Screen("desktop", (1280, 800), (640, 480), 138, touch=False)
SCREENS = (PHONE, DESKTOP)


def write_still(path: Path, screen: Screen) -> None:
    """What that screen's camera films, as Chromium's fake camera takes it (y4m)."""
    camera = sample_camera(screen.camera)
    frame = b"FRAME\n" + sample_picture(camera, screen.frame).i420.tobytes()
    width, height = camera.size
    head = f"YUV4MPEG2 W{width} H{height} F{camera.fps}:1 Ip A1:1 C420jpeg\n"
    path.write_bytes(head.encode() + frame * STILL_FRAMES)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks, and how."""

    screen: Screen
    language: Language
    scheme: Scheme

    @property
    def said(self) -> dict[str, str]:
        """What is asked and answered."""
        return SAID[self.language]

    def objects(self) -> list[dict[str, Any]]:
        """What the server sees."""
        camera = sample_camera(self.screen.camera)
        return [
            {"id": thing.id + 1, "label": thing.label, "box": thing.box}
            for thing in camera.truth(self.screen.frame)
        ]

    def cup(self) -> int:
        """The id of the object that is spoken of."""
        return next(int(each["id"]) for each in self.objects() if each["label"] == "cup")


@contextmanager
def visited(browser: Browser, base: str, visit: Visit) -> Iterator[Page]:
    """The start screen of a visit; its camera is the browser's."""
    width, height = visit.screen.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        permissions=["camera", "microphone"],
        locale=LOCALES[visit.language],
        color_scheme=visit.scheme,
        has_touch=visit.screen.touch,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.add_init_script(SCRIPT.read_text())
    page.goto(base)
    page.wait_for_selector("body.ready")
    try:
        yield page
    finally:
        context.close()


def start(page: Page, _: Visit) -> None:
    """Nothing is looked at yet."""
    page.wait_for_selector("#footnote:not(:empty)")


def denied(page: Page, _: Visit) -> None:
    """The camera was refused."""
    page.evaluate(
        """() => { navigator.mediaDevices.getUserMedia = () =>
             Promise.reject(new DOMException("no", "NotAllowedError")); }"""
    )
    page.click("#start-camera")
    page.wait_for_selector("#card:not([hidden])")


def live(page: Page, visit: Visit) -> None:
    """Objects are boxed, and a caption says what there is."""
    page.click("#start-camera")
    wait(page, "window.openEyes.state() === 'live' && window.hear")
    objects = visit.objects()
    page.evaluate("(objects) => window.see(...objects)", objects)
    wait(page, f"window.openEyes.drawn().boxes.length === {len(objects)}")
    hear(page, "caption", id="c", text=visit.said["caption"], objects=[visit.cup()])


def asking(page: Page, visit: Visit) -> None:
    """An answer hangs by the object that it speaks of."""
    live(page, visit)
    page.fill("#question", visit.said["question"])
    page.keyboard.press("Enter")
    wait(page, "openEyes.answers().length === 1")
    asked = page.evaluate("window.sent.findLast(({ type }) => type === 'ask').id")
    answer = {"id": asked, "text": visit.said["answer"], "done": True}
    hear(page, "answer", **answer, objects=[visit.cup()])
    wait(page, "openEyes.answers()[0].done")
    page.evaluate("document.activeElement.blur()")


def alerted(page: Page, visit: Visit) -> None:
    """Something that was watched for has happened."""
    live(page, visit)
    page.click("#watch-mode")
    page.fill("#question", visit.said["watch"])
    page.keyboard.press("Enter")
    wait(page, "openEyes.watches().length === 1")
    watch = page.evaluate("window.sent.findLast(({ type }) => type === 'watch').id")
    hear(page, "watching", id=watch, rule=visit.said["rule"], state="watching")
    hear(page, "alert", id="a", watch=watch, text=visit.said["alert"], objects=[])
    wait(page, "openEyes.alerts().length === 1")
    page.evaluate("document.activeElement.blur()")


def figures(page: Page, visit: Visit) -> None:
    """The panel with figures is open."""
    live(page, visit)
    page.click("#figures")
    page.wait_for_selector("#rows > div")


def sheet(name: str) -> Callable[[Page, Visit], None]:
    """A sheet is open, by the id of its button."""

    def reach(page: Page, visit: Visit) -> None:
        live(page, visit)
        page.click(f"#{name}")
        page.wait_for_selector("dialog[open]")

    return reach


def frozen(page: Page, visit: Visit) -> None:
    """The picture is held."""
    live(page, visit)
    page.click("#freeze")
    page.wait_for_selector("#still-bar")


def menu(page: Page, visit: Visit) -> None:
    """What can be done with the object is listed."""
    live(page, visit)
    left, top, width, height = next(e["box"] for e in visit.objects() if e["label"] == "cup")
    page.mouse.click(*spot(page, left + width / 2, top + height / 2), button="right")
    page.wait_for_selector("#menu")


def watch_list(page: Page, visit: Visit) -> None:
    """What is watched for is listed."""
    alerted(page, visit)
    page.click("#watching")
    page.wait_for_selector("#watch-sheet[open]")


STATES: dict[str, Callable[[Page, Visit], None]] = {
    "start": start,
    "denied": denied,
    "live": live,
    "answer": asking,
    "alert": alerted,
    "figures": figures,
    "frozen": frozen,
    "menu": menu,
    "seek": sheet("seek"),
    "source": sheet("source"),
    "view": sheet("view"),
    "recall": sheet("recall"),
    "watches": watch_list,
}
"""By name, how a page on its start screen is brought there."""

SETTLED = 700
"""Milliseconds after which nothing moves any more."""


def settle(page: Page) -> None:
    """Waits until what fades has faded."""
    page.wait_for_timeout(SETTLED)


def spot(page: Page, across: float, down: float) -> tuple[float, float]:
    """Where a place of the picture lies on the screen, as the browser itself lays it out."""
    found: tuple[float, float] = page.evaluate(
        """([across, down]) => {
          const { videoWidth, videoHeight, clientWidth, clientHeight } =
            document.querySelector("#preview");
          const scales = [clientWidth / videoWidth, clientHeight / videoHeight];
          const covers = getComputedStyle(document.querySelector("#preview")).objectFit === "cover";
          const scale = covers ? Math.max(...scales) : Math.min(...scales);
          return [clientWidth / 2 + (across - 0.5) * videoWidth * scale,
            clientHeight / 2 + (down - 0.5) * videoHeight * scale];
        }""",
        [across, down],
    )
    return found


def hear(page: Page, kind: str, **fields: Any) -> None:
    """The page hears this from its server."""
    fields = {"frame": FRAME, "age": 100, "source": "grounded", **fields}
    page.evaluate("(message) => window.hear(message)", {"type": kind, **fields})


def wait(page: Page, condition: str) -> None:
    """Waits for a condition; the page's own policy forbids Playwright's way of doing so."""
    for _ in range(PATIENCE // 50):
        if page.evaluate(f"() => Boolean({condition})"):
            return
        page.wait_for_timeout(50)
    raise TimeoutError(f"never: {condition}")
