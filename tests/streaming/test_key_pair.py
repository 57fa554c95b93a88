import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from streaming.key_pair import check_pair
from streaming.self_signed import self_signed
from vision.errors import ConfigError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def pair(folder: Path, now: datetime = NOW) -> tuple[Path, Path]:
    """A certificate and key as an operator would bring them."""
    cert, key = folder / "mine.crt", folder / "mine.key"
    cert_pem, key_pem = self_signed("eyes.example", ["127.0.0.1"], now)
    cert.write_bytes(cert_pem)
    key.write_bytes(key_pem)
    return cert, key


def test_takes_a_good_pair(tmp_path: Path) -> None:
    cert, key = pair(tmp_path)
    checked = check_pair(cert, key, NOW)
    assert (checked.cert, checked.key, checked.made) == (cert, key, False)
    assert "eyes.example" in checked.names


def test_takes_a_chain_and_reads_its_first_certificate(tmp_path: Path) -> None:
    cert, key = pair(tmp_path)
    alone = check_pair(cert, key, NOW)
    cert.write_bytes(cert.read_bytes() + self_signed("above", [], NOW)[0])
    assert check_pair(cert, key, NOW).sha256_fingerprint == alone.sha256_fingerprint


def test_refuses_a_chain_in_the_wrong_order(tmp_path: Path) -> None:
    cert, key = pair(tmp_path)
    cert.write_bytes(self_signed("above", [], NOW)[0] + cert.read_bytes())
    with pytest.raises(ConfigError, match="the server's own certificate first"):
        check_pair(cert, key, NOW)


def test_takes_both_from_one_file(tmp_path: Path) -> None:
    cert, key = pair(tmp_path)
    cert.write_bytes(key.read_bytes() + cert.read_bytes())
    assert check_pair(cert, cert, NOW).key == cert


@pytest.mark.parametrize("gone", [0, 1])
def test_says_which_file_is_missing(tmp_path: Path, gone: int) -> None:
    files = pair(tmp_path)
    files[gone].unlink()
    with pytest.raises(ConfigError, match=rf"{files[gone].name}: No such file"):
        check_pair(*files, NOW)


def test_says_that_a_folder_is_no_file(tmp_path: Path) -> None:
    _, key = pair(tmp_path)
    with pytest.raises(ConfigError, match="Is a directory"):
        check_pair(tmp_path, key, NOW)


def test_says_what_a_pem_certificate_begins_with(tmp_path: Path) -> None:
    cert, key = pair(tmp_path)
    cert.write_bytes(ssl.PEM_cert_to_DER_cert(cert.read_text()))
    with pytest.raises(ConfigError, match="should begin with -----BEGIN CERTIFICATE-----"):
        check_pair(cert, key, NOW)


def test_says_what_a_pem_key_begins_with(tmp_path: Path) -> None:
    cert, _ = pair(tmp_path)
    with pytest.raises(ConfigError, match="should begin with -----BEGIN PRIVATE KEY-----"):
        check_pair(cert, cert, NOW)


def test_says_that_the_key_is_anothers(tmp_path: Path) -> None:
    cert, key = pair(tmp_path)
    key.write_bytes(self_signed("other", [], NOW)[1])
    with pytest.raises(ConfigError, match="does not fit"):
        check_pair(cert, key, NOW)


def test_says_how_to_take_off_a_passphrase(tmp_path: Path) -> None:
    cert, key = pair(tmp_path)
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"word"),
        )
    )
    with pytest.raises(ConfigError, match="openssl pkey -in"):
        check_pair(cert, key, NOW)


@pytest.mark.parametrize(
    ("days", "complaint"),
    [(400, "ended on 2027-04-01: renew it"), (-2, "check this machine's clock")],
)
def test_says_that_it_is_not_its_time(tmp_path: Path, days: int, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        check_pair(*pair(tmp_path), NOW + timedelta(days=days))


def test_says_what_openssl_refuses(tmp_path: Path) -> None:
    cert, key = tmp_path / "weak.crt", tmp_path / "weak.key"
    write_weak_pair(cert, key)
    with pytest.raises(ConfigError, match=r"OpenSSL refuses .*have another certificate issued"):
        check_pair(cert, key, NOW)


def test_says_that_it_does_not_know_the_kind_of_key(tmp_path: Path) -> None:
    cert, key = pair(tmp_path)
    der = ssl.PEM_cert_to_DER_cert(cert.read_text())
    elliptic, unheard_of = b"\x2a\x86\x48\xce\x3d\x02\x01", b"\x2a\x86\x48\xce\x3d\x02\x7f"
    cert.write_text(ssl.DER_cert_to_PEM_cert(der.replace(elliptic, unheard_of)))
    with pytest.raises(ConfigError, match="issued for an EC P-256 or RSA key"):
        check_pair(cert, key, NOW)


def test_takes_one_that_names_nothing(tmp_path: Path) -> None:
    cert, key = tmp_path / "bare.crt", tmp_path / "bare.key"
    write_bare_pair(cert, key, ec.generate_private_key(ec.SECP256R1()))
    assert check_pair(cert, key, NOW).names == ()


def write_weak_pair(cert: Path, key: Path) -> None:
    write_bare_pair(cert, key, rsa.generate_private_key(65537, 1024))


def write_bare_pair(
    cert: Path, key: Path, private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
) -> None:
    name = x509.Name([])
    certificate = x509.CertificateBuilder(
        name, name, private.public_key(), 1, NOW, NOW + timedelta(days=1)
    ).sign(private, hashes.SHA256())
    cert.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
