import errno
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from streaming import reach
from streaming.reach import Holder, holder, port_refusal, udp_trouble


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on loopback on which this process listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_that_is_free() -> None:
    assert port_refusal("127.0.0.1", 0) is None
    assert port_refusal("localhost", 0) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_port_that_is_taken(taken: int, host: str) -> None:
    error = port_refusal(host, taken)
    assert error is not None
    assert error.errno == errno.EADDRINUSE


def test_a_port_is_free_though_old_connections_linger() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()  # who closes first waits in TIME_WAIT
    assert port_refusal("127.0.0.1", port) is None


def test_an_address_of_another_machine() -> None:
    error = port_refusal("198.51.100.1", 0)
    assert error is not None
    assert error.errno == errno.EADDRNOTAVAIL


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells")
def test_who_holds_a_port(taken: int) -> None:
    found = holder(taken)
    assert found is not None
    assert found.pid == os.getpid()
    assert not found.is_openeyes


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells")
def test_knows_an_open_eyes_and_keeps_its_arguments_to_itself(tmp_path: Path) -> None:
    script = tmp_path / "openeyes"
    script.write_text(
        "import socket, sys\n"
        "with socket.create_server(('127.0.0.1', 0)) as server:\n"
        "    print(server.getsockname()[1], flush=True)\n"
        "    sys.stdin.read()\n"
    )
    command = [sys.executable, str(script), "--token", "a-secret-of-someone"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        found = holder(int(process.stdout.readline()))
        process.communicate("")
    assert found == Holder(process.pid, found.name, is_openeyes=True)
    assert "secret" not in found.name


def test_a_port_that_nobody_holds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert holder(port) is None


def test_a_port_on_which_nobody_listens_has_no_holder(taken: int) -> None:
    with socket.create_connection(("127.0.0.1", taken)) as client:
        assert holder(client.getsockname()[1]) is None


def test_nobody_is_named_where_the_system_does_not_tell(
    taken: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "_PROC", tmp_path)
    assert holder(taken) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2"])
def test_a_datagram_to_oneself_comes_back(host: str) -> None:
    assert udp_trouble(host) == ""


def test_a_datagram_comes_back_by_ipv6(ipv6_loopback: str) -> None:
    assert udp_trouble(ipv6_loopback) == ""


@pytest.fixture
def ipv6_loopback() -> str:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as trial:
            trial.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    return "::1"


def test_an_address_that_is_not_ours_is_told_and_nothing_is_sent() -> None:
    assert udp_trouble("198.51.100.1") == os.strerror(errno.EADDRNOTAVAIL)


class Deaf(socket.socket):
    """A socket before a firewall that drops what it sends."""

    def send(self, data: bytes, _flags: int = 0) -> int:  # type: ignore[override]
        return len(data)


class Walled(socket.socket):
    """A socket before a firewall that refuses what it sends."""

    def send(self, _data: bytes, _flags: int = 0) -> int:  # type: ignore[override]
        raise PermissionError(errno.EPERM, "Operation not permitted")


def test_a_datagram_that_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", Deaf)
    assert udp_trouble("127.0.0.1", wait=0.01) == "nothing came back within 0.01 s"


def test_a_datagram_that_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", Walled)
    assert udp_trouble("127.0.0.1") == "Operation not permitted"
