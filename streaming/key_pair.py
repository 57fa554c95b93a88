"""Reading a certificate and its private key, and telling the operator what is wrong with them."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization

from vision.errors import ConfigError


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
    if san is None:
        return ()
    addresses = map(str, san.get_values_for_type(x509.IPAddress))
    return (*san.get_values_for_type(x509.DNSName), *addresses)


def _alternative_names(leaf: x509.Certificate) -> x509.SubjectAlternativeName | None:
    try:
        return leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return None
