"""The element `<open-eyes>` on a page of another origin: allowed, refused, and held to a policy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from playwright.sync_api import Browser, Page
from processes import openeyes_server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
TOKEN = "a-token-of-some-length"
PHONE = {"width": 390, "height": 844}
EYES = "document.querySelector('open-eyes')"

STRICT_PAGE = """<!doctype html><title>strict</title>
<open-eyes src="SERVER" token="TOKEN" source="sample" autostart></open-eyes>
<script type="module" src="SERVER/web/embed/open-eyes.js"></script>"""

HEADLESS_PAGE = """<!doctype html><title>headless</title><script type="module">
import { OpenEyes } from "SERVER/web/embed/open-eyes.js";
const eyes = new OpenEyes({ server: "SERVER", token: "TOKEN", captions: false });
window.heard = [];
for (const type of ["state", "hello", "tracks", "stats", "watching"]) {
  eyes.addEventListener(type, ({ detail }) => window.heard.push([type, detail.state ?? ""]));
}
window.eyes = eyes;
window.connected = eyes.connect("sample").then(() => "yes", (problem) => problem.message);
</script>"""


class Site(SimpleHTTPRequestHandler):
    """Another site: the examples, and pages that tests wrote."""

    pages: ClassVar[dict[str, tuple[str, str]]] = {}
    "Text and policy by path."

    def do_GET(self) -> None:
        text, policy = self.pages.get(self.path.partition("?")[0], ("", ""))
        if not text:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def serving_site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Site, directory=str(EXAMPLES)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serving_site() as url:
        yield url


@pytest.fixture(scope="module")
def friend(site: str) -> Iterator[str]:
    """A server that asks for a token, and allows the site."""
    with openeyes_server("--token", TOKEN, "--allow-origin", site, "--no-text") as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, locale="en-GB")
    yield context.new_page()
    context.close()


def until(page: Page, condition: str, seconds: float = 60) -> None:
    for _ in range(int(seconds * 10)):
        if page.evaluate(f"() => Boolean({condition})"):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"waited {seconds:.0f} s for {condition}: {page.inner_text('body')}")


def test_the_example_sees_and_answers_on_a_site_that_is_allowed(
    page: Page, site: str, friend: str, artefacts: Path
) -> None:
    page.goto(f"{site}/embed.html?server={friend}#token={TOKEN}")
    page.get_by_role("button", name="Watch the sample").click()
    until(page, f"{EYES}.state === 'live'")
    until(page, f"{EYES}.drawn.boxes.length > 0")
    until(page, "document.querySelector('#seen').innerText.includes('person')")
    page.fill("#question", "How many people are there?")
    page.get_by_role("button", name="Ask").click()
    until(page, "/\\w{3}/.test(document.querySelector('#said').innerText)")
    page.screenshot(path=artefacts / "embed-phone.png")
    page.evaluate(f"{EYES}.setAttribute('view', 'burn-in')")
    until(page, f"{EYES}.shadowRoot.querySelector('#stage').classList.contains('returning')")
    page.evaluate(f"{EYES}.remove()")
    until(page, f"!{EYES}")
    page.wait_for_timeout(500)


def test_a_site_that_is_not_allowed_is_told_what_would_allow_it(
    page: Page, site: str, base: str, artefacts: Path
) -> None:
    page.goto(f"{site}/embed.html?server={base}")
    page.get_by_role("button", name="Watch the sample").click()
    until(page, f"{EYES}.state === 'idle' && {EYES}.dataset.state === 'failed'")
    words = page.evaluate(f"{EYES}.shadowRoot.querySelector('#status').innerText")
    assert f"--allow-origin {site}" in words
    assert page.get_by_role("button", name="Try again").is_visible()
    page.screenshot(path=artefacts / "embed-refused.png")


@pytest.mark.long
def test_a_wrong_token_is_told(page: Page, site: str, friend: str) -> None:
    page.goto(f"{site}/embed.html?server={friend}#token=not-the-token-of-it")
    page.get_by_role("button", name="Watch the sample").click()
    until(page, f"{EYES}.dataset.state === 'failed'")
    words = page.evaluate(f"{EYES}.shadowRoot.querySelector('#status').innerText")
    assert "token" in words.lower() or "code" in words.lower()


@pytest.mark.long
def test_it_works_under_a_strict_policy(page: Page, site: str, friend: str) -> None:
    text = STRICT_PAGE.replace("SERVER", friend).replace("TOKEN", TOKEN)
    policy = f"default-src 'none'; script-src {friend}; connect-src {friend}; media-src blob:"
    Site.pages["/strict.html"] = (text, policy)
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Policy" in said.text else None)
    page.goto(f"{site}/strict.html")
    until(page, f"{EYES}.drawn.boxes.length > 0")
    style = f"getComputedStyle({EYES}.shadowRoot.querySelector('#stage')).position"
    assert page.evaluate(style) == "absolute"
    assert refused == []


@pytest.mark.long
def test_the_class_works_without_the_element(page: Page, site: str, friend: str) -> None:
    text = HEADLESS_PAGE.replace("SERVER", friend).replace("TOKEN", TOKEN)
    Site.pages["/headless.html"] = (text, "")
    page.goto(f"{site}/headless.html")
    until(page, "window.connected", 90)
    assert page.evaluate("window.connected") == "yes"
    until(page, "heard.some(([type]) => type === 'tracks')")
    until(page, "heard.some(([type]) => type === 'stats')")
    answer = page.evaluate("eyes.ask('What do you see?')")
    assert answer["done"] is True
    assert answer["text"]
    refused = "eyes.ask('').then(() => 'answered', (problem) => problem.code)"
    assert page.evaluate(refused) == "rejected"
    page.evaluate("eyes.watch('tell me when a dog appears')")
    until(page, "heard.some(([type, state]) => type === 'watching' && state === 'watching')")
    left = "eyes.ask('Who is there?').then(() => '', (problem) => problem.code)"
    assert page.evaluate(
        f"(async () => {{ const lost = {left}; eyes.stop(); return lost; }})()"
    ) == ("lost")
    assert page.evaluate("[eyes.state, eyes.session, document.querySelector('video')]") == [
        "idle",
        None,
        None,
    ]
