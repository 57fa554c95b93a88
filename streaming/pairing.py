"""Who may come in: the pairing token, the code that shows it, and what stands on which address."""

from __future__ import annotations

import hmac
import re
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from itertools import zip_longest
from pathlib import Path
from typing import Literal

import segno

from streaming.addresses import is_loopback, url_host
from streaming.origins import origins
from vision.errors import ConfigError

SHORTEST_TOKEN = 16
"""Characters; 16 random URL-safe ones hold 96 bits."""

LONGEST_TOKEN = 256
"""Characters; more makes a code too dense for a phone to read off a terminal."""

MAX_WRONG_TOKENS = 10
"""So many wrong tokens within ``WRONG_WINDOW`` shut an address out."""

WRONG_WINDOW = 60.0
"""Seconds."""

SHUT_OUT = 60.0
"""Seconds from its last wrong token for which an address is refused, whatever it shows."""

MAX_WATCHED_ADDRESSES = 1024
"""So many addresses are remembered; the one longest silent is forgotten first."""

_TOKEN = re.compile(r"[A-Za-z0-9._~-]+")  # RFC 3986, unreserved: the same in a URL and a header
_MAKE_ONE = "python3 -c 'import secrets; print(secrets.token_urlsafe(16))'"
_QUIET_ZONE = 4  # ISO/IEC 18004: light modules on each side
_CELL = {(True, False): "▀", (False, True): "▄", (True, True): "█", (False, False): " "}
# Colours of the fixed cube: a theme may repaint the first sixteen
_BLACK_ON_WHITE, _RESET = "\x1b[38;5;16;48;5;231m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Security:
    """How the server speaks, and to whom."""

    scheme: Literal["http", "https"]
    "What the server itself speaks."
    token: str | None
    "What a client must show; ``None`` when anyone who reaches the address may come in."
    cert: Path | None
    "The operator's certificate; with ``https`` and ``None`` the self-signed one is used."
    key: Path | None
    "Its key."
    behind_proxy: bool
    "A proxy stands before the server, and the peer's address is the proxy's."
    admin_token: str | None = None
    "What the operator's page asks for; ``None`` closes it wherever phones need a token."
    allowed: tuple[str, ...] = ()
    "Origins other than ours whose pages may use the server."

    @property
    def needs_token(self) -> bool:
        """Whether a client must show the token."""
        return self.token is not None

    @property
    def self_signed(self) -> bool:
        """Whether the server speaks HTTPS with a certificate of its own making."""
        return self.scheme == "https" and self.cert is None


def new_token() -> str:
    """A token of 128 random bits, 22 URL-safe characters."""
    return secrets.token_urlsafe(16)


def decide(  # noqa: PLR0913 - one argument for each of the operator's options
    bind_host: str,
    *,
    tls: bool = True,
    cert: Path | None = None,
    key: Path | None = None,
    token: str | None = None,
    behind_proxy: bool = False,
    admin_token: str | None = None,
    allowed: Sequence[str] = (),
    fresh_token: Callable[[], str] = new_token,
) -> Security:
    """What the operator's options amount to.

    On loopback: plain HTTP and no token, unless a certificate, a token or a proxy is named. On any
    other address: HTTPS, self-signed unless a certificate is named, and a token.

    Raises:
        ConfigError: the options contradict each other, would leave phones without a camera, a
            token is too weak or both are the same, or an origin is none.
    """
    loopback = is_loopback(bind_host)
    _check_options(loopback=loopback, tls=tls, cert=cert, key=key, behind_proxy=behind_proxy)
    if token is not None:
        check_token(token)
    elif behind_proxy or not loopback:
        token = fresh_token()
    check_admin_token(admin_token, token)
    https = tls and (cert is not None or not loopback)
    scheme: Literal["http", "https"] = "https" if https else "http"
    return Security(scheme, token, cert, key, behind_proxy, admin_token, origins(allowed))


def check_token(token: str, option: str = "--token") -> None:
    """Refuse a token that could be guessed or that a URL would garble.

    Raises:
        ConfigError: too short, too long, or not URL-safe.
    """
    if SHORTEST_TOKEN <= len(token) <= LONGEST_TOKEN and _TOKEN.fullmatch(token):
        return
    without = {"--token": "get a new one at each start", "--admin-token": "have none"}[option]
    raise ConfigError(
        f"the token must be {SHORTEST_TOKEN} to {LONGEST_TOKEN} characters out of A-Z, a-z, 0-9 "
        f"and . _ ~ -; leave {option} out to {without}, or make one: {_MAKE_ONE}"
    )


def check_admin_token(token: str | None, pairing: str | None) -> None:
    """Refuse an operator's token that is weak, or that every phone has.

    Raises:
        ConfigError: as ``check_token``, or it is the pairing token.
    """
    if token is None:
        return
    check_token(token, "--admin-token")
    if token_matches(token, pairing):
        raise ConfigError(
            "--admin-token is the pairing token, which every phone is given: name another one, "
            f"or make one: {_MAKE_ONE}"
        )


def token_matches(expected: str, given: str | None) -> bool:
    """Whether the token shown is the one expected, in a time that does not tell how nearly."""
    return given is not None and hmac.compare_digest(
        expected.encode("utf-8", "surrogatepass"), given.encode("utf-8", "surrogatepass")
    )


def pairing_url(scheme: str, host: str, port: int, token: str | None) -> str:
    """The page's address; the token is in the fragment, which browsers never send or log."""
    fragment = f"#token={token}" if token is not None else ""
    return f"{scheme}://{url_host(host)}:{port}/{fragment}"


def qr_text(url: str, *, colour: bool) -> str:
    """The URL as a QR code (ISO/IEC 18004) for a terminal, two modules to a character.

    With ``colour`` black on white whatever the theme. Without, for a pipe or a log, the light
    modules are drawn, as terminals are more often dark; scanners read the reverse too.
    """
    modules = segno.make_qr(url, error="l").matrix_iter(border=_QUIET_ZONE)
    lines = _half_blocks([[bool(module) == colour for module in row] for row in modules])
    if colour:
        return "\n".join(f"{_BLACK_ON_WHITE}{line}{_RESET}" for line in lines)
    return "\n".join(lines)


class Attempts:
    """Shuts out an address that keeps showing wrong tokens.

    Ask ``allowed`` before a token is looked at, and tell ``failed`` of each that did not match.
    Behind a proxy give the address that the proxy names: its own is everybody's.
    """

    def __init__(
        self,
        limit: int = MAX_WRONG_TOKENS,
        window: float = WRONG_WINDOW,
        shut_out: float = SHUT_OUT,
        capacity: int = MAX_WATCHED_ADDRESSES,
    ) -> None:
        self._limit = limit
        self._window = window
        self._shut_out = shut_out
        self._capacity = capacity
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._wrong)

    def allowed(self, address: str, now: float) -> bool:
        """Whether a token of this address may be looked at."""
        return self.refused_for(address, now) <= 0

    def refused_for(self, address: str, now: float) -> float:
        """Seconds until the address may try again; 0 when it may try now."""
        times = self._wrong.get(_watched(address))
        if times is None or len(times) < self._limit or times[-1] - times[0] >= self._window:
            return 0.0
        return max(0.0, times[-1] + self._shut_out - now)

    def failed(self, address: str, now: float) -> None:
        """The address showed a wrong token at ``now``, seconds on any clock that only rises."""
        who = _watched(address)
        self._wrong.setdefault(who, deque(maxlen=self._limit)).append(now)
        self._wrong.move_to_end(who)
        if len(self._wrong) > self._capacity:
            self._wrong.popitem(last=False)


def _watched(address: str) -> str:
    """One IPv6 customer has a whole /64 to come from, so that counts as one address."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(ip, IPv6Address):
        return str(ip)
    return str(ip.ipv4_mapped or IPv6Address(int(ip) >> 64 << 64))


def _half_blocks(rows: list[list[bool]]) -> Iterator[str]:
    nothing = [False] * len(rows[0])
    for upper, lower in zip_longest(rows[::2], rows[1::2], fillvalue=nothing):
        yield "".join(_CELL[pair] for pair in zip(upper, lower, strict=True))


def _check_options(
    *, loopback: bool, tls: bool, cert: Path | None, key: Path | None, behind_proxy: bool
) -> None:
    if (cert is None) != (key is None):
        here, gone = ("--key", "--cert") if cert is None else ("--cert", "--key")
        raise ConfigError(f"{here} needs {gone} beside it: name both, or neither")
    if cert is not None and not tls:
        raise ConfigError("--no-tls and --cert contradict each other: leave one of them out")
    if not (tls or loopback or behind_proxy):
        raise ConfigError(
            "--no-tls would leave phones blind: a phone's browser gives no camera to plain HTTP. "
            "Leave it out (a certificate is made for you), listen on 127.0.0.1, or add "
            "--behind-proxy if a proxy before this server speaks HTTPS"
        )
