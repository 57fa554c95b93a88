"""Which address to listen on, and by which a phone can reach this machine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import TypeAlias

import ifaddr

from vision.errors import ConfigError

DEFAULT_PORT = 8080
"""The port when the operator names none."""

MAX_PORT = 65535
"""The highest there is: ports are 16 bits."""

MAX_ADDRESSES = 32
"""At most so many local addresses are told; a host with many containers has hundreds."""

Ip: TypeAlias = IPv4Address | IPv6Address

_SYS_NET = Path("/sys/class/net")
_IF_INET6 = Path("/proc/net/if_inet6")
_ROUTE = Path("/proc/net/route")

_DOWN = frozenset({"down", "lowerlayerdown", "notpresent"})

# linux/if_addr.h: temporary (RFC 8981), duplicate, deprecated, tentative. A temporary address is
# another one tomorrow, so neither a bookmark nor a certificate may rest on it.
_FLEETING = 0x01 | 0x08 | 0x20 | 0x40

# Containers, virtual machines and tunnels. Not "br0": that is the LAN itself on many a home server.
_VIRTUAL = re.compile(
    r"docker|br-|bridge\d|veth|virbr|vmnet|vboxnet|cni|flannel|cali|kube|podman|lxc|lxdbr|tun|tap"
    r"|utun|wg|zt|tailscale|vethernet",
    re.IGNORECASE,
)

_HOST_NAME = re.compile(
    r"(?=.{1,253}$)(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?"
)
_ONLY_NUMBERS = re.compile(r"[0-9.]+")


@dataclass(frozen=True, slots=True)
class Bind:
    """Where the server listens."""

    host: str
    "Name or address, IPv6 without brackets."
    port: int
    "1…65535, or 0 for any free one."


@dataclass(frozen=True, slots=True)
class LocalAddress:
    """One address of this machine that another machine may reach."""

    host: str
    "The address, IPv6 without brackets."
    interface: str
    "Name of the network interface that carries it: ``eth0``."
    virtual: bool = False
    "The interface belongs to containers, virtual machines or a tunnel."
    default_route: bool = False
    "The interface is the one that leads to the rest of the world."


def parse_bind(text: str, default_port: int = DEFAULT_PORT) -> Bind:
    """Read ``HOST``, ``HOST:PORT``, ``[IPV6]`` or ``[IPV6]:PORT``.

    Raises:
        ConfigError: it is none of these; the message says what to write.
    """
    if "/" in text:
        raise ConfigError(f"{text!r} is a URL or a path: write HOST:PORT only")
    host, port = _split(text.strip())
    _check_host(host, text)
    return Bind(host, default_port if port is None else _port(port))


def url_host(host: str) -> str:
    """The host as a URL writes it: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``: 127.0.0.0/8, ::1 or ``localhost``.

    A name other than ``localhost`` counts as reachable, whatever it resolves to: the safe side.
    """
    bare = host.strip("[]").lower()
    if bare in {"localhost", "localhost."}:
        return True
    address = _address(bare)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address is not None and (mapped or address).is_loopback


def is_address(text: str) -> bool:
    """Whether it is an IP address, not a name."""
    return _address(text) is not None


def is_any(host: str) -> bool:
    """Whether ``host`` stands for every address of this machine: ``0.0.0.0``, ``::``."""
    address = _address(host.strip("[]"))
    return address is not None and address.is_unspecified


def local_addresses() -> tuple[LocalAddress, ...]:
    """The addresses of this machine's interfaces that are up, the likeliest for a phone first.

    Loopback, link-local, temporary and deprecated addresses are left out.
    """
    fleeting, default = _fleeting(), _default_interface()
    found = [
        LocalAddress(
            host, adapter.nice_name, _is_virtual(adapter.nice_name), adapter.nice_name == default
        )
        for adapter in ifaddr.get_adapters()
        if _is_up(adapter.nice_name)
        for host in map(_text, adapter.ips)
        if reachable(host) and host not in fleeting
    ]
    return likeliest_first(found)[:MAX_ADDRESSES]


def reachable(host: str) -> bool:
    """Whether another machine could use this address at all."""
    address = ip_address(host)
    return not (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
    )


def likeliest_first(addresses: Iterable[LocalAddress]) -> tuple[LocalAddress, ...]:
    """Order by how likely a phone on the same network gets through.

    Real interfaces before virtual ones, then private IPv4 (the home network), other IPv4, IPv6;
    among equals the interface of the default route, then the order given.
    """
    return tuple(sorted(addresses, key=_unlikeliness))


def _unlikeliness(address: LocalAddress) -> tuple[bool, bool, bool, bool]:
    ip = ip_address(address.host)
    return address.virtual, ip.version == 6, ip.is_global, not address.default_route


def _split(text: str) -> tuple[str, str | None]:
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or not isinstance(_address(host), IPv6Address) or rest[:1] not in {"", ":"}:
            raise ConfigError(f"{text!r} is no IPv6 address: write it like [::1]:{DEFAULT_PORT}")
        return host, rest[1:] if rest else None
    if text.count(":") > 1:
        raise ConfigError(f"{text!r}: an IPv6 address goes in brackets, like [::1]:{DEFAULT_PORT}")
    host, colon, port = text.partition(":")
    return host, port if colon else None


def _check_host(host: str, text: str) -> None:
    if _address(host) is not None:
        return
    if not host or _ONLY_NUMBERS.fullmatch(host):
        raise ConfigError(
            f"{text!r} names no address to listen on: write for example 127.0.0.1:{DEFAULT_PORT} "
            f"(this machine only) or 0.0.0.0:{DEFAULT_PORT} (every network it is on)"
        )
    if not _HOST_NAME.fullmatch(host):
        raise ConfigError(f"{host!r} is no host name: write letters, digits, dots and hyphens")


def _port(port: str) -> int:
    # isdecimal alone takes the digits of every script
    if not (port.isascii() and port.isdecimal() and len(port) <= 5 and int(port) <= MAX_PORT):
        raise ConfigError(
            f"{port[:8]!r} is no port: write a number from 1 to {MAX_PORT}, or 0 for any free one"
        )
    return int(port)


def _address(host: str) -> Ip | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _text(ip: ifaddr.IP) -> str:
    return ip.ip if isinstance(ip.ip, str) else ip.ip[0]


def _is_virtual(interface: str) -> bool:
    return _VIRTUAL.match(interface) is not None


def _is_up(interface: str) -> bool:
    """Linux tells; elsewhere an interface that has an address is taken to be up."""
    # an alias such as eth0:1 has no folder of its own
    state = _SYS_NET / interface.partition(":")[0] / "operstate"
    return _lines(state)[:1] not in [[word] for word in _DOWN]


def _fleeting() -> frozenset[str]:
    rows = (line.split() for line in _lines(_IF_INET6))
    return frozenset(
        str(IPv6Address(int(row[0], 16)))
        for row in rows
        if len(row) == 6 and int(row[4], 16) & _FLEETING
    )


def _default_interface() -> str | None:
    rows = [line.split() for line in _lines(_ROUTE)[1:]]
    to_anywhere = [row for row in rows if len(row) >= 8 and row[1] == row[7] == "00000000"]
    return min(to_anywhere, key=lambda row: int(row[6]))[0] if to_anywhere else None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
