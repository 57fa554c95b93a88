"""The browsers that are here, and a server with the real detector."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import openeyes_server

from tests.other_browsers import firefox as fox
from tests.other_browsers import webkit as kit

ARTEFACTS = Path(__file__).parent.parent.parent / "artefacts"


def wanted(path: str | None, missing: str) -> str:
    """The path of a browser that is to be tried; else the test is skipped."""
    if not os.environ.get("OTHER_BROWSERS"):
        pytest.skip("other browsers are tried by: make other-browsers")
    if path is None:
        pytest.skip(missing)
    return path


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where screenshots are kept."""
    ARTEFACTS.mkdir(exist_ok=True)
    return ARTEFACTS


@pytest.fixture(scope="session")
def base() -> Iterator[str]:
    """Address of the server."""
    with openeyes_server() as url:
        yield url


@pytest.fixture(scope="module")
def firefox() -> Iterator[fox.Firefox]:
    """A Firefox with a camera that Firefox makes up."""
    path = wanted(fox.firefox(), "no Firefox (Debian: apt install firefox-esr)")
    with fox.running_firefox(path) as browser:
        print(f"\n{browser.name}")
        yield browser


@pytest.fixture(scope="module")
def webkit() -> Iterator[kit.WebKit]:
    """A WebKitGTK with a camera that WebKit makes up."""
    path = wanted(kit.minibrowser(), "no WebKitGTK (Debian: apt install webkit2gtk-driver xvfb)")
    with kit.running_webkit(path) as browser:
        print(f"\n{browser.name}")
        yield browser
