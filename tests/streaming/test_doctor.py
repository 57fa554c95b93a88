import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from streaming import doctor
from streaming.addresses import Bind, LocalAddress
from streaming.doctor import (
    MAX_UDP_ADDRESSES,
    Check,
    Patient,
    check_addresses,
    check_certificate,
    check_port,
    check_udp,
    exit_code,
    render,
    run_checks,
)
from streaming.pairing import decide
from streaming.reach import Holder
from streaming.self_signed import self_signed
from streaming.tls import ensure_certificate
from vision.errors import WeightsCorrupt

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
# 127.0.0.2 plays the address on a LAN: these tests send nothing past loopback
LAN = LocalAddress("127.0.0.2", "wlan0")
DOCKER = LocalAddress("127.0.0.3", "docker0", virtual=True)


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    return Patient(
        bind=Bind("0.0.0.0", 0),
        security=decide("0.0.0.0"),
        folder=tmp_path,
        addresses=(LAN,),
        providers=("CPUExecutionProvider",),
        model_checks=[lambda: Check("nanodet", "ok", "intact")],
        now=NOW,
    )


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


class TestRunChecks:
    def test_looks_at_everything_and_finds_this_machine_well(self, patient: Patient) -> None:
        checks = run_checks(patient)
        assert [check.name for check in checks] == [
            "Python", "packages", "onnxruntime", "nanodet", "VP8", "H.264", "CPU cores", "port",
            "certificate", "addresses", "UDP 127.0.0.1", "UDP 127.0.0.2",
        ]  # fmt: skip
        assert exit_code(checks) == 0

    def test_each_is_one_line_and_what_is_not_well_has_a_cure(
        self, patient: Patient, taken: int
    ) -> None:
        ill = replace(patient, bind=Bind("127.0.0.1", taken), providers=())
        checks = run_checks(ill)
        assert len(render(checks, colour=False).splitlines()) == len(checks)
        assert all(check.cure for check in checks if check.status != "ok")
        assert exit_code(checks) == 1

    def test_a_model_that_raises_fails_with_its_own_words(self, patient: Patient) -> None:
        def broken() -> Check:
            raise WeightsCorrupt("nanodet.onnx is not the file that its manifest describes")

        checks = run_checks(replace(patient, model_checks=[broken]))
        assert (
            Check(
                "model",
                "fail",
                "nanodet.onnx is not the file that its manifest describes",
                "reinstall openeyes",
            )
            in checks
        )

    def test_writes_nothing(self, patient: Patient) -> None:
        run_checks(patient)
        assert list(patient.folder.iterdir()) == []


class TestPort:
    def test_a_free_one(self) -> None:
        assert check_port(Bind("127.0.0.1", 0)) == Check("port", "ok", "TCP 127.0.0.1:0 is free")

    @pytest.mark.parametrize(
        ("who", "status", "detail"),
        [
            (None, "fail", "is in use"),
            (Holder(7, "nginx", is_openeyes=False), "fail", "is in use by nginx (process 7)"),
            (Holder(7, "python", is_openeyes=True), "warn", "(process 7), an Open Eyes"),
        ],
    )
    def test_one_in_use(
        self,
        monkeypatch: pytest.MonkeyPatch,
        taken: int,
        who: Holder | None,
        status: str,
        detail: str,
    ) -> None:
        monkeypatch.setattr(doctor, "holder", lambda _port: who)
        check = check_port(Bind("127.0.0.1", taken))
        assert check.status == status
        assert check.detail.startswith(f"TCP 127.0.0.1:{taken} ")
        assert check.detail.endswith(detail)
        assert check.cure.endswith(f"--host 127.0.0.1:{taken + 1}")

    def test_one_that_only_root_may_have(self, monkeypatch: pytest.MonkeyPatch) -> None:
        denied = PermissionError(13, "Permission denied")
        monkeypatch.setattr(doctor, "port_refusal", lambda _host, _port: denied)
        check = check_port(Bind("0.0.0.0", 443))
        assert check.status == "fail"
        assert check.cure == "--host 0.0.0.0:8080, or any port above 1023"

    def test_an_address_that_this_machine_does_not_have(self) -> None:
        check = check_port(Bind("198.51.100.1", 0))
        assert check.status == "fail"
        assert "--host 0.0.0.0:0" in check.cure


class TestCertificate:
    @pytest.mark.parametrize(
        ("host", "options", "said"),
        [
            ("127.0.0.1", {}, "not needed on loopback"),
            ("0.0.0.0", {"tls": False, "behind_proxy": True}, "the proxy brings it"),
        ],
    )
    def test_none_is_needed(self, patient: Patient, host: str, options: dict, said: str) -> None:
        check = check_certificate(replace(patient, security=decide(host, **options)))
        assert check == Check("certificate", "ok", said)

    def test_none_yet(self, patient: Patient) -> None:
        check = check_certificate(patient)
        assert check.status == "ok"
        assert check.detail == "will be made at the next start: there was none yet"

    def test_none_and_nowhere_to_keep_one(self, patient: Patient) -> None:
        (patient.folder / "file").write_text("")
        check = check_certificate(replace(patient, folder=patient.folder / "file"))
        assert check.status == "fail"
        assert "OPENEYES_HOME" in check.cure

    def test_a_stored_one(self, patient: Patient) -> None:
        ensure_certificate(patient.folder, [LAN.host], NOW, "laptop")
        check = check_certificate(patient)
        assert check.status == "ok"
        assert check.detail == (
            "good for 396 days, for localhost, laptop, laptop.local, 127.0.0.1, ::1, 127.0.0.2"
        )

    def test_a_stored_one_that_does_not_name_a_new_address(self, patient: Patient) -> None:
        ensure_certificate(patient.folder, [], NOW, "laptop")
        assert check_certificate(patient).detail.endswith("does not name 127.0.0.2")

    @pytest.mark.parametrize(
        ("days", "status", "cure"),
        [(0, "ok", ""), (370, "warn", "renew it soon"), (400, "fail", "name another by --cert")],
    )
    def test_the_operators_own(
        self, patient: Patient, tmp_path: Path, days: int, status: str, cure: str
    ) -> None:
        cert, key = tmp_path / "eyes.crt", tmp_path / "eyes.key"
        cert_pem, key_pem = self_signed("eyes.example", [], NOW)
        cert.write_bytes(cert_pem)
        key.write_bytes(key_pem)
        security = decide("0.0.0.0", cert=cert, key=key)
        later = replace(patient, security=security, now=NOW + timedelta(days=days))
        check = check_certificate(later)
        assert check.status == status
        assert check.cure.startswith(cure)


@pytest.mark.parametrize(
    ("host", "addresses", "status", "detail"),
    [
        ("127.0.0.1", (LAN,), "warn", "127.0.0.1 is this machine only: no phone gets in"),
        ("0.0.0.0", (LAN, DOCKER), "ok", "127.0.0.2 (wlan0), 127.0.0.3 (docker0)"),
        ("::", (LAN,), "ok", "127.0.0.2 (wlan0)"),
        ("0.0.0.0", (DOCKER,), "warn", "127.0.0.3 (docker0): virtual ones only"),
        ("0.0.0.0", (), "fail", "none that a phone could reach"),
        ("192.168.1.5", (), "ok", "192.168.1.5, as asked"),
    ],
)
def test_addresses(
    host: str, addresses: tuple[LocalAddress, ...], status: str, detail: str
) -> None:
    check = check_addresses(Bind(host, 8443), addresses)
    assert (check.status, check.detail) == (status, detail)
    assert bool(check.cure) is (status != "ok")


class TestUdp:
    def test_comes_back(self) -> None:
        assert [check.status for check in check_udp([LAN])] == ["ok", "ok"]

    def test_a_failure_weighs_as_much_as_the_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(doctor, "udp_trouble", lambda _host: "nothing came back within 1 s")
        found = list(check_udp([LAN, DOCKER, LocalAddress("fd00::2", "wlan0")]))
        assert [check.status for check in found] == ["fail", "fail", "warn", "warn"]
        assert all("firewall" in check.cure for check in found)

    def test_tries_a_bounded_number(self) -> None:
        assert len(list(check_udp([LAN] * 50))) == MAX_UDP_ADDRESSES + 1


def test_the_holder_of_a_port_is_found_for_real(taken: int) -> None:
    if not Path("/proc/net/tcp").exists():
        pytest.skip("only Linux tells")
    assert f"(process {os.getpid()})" in check_port(Bind("127.0.0.1", taken)).detail
