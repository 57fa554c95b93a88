"""The peers' own virtual environments, made once: nothing of theirs is installed beside ours."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

NAMES = ("fastrtc", "live-vlm-webui")
"""Packages that are measured beside ours, each with a ``requirements-NAME.txt``."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One peer's Python."""

    name: str
    python: Path
    took: float
    "Seconds that installing it took; 0 if it was there."
    problem: str = ""
    "Why it cannot be used; empty if it can."


def prepare_all(limit: float) -> dict[str, Environment]:
    """The environments of all peers; what is not there is installed at once, within ``limit`` s."""
    with ThreadPoolExecutor(len(NAMES)) as pool:
        return {each.name: each for each in pool.map(lambda name: prepare(name, limit), NAMES)}


def prepare(name: str, limit: float) -> Environment:
    """The environment of a peer, made if it is not there or is of other requirements."""
    folder = ROOT / f".venv-bench-{name}"
    wanted, stamp = HERE / f"requirements-{name}.txt", folder / "installed.txt"
    python = folder / "bin" / "python"
    if stamp.is_file() and stamp.read_bytes() == wanted.read_bytes():
        return Environment(name, python, 0.0)
    print(f"Installing {wanted.name} into {folder.name} …", flush=True)
    began = time.monotonic()
    problem = _make(folder, wanted, began + limit)
    if not problem:
        shutil.copyfile(wanted, stamp)
    return Environment(name, python, time.monotonic() - began, problem)


def _make(folder: Path, wanted: Path, end: float) -> str:
    """Why it could not be made; empty if it was."""
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-qq"]
    wheels = ["--disable-pip-version-check", "--only-binary", ":all:", "-r", str(wanted)]
    try:
        shutil.rmtree(folder, ignore_errors=True)
        for command in ([sys.executable, "-m", "venv", str(folder)], [*pip, *wheels]):
            subprocess.run(command, check=True, timeout=max(0.0, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        return "could not be installed in time; what was fetched is kept for the next run"
    except (OSError, subprocess.CalledProcessError) as error:
        return f"could not be installed: {error}"
    return ""
