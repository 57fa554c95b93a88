"""``openeyes doctor``: why the server does not run or a phone cannot reach it, and the cure.

It writes nothing and contacts nobody; what it asks of the network is in ``streaming/reach.py``.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from streaming.addresses import (
    DEFAULT_PORT,
    MAX_PORT,
    Bind,
    LocalAddress,
    is_any,
    is_loopback,
    url_host,
)
from streaming.findings import Check, exit_code, render
from streaming.installation import (
    check_codecs,
    check_cores,
    check_packages,
    check_providers,
    check_python,
    cores_allowed,
)
from streaming.pairing import Security
from streaming.reach import holder, port_refusal, udp_trouble
from streaming.tls import RENEW_BEFORE, Certificate, check_pair, may_make, stored_certificate
from vision.errors import ConfigError, OpenEyesError

__all__ = ["Check", "Patient", "exit_code", "render", "run_checks"]

MAX_UDP_ADDRESSES = 8
"""So many addresses are tried by UDP; each may cost a second."""

_GPU = Path("/dev/nvidia0")


@dataclass(frozen=True, slots=True)
class Patient:
    """What the composition root knows and the doctor looks at."""

    bind: Bind
    "Where the server would listen."
    security: Security
    "How it would speak there."
    folder: Path
    "The operator's state folder."
    addresses: tuple[LocalAddress, ...]
    "This machine's addresses, the likeliest for a phone first."
    providers: tuple[str, ...]
    "What onnxruntime can compute on, by its own names."
    model_checks: Sequence[Callable[[], Check]]
    "One for each model: is it there, is it intact. May raise an OpenEyesError."
    now: datetime
    "Aware."


def run_checks(patient: Patient) -> list[Check]:
    """Look at everything; blocks, for some seconds at most."""
    return [
        check_python(sys.version_info[:3]),
        check_packages(),
        check_providers(patient.providers, gpu=_GPU.exists()),
        *map(_model_check, patient.model_checks),
        *check_codecs(),
        check_cores(cores_allowed()),
        check_port(patient.bind),
        check_certificate(patient),
        check_addresses(patient.bind, patient.addresses),
        *check_udp(() if is_loopback(patient.bind.host) else patient.addresses),
    ]


def check_port(bind: Bind) -> Check:
    """Whether the server could listen where it would."""
    where = f"TCP {url_host(bind.host)}:{bind.port}"
    error = port_refusal(bind.host, bind.port)
    if error is None:
        return Check("port", "ok", f"{where} is free")
    if error.errno == errno.EADDRINUSE:
        return _in_use(bind, where)
    if error.errno in {errno.EACCES, errno.EPERM}:
        cure = f"{_host_option(bind.host, DEFAULT_PORT)}, or any port above 1023"
        return Check("port", "fail", f"{where} is not allowed", cure)
    cure = f"--host 0.0.0.0:{bind.port}, or one of the addresses below"
    return Check("port", "fail", f"{where}: {error.strerror or error}", cure)


def check_certificate(patient: Patient) -> Check:
    """Whether the certificate, if one is needed, serves and for how long."""
    security = patient.security
    if security.scheme == "http":
        why = "the proxy brings it" if security.behind_proxy else "not needed on loopback"
        return Check("certificate", "ok", why)
    if security.cert is not None and security.key is not None:
        try:
            return _lifetime(check_pair(security.cert, security.key, patient.now), patient.now)
        except ConfigError as error:
            return Check("certificate", "fail", str(error), "name another by --cert and --key")
    hosts = [address.host for address in patient.addresses]
    stored = stored_certificate(patient.folder, hosts, patient.now)
    if isinstance(stored, Certificate):
        return _lifetime(stored, patient.now)
    if may_make(patient.folder):
        return Check("certificate", "ok", f"will be made at the next start: {stored}")
    cure = "set OPENEYES_HOME to a folder that you may write in"
    return Check(
        "certificate", "fail", f"{stored}, and no other can be kept in {patient.folder}", cure
    )


def check_addresses(bind: Bind, addresses: Sequence[LocalAddress]) -> Check:
    """Whether a phone has an address to come by."""
    if is_loopback(bind.host):
        said = f"{bind.host} is this machine only: no phone gets in"
        return Check("addresses", "warn", said, "to let phones in: --host 0.0.0.0")
    if not is_any(bind.host):
        return Check("addresses", "ok", f"{bind.host}, as asked")
    if not addresses:
        cure = "connect this machine to the phone's network"
        return Check("addresses", "fail", "none that a phone could reach", cure)
    said = ", ".join(f"{address.host} ({address.interface})" for address in addresses)
    if all(address.virtual for address in addresses):
        cure = "connect this machine to the phone's network; in a container use its host's network"
        return Check("addresses", "warn", f"{said}: virtual ones only", cure)
    return Check("addresses", "ok", said)


def check_udp(addresses: Sequence[LocalAddress]) -> Iterator[Check]:
    """Whether a datagram from loopback, and from each address, to itself comes back.

    The video travels by UDP. That it comes back says nothing of firewalls on the way to a phone.
    """
    yield _udp("127.0.0.1", serious=True)
    for address in addresses[:MAX_UDP_ADDRESSES]:
        yield _udp(address.host, serious=not address.virtual and ":" not in address.host)


def _udp(host: str, *, serious: bool) -> Check:
    name = f"UDP {host}"
    trouble = udp_trouble(host)
    if not trouble:
        return Check(name, "ok", "a datagram to itself came back")
    cure = (
        "let UDP from and to this address through the firewall of this machine: "
        "without it there is no picture"
    )
    return Check(name, "fail" if serious else "warn", trouble, cure)


def _in_use(bind: Bind, where: str) -> Check:
    elsewhere = _host_option(bind.host, bind.port % MAX_PORT + 1)
    who = holder(bind.port)
    if who is None:
        return Check("port", "fail", f"{where} is in use", elsewhere)
    said = f"{where} is in use by {who.name} (process {who.pid})"
    if who.is_openeyes:
        return Check("port", "warn", f"{said}, an Open Eyes", f"stop it, or {elsewhere}")
    return Check("port", "fail", said, f"stop it, or {elsewhere}")


def _host_option(host: str, port: int) -> str:
    return f"--host {url_host(host)}:{port}"


def _lifetime(certificate: Certificate, now: datetime) -> Check:
    left = certificate.not_after - now
    names = ", ".join(certificate.names) or "no name at all"
    said = f"good for {left.days} days, for {names}"
    if left < RENEW_BEFORE:
        return Check("certificate", "warn", said, "renew it soon")
    return Check("certificate", "ok", said)


def _model_check(look: Callable[[], Check]) -> Check:
    try:
        return look()
    except OpenEyesError as error:
        return Check("model", "fail", str(error), "reinstall openeyes")
