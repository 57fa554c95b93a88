"""A real Chromium whose camera plays the sample, against a real server with the real detector."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import fake_camera_browser
from playwright.sync_api import Browser
from processes import openeyes_server

from streaming.sample import sample_camera, write_y4m

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
