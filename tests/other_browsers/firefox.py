"""Firefox, driven over WebDriver BiDi: it speaks that itself, without a driver beside it."""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.other_browsers.children import running
from tests.other_browsers.driving import Driven

NAMES = ("firefox-esr", "firefox")
OPTIONS = ("--headless", "--no-remote", "--remote-debugging-port", "0")
ANSWER_LIMIT = 60.0
"""Seconds until a command must be answered."""
START_LIMIT = 60.0
ADDRESS = "WebDriverBiDiServer.json"
"""Where in its profile Firefox writes what it listens on."""

REFUSED = """() => {
  window.refused = [];
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
    window.refused.push(`${violatedDirective} ${blockedURI}`);
  });
}"""
"""Keeps what the page's own policy refused."""

PREFERENCES: dict[str, Any] = {
    # A camera of its own, and nobody to be asked about it.
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "intl.accept_languages": "en-GB",
    # Loopback has no other candidates than its own address.
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    # It is to ask nobody but our server for anything.
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.region.network.url": "",
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.systemAddon.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "media.gmp-manager.url": "",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.server": "",
}


def firefox() -> str | None:
    """Path of the browser: ``$FIREFOX``, or one of the usual names; None where there is none."""
    return os.environ.get("FIREFOX") or next(filter(None, map(shutil.which, NAMES)), None)


class Firefox(Driven):
    """A tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        told = self._call("session.new", capabilities={})["capabilities"]
        self.name = f"{told['browserName'].capitalize()} {told['browserVersion']}"
        self._tab = self._call("browsingContext.getTree")["contexts"][0]["context"]
        self.errors: list[str] = []
        self._call("session.subscribe", events=["log.entryAdded"])
        self._call("script.addPreloadScript", functionDeclaration=REFUSED)

    def go(self, url: str) -> None:
        self._call("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        # Its own notation of values is richer than is wanted here.
        asked = f"(async () => JSON.stringify((await ({expression})) ?? null))()"
        answer = self._call(
            "script.evaluate", expression=asked, target={"context": self._tab}, awaitPromise=True
        )
        if answer["type"] == "exception":
            raise AssertionError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def picture(self, path: Path) -> None:
        found = self._call("browsingContext.captureScreenshot", context=self._tab)
        path.write_bytes(base64.b64decode(found["data"]))

    def resize(self, width: int, height: int) -> None:
        size = {"width": width, "height": height}
        self._call("browsingContext.setViewport", context=self._tab, viewport=size)

    def act(self, source: dict[str, Any]) -> None:
        self._call("input.performActions", context=self._tab, actions=[source])

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(ANSWER_LIMIT))
            if answer["type"] == "event":
                self._note(answer["params"])
            if answer.get("id") != number:
                continue
            if answer["type"] == "error":
                raise AssertionError(f"{method}: {answer['message']}")
            result: dict[str, Any] = answer["result"]
            return result

    def _note(self, entry: dict[str, Any]) -> None:
        if entry["level"] == "error":
            self.errors.append(str(entry["text"]))


@contextmanager
def running_firefox(path: str) -> Iterator[Firefox]:
    """One Firefox without a screen, with a profile that nobody used before."""
    with ExitStack() as stack:
        profile = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items())
        Path(profile, "user.js").write_text("\n".join(lines))
        options = [
            "--headless",
            "--no-remote",
            "--profile",
            profile,
            "--remote-debugging-port",
            "0",
        ]
        process = stack.enter_context(running([path, *options]))
        address = _address(process, Path(profile, ADDRESS))
        # A busy Firefox is late with pongs, and no worse for it.
        socket = connect(address, proxy=None, max_size=None, ping_interval=None)
        yield Firefox(stack.enter_context(socket))


def _address(process: subprocess.Popen[bytes], written: Path) -> str:
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end and process.poll() is None:
        # It may be there before it is complete.
        with suppress(FileNotFoundError, json.JSONDecodeError, KeyError):
            told = json.loads(written.read_text())
            return f"ws://{told['ws_host']}:{told['ws_port']}/session"
        time.sleep(0.05)
    raise AssertionError("Firefox did not listen")
