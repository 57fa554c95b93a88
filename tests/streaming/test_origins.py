"""Pages of other sites: what their browsers are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from streaming.origins import MAX_ORIGINS, origins
from vision.errors import ConfigError

Maker = Callable[..., Any]
FRIEND, EVIL = "https://friend.example", "https://evil.example"
TOKEN = "a-token-of-some-length"
ASKS = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}


@pytest.mark.parametrize("token", [None, TOKEN])
async def test_a_browser_is_told_that_an_allowed_page_may_ask_and_read(
    serving: Maker, token: str | None
) -> None:
    async with serving(token=token, allowed=[FRIEND]) as running:
        asked = await running.http.options("/v1/sessions", headers=ASKS | {"Origin": FRIEND})
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == FRIEND
        assert "POST" in asked.headers["access-control-allow-methods"]
        assert "Authorization" in asked.headers["access-control-allow-headers"]
        headers = {"Origin": FRIEND} | ({"Authorization": f"Bearer {token}"} if token else {})
        answer = await running.http.get("/v1/config", headers=headers)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == FRIEND
        assert "Location" in answer.headers["access-control-expose-headers"]
        assert "Origin" in answer.headers["vary"]
        refused = await running.http.get("/v1/sessions/none", headers=headers)
        assert refused.headers["access-control-allow-origin"] == FRIEND, "it reads why, too"


@pytest.mark.parametrize("token", [None, TOKEN])
@pytest.mark.parametrize(
    "origin", [EVIL, "null", f"{FRIEND}.evil.example", "http://friend.example"]
)
async def test_no_other_page_may_ask_or_read(
    serving: Maker, token: str | None, origin: str
) -> None:
    async with serving(token=token, allowed=[FRIEND]) as running:
        asked = await running.http.options("/v1/sessions", headers=ASKS | {"Origin": origin})
        assert asked.status_code == 403
        assert "access-control-allow-origin" not in asked.headers
        answer = await running.http.get("/v1/config", headers={"Origin": origin})
        assert answer.status_code in {401, 403}
        assert "access-control-allow-origin" not in answer.headers


async def test_what_refuses_a_page_says_how_it_can_be_allowed(serving: Maker) -> None:
    async with serving() as running:
        answer = await running.http.get("/v1/config", headers={"Origin": EVIL})
        assert EVIL in answer.json()["detail"]
        assert "--allow-origin" in answer.json()["detail"]


async def test_the_operators_figures_are_for_no_other_page(serving: Maker) -> None:
    async with serving(allowed=[FRIEND]) as running:
        asked = await running.http.options("/v1/admin/state", headers=ASKS | {"Origin": FRIEND})
        assert asked.status_code == 403
        answer = await running.http.get("/v1/admin/state", headers={"Origin": FRIEND})
        assert "access-control-allow-origin" not in answer.headers
        assert answer.status_code == 403


async def test_the_pages_own_files_are_anyones_to_load(serving: Maker) -> None:
    async with serving() as running:
        answer = await running.http.get("/web/js/api.js", headers={"Origin": EVIL})
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"


async def test_allowed_pages_may_frame_the_page(serving: Maker) -> None:
    async with serving(allowed=[FRIEND]) as running:
        policy = (await running.http.get("/")).headers["content-security-policy"]
        assert policy.endswith(f"frame-ancestors 'self' {FRIEND}")
        own = (await running.http.get("/admin")).headers["content-security-policy"]
        assert own.endswith("frame-ancestors 'self'"), "the operator's is for nobody else"
    async with serving() as running:
        policy = (await running.http.get("/")).headers["content-security-policy"]
        assert policy.endswith("frame-ancestors 'self'")


@pytest.mark.parametrize(
    "named",
    [
        *("*", "null", "example.org", "https://example.org/", "https://example.org/page"),
        *("https://Example.org", "ftp://example.org", "https://", "https://a b.example"),
        *("https://user@example.org", "https://*.example.org", "https://a.example; script-src *"),
    ],
)
def test_what_is_no_origin_is_refused(named: str) -> None:
    with pytest.raises(ConfigError, match=r"like https://example\.org"):
        origins([named])


def test_origins_are_bounded() -> None:
    named = [f"https://{index}.example" for index in range(MAX_ORIGINS)]
    assert origins(named) == tuple(named)
    with pytest.raises(ConfigError, match="times at most"):
        origins([*named, "https://one.more.example"])
    assert origins(["http://localhost:8000", "http://[::1]:80"])
