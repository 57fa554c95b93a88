"""Servers as processes of their own, on free ports of loopback, stopped at the end."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

START_LIMIT = 120.0
"""Seconds until a server must answer."""

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def openeyes_process(
    *options: str, port: int | None = None
) -> Iterator[tuple[str, psutil.Process]]:
    """Our server; gives its base URL, once it is ready, and its process."""
    port = port or free_port()
    command = [sys.executable, "-m", "streaming.cli", "serve", "--host", f"127.0.0.1:{port}"]
    with _running([*command, *options], port, "/readyz") as (base, process):
        yield base, process


@contextmanager
def openeyes_server(*options: str) -> Iterator[str]:
    """Our server; gives its base URL once it is ready."""
    with openeyes_process(*options) as (base, _):
        yield base


@contextmanager
def echo_server() -> Iterator[str]:
    """The plain echo; gives its base URL."""
    port = free_port()
    script = Path(__file__).with_name("echo.py")
    with _running([sys.executable, str(script), str(port)], port, "/") as (base, _):
        yield base


@contextmanager
def script_server(
    command: Callable[[int], Sequence[str]], environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Somebody's server, by the command for a port; gives its base URL.

    What it says goes to nobody. ``environment`` is added to this process's own.
    """
    port = free_port()
    with _running(command(port), port, "/", {**os.environ, **(environment or {})}) as (base, _):
        yield base


@contextmanager
def _running(
    command: Sequence[str], port: int, ready: str, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[str, psutil.Process]]:
    silent = None if environment is None else subprocess.DEVNULL
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=silent
    )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(process, base + ready)
        yield base, psutil.Process(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the server did not become ready: {url}")


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
