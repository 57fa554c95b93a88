import hashlib
import os
import ssl
import stat
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from streaming import tls
from streaming.self_signed import self_signed
from streaming.tls import Certificate, ensure_certificate, stored_certificate
from vision.errors import ConfigError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOSTS = ["192.168.1.5", "fd00::2"]


def ensure(folder: Path, hosts: list[str] = HOSTS, now: datetime = NOW) -> Certificate:
    return ensure_certificate(folder, hosts, now, "laptop")


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write anywhere, so become somebody who may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> bytes:
    """A whole TLS handshake in memory; the certificate that the client was shown, DER."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    serving = server.wrap_bio(up, down, server_side=True)
    asking = client.wrap_bio(down, up, server_hostname=name)
    for _ in range(4):
        for side in (asking, serving):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    shown = asking.getpeercert(binary_form=True)
    assert shown is not None
    return shown


def contexts(certificate: Certificate) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate.cert, certificate.key)
    return server, ssl.create_default_context(cafile=str(certificate.cert))


class TestEnsureCertificate:
    def test_makes_one_at_first(self, tmp_path: Path) -> None:
        made = ensure(tmp_path / "state")
        assert made.made
        assert made.reason == "there was none yet"
        assert set(made.names) >= {
            "localhost",
            "laptop",
            "laptop.local",
            "127.0.0.1",
            "::1",
            *HOSTS,
        }
        assert timedelta(days=390) < made.not_after - NOW < timedelta(days=398)

    def test_shows_the_fingerprint_that_browsers_show(self, tmp_path: Path) -> None:
        made = ensure(tmp_path)
        der = ssl.PEM_cert_to_DER_cert(made.cert.read_text())
        digest = hashlib.sha256(der).hexdigest().upper()
        assert made.sha256_fingerprint.replace(":", "") == digest
        assert made.sha256_fingerprint.count(":") == 31

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no such modes")
    def test_keeps_it_private(self, tmp_path: Path) -> None:
        made = ensure(tmp_path / "state")
        assert stat.S_IMODE(made.key.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(made.key.stat().st_mode) == 0o600

    def test_uses_it_again(self, tmp_path: Path) -> None:
        made = ensure(tmp_path)
        again = ensure(tmp_path, HOSTS[:1], NOW + timedelta(days=300))
        assert not again.made
        assert again.sha256_fingerprint == made.sha256_fingerprint

    def test_a_new_address_takes_a_new_one_that_still_names_the_old(self, tmp_path: Path) -> None:
        ensure(tmp_path)
        moved = ensure(tmp_path, ["10.0.0.7"])
        assert moved.made
        assert moved.reason == "the stored one does not name 10.0.0.7"
        assert {"10.0.0.7", *HOSTS} <= set(moved.names)
        assert not ensure(tmp_path, HOSTS).made

    def test_is_renewed_30_days_before_its_end_and_forgets_old_addresses(
        self, tmp_path: Path
    ) -> None:
        made = ensure(tmp_path)
        last_day = made.not_after - timedelta(days=30)
        assert not ensure(tmp_path, HOSTS, last_day).made
        renewed = ensure(tmp_path, ["10.0.0.7"], last_day + timedelta(seconds=1))
        assert renewed.made
        assert renewed.reason == f"the stored one ends on {made.not_after:%Y-%m-%d}"
        assert "192.168.1.5" not in renewed.names

    def test_one_that_has_ended_is_replaced(self, tmp_path: Path) -> None:
        ensure(tmp_path)
        late = ensure(tmp_path, HOSTS, NOW + timedelta(days=400))
        assert late.made
        assert "ended on 2027-" in late.reason

    @pytest.mark.parametrize("name", ["certificate.pem", "key.pem"])
    @pytest.mark.parametrize("content", [b"", b"\x00\xff", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
    def test_a_corrupt_one_is_replaced(self, tmp_path: Path, name: str, content: bytes) -> None:
        made = ensure(tmp_path)
        (tmp_path / "tls" / name).write_bytes(content)
        again = ensure(tmp_path)
        assert again.made
        assert again.reason.startswith("the stored one does not serve: ")
        assert again.sha256_fingerprint != made.sha256_fingerprint
        assert not ensure(tmp_path).made

    def test_one_whose_key_is_gone_is_replaced(self, tmp_path: Path) -> None:
        ensure(tmp_path).key.unlink()
        assert ensure(tmp_path).made

    def test_one_whose_key_is_another_is_replaced(self, tmp_path: Path) -> None:
        made = ensure(tmp_path)
        made.key.write_bytes(self_signed("laptop", [], NOW)[1])
        assert "does not fit" in ensure(tmp_path).reason

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no such modes")
    def test_one_whose_key_others_could_read_is_replaced(self, tmp_path: Path) -> None:
        made = ensure(tmp_path)
        made.key.chmod(0o644)
        again = ensure(tmp_path)
        assert again.reason == "others on this machine could read the key of the stored one"
        assert stat.S_IMODE(again.key.stat().st_mode) == 0o600

    def test_a_file_system_that_keeps_no_modes_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tls, "readable_by_others", lambda _path: True)
        with pytest.raises(ConfigError, match="set OPENEYES_HOME to a folder on another one"):
            ensure(tmp_path)

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no such modes")
    def test_a_folder_that_may_not_be_written_is_told_with_the_cure(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        with (
            as_nobody(),
            pytest.raises(ConfigError, match="Permission denied; set OPENEYES_HOME to a folder"),
        ):
            ensure(tmp_path / "state")

    def test_a_stored_one_serves_though_its_folder_may_not_be_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ensure(tmp_path)

        def closed(_folder: Path) -> None:
            raise AssertionError("wrote, though nothing was to be done")

        monkeypatch.setattr(tls, "private_folder", closed)
        assert not ensure(tmp_path).made

    def test_of_many_that_start_at_once_only_one_makes_it(self, tmp_path: Path) -> None:
        with ThreadPoolExecutor(8) as starts:
            got = list(starts.map(lambda _n: ensure(tmp_path), range(8)))
        assert sum(each.made for each in got) == 1
        assert len({each.sha256_fingerprint for each in got}) == 1

    def test_names_a_bounded_number_of_addresses(self, tmp_path: Path) -> None:
        many = [f"10.0.0.{n}" for n in range(1, 201)]
        made = ensure(tmp_path, many)
        assert len([name for name in made.names if name[0].isdigit() or ":" in name]) == 64
        assert not ensure(tmp_path, many).made

    def test_an_address_may_be_spelled_in_another_way(self, tmp_path: Path) -> None:
        ensure(tmp_path, ["fd00::2"])
        assert not ensure(tmp_path, ["FD00:0:0::2"]).made


class TestStoredCertificate:
    def test_says_why_there_is_none_and_writes_nothing(self, tmp_path: Path) -> None:
        assert stored_certificate(tmp_path, HOSTS, NOW) == "there was none yet"
        assert list(tmp_path.iterdir()) == []

    def test_returns_the_one_that_serves(self, tmp_path: Path) -> None:
        made = ensure(tmp_path)
        stored = stored_certificate(tmp_path, HOSTS, NOW)
        assert isinstance(stored, Certificate)
        assert stored.sha256_fingerprint == made.sha256_fingerprint


class TestHandshake:
    """OpenSSL's clock is the machine's, so these certificates are made for today."""

    @pytest.mark.parametrize("name", ["localhost", "laptop.local", "127.0.0.1", "::1", *HOSTS])
    def test_a_client_that_trusts_it_comes_in_by_each_name(self, tmp_path: Path, name: str) -> None:
        made = ensure(tmp_path, now=datetime.now(UTC))
        shown = shake_hands(*contexts(made), name)
        assert hashlib.sha256(shown).digest().hex(":").upper() == made.sha256_fingerprint

    @pytest.mark.parametrize("name", ["example.org", "192.168.1.6"])
    def test_not_by_another_name(self, tmp_path: Path, name: str) -> None:
        made = ensure(tmp_path, now=datetime.now(UTC))
        with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
            shake_hands(*contexts(made), name)

    def test_a_client_that_trusts_another_stays_out(self, tmp_path: Path) -> None:
        server, _ = contexts(ensure(tmp_path / "a", now=datetime.now(UTC)))
        _, client = contexts(ensure(tmp_path / "b", now=datetime.now(UTC)))
        with pytest.raises(ssl.SSLCertVerificationError):
            shake_hands(server, client, "localhost")
