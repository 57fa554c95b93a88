"""The certificate with which the server speaks to a phone's browser.

Off loopback the page needs HTTPS: a browser gives no camera to plain HTTP. Who has no certificate
gets a self-signed one, made once per host and kept in the operator's state folder. It is made anew
only when it must be, since each new one costs the person at the phone a warning to dismiss.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization

from streaming.private_folder import (
    is_there,
    may_write,
    private_folder,
    readable_by_others,
    write_privately,
)
from streaming.self_signed import self_signed
from vision.errors import ConfigError

RENEW_BEFORE = timedelta(days=30)
"""A certificate with less left than this is made anew."""

MAX_NAMED_ADDRESSES = 64
"""A certificate names at most so many addresses: today's, then those of earlier networks."""

_FOLDER = "tls"
_ALWAYS = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its key, both there and fitting."""

    cert: Path
    "PEM file: the server's certificate, then those that vouch for it."
    key: Path
    "PEM file: its private key."
    sha256_fingerprint: str
    "As browsers show it: 32 bytes as ``AB:CD:…``."
    not_after: datetime
    "Last moment of its validity, UTC."
    names: tuple[str, ...]
    "DNS names and addresses for which it is good."
    made: bool
    "The call that returned it made it."
    reason: str
    "Why it was made, or not, in words."


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


def check_pair(cert: Path, key: Path, now: datetime) -> Certificate:
    """Read the certificate and key that the operator named by ``--cert`` and ``--key``.

    Raises:
        ConfigError: a file is missing, unreadable or not PEM, the key does not fit, or the
            certificate is not valid at ``now``; the message says what to do.
    """
    leaf = _read_leaf(cert)
    if _read_key(key) != _public_key(leaf, cert):
        raise ConfigError(
            f"the key in {key} does not fit the first certificate in {cert}: name the pair that "
            "was issued together, the server's own certificate first in its file"
        )
    _check_time(leaf, cert, now)
    _check_with_openssl(cert, key)
    return Certificate(
        cert=cert,
        key=key,
        sha256_fingerprint=leaf.fingerprint(hashes.SHA256()).hex(":").upper(),
        not_after=leaf.not_valid_after_utc,
        names=_names(leaf),
        made=False,
        reason="it is there and in order",
    )


def _make(
    room: Path, addresses: Sequence[str], now: datetime, host_name: str, reason: str
) -> Certificate:
    cert, key = _paths(room)
    named = dict.fromkeys((*_wanted(addresses), *_still_named(cert, now)))
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


def _still_named(cert: Path, now: datetime) -> tuple[str, ...]:
    """Addresses of earlier networks.

    Keeping them lets a laptop that moves between two networks settle on one certificate for both;
    they are forgotten when it ends.
    """
    try:
        leaf = _read_leaf(cert)
    except ConfigError:
        return ()
    if leaf.not_valid_after_utc - now < RENEW_BEFORE:
        return ()
    return _addresses(leaf)


def _read_leaf(cert: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(_read(cert, "certificate"))[0]
    except ValueError as error:
        raise ConfigError(
            f"{cert} holds no PEM certificate: it should begin with -----BEGIN CERTIFICATE-----"
        ) from error


def _read_key(key: Path) -> bytes:
    """The public half of the key, as its certificate carries it (SubjectPublicKeyInfo, DER)."""
    content = _read(key, "key")
    try:
        private = serialization.load_pem_private_key(content, password=None)
    except TypeError as error:
        raise ConfigError(
            f"the key in {key} is locked with a passphrase: write it without one by "
            f"`openssl pkey -in {key} -out key.pem`"
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigError(
            f"{key} holds no usable PEM key: it should begin with -----BEGIN PRIVATE KEY-----"
        ) from error
    return private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"cannot read the {what} {path}: {error.strerror}; check its name and permissions"
        ) from error


def _public_key(leaf: x509.Certificate, cert: Path) -> bytes:
    try:
        return leaf.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigError(
            f"the certificate in {cert} has a kind of key that is not known here: "
            "have one issued for an EC P-256 or RSA key"
        ) from error


def _check_time(leaf: x509.Certificate, cert: Path, now: datetime) -> None:
    if now > leaf.not_valid_after_utc:
        raise ConfigError(
            f"the certificate in {cert} ended on {leaf.not_valid_after_utc:%Y-%m-%d}: renew it"
        )
    if now < leaf.not_valid_before_utc:
        raise ConfigError(
            f"the certificate in {cert} begins on {leaf.not_valid_before_utc:%Y-%m-%d}: "
            "check this machine's clock"
        )


def _check_with_openssl(cert: Path, key: Path) -> None:
    """What parses may still be refused by OpenSSL, for instance a key that is too short."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigError(
            f"OpenSSL refuses {cert} with {key} ({error}): have another certificate issued"
        ) from error


def _names(leaf: x509.Certificate) -> tuple[str, ...]:
    san = _alternative_names(leaf)
    return (*(san.get_values_for_type(x509.DNSName) if san else ()), *_addresses(leaf))


def _addresses(leaf: x509.Certificate) -> tuple[str, ...]:
    san = _alternative_names(leaf)
    return tuple(map(str, san.get_values_for_type(x509.IPAddress))) if san else ()


def _alternative_names(leaf: x509.Certificate) -> x509.SubjectAlternativeName | None:
    try:
        return leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return None
