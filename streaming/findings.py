"""What the doctor finds, and how it is shown in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_COLOUR = {"ok": "\x1b[32m", "warn": "\x1b[33m", "fail": "\x1b[31m"}
_RESET = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    "What was looked at, in one or two words."
    status: Literal["ok", "warn", "fail"]
    "``fail``: it will not work. ``warn``: it works, but perhaps not as wished."
    detail: str
    "What was found."
    cure: str = ""
    "What to do about it; empty when nothing is to be done."


def exit_code(checks: Sequence[Check]) -> int:
    """1 when any check failed, else 0."""
    return int(any(check.status == "fail" for check in checks))


def render(checks: Sequence[Check], *, colour: bool) -> str:
    """One line for each check: mark, name, what was found, and the cure."""
    width = max((len(check.name) for check in checks), default=0)
    return "\n".join(_line(check, width, colour=colour) for check in checks)


def _line(check: Check, width: int, *, colour: bool) -> str:
    mark = f"{check.status:<4}"
    if colour:
        mark = f"{_COLOUR[check.status]}{mark}{_RESET}"
    cure = f" -> {check.cure}" if check.cure else ""
    return f"{mark}  {check.name:<{width}}  {_plain(check.detail + cure)}"


def _plain(text: str) -> str:
    """Names of processes and files may hold control characters, which a terminal would obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
