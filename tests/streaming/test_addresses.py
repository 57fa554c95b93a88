from pathlib import Path

import ifaddr
import pytest

from streaming import addresses
from streaming.addresses import (
    Bind,
    LocalAddress,
    is_address,
    is_any,
    is_loopback,
    likeliest_first,
    local_addresses,
    parse_bind,
    reachable,
    url_host,
)
from vision.errors import ConfigError

HOME = LocalAddress("192.168.1.5", "wlan0")


@pytest.mark.parametrize(
    ("text", "bind"),
    [
        ("0.0.0.0:8443", Bind("0.0.0.0", 8443)),
        ("[::1]:8080", Bind("::1", 8080)),
        ("[::]", Bind("::", 8080)),
        ("192.168.1.5", Bind("192.168.1.5", 8080)),
        (" localhost:0 ", Bind("localhost", 0)),
        ("my-laptop.local:65535", Bind("my-laptop.local", 65535)),
        ("[fe80::1%eth0]:9", Bind("fe80::1%eth0", 9)),
    ],
)
def test_reads_where_to_listen(text: str, bind: Bind) -> None:
    assert parse_bind(text) == bind


def test_takes_the_port_that_the_caller_falls_back_on() -> None:
    assert parse_bind("0.0.0.0", default_port=8443) == Bind("0.0.0.0", 8443)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "write for example 127.0.0.1:8080"),
        ("8080", "write for example 127.0.0.1:8080"),
        (":8080", "write for example 127.0.0.1:8080"),
        ("300.1.1.1:80", "write for example 127.0.0.1:8080"),
        ("127.1", "write for example 127.0.0.1:8080"),
        ("::1", r"goes in brackets, like \[::1\]:8080"),
        ("::1:8080", r"goes in brackets, like \[::1\]:8080"),
        ("[::1", r"write it like \[::1\]:8080"),
        ("[::1]8080", r"write it like \[::1\]:8080"),
        ("[1.2.3.4]:80", r"write it like \[::1\]:8080"),
        ("[::g]:80", r"write it like \[::1\]:8080"),
        ("https://localhost:80", "write HOST:PORT only"),
        ("localhost:80/", "write HOST:PORT only"),
        ("-x.local", "write letters, digits, dots and hyphens"),
        ("a b", "write letters, digits, dots and hyphens"),
        ("a..b", "write letters, digits, dots and hyphens"),
        ("localhost:", "write a number from 1 to 65535"),
        ("localhost:65536", "write a number from 1 to 65535"),
        ("localhost:-1", "write a number from 1 to 65535"),
        ("localhost:http", "write a number from 1 to 65535"),
        ("localhost:٨٠", "write a number from 1 to 65535"),
        ("localhost:" + "9" * 5000, "write a number from 1 to 65535"),
    ],
)
def test_says_what_to_write_instead(text: str, advice: str) -> None:
    with pytest.raises(ConfigError, match=advice):
        parse_bind(text)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.8.9.10", "::1", "[::1]", "localhost", "LocalHost.", "::ffff:127.0.0.1"],
)
def test_knows_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "0.0.0.0", "::", "128.0.0.1", "192.168.1.5", "fe80::1", "localhost.evil", "127.1"]
)
def test_whatever_else_counts_as_reachable(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("host", "any_"),
    [("0.0.0.0", True), ("::", True), ("[::]", True), ("127.0.0.1", False), ("localhost", False)],
)
def test_knows_the_address_that_stands_for_all(host: str, *, any_: bool) -> None:
    assert is_any(host) is any_


def test_tells_addresses_from_names() -> None:
    assert [is_address(text) for text in ("10.0.0.1", "fd00::2", "laptop.local")] == [
        True,
        True,
        False,
    ]


def test_brackets_ipv6_in_urls() -> None:
    assert [url_host(host) for host in ("fd00::2", "10.0.0.1")] == ["[fd00::2]", "10.0.0.1"]


@pytest.mark.parametrize(
    ("host", "yes"),
    [
        ("10.0.0.1", True),
        ("8.8.8.8", True),
        ("fd00::2", True),
        ("2001:db8::1", True),
        ("127.0.0.1", False),
        ("::1", False),
        ("169.254.1.1", False),
        ("fe80::1", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
    ],
)
def test_leaves_out_what_no_other_machine_can_use(host: str, *, yes: bool) -> None:
    assert reachable(host) is yes


def test_the_likeliest_for_a_phone_comes_first() -> None:
    docker = LocalAddress("172.17.0.1", "docker0", virtual=True)
    public = LocalAddress("93.184.216.34", "eth1")
    global_6 = LocalAddress("2a00::5", "wlan0")
    unique_6 = LocalAddress("fd00::5", "wlan0")
    cable = LocalAddress("10.1.1.1", "eth0", default_route=True)
    mixed = [docker, global_6, unique_6, public, HOME, cable]
    assert likeliest_first(mixed) == (cable, HOME, public, unique_6, global_6, docker)


def test_equals_keep_their_order() -> None:
    other = LocalAddress("192.168.2.5", "wlan1")
    assert likeliest_first([other, HOME]) == (other, HOME)
    assert likeliest_first([HOME, other]) == (HOME, other)


@pytest.fixture
def linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files in which Linux describes its interfaces, empty at first."""
    monkeypatch.setattr(addresses, "_SYS_NET", tmp_path)
    monkeypatch.setattr(addresses, "_IF_INET6", tmp_path / "if_inet6")
    monkeypatch.setattr(addresses, "_ROUTE", tmp_path / "route")
    return tmp_path


def adapter(name: str, *hosts: str) -> ifaddr.Adapter:
    ips = [
        ifaddr.IP((host, 0, 0) if ":" in host else host, 64 if ":" in host else 24, name)
        for host in hosts
    ]
    return ifaddr.Adapter(name, name, ips)


def carry(monkeypatch: pytest.MonkeyPatch, *adapters: ifaddr.Adapter) -> None:
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: list(adapters))


def state(folder: Path, interface: str, word: str) -> None:
    (folder / interface).mkdir()
    (folder / interface / "operstate").write_text(f"{word}\n")


def test_lists_interfaces_that_are_up(linux: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for interface, word in [
        ("eth0", "down"),
        ("wlan0", "up"),
        ("docker0", "up"),
        ("tun0", "unknown"),
    ]:
        state(linux, interface, word)
    carry(
        monkeypatch,
        adapter("lo", "127.0.0.1", "::1"),
        adapter("tun0", "10.8.0.2"),
        adapter("docker0", "172.17.0.1"),
        adapter("eth0", "192.168.0.9"),
        adapter("wlan0", "192.168.1.5", "fe80::5", "2a00::5"),
        adapter("wlan0:1", "192.168.1.6"),
    )
    assert local_addresses() == (
        HOME,
        LocalAddress("192.168.1.6", "wlan0:1"),
        LocalAddress("2a00::5", "wlan0"),
        LocalAddress("10.8.0.2", "tun0", virtual=True),
        LocalAddress("172.17.0.1", "docker0", virtual=True),
    )


def test_prefers_the_interface_of_the_default_route(
    linux: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
    (linux / "route").write_text(
        header
        + "eth1 0001A8C0 00000000 0001 0 0 0 00FFFFFF 0 0 0\n"
        + "eth0 00000000 0101A8C0 0003 0 0 600 00000000 0 0 0\n"
        + "wlan0 00000000 0101A8C0 0003 0 0 100 00000000 0 0 0\n"
    )
    carry(
        monkeypatch,
        *(
            adapter(f"{name}", f"192.168.1.{n}")
            for n, name in enumerate(["eth1", "eth0", "wlan0"], 1)
        ),
    )
    found = local_addresses()
    assert [address.interface for address in found] == ["wlan0", "eth1", "eth0"]
    assert [address.default_route for address in found] == [True, False, False]


def test_leaves_out_addresses_that_change_daily(
    linux: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        ("2a000000000000000000000000000001", "00"),
        ("2a000000000000000000000000000002", "01"),
        ("2a000000000000000000000000000003", "20"),
    ]
    (linux / "if_inet6").write_text(
        "".join(f"{host} 02 40 00 {flags}    wlan0\n" for host, flags in rows)
    )
    carry(monkeypatch, adapter("wlan0", "2a00::1", "2a00::2", "2a00::3"))
    assert [address.host for address in local_addresses()] == ["2a00::1"]


def test_tells_a_bounded_number(linux: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    carry(monkeypatch, adapter("eth0", *(f"10.0.{n // 250}.{n % 250 + 1}" for n in range(500))))
    assert len(local_addresses()) == addresses.MAX_ADDRESSES


def test_this_machine_names_no_loopback() -> None:
    assert not any(is_loopback(address.host) for address in local_addresses())
