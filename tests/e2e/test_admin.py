"""The operator's page in a real browser, beside a live session: plots, consent, the token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from processes import openeyes_server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
TOKEN = "a-token-that-phones-get"
OPERATORS = "the-operators-own-token"
POINTS = 5
"""Of a line, before a plot counts as one."""


@pytest.fixture
def watched(browser: Browser, base: str) -> Iterator[Page]:
    """A person's page with the sample, live."""
    context = browser.new_context(viewport=PHONE, locale="en-GB")
    page = context.new_page()
    page.goto(f"{base}/?source=sample&autostart=1")
    until(page, "window.openEyes?.state() === 'live'")
    yield page
    context.close()


def until(page: Page, condition: str, seconds: float = 60) -> None:
    for _ in range(int(seconds * 10)):
        if page.evaluate(f"() => Boolean({condition})"):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"waited {seconds:.0f} s for {condition}: {page.inner_text('body')[:2000]}")


def the_figures(browser: Browser, url: str, **context: object) -> Page:
    page = browser.new_context(locale="en-GB", **context).new_page()  # type: ignore[arg-type]
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Policy" in said.text else None)
    page.goto(url)
    until(page, "document.body.classList.contains('ready')")
    assert errors == []
    return page


def milliseconds(figure: str) -> float:
    number, unit = figure.split()
    return float(number) * {"ms": 1, "s": 1000}[unit]


def points(plot: str, curve: int) -> str:
    """An expression for how many points a line of a plot has."""
    path = f'[data-plot="{plot}"] .frame .c{curve}'
    return f"(document.querySelector('{path}')?.getAttribute('d')?.match(/[LHM]/g)?.length ?? 0)"


def test_plots_show_what_a_live_session_does(
    browser: Browser, base: str, watched: Page, artefacts: Path
) -> None:
    page = the_figures(browser, f"{base}/admin", viewport=DESKTOP)
    for plot in ("rates", "stage.decode", "stage.look", "stage.server", "stage.detect", "lag"):
        until(page, f"{points(plot, 0)} >= {POINTS}")
    assert page.evaluate(points("memory", 1)) >= POINTS, "the models' processes are counted"
    into = "parseFloat(document.querySelector('[data-plot=\"rates\"] .key b').innerText)"
    until(page, f"{into} >= 1 && {into} <= 60")
    median, high = page.locator('[data-plot="stage.server"] .key b').all_inner_texts()
    assert 0 < milliseconds(median) <= milliseconds(high)
    assert "1 of 8" in page.inner_text("#tiles")
    assert "nanodet-g" in page.inner_text("#models")
    session = page.inner_text(".session")
    assert all(words in session for words in ("Chrome", "connected", "×", "fps"))
    assert watched.evaluate("openEyes.session()") == page.get_attribute(".session", "data-session")
    page.screenshot(path=artefacts / "admin-desktop-light.png", full_page=True)
    page.context.close()


@pytest.mark.long
def test_a_plot_says_the_same_in_words_and_as_a_table(
    browser: Browser, base: str, watched: Page
) -> None:
    page = the_figures(browser, f"{base}/admin", viewport=PHONE)
    until(page, f"{points('stage.server', 0)} >= {POINTS}")
    chart = page.locator('[data-plot="stage.server"]')
    label = chart.locator(".frame svg").get_attribute("aria-label") or ""
    assert "the last " in label
    assert "Median: now" in label
    toggle = chart.get_by_role("button")
    toggle.focus()
    page.keyboard.press("Enter")
    assert toggle.get_attribute("aria-expanded") == "true"
    assert chart.locator(".frame").is_hidden()
    newest = chart.locator("tbody tr").first.inner_text()
    assert len(newest.split("\t")) == 3
    assert newest.startswith("now")
    page.keyboard.press("Enter")
    assert chart.locator(".frame").is_visible()
    page.get_by_label("15 min").check()
    assert page.get_by_label("5 min", exact=True).is_checked() is False
    page.context.close()


def test_a_picture_comes_only_once_its_person_agrees_and_goes_at_once(
    browser: Browser, base: str, watched: Page, artefacts: Path
) -> None:
    page = the_figures(browser, f"{base}/admin", viewport=PHONE)
    until(page, "document.querySelector('.session')")
    seen = "document.querySelector('.session img')?.naturalWidth > 0"
    page.wait_for_timeout(3000)
    assert not page.evaluate(seen)
    assert "not shared" in page.inner_text(".session")

    watched.click("#view")
    switch = watched.locator("#share")
    assert not switch.is_checked()
    switch.check()
    watched.screenshot(path=artefacts / "admin-sharing.png")
    until(page, seen)
    assert "not shared" not in page.inner_text(".session")
    page.screenshot(path=artefacts / "admin-phone-shared.png", full_page=True)

    switch.uncheck()
    session = watched.evaluate("openEyes.session()")
    answer = "404"
    for _ in range(20):
        path = f"{base}/v1/admin/sessions/{session}/thumbnail.jpg"
        answer = str(page.request.get(path).status)
        if answer == "404":
            break
        page.wait_for_timeout(100)
    assert answer == "404"
    until(page, "document.querySelector('.session img').hidden", 8)
    page.context.close()


@pytest.mark.long
def test_the_page_says_when_the_server_is_away_and_keeps_what_was_known(
    browser: Browser, base: str, watched: Page, artefacts: Path
) -> None:
    page = the_figures(browser, f"{base}/admin", viewport=PHONE, color_scheme="dark")
    until(page, f"{points('rates', 0)} >= {POINTS}")
    page.screenshot(path=artefacts / "admin-phone-dark.png", full_page=True)
    page.context.set_offline(True)
    until(page, "document.querySelector('#standing').innerText.includes('does not answer')")
    assert page.evaluate(points("rates", 0)) >= POINTS
    page.context.set_offline(False)
    until(page, "document.querySelector('#standing').innerText === 'Up to date'")
    page.context.close()


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_can_read_it(browser: Browser, base: str, watched: Page, scheme: str) -> None:
    """Axe finds nothing grave; with text twice as large on a narrow phone all is within reach."""
    page = the_figures(browser, f"{base}/admin", viewport=PHONE, color_scheme=scheme)
    until(page, f"{points('stage.server', 0)} >= {POINTS} && document.querySelector('.session')")
    page.get_by_role("button", name="As a table").first.click()
    found = Axe().run(page).response["violations"]
    grave = [each for each in found if each["impact"] in {"serious", "critical"}]
    assert [(each["help"], each["nodes"][0]["html"][:200]) for each in grave] == []
    page.set_viewport_size({"width": 320, "height": 640})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 321
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, #spans label, input:not([type=radio])")]
             .filter((each) => each.checkVisibility())
             .filter((each) => each.getBoundingClientRect().height < 44)
             .map((each) => each.outerHTML)"""
    )
    assert small == [], "fingers find them"
    page.context.close()


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    with openeyes_server("--token", TOKEN, "--admin-token", OPERATORS, "--no-text") as url:
        yield url


def entered(page: Page, token: str) -> None:
    page.fill("#token", token)
    page.keyboard.press("Enter")


def test_only_the_operators_token_opens_the_page(
    browser: Browser, guarded: str, artefacts: Path
) -> None:
    page = the_figures(browser, f"{guarded}/admin", viewport=PHONE)
    until(page, "!document.querySelector('#door').hidden")
    assert page.evaluate("document.activeElement.id") == "token"
    page.screenshot(path=artefacts / "admin-door.png")
    entered(page, TOKEN)
    until(page, "document.querySelector('#refusal').innerText.includes('not the operator')")
    assert page.locator("#figures").is_hidden()
    entered(page, OPERATORS)
    until(page, "!document.querySelector('#figures').hidden")
    assert page.locator("#door").is_hidden()
    page.reload()
    until(page, "!document.querySelector('#figures').hidden")
    page.context.close()


@pytest.mark.long
def test_a_token_in_the_address_is_taken_out_of_it(browser: Browser, guarded: str) -> None:
    page = the_figures(browser, f"{guarded}/admin#token={OPERATORS}", viewport=DESKTOP)
    until(page, "!document.querySelector('#figures').hidden")
    assert page.evaluate("location.hash") == ""
    page.context.close()


@pytest.mark.long
def test_a_server_without_an_operators_token_says_how_to_get_one(browser: Browser) -> None:
    with openeyes_server("--token", TOKEN, "--no-text") as url:
        page = the_figures(browser, f"{url}/admin", viewport=PHONE)
        until(page, "document.querySelector('#refusal').innerText.includes('--admin-token')")
        assert page.locator("#entry").is_hidden()
        page.context.close()


@pytest.mark.long
def test_it_speaks_chinese_too(browser: Browser, base: str, artefacts: Path) -> None:
    context: BrowserContext = browser.new_context(locale="zh-CN", viewport=DESKTOP)
    page = context.new_page()
    page.goto(f"{base}/admin")
    until(page, "document.querySelector('#standing')?.innerText === '数据是最新的'")
    assert page.evaluate("document.documentElement.lang") == "zh"
    until(page, f"{points('lag', 0)} >= {POINTS}")
    assert "undefined" not in page.inner_text("body")
    page.screenshot(path=artefacts / "admin-chinese.png", full_page=True)
    context.close()
