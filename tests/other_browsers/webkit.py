"""WebKitGTK's MiniBrowser, driven over WebDriver, on a screen that nobody sees."""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
from processes import free_port

from tests.other_browsers.children import running
from tests.other_browsers.driving import Driven

PLACES = ("lib/*/webkit2gtk-4*", "lib*/webkit2gtk-4*", "libexec/webkit2gtk-4*")
"""Folders that distributions keep MiniBrowser in, under ``/usr``."""
SETTLE = "(value) => done([value ?? null, null]), (error) => done([null, String(error)])"
DRIVER = "WebKitWebDriver"
SCREEN = "Xvfb"
SCREEN_OPTIONS = ("-screen", "0", "1400x1000x24", "-nolisten", "tcp")
ANSWER_LIMIT = 60.0
"""Seconds until a command must be answered."""

ARGUMENTS = (
    "--automation",
    "--enable-webrtc=true",
    "--enable-media-stream=true",
    # A camera of its own, and nobody to be asked about it.
    "--features=+MockCaptureDevices,-MockCaptureDevicesPrompt",
)


def minibrowser() -> str | None:
    """Path of the browser; None where it, its driver or a screen for it is missing."""
    if not all(map(shutil.which, (DRIVER, SCREEN))):
        return None
    found = (path for place in PLACES for path in Path("/usr").glob(f"{place}/MiniBrowser"))
    return str(next(found, "")) or None


class WebKit(Driven):
    """A window."""

    def __init__(self, driver: httpx.Client, path: str) -> None:
        self._driver = driver
        options = {"binary": path, "args": ARGUMENTS}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        told = self._send("POST", "/session", capabilities=wanted)
        self._session = f"/session/{told['sessionId']}"
        self.name = f"WebKitGTK {told['capabilities']['browserVersion']}"

    def go(self, url: str) -> None:
        self._post("/url", url=url)

    def evaluate(self, expression: str) -> Any:
        script = f"const [done] = arguments; (async () => ({expression}))().then({SETTLE})"
        value, error = self._post("/execute/async", script=script, args=[])
        if error:
            raise AssertionError(error)
        return value

    def picture(self, path: Path) -> None:
        found = self._send("GET", f"{self._session}/screenshot")
        path.write_bytes(base64.b64decode(found))

    def resize(self, width: int, height: int) -> None:
        self._post("/window/rect", width=width, height=height)

    def act(self, source: dict[str, Any]) -> None:
        self._post("/actions", actions=[source])

    def close(self) -> None:
        """Ends the browser."""
        self._send("DELETE", self._session)

    def _post(self, what: str, **fields: Any) -> Any:
        return self._send("POST", self._session + what, **fields)

    def _send(self, method: str, path: str, **fields: Any) -> Any:
        answer = self._driver.request(method, path, json=fields if method == "POST" else None)
        value = answer.json()["value"]
        if answer.is_error:
            raise AssertionError(f"{path}: {value['error']}: {value['message']}")
        return value


@contextmanager
def running_webkit(path: str) -> Iterator[WebKit]:
    """One MiniBrowser, with a home of its own."""
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        screen = stack.enter_context(_screen())
        env = {**os.environ, "DISPLAY": screen, "HOME": home, "XDG_RUNTIME_DIR": home}
        port = free_port()
        stack.enter_context(running([DRIVER, f"--port={port}"], env))
        transport = httpx.HTTPTransport(retries=8)  # with pauses in between, until it listens
        base = f"http://127.0.0.1:{port}"
        client = httpx.Client(
            base_url=base, timeout=ANSWER_LIMIT, transport=transport, trust_env=False
        )
        driver = stack.enter_context(client)
        webkit = WebKit(driver, path)
        stack.callback(webkit.close)
        yield webkit


@contextmanager
def _screen() -> Iterator[str]:
    """A display that the system gives the next free number."""
    reading, writing = os.pipe()
    command = [
        SCREEN,
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        "1400x1000x24",
        "-nolisten",
        "tcp",
    ]
    with running(command, passed=[writing]):
        os.close(writing)
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"
