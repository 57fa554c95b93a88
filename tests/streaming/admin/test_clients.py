from __future__ import annotations

import pytest

from streaming.admin.clients import client_kind

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (f"Mozilla/5.0 (Linux; Android 15) {WEBKIT} Chrome/140.0 Mobile Safari/537.36",
         "Chrome, Android"),
        (f"{IPHONE} Version/18.0 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        (f"{IPHONE} CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome, iPhone"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0",
         "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
         "Firefox, Linux"),
        ("python-httpx/0.28.1", "Python"),
        ("<script>alert(1)</script>" * 100, ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_kind_is_told_and_nothing_else(agent: str, kind: str) -> None:
    assert client_kind(agent) == kind
