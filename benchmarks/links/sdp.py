"""Leads two peers to a relay: each is told of the relay's address instead of the other's."""

from __future__ import annotations

import re

Address = tuple[str, int]

_CANDIDATE = re.compile(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", re.IGNORECASE)
_RTX = re.compile(r"a=rtpmap:(\d+) rtx/", re.IGNORECASE)


def led_to(sdp: str, address: Address) -> str:
    """The description with ``address`` as the only candidate of each section."""
    head, *sections = re.split(r"(?m)^(?=m=)", sdp)
    host, port = address
    candidate = f"a=candidate:1 1 udp 2130706431 {host} {port} typ host"
    lines = f"{candidate}\r\na=end-of-candidates\r\n"
    return head + "".join(_without_candidates(section) + lines for section in sections)


def host_candidate(sdp: str) -> Address:
    """The first IPv4 address at which a description says that its peer can be reached.

    Raises:
        ValueError: there is none; a relay needs one.
    """
    for host, port in _CANDIDATE.findall(sdp):
        if re.fullmatch(r"[\d.]+", host):
            return host, int(port)
    raise ValueError("the answer has no IPv4 host candidate: is there a network interface?")


def retransmission_types(sdp: str) -> frozenset[int]:
    """Payload types of retransmissions (RFC 4588)."""
    return frozenset(map(int, _RTX.findall(sdp)))


def _without_candidates(section: str) -> str:
    return re.sub(r"(?m)^a=(?:candidate:.*|end-of-candidates)\r?\n", "", section)
