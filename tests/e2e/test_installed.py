"""The page as an app on the phone: it can be installed, and opens without its server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from processes import openeyes_server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

CONTROLLED = (
    "() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"
)
KEPT = """async () => {
  const shell = await caches.open("shell");
  return (await shell.keys()).map(({ url }) => url);
}"""
TOKEN = "#token=a-secret"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context
    context.close()


def opened_twice(context: BrowserContext, address: str) -> Page:
    """The page with its service worker in control: it was not yet when the first loaded."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("body.ready")
    assert page.evaluate(CONTROLLED)
    page.reload()
    page.wait_for_selector("body.ready")
    return page


def test_a_browser_finds_all_that_it_asks_for_to_install_it(
    context: BrowserContext, base: str
) -> None:
    page = context.new_page()
    page.goto(base)
    tool = context.new_cdp_session(page)
    manifest = tool.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert json.loads(manifest["data"])["start_url"] == "../"
    told = tool.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # Of a private window, as all of a test are, this is always said.
    assert [error for error in told if error["errorId"] != "in-incognito"] == []


def test_it_opens_without_its_server_and_says_what_is_missing(
    context: BrowserContext, artefacts: Path
) -> None:
    with openeyes_server() as address:
        page = opened_twice(context, f"{address}/{TOKEN}")
    page.goto("about:blank")
    page.goto(f"{address}/")
    page.wait_for_selector("#card:not([hidden])", timeout=20_000)
    page.screenshot(path=artefacts / "page-without-server.png")
    assert page.inner_text("h1") == "Open Eyes"
    assert page.inner_text("#card-title"), "what is missing is said"


def test_only_the_shell_is_kept_and_no_secret(context: BrowserContext, base: str) -> None:
    page = opened_twice(context, f"{base}/{TOKEN}")
    kept = page.evaluate(KEPT)
    assert f"{base}/" in kept
    assert f"{base}/web/style.css" in kept
    assert all(url == f"{base}/" or url.startswith(f"{base}/web/") for url in kept)
    assert "secret" not in json.dumps(kept)
