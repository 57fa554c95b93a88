"""Who may come in: the pairing token, guesses at it, and pages of strangers.

Without a token (loopback only) any page in the operator's browser could still reach the server, so
requests must name a loopback host (DNS rebinding) and, where they name an origin, our own.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from streaming.addresses import is_loopback
from streaming.pairing import Attempts, token_matches
from streaming.problems import HTTPProblem

REFUSED = "No or wrong pairing token: scan the QR code in the server's terminal again"


class Gate:
    """Lets requests through, or says why not."""

    def __init__(
        self,
        token: str | None,
        *,
        behind_proxy: bool = False,
        allowed: Collection[str] = (),
        refusal: str = REFUSED,
    ) -> None:
        """Behind a proxy all guesses come from its address, so no address is shut out.

        Pages of the ``allowed`` origins may come in like our own. ``refusal`` is what a wrong
        token is told.
        """
        self._token = token
        self.allowed = frozenset(allowed)
        self._refusal = refusal
        self._attempts = None if behind_proxy else Attempts()

    @property
    def needs_token(self) -> bool:
        """Whether a token is asked for."""
        return self._token is not None

    def check_origin(self, request: HTTPConnection) -> None:
        """Turns away pages of other origins, where there is no token that they would lack.

        Raises:
            HTTPProblem: 403.
        """
        if self._token is not None:
            return
        host = request.headers.get("host", "")
        origin = request.headers.get("origin")
        if origin is not None and _place(origin) != host and origin not in self.allowed:
            raise HTTPProblem(
                403,
                f"Pages of {origin} may not use this server; its operator can allow them with "
                "--allow-origin",
            )
        if not is_loopback(_name(host)):
            raise HTTPProblem(403, f"This server answers on loopback only, not as {host}")

    def check_header(self, request: HTTPConnection) -> None:
        """Checks ``Authorization: Bearer …``.

        Raises:
            HTTPProblem: 401 for a missing or wrong token, 429 after too many wrong ones.
        """
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        self.check_token(request, given.strip() if scheme.lower() == "bearer" else "")

    def check_token(self, request: HTTPConnection, given: str) -> None:
        """Checks a token given by ``request``'s peer. Raises as ``check_header``."""
        if self._token is None:
            return
        address = request.client.host if request.client else ""
        now = time.monotonic()
        wait = 0.0 if self._attempts is None else self._attempts.refused_for(address, now)
        if wait:
            seconds = str(math.ceil(wait))
            detail = f"Too many wrong tokens; wait {seconds} s"
            raise HTTPProblem(429, detail, {"Retry-After": seconds})
        if not token_matches(self._token, given):
            if given and self._attempts is not None:
                self._attempts.failed(address, now)
            raise HTTPProblem(401, self._refusal, {"WWW-Authenticate": "Bearer"})


def _place(origin: str) -> str:
    """Host and port of an origin; empty for what is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _name(host: str) -> str:
    """A ``Host`` header without its port; empty for what is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
