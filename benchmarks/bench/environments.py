"""The peers' own virtual environments, made once: nothing of theirs is installed beside ours."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

NAMES = ("fastrtc", "live-vlm-webui")
"""Packages that are measured beside ours, each with a ``requirements-NAME.txt``."""

INSTALL_LIMIT = 900.0
"""Seconds for one environment."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One peer's Python."""

    name: str
    python: Path
    took: float
    "Seconds that installing it took; 0 if it was there."
    problem: str = ""
    "Why it cannot be used; empty if it can."


def prepare(name: str) -> Environment:
    """The environment of a peer, made if it is not there or is of other requirements."""
    folder = ROOT / f".venv-bench-{name}"
    wanted, stamp = HERE / f"requirements-{name}.txt", folder / "installed.txt"
    python = folder / "bin" / "python"
    if stamp.is_file() and stamp.read_bytes() == wanted.read_bytes():
        return Environment(name, python, 0.0)
    print(f"Installing {wanted.name} into {folder.name} …", flush=True)
    began = time.monotonic()
    try:
        _make(folder, wanted)
    except (OSError, subprocess.SubprocessError) as error:
        return Environment(
            name, python, time.monotonic() - began, f"could not be installed: {error}"
        )
    shutil.copyfile(wanted, stamp)
    return Environment(name, python, time.monotonic() - began)


def _make(folder: Path, wanted: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    wheels = ["--disable-pip-version-check", "--only-binary", ":all:", "-r", str(wanted)]
    for command in ([sys.executable, "-m", "venv", str(folder)], [*pip, *wheels]):
        subprocess.run(command, check=True, timeout=INSTALL_LIMIT)
