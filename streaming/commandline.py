"""Options that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from streaming.settings import Settings


def add_listen_options(parser: argparse.ArgumentParser) -> None:
    """Where to listen, and how to speak there."""
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="HOST[:PORT]",
        help="address to listen on; 0.0.0.0 for every network (default: %(default)s)",
    )
    parser.add_argument("--cert", type=Path, metavar="PEM", help="a certificate of your own")
    parser.add_argument("--key", type=Path, metavar="PEM", help="its key")
    parser.add_argument("--token", help="pairing token (default: a new one at each start)")
    parser.add_argument("--no-tls", action="store_true", help="plain HTTP, behind a proxy only")
    parser.add_argument(
        "--behind-proxy", action="store_true", help="a proxy on this machine speaks TLS for us"
    )


def add_detector_options(
    parser: argparse.ArgumentParser, names: Sequence[str], devices: Sequence[str]
) -> None:
    """Which detector, and on what."""
    defaults = Settings()
    parser.add_argument(
        "--detector",
        default=defaults.detector,
        metavar="NAME",
        help=f"one of: {', '.join(names)} (default: %(default)s)",
    )
    parser.add_argument(
        "--device", default=defaults.device, choices=devices, help="default: %(default)s"
    )
    parser.add_argument(
        "--threads",
        type=positive(int),
        metavar="N",
        help="CPU threads of one detection (default: half the cores)",
    )


def positive(kind: Callable[[str], float], *, zero: bool = False) -> Callable[[str], float]:
    """An argparse type: a number above 0, or from 0 where ``zero``."""

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = -1
        if not (value > 0 or (zero and value == 0)) or value == float("inf"):
            raise argparse.ArgumentTypeError(
                f"{text!r} is not a number {'from' if zero else 'above'} 0"
            )
        return value

    return read
