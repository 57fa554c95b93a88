"""What is frozen on the page, when its session goes on over another connection."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.test_assistant_page import SCRIPTED, hear, opened, sent, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
def page(browser: Browser, base: str) -> Iterator[Page]:
    page = opened(browser, base, SCRIPTED)
    yield page
    page.context.close()


@pytest.mark.long
def test_what_is_frozen_is_said_again_and_what_is_not_is_not(page: Page) -> None:
    session = page.evaluate("openEyes.session()")
    page.keyboard.press("f")
    until(page, "document.querySelector('#still-bar')")
    (frozen,) = sent(page, "freeze")
    hear(page, "hello", session=session, resumed=True, labels=[], limits={})
    page.wait_for_timeout(200)
    assert sent(page, "freeze") == [frozen, frozen]
    page.keyboard.press("Escape")
    until(page, "!document.querySelector('#still-bar')")
    hear(page, "hello", session=session, resumed=True, labels=[], limits={})
    page.wait_for_timeout(200)
    assert sent(page, "freeze") == [frozen, frozen, {"type": "freeze"}]
