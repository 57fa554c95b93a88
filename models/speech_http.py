"""HTTP to an OpenAI-compatible server for speech: one request, one whole answer.

As with language models, only the configured host is ever spoken to, redirects are not followed and
the environment is not trusted. A request is tried once more where no connection came about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import anyio
import httpx

from models.endpoint_config import EndpointConfig
from models.endpoint_trouble import Trouble, quoting, refused, unreachable
from models.endpoint_wire import WARM, trust
from vision.errors import NoAnswer

LONGEST_ANSWER = 8 * 1024 * 1024
"""Bytes: minutes of speech."""

LONGEST_COMPLAINT = 16 * 1024
"""Bytes read of an answer that says what went wrong."""

TRIES = 2


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer."""

    body: bytes
    kind: str
    "Its media type, without parameters."


class SpeechHTTP:
    """Requests to one server. Made and used on one event loop."""

    def __init__(self, config: EndpointConfig, what: str) -> None:
        """``what`` is asked there, for people: ``the speech recogniser``.

        Raises:
            ConfigError: the file of certificates cannot be used.
        """
        self._config = config
        self._what = what
        self._quote = quoting(config.key)
        self._client = httpx.AsyncClient(
            headers=_headers(config.key),
            verify=trust(config),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=config.connect_timeout),
            limits=httpx.Limits(max_connections=config.slots, keepalive_expiry=WARM),
        )

    async def post(self, path: str, **content: Any) -> Whole:
        """The answer to a POST; ``content`` as ``httpx`` takes it: ``json``, ``data``, ``files``.

        Raises:
            NoAnswer: there is none in time, or it is a refusal.
        """
        for last in (False,) * (TRIES - 1) + (True,):
            request = self._client.build_request("POST", self._config.url + path, **content)
            try:
                with anyio.fail_after(self._config.first_token_timeout):
                    return await self._answer(request)
            except TimeoutError:
                raise NoAnswer(f"{self._what} did not answer in time") from None
            except httpx.TransportError as error:
                trouble = unreachable(error)
                if last or not trouble.again:
                    raise self._no_answer(trouble) from None
        raise AssertionError("the last try ends it")

    def misfit(self, why: str) -> NoAnswer:
        """What to raise where an answer is not what it should be."""
        return NoAnswer(f"{self._what} {why}")

    async def aclose(self) -> None:
        """Closes every connection."""
        await self._client.aclose()

    async def _answer(self, request: httpx.Request) -> Whole:
        response = await self._client.send(request, stream=True)
        try:
            good = response.status_code == httpx.codes.OK
            body = await self._read(response, LONGEST_ANSWER if good else LONGEST_COMPLAINT)
        finally:
            await response.aclose()
        if not good:
            trouble = refused(response.status_code, response.headers, body, self._quote)
            raise self._no_answer(trouble)
        if len(body) > LONGEST_ANSWER:
            raise self.misfit("sent far too much")
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Whole(body, kind)

    async def _read(self, response: httpx.Response, most: int) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > most:
                break
        return bytes(body)

    def _no_answer(self, trouble: Trouble) -> NoAnswer:
        """In the words that there are for language models, said of this."""
        told = (each.replace("the language model", self._what) for each in
                (trouble.message, trouble.public))  # fmt: skip
        return NoAnswer(*told)


def _headers(key: str | None) -> Mapping[str, str]:
    headers = {"Accept-Encoding": "identity", "User-Agent": "openeyes"}
    return headers if key is None else headers | {"Authorization": f"Bearer {key}"}
