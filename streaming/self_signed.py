"""A certificate that this host signs for itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALIDITY = timedelta(days=397)
"""From first to last moment; browsers refuse certificates that live longer than 398 days."""

CLOCK_SKEW = timedelta(days=1)
"""How far a phone's clock may be behind ours."""

_LONGEST_COMMON_NAME = 64  # RFC 5280, ub-common-name
_DNS_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}")


def self_signed(host_name: str, addresses: Sequence[str], now: datetime) -> tuple[bytes, bytes]:
    """A new certificate and its private key, both PEM (EC P-256, X.509 v3 as in RFC 5280).

    It is no CA: whoever steals its key can pose as this host and as nobody else.

    Args:
        host_name: how the machine is called; named as itself and under ``.local``.
        addresses: the IP addresses to name.
        now: aware; the certificate is good from a day before.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    title = f"Open Eyes on {host_name}"[:_LONGEST_COMMON_NAME]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - CLOCK_SKEW,
        not_valid_after=now - CLOCK_SKEW + VALIDITY,
    )
    for extension, critical in _extensions(key.public_key(), host_name, addresses):
        builder = builder.add_extension(extension, critical)
    certificate = builder.sign(key, hashes.SHA256())
    return certificate.public_bytes(serialization.Encoding.PEM), _pem(key)


def dns_names(host_name: str) -> tuple[str, ...]:
    """The names by which a machine of that name is looked up, ``localhost`` first.

    A name that DNS cannot carry is left out.
    """
    full = host_name.lower().rstrip(".")
    by_mdns = f"{full.partition('.')[0]}.local"
    usable = (name for name in (full, by_mdns) if _DNS_NAME.fullmatch(name))
    return tuple(dict.fromkeys(("localhost", *usable)))


def _extensions(
    public: ec.EllipticCurvePublicKey, host_name: str, addresses: Sequence[str]
) -> Iterator[tuple[x509.ExtensionType, bool]]:
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in dns_names(host_name)]
    names += [x509.IPAddress(ip_address(address)) for address in addresses]
    yield x509.SubjectAlternativeName(names), False
    yield x509.BasicConstraints(ca=False, path_length=None), True
    yield _only_signs(), True
    yield x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False
    yield x509.SubjectKeyIdentifier.from_public_key(public), False


def _only_signs() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
