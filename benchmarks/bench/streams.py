"""A stream from a page to a measured server, driven from here; the page has ``harness.js``."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from browser import run_scripts
from playwright.sync_api import Browser, Page

HERE = Path(__file__).resolve().parent.parent
SCRIPTS = [HERE / name for name in ("stamp.js", "harness.js")]

Signalling = Literal["whip", "json", "fastrtc"]


@dataclass(frozen=True, slots=True)
class Way:
    """How a server is spoken to."""

    offer: str = "/v1/sessions"
    "Where offers are posted, with the query."
    signalling: Signalling = "whip"
    "In what form."
    begin: str | None = None
    "Posted to once the offer is answered, if anything."
    counter: str | None = None
    "Tells ``calls``, ``detector``, ``rung``; None where the session tells, or nothing detects."


WHIP = Way()


@dataclass(frozen=True, slots=True)
class Detecting:
    """What a server's detector has done."""

    count: int
    "Pictures that it has seen of the stream."
    detector: str
    "By its own name; empty where it is not told."
    rung: str
    "The size that it sees them at; empty where it has but one, or has seen none."


class Stream:
    """A running stream."""

    def __init__(self, page: Page, base: str, way: Way, session: str | None) -> None:
        self._page = page
        self._counter = session or (way.counter and base + way.counter)
        self.session = session
        "Address of the session, for a server that gives one."

    def take(self) -> dict[str, Any]:
        """What the page noted since it was last asked."""
        notes: dict[str, Any] = self._page.evaluate("() => window.takeNotes()")
        return notes

    def close(self) -> dict[str, Any]:
        """Ends it; gives the rest of the notes, and the session's last state as ``state``."""
        notes: dict[str, Any] = self._page.evaluate("() => window.closeStream()")
        return notes

    def detecting(self) -> Detecting | None:
        """How far its detector is; None where the server tells none."""
        if self._counter is None:
            return None
        told = read_json(self._counter)
        count = told["frames"].get("detect", 0) if self.session else told["calls"]
        return Detecting(int(count), told.get("detector", ""), told.get("rung", ""))


@contextmanager
def streaming(browser: Browser, base: str, way: Way = WHIP, question: str = "") -> Iterator[Stream]:
    """A page of its own that streams its camera to the server at ``base``.

    It is closed at the end, but not the stream: that says goodbye only through ``close``.
    """
    page = browser.new_page()
    try:
        page.goto(base)
        run_scripts(page, *SCRIPTS)
        options = {"url": base + way.offer, "signalling": way.signalling, "question": question}
        opened = page.evaluate("(options) => window.openStream(options)", options)
        if way.begin:
            post(base + way.begin)
        yield Stream(page, base, way, opened["session"])
    finally:
        page.close()


def read_json(url: str) -> dict[str, Any]:
    """The object at an address of loopback."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def post(url: str) -> None:
    """Posts nothing to an address of loopback."""
    with urllib.request.urlopen(urllib.request.Request(url, b"", method="POST"), timeout=10):
        pass
