"""HTTP to one endpoint: connections that stay warm, time-outs, and careful further tries.

Only the configured host is ever spoken to. Redirects are not followed, since the key and the
pictures would follow them. The environment is not trusted (proxies, certificates, ``.netrc``): a
variable set for something else on the machine must not send the camera's pictures elsewhere.
"""

from __future__ import annotations

import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
import httpx

from models.endpoint_config import EndpointConfig
from models.endpoint_trouble import (
    LONGEST_PAUSE,
    Failed,
    Trouble,
    quoting,
    refused,
    unreachable,
)
from vision.errors import ConfigError

WARM = 120.0
"""Seconds for which an idle connection is kept, if the server keeps it too."""

FIRST_PAUSE = 0.25
"""Seconds before the second try at most; it doubles with every further one."""

LONGEST_BODY = 8 * 1024 * 1024
"""Bytes of an answer that comes in one: the lists of models of large services take about one."""

LONGEST_COMPLAINT = 16 * 1024
"""Bytes read of an answer that says what went wrong."""

COMPLAINING = 2.0
"""Seconds in which such an answer must come."""

SPARE_CONNECTIONS = 1
"""Beyond one for each slot: to ask for the models while all are taken."""


class Wire:
    """Requests to one endpoint. Made and used on one event loop."""

    def __init__(
        self,
        config: EndpointConfig,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """``chance`` gives numbers from 0 to 1, which spread the tries of many callers in time.

        Raises:
            ConfigError: the file of certificates cannot be used.
        """
        self.quote = quoting(config.key)
        self._config = config
        self._sleep = sleep
        self._chance = chance
        connections = config.slots + SPARE_CONNECTIONS
        self._client = httpx.AsyncClient(
            headers=_headers(config.key),
            verify=trust(config),
            trust_env=False,
            follow_redirects=False,
            # Only connecting is timed here; the callers hold the rest to deadlines of their own.
            timeout=httpx.Timeout(None, connect=config.connect_timeout),
            limits=httpx.Limits(
                max_connections=connections,
                max_keepalive_connections=connections,
                keepalive_expiry=WARM,
            ),
        )

    @asynccontextmanager
    async def get(self, path: str) -> AsyncIterator[httpx.Response]:
        """The response to one GET, its body not yet read; leaving closes it.

        Raises:
            Failed: there is none, or its status is not 200.
        """
        request = self._client.build_request("GET", self._config.url + path)
        response = await self._one_try(request)
        try:
            yield response
        finally:
            await response.aclose()

    async def post(self, path: str, body: bytes) -> httpx.Response:
        """The response to a POST of JSON, its body not yet read; the caller closes it.

        Tries again where nothing was answered yet and another try can help.

        Raises:
            Failed: there is none, or its status is not 200.
        """
        attempt = 1
        while True:
            request = self._client.build_request("POST", self._config.url + path, content=body)
            try:
                return await self._one_try(request)
            except Failed as failed:
                if not failed.trouble.again or attempt >= self._config.attempts:
                    raise
                pause = self._pause(attempt, failed.trouble)
            await self._sleep(pause)
            attempt += 1

    async def aclose(self) -> None:
        """Closes every connection."""
        await self._client.aclose()

    async def _one_try(self, request: httpx.Request) -> httpx.Response:
        try:
            response = await self._client.send(request, stream=True)
        except httpx.TransportError as error:
            raise Failed(unreachable(error)) from None
        if response.status_code == httpx.codes.OK:
            return response
        try:
            complaint = await _beginning(response)
        finally:
            await response.aclose()
        raise Failed(refused(response.status_code, response.headers, complaint, self.quote))

    def _pause(self, attempt: int, trouble: Trouble) -> float:
        if trouble.pause is not None:
            return trouble.pause
        longest = min(FIRST_PAUSE * 2.0 ** (attempt - 1), LONGEST_PAUSE)
        return longest * (0.5 + 0.5 * self._chance())


async def read_whole(response: httpx.Response) -> bytes:
    """The body of a response.

    Raises:
        Failed: it breaks off, or has more than ``LONGEST_BODY`` bytes.
    """
    body = bytearray()
    try:
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > LONGEST_BODY:
                raise Failed(Trouble("the language model's server sent far too much", lasting=True))
    except httpx.TransportError:
        raise Failed(Trouble("the language model's answer broke off")) from None
    return bytes(body)


async def _beginning(response: httpx.Response) -> bytes:
    """What can be had of a body soon."""
    body = bytearray()
    with anyio.move_on_after(COMPLAINING):
        try:
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) >= LONGEST_COMPLAINT:
                    break
        except httpx.TransportError:
            pass
    return bytes(body[:LONGEST_COMPLAINT])


def _headers(key: str | None) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "Accept": "text/event-stream, application/json",
        # A compressed stream would come late, and could unpack to any size.
        "Accept-Encoding": "identity",
        "User-Agent": "openeyes",
    }
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    return headers


def trust(config: EndpointConfig) -> ssl.SSLContext | bool:
    """Whose certificates are good, as ``httpx`` takes it.

    Raises:
        ConfigError: the file of certificates cannot be used.
    """
    if config.url.startswith("http:"):
        # There is nobody to trust then, and to load the usual certificates takes 0.1 s.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if config.authorities is None:
        return True
    try:
        return ssl.create_default_context(cafile=config.authorities)
    except OSError as error:  # ssl.SSLError is one too
        raise ConfigError(
            f"the endpoint's certificates cannot be used ({error.strerror or error}: "
            f"{config.authorities}): name a PEM file of certificates to trust"
        ) from error
