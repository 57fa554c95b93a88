"""The certificate with which the server speaks to a phone's browser.

Off loopback the page needs HTTPS: a browser gives no camera to plain HTTP. Who has no certificate
gets a self-signed one, made once per host and kept in the operator's state folder. It is made anew
only when it must be, since each new one costs the person at the phone a warning to dismiss.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from streaming.addresses import is_address
from streaming.key_pair import Certificate, check_pair
from streaming.private_folder import (
    is_there,
    may_write,
    private_folder,
    readable_by_others,
    write_privately,
)
from streaming.self_signed import self_signed
from vision.errors import ConfigError

__all__ = ["Certificate", "check_pair", "ensure_certificate", "may_make", "stored_certificate"]

RENEW_BEFORE = timedelta(days=30)
"""A certificate with less left than this is made anew."""

MAX_NAMED_ADDRESSES = 64
"""A certificate names at most so many addresses: today's, then those of earlier networks."""

_FOLDER = "tls"
_ALWAYS = ("127.0.0.1", "::1")


def ensure_certificate(
    folder: Path, addresses: Sequence[str], now: datetime, host_name: str | None = None
) -> Certificate:
    """The self-signed certificate of this host: the stored one while it serves, else a new one.

    Args:
        folder: the operator's state folder; made if it is not there.
        addresses: IP addresses by which a phone may come, likeliest first.
        now: aware.
        host_name: how this machine is called; the system's answer when not given.

    Raises:
        ConfigError: a new one is needed, and the folder cannot be written.
    """
    stored = stored_certificate(folder, addresses, now)
    if isinstance(stored, Certificate):
        return stored
    room = folder / _FOLDER
    with private_folder(room):
        # another process may have made one while this one waited for the folder
        stored = stored_certificate(folder, addresses, now)
        if isinstance(stored, Certificate):
            return stored
        return _make(room, addresses, now, host_name or socket.gethostname(), stored)


def stored_certificate(folder: Path, addresses: Sequence[str], now: datetime) -> Certificate | str:
    """The stored certificate, or in words why there is none that serves. Writes nothing."""
    cert, key = _paths(folder / _FOLDER)
    if not (is_there(cert) and is_there(key)):
        return "there was none yet"
    try:
        found = check_pair(cert, key, now)
    except ConfigError as error:
        return f"the stored one does not serve: {error}"
    if readable_by_others(key):
        return "others on this machine could read the key of the stored one"
    if found.not_after - now < RENEW_BEFORE:
        return f"the stored one ends on {found.not_after:%Y-%m-%d}"
    missing = [name for name in _wanted(addresses) if name not in found.names]
    if missing:
        return f"the stored one does not name {', '.join(missing)}"
    return found


def may_make(folder: Path) -> bool:
    """Whether ``ensure_certificate`` could keep a new one in the operator's state folder."""
    return may_write(folder / _FOLDER)


def _make(
    room: Path, addresses: Sequence[str], now: datetime, host_name: str, reason: str
) -> Certificate:
    cert, key = _paths(room)
    named = dict.fromkeys((*_wanted(addresses), *_still_named(cert, key, now)))
    cert_pem, key_pem = self_signed(host_name, list(named)[:MAX_NAMED_ADDRESSES], now)
    write_privately(key, key_pem)
    write_privately(cert, cert_pem)
    if readable_by_others(key):
        raise ConfigError(
            f"{room} lies on a file system that lets others read its files: "
            "set OPENEYES_HOME to a folder on another one"
        )
    return replace(check_pair(cert, key, now), made=True, reason=reason)


def _paths(room: Path) -> tuple[Path, Path]:
    return room / "certificate.pem", room / "key.pem"


def _wanted(addresses: Sequence[str]) -> list[str]:
    """Spelled as a certificate is read back, so that the two compare."""
    spelled = (str(ip_address(address.partition("%")[0])) for address in addresses)
    return list(dict.fromkeys((*_ALWAYS, *spelled)))[:MAX_NAMED_ADDRESSES]


def _still_named(cert: Path, key: Path, now: datetime) -> tuple[str, ...]:
    """Addresses of earlier networks.

    Keeping them lets a laptop that moves between two networks settle on one certificate for both;
    they are forgotten when it ends.
    """
    try:
        stored = check_pair(cert, key, now)
    except ConfigError:
        return ()
    if stored.not_after - now < RENEW_BEFORE:
        return ()
    return tuple(name for name in stored.names if is_address(name))
