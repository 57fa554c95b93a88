"""A real Chromium whose camera plays the sample, against a real server with the real detector.

Browser, server, detector and encoders share the machine with whatever else runs on it, so a test
here that fails is tried once more. One that passes only then is named at the end of the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from browser import fake_camera_browser
from playwright.sync_api import Browser
from processes import openeyes_server

from streaming.sample import sample_camera, write_y4m

TRIED_AGAIN = pytest.StashKey[list[str]]()

ARTEFACTS = Path(__file__).parent.parent.parent / "artefacts"


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where screenshots are kept."""
    ARTEFACTS.mkdir(exist_ok=True)
    return ARTEFACTS


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, each frame stamped with its number."""
    path = tmp_path_factory.mktemp("camera") / "sample.y4m"
    write_y4m(path, sample_camera(), stamped=True)
    return path


@pytest.fixture(scope="session")
def base() -> Iterator[str]:
    """Address of the server."""
    with openeyes_server() as url:
        yield url


@pytest.fixture(scope="module")  # Playwright's event loop runs for as long as this lives
def browser(clip: Path) -> Iterator[Browser]:
    """The browser, with the clip as its camera."""
    with fake_camera_browser(clip) as chromium:
        yield chromium


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Runs a test, and once more where it failed."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    if any(report.failed for report in reports):
        item.config.stash.setdefault(TRIED_AGAIN, []).append(failures(item, reports))
        item._initrequest()  # type: ignore[attr-defined]
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def failures(item: pytest.Item, reports: list[pytest.TestReport]) -> str:
    """Which test failed, and on what line."""
    failed = next(report for report in reports if report.failed)
    return f"{item.nodeid} ({failed.when}): {failed.longreprtext.splitlines()[-1]}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Names what was tried again."""
    again = terminalreporter.config.stash.get(TRIED_AGAIN, [])
    if again:
        terminalreporter.section("failed at first and was tried once more")
        for line in again:
            terminalreporter.write_line(line)
