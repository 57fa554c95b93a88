from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from streaming.self_signed import dns_names, self_signed

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOSTS = ["127.0.0.1", "::1", "192.168.1.5", "fd00::2"]


@pytest.fixture(scope="module")
def certificate() -> x509.Certificate:
    return x509.load_pem_x509_certificate(self_signed("laptop", HOSTS, NOW)[0])


def test_names_this_host_by_every_name_and_address(certificate: x509.Certificate) -> None:
    san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert san.get_values_for_type(x509.DNSName) == ["localhost", "laptop", "laptop.local"]
    assert san.get_values_for_type(x509.IPAddress) == [ip_address(host) for host in HOSTS]


def test_says_whose_it_is(certificate: x509.Certificate) -> None:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert [name.value for name in names] == ["Open Eyes on laptop"]
    assert certificate.issuer == certificate.subject


def test_lives_no_longer_than_browsers_take(certificate: x509.Certificate) -> None:
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    assert end - begin <= timedelta(days=397)
    assert begin <= NOW - timedelta(hours=23)
    assert end - NOW >= timedelta(days=390)


def test_is_good_for_a_server_and_nothing_else(certificate: x509.Certificate) -> None:
    extensions = certificate.extensions
    usage = extensions.get_extension_for_class(x509.KeyUsage)
    constraints = extensions.get_extension_for_class(x509.BasicConstraints)
    purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert constraints.critical
    assert not constraints.value.ca
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.key_cert_sign


def test_is_signed_by_its_own_key_on_p256() -> None:
    cert_pem, key_pem = self_signed("laptop", HOSTS, NOW)
    certificate, key = x509.load_pem_x509_certificate(cert_pem), load_pem_private_key(key_pem, None)
    certificate.verify_directly_issued_by(certificate)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert isinstance(key.curve, ec.SECP256R1)
    assert key.public_key() == certificate.public_key()


def test_no_two_are_alike() -> None:
    assert self_signed("laptop", HOSTS, NOW)[1] != self_signed("laptop", HOSTS, NOW)[1]


@pytest.mark.parametrize(
    ("host_name", "names"),
    [
        ("Laptop", ("localhost", "laptop", "laptop.local")),
        ("mac.local", ("localhost", "mac.local")),
        ("box.lan.", ("localhost", "box.lan", "box.local")),
        ("localhost", ("localhost", "localhost.local")),
        ("büro", ("localhost",)),
        ("two words", ("localhost",)),
        ("", ("localhost",)),
        ("x" * 64, ("localhost",)),
    ],
)
def test_dns_names(host_name: str, names: tuple[str, ...]) -> None:
    assert dns_names(host_name) == names


@pytest.mark.parametrize("host_name", ["büro", "x" * 300, "", "two words"])
def test_an_odd_host_name_still_gets_a_certificate(host_name: str) -> None:
    pem = self_signed(host_name, HOSTS, NOW)[0]
    name = x509.load_pem_x509_certificate(pem).subject.rfc4514_string()
    assert name.startswith("CN=Open Eyes on")
