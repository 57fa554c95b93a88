"""What the operator is told, over real HTTP and real connections."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from streaming.admin.routes import NOT_SHARED

Maker = Callable[..., Any]
TOKEN = "a-token-of-some-length"
OPERATORS = "an-operators-own-token"
STATE = "/v1/admin/state"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def detail(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: str = answer.json()["detail"]
    return found


async def test_the_operators_token_opens_it_and_the_pairing_token_does_not(serving: Maker) -> None:
    async with serving(token=TOKEN, admin_token=OPERATORS) as running:
        get = running.http.get
        for path in (STATE, "/v1/admin/sessions/x/thumbnail.jpg"):
            assert "--admin-token" in detail(await get(path), 401)
            assert "--admin-token" in detail(await get(path, headers=bearer(TOKEN)), 401)
        assert (await get(STATE, headers=bearer(OPERATORS))).status_code == 200
        assert (await get("/v1/config", headers=bearer(OPERATORS))).status_code == 401
        page = await get("/admin")
        assert page.status_code == 200
        assert "script-src 'self'" in page.headers["content-security-policy"]


async def test_without_an_operators_token_it_stays_shut_where_phones_have_one(
    serving: Maker,
) -> None:
    async with serving(token=TOKEN) as running:
        for headers in ({}, bearer(TOKEN), bearer(OPERATORS)):
            words = detail(await running.http.get(STATE, headers=headers), 403)
            assert "--admin-token" in words
            assert "OPENEYES_ADMIN_TOKEN" in words
        config = (await running.http.get("/v1/config", headers=bearer(TOKEN))).json()
        assert config["features"]["share"] is False


async def test_on_loopback_it_is_as_open_as_the_rest_but_not_to_strangers_pages(
    serving: Maker,
) -> None:
    async with serving(allowed=["https://friend.example"]) as running:
        get = running.http.get
        assert (await get(STATE)).status_code == 200
        evil = {"Origin": "https://evil.example"}
        assert "evil.example" in detail(await get(STATE, headers=evil), 403)
        friend = {"Origin": "https://friend.example"}
        assert "access-control-allow-origin" not in (await get(STATE, headers=friend)).headers
        assert (await get(STATE, headers={"Host": "evil.example"})).status_code == 403
        assert (await get("/v1/config")).json()["features"]["share"] is True


async def test_guesses_at_the_operators_token_shut_out_from_it_alone(serving: Maker) -> None:
    async with serving(token=TOKEN, admin_token=OPERATORS) as running:
        get = running.http.get
        codes = [(await get(STATE, headers=bearer("guess"))).status_code for _ in range(30)]
        assert (codes[0], codes[-1]) == (401, 429)
        assert (await get("/v1/config", headers=bearer(TOKEN))).status_code == 200


async def test_a_session_is_told_with_its_figures(serving: Maker, connected: Maker) -> None:
    async with serving(max_detect_hz=20) as running, connected(running) as client:
        await client.until(lambda: len(client.tracks) > 5 and len(client.frames) > 5)
        await asyncio.sleep(2.2)
        state = (await running.http.get(STATE)).json()
        (line,) = state["sessions"]
        assert line["id"] == client.location.rsplit("/", 1)[1]
        assert line["state"] == "connected"
        assert line["client"] == "Python"
        assert line["size"] == [320, 240]
        assert line["rates"]["in"] > 5
        assert line["stages"]["server"][1] >= line["stages"]["server"][0] > 0
        assert line["shared"] is False
        assert 2 < line["seconds"] <= state["seconds"]
        newest = state["history"][-1]
        assert newest["sessions"] == 1
        assert newest["rates"]["in"] > 5
        assert newest["stages"]["decode"][1] >= newest["stages"]["decode"][0] >= 0
        assert newest["memory"][0] > 20
        roles = ["detector", "text", "poses", "language", "hearing", "voice"]
        assert [each["role"] for each in state["models"]] == roles
        assert not any(each["name"] for each in state["models"][1:])
        assert (
            state["models"][0]["name"] == (await running.http.get("/v1/config")).json()["detector"]
        )
        assert (state["limit"], state["opened"], state["degradation"]) == (8, 1, 0)


async def test_only_new_samples_are_sent_again(serving: Maker) -> None:
    async with serving() as running:
        first = (await running.http.get(STATE)).json()
        while len(first["history"]) < 2:
            await asyncio.sleep(0.2)
            first = (await running.http.get(STATE)).json()
        after = first["history"][0]["at"]
        second = (await running.http.get(STATE, params={"after": after})).json()
        assert second["history"]
        assert min(each["at"] for each in second["history"]) > after
        assert detail(await running.http.get(f"{STATE}?after=nan"), 422)


async def test_what_is_dropped_is_told_once_for_the_second_in_which_it_was(
    serving: Maker, connected: Maker
) -> None:
    async with serving(max_detect_hz=5) as running, connected(running) as client:
        history = running.server.sampler.history
        (entry,) = running.server.sessions.all()

        def told() -> list[int]:
            return [each.drops.get("detect", 0) for each in history.after(0)]

        await client.until(lambda: sum(each > 0 for each in told()) >= 4)
        assert sum(told()) <= entry.session.dropped()["detect"]


async def test_what_was_logged_as_wrong_is_told(serving: Maker) -> None:
    async with serving() as running:
        logging.getLogger("streaming.peer").warning("session x: closing took too long")
        troubles = (await running.http.get(STATE)).json()["troubles"]
        assert troubles[0]["text"] == "session x: closing took too long"
        assert troubles[0]["level"] == "warning"


async def test_a_picture_is_shown_only_while_its_person_agrees(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running, connected(running) as client:
        path = f"/v1/admin/sessions/{client.location.rsplit('/', 1)[1]}/thumbnail.jpg"
        await client.until(lambda: client.said("stats"))
        assert detail(await running.http.get(path), 404) == NOT_SHARED

        await share(client, running, agreed=True)
        shown = await running.http.get(path)
        assert shown.status_code == 200
        assert shown.headers["cache-control"] == "no-store"
        picture = cv2.imdecode(np.frombuffer(shown.content, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert max(picture.shape) <= 320
        assert abs(float(np.median(picture)) - 90) < 12

        await share(client, running, agreed=False)
        assert detail(await running.http.get(path), 404) == NOT_SHARED
        assert (await running.http.get("/v1/admin/sessions/none/thumbnail.jpg")).status_code == 404


async def test_a_picture_under_way_is_held_back_when_agreement_ends(
    serving: Maker, connected: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving() as running, connected(running) as client:
        await client.until(lambda: client.said("stats"))
        await share(client, running, agreed=True)
        (entry,) = running.server.sessions.all()
        made = entry.session.snapshot

        async def slow() -> Any:
            picture = await made()
            entry.session.shared = False
            return picture

        monkeypatch.setattr(entry.session, "snapshot", slow)
        name = entry.session.identity.session
        answer = await running.http.get(f"/v1/admin/sessions/{name}/thumbnail.jpg")
        assert detail(answer, 404) == NOT_SHARED


async def test_a_picture_is_not_shown_while_its_person_is_away_nor_unasked_when_they_are_back(
    serving: Maker, connected: Maker
) -> None:
    async with serving() as running:
        async with connected(running) as client:
            await client.until(lambda: client.said("stats"))
            await share(client, running, agreed=True)
            path = f"/v1/admin/sessions/{client.location.rsplit('/', 1)[1]}/thumbnail.jpg"
            assert (await running.http.get(path)).status_code == 200
            token = client.said("hello")[0]["resume"]
        await client.until(lambda: running.server.sessions.waiting)
        assert detail(await running.http.get(path), 404) == NOT_SHARED
        async with connected(running, headers={"Openeyes-Resume": token}) as back:
            await back.until(lambda: back.said("stats"))
            assert back.said("hello")[0]["resumed"]
            assert detail(await running.http.get(path), 404) == NOT_SHARED


async def share(client: Any, running: Any, *, agreed: bool) -> None:
    client.channels["events"].send(f'{{"type": "set", "share": {str(agreed).lower()}}}')
    (entry,) = running.server.sessions.all()
    await client.until(lambda: entry.session.shared is agreed)
