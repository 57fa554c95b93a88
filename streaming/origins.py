"""Pages of other sites: which the operator allows, and what their browsers are told (CORS).

A browser lets a page read only answers that name its origin. The page's own files are anyone's to
load; everything else is for our own page and those that the operator allowed, and what is under
``/v1/admin`` for our own alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from starlette.requests import Request
from starlette.responses import Response

from vision.errors import ConfigError

MAX_ORIGINS = 32
"""Origins that may be allowed."""

REMEMBERED = 600
"""Seconds for which a browser need not ask again whether it may ask."""

_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?")
_ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match, Openeyes-Resume",
    "Access-Control-Max-Age": str(REMEMBERED),
}
_READABLE = "Location, ETag, Retry-After, Openeyes-Resume"


def origins(named: Sequence[str]) -> tuple[str, ...]:
    """Origins as browsers write them, in the order in which they were named.

    Raises:
        ConfigError: one of them is no origin, or there are more than ``MAX_ORIGINS``.
    """
    if len(named) > MAX_ORIGINS:
        raise ConfigError(f"--allow-origin can be given {MAX_ORIGINS} times at most")
    for each in named:
        if not _ORIGIN.fullmatch(each):
            raise ConfigError(
                f"--allow-origin {each!r} is no origin: write scheme, host and port alone, in "
                "small letters and without a slash at the end, like https://example.org"
            )
    return tuple(named)


def may_ask(request: Request, allowed: Collection[str]) -> Response | None:
    """The answer to a browser that asks whether its page may; None where this is no such request.

    A page that may not is told so by silence: its browser then gives it nothing to read.
    """
    if request.method != "OPTIONS" or "access-control-request-method" not in request.headers:
        return None
    if not _may(request, allowed):
        return Response(status_code=403, headers={"Vary": "Origin"})
    return Response(status_code=204, headers=_ALLOWED)


def let_read(request: Request, response: Response, allowed: Collection[str]) -> None:
    """Marks an answer for those pages that may read it."""
    path: str = request.scope["path"]
    if path.startswith("/web/"):
        response.headers["Access-Control-Allow-Origin"] = "*"
    elif allowed:
        response.headers.add_vary_header("Origin")
        if _may(request, allowed):
            response.headers["Access-Control-Allow-Origin"] = request.headers["origin"]
            response.headers["Access-Control-Expose-Headers"] = _READABLE


def _may(request: Request, allowed: Collection[str]) -> bool:
    path: str = request.scope["path"]
    return request.headers.get("origin") in allowed and not path.startswith("/v1/admin")
