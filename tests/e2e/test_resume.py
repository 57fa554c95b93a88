"""A phone's network goes and comes, and so does the server: what the page makes of it."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route
from processes import free_port, openeyes_process

from tests.e2e.cut_wire import Wires

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PHONE = {"width": 390, "height": 844}
WATCH = "tell me when a giraffe appears"


class Network:
    """What lies between the page and the server: it can be off, and be another one after that."""

    def __init__(self, context: BrowserContext) -> None:
        self.wires = Wires()
        self.off = False
        self._context = context
        context.route("**/v1/sessions*", self._offer)

    def _offer(self, route: Route) -> None:
        if self.off:
            route.abort("internetdisconnected")
            return
        answer = route.fetch()
        if answer.status != 201:
            route.fulfill(response=answer)
            return
        route.fulfill(response=answer, body=self.wires.through(answer.text()))

    def lose(self, *, told: bool) -> None:
        """From here on nothing gets through; the browser is ``told``, or has to find out."""
        self.off = told
        self.wires.cut()
        if told:
            self._context.set_offline(True)

    def find_another(self) -> None:
        self.off = False
        self._context.set_offline(False)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, permissions=["camera"], locale="en-US")
    yield context
    context.close()


@pytest.fixture
def network(context: BrowserContext) -> Iterator[Network]:
    network = Network(context)
    yield network
    network.wires.end()


def until(page: Page, condition: str, seconds: float = 40) -> float:
    """Waits for a condition; gives the seconds that it took."""
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        if page.evaluate(f"() => Boolean({condition})"):
            return time.monotonic() - began
        page.wait_for_timeout(50)
    state = page.evaluate("[window.openEyes?.state(), window.openEyes?.problem()]")
    pytest.fail(f"waited {seconds:.0f} s for: {condition}; the page is {state}")


def looking(context: BrowserContext, base: str) -> Page:
    """A page that sees something and watches for something else."""
    page = context.new_page()
    page.goto(f"{base}/?source=camera&autostart=1")
    until(page, "window.openEyes?.drawn().boxes.length > 0")
    page.evaluate(f"window.openEyes.watch({json.dumps(WATCH)})")
    until(page, "window.openEyes.watches()[0]?.state === 'watching'")
    return page


def state_of(base: str, session: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{base}/v1/sessions/{session}") as answer:
        state: dict[str, Any] = json.load(answer)
        return state


def boxes_again(page: Page, since: float) -> None:
    until(page, "window.openEyes.state() === 'live'")
    until(page, f"window.openEyes.drawn().at > {since} && window.openEyes.drawn().boxes.length")


def test_another_network_is_gone_on_with_within_three_seconds_in_the_same_session(
    context: BrowserContext, network: Network, base: str
) -> None:
    page = looking(context, base)
    session = page.evaluate("window.openEyes.session()")
    network.lose(told=True)
    page.wait_for_timeout(1500)
    network.find_another()
    began, since = time.monotonic(), page.evaluate("performance.now()")
    wires = len(network.wires.all)
    while len(network.wires.all) == wires and time.monotonic() < began + 20:
        page.wait_for_timeout(20)
    offered = time.monotonic() - began
    boxes_again(page, since)
    seconds = time.monotonic() - began
    print(f"\nanother network: offered again after {offered:.2f} s, boxes after {seconds:.2f} s")
    assert offered < 3
    assert page.evaluate("window.openEyes.session()") == session
    assert page.evaluate("window.openEyes.watches().length") == 1
    assert page.evaluate("window.openEyes.watches()[0].state") == "watching"
    watching = state_of(base, session)
    assert watching["state"] == "connected"
    page.evaluate("window.openEyes.ask('What are you watching for?')")


@pytest.mark.long
def test_a_network_that_dies_without_a_word_is_found_out(
    context: BrowserContext, network: Network, base: str
) -> None:
    page = looking(context, base)
    session = page.evaluate("window.openEyes.session()")
    began, since = time.monotonic(), page.evaluate("performance.now()")
    network.lose(told=False)
    until(page, "window.openEyes.state() !== 'live'")
    noticed = time.monotonic() - began
    boxes_again(page, since + noticed * 1000)
    seconds = time.monotonic() - began
    print(f"\nno word: noticed after {noticed:.2f} s, boxes after {seconds:.2f} s")
    assert page.evaluate("window.openEyes.session()") == session
    assert seconds < 20


def test_after_a_restart_of_the_server_the_page_comes_back_and_watches_again(
    context: BrowserContext,
) -> None:
    port = free_port()
    with openeyes_process(port=port) as (base, _):
        page = looking(context, base)
        session = page.evaluate("window.openEyes.session()")
    stopped = time.monotonic()
    until(page, "window.openEyes.state() !== 'live'")
    print(f"\nthe server's end was noticed {time.monotonic() - stopped:.2f} s after")
    since = page.evaluate("performance.now()")
    with openeyes_process(port=port):
        ready = time.monotonic()
        boxes_again(page, since)
        print(f"restart: boxes {time.monotonic() - ready:.2f} s after the server was ready")
        assert page.evaluate("window.openEyes.session()") != session, "the server knows nothing"
        until(page, "window.openEyes.watches()[0]?.state === 'watching'")
        assert page.evaluate("window.openEyes.watches()[0].text") == WATCH
        assert page.inner_text("#note") != ""
