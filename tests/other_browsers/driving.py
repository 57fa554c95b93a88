"""What a test asks of a browser, whichever it is and however it is driven."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import pytest

STEP = 0.1
"""Seconds between two looks."""
PATIENCE = 90.0
"""Seconds until what is waited for must be there, on a machine that is busy with other things."""
MOST_PRESSES = 10

ENTER, ESCAPE = "\ue007", "\ue00c"
"""Keys, as WebDriver writes them."""

KNOWN = "[window.openEyes?.state(), window.openEyes?.problem(), document.body?.innerText]"

MIDDLE = """(selector) => {
  const element = document.querySelector(selector);
  const moves = ({ playState, effect }) =>
    playState === "running" && effect.target?.contains(element);
  if (!element?.checkVisibility() || document.getAnimations().some(moves)) return null;
  element.scrollIntoView({ block: "nearest", behavior: "instant" });
  const { left, top, width, height } = element.getBoundingClientRect();
  return [Math.round(left + width / 2), Math.round(top + height / 2)];
}"""
"""Where to press, in CSS pixels; null where nothing is, or where it moves."""


class Driven(ABC):
    """One window of a browser."""

    name: str
    """What it calls itself, with its version."""

    @abstractmethod
    def go(self, url: str) -> None:
        """Loads a page, and comes back once it is loaded."""

    @abstractmethod
    def evaluate(self, expression: str) -> Any:
        """What an expression comes to in the page, as JSON has it; promises are awaited."""

    @abstractmethod
    def picture(self, path: Path) -> None:
        """Keeps what is seen, as PNG."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None:
        """Makes the window so large, in CSS pixels, as near as it can."""

    @abstractmethod
    def act(self, source: dict[str, Any]) -> None:
        """Does what a WebDriver input source says, as a person would."""

    def press(self, selector: str) -> None:
        """Presses in the middle of an element, once it stands still."""
        found = f"({MIDDLE})({json.dumps(selector)})"
        self.until(found)
        x, y = self.evaluate(found)
        there = {"type": "pointerMove", "x": x, "y": y, "duration": 0, "origin": "viewport"}
        press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self.act({"type": "pointer", "id": "mouse", "actions": [there, *press]})

    def choose(self, selector: str) -> None:
        """Presses a radio button, again if what came late pushed it away meanwhile."""
        for _ in range(MOST_PRESSES):
            self.press(selector)
            if self.evaluate(f"document.querySelector({json.dumps(selector)}).checked"):
                return
        pytest.fail(f"{selector} was not chosen")

    def type(self, text: str) -> None:
        """Types into what has the focus."""
        strokes = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self.act({"type": "key", "id": "keys", "actions": strokes})

    def until(self, condition: str, seconds: float = PATIENCE) -> float:
        """Waits for a condition; gives the seconds that it took."""
        began = time.monotonic()
        while time.monotonic() < began + seconds:
            if self.evaluate(f"Boolean({condition})"):
                return time.monotonic() - began
            time.sleep(STEP)
        pytest.fail(f"waited {seconds:.0f} s for: {condition}; the page: {self.evaluate(KNOWN)}")
