"""``openeyes serve``: listens, says where, and serves until told to stop."""

from __future__ import annotations

import logging
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from streaming.addresses import Bind, is_any, is_loopback, local_addresses
from streaming.admin.gate import AdminGate
from streaming.app import make_app, make_server
from streaming.pairing import Security, pairing_url, qr_text
from streaming.security import Gate
from streaming.settings import Settings
from streaming.tls import Certificate, check_pair, ensure_certificate
from vision.errors import ConfigError

log = logging.getLogger(__name__)

GRACE = 5
"""Seconds that open requests get at shutdown."""

BACKLOG = 128
"""Connections that the system holds while we are busy."""

MAX_SOCKET_MESSAGE = 64 * 1024
"""Bytes of one WebSocket message, before anyone has shown a token."""

ENGINES = "OPENEYES_ENGINES"
"""Environment variable, inherited by the detector's process: folder for compiled networks."""

MAX_URLS = 4
"""Addresses printed; the likeliest come first."""


def serve(bind: Bind, security: Security, settings: Settings, home: Path) -> int:
    """Serves until SIGINT or SIGTERM; gives the exit code.

    Raises:
        ConfigError: the address cannot be used, or the certificate does not serve.
    """
    certificate = _certificate(security, home)
    listener = _listen(bind)
    os.environ.setdefault(ENGINES, str(home / "engines"))
    gate = Gate(security.token, behind_proxy=security.behind_proxy, allowed=security.allowed)
    admin = AdminGate(
        security.admin_token, paired=security.needs_token, behind_proxy=security.behind_proxy
    )
    server = make_server(settings, gate, admin)
    runner = uvicorn.Server(_config(make_app(server), security, certificate))
    server.on_failure = lambda: setattr(runner, "should_exit", True)
    _announce(bind.host, listener.getsockname()[1], security, certificate)
    runner.run(sockets=[listener])
    return 0 if server.failure is None else 1


def _config(app: object, security: Security, certificate: Certificate | None) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_config=None,
        access_log=False,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=MAX_SOCKET_MESSAGE,
        ws_per_message_deflate=False,
        proxy_headers=security.behind_proxy,
        timeout_graceful_shutdown=GRACE,
        ssl_certfile=certificate.cert if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
    )


def _certificate(security: Security, home: Path) -> Certificate | None:
    if security.scheme == "http":
        return None
    now = datetime.now(UTC)
    if security.cert is not None and security.key is not None:
        return check_pair(security.cert, security.key, now)
    addresses = [address.host for address in local_addresses()]
    certificate = ensure_certificate(home, addresses, now)
    if certificate.made:
        log.info("made a certificate: %s", certificate.reason)
    return certificate


def _listen(bind: Bind) -> socket.socket:
    family = socket.AF_INET6 if ":" in bind.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((bind.host, bind.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"cannot listen on {bind.host}:{bind.port}: {error.strerror or error}. "
            "Name another address or port with --host, or stop what uses it"
        ) from error
    return listener


def _announce(host: str, port: int, security: Security, certificate: Certificate | None) -> None:
    urls = [pairing_url(security.scheme, name, port, security.token) for name in _hosts(host)]
    if not is_loopback(host):
        print(qr_text(urls[0], colour=sys.stdout.isatty()))
    print("Open Eyes is at")
    for url in urls:
        print(f"    {url}")
    if security.admin_token is not None or not security.needs_token:
        print("and its figures, for the operator, under /admin there")
    if certificate is not None and security.self_signed:
        print("The browser will warn once: the certificate is this machine's own. SHA-256:")
        print(f"    {certificate.sha256_fingerprint}")
    print("Press Ctrl+C to stop.", flush=True)


def _hosts(host: str) -> list[str]:
    if not is_any(host):
        return [host]
    found = [address.host for address in local_addresses()]
    return [*found[:MAX_URLS], "localhost"]
