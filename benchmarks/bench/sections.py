"""The other benchmarks of this command: each a process of its own that writes JSON, with its time.

One that fails or takes too long is left out with a plain line; the rest goes on.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processes import ROOT

GRACE = 10.0
"""Seconds that an interrupted benchmark has to close its servers and browsers."""

MISSED = "it ended with 1:"
"""What a benchmark that ran and missed its goal is said to have done; its result counts."""

TAIL = 300
"""Characters told of what a failed benchmark said last."""


@dataclass(frozen=True, slots=True)
class Section:
    """One benchmark that is called."""

    name: str
    "Key in results."
    title: str
    script: str
    "In ``benchmarks/``."
    arguments: tuple[str, ...] = ()
    "For a short run."
    seconds: float = 60.0
    "What it may take."
    labelled: str = ""
    "Option that takes the folders of labelled sequences, or with ``=`` the folder of them all."

    def command(self, result: Path, labelled: Path | None) -> list[str]:
        """How it is called."""
        command = [sys.executable, f"benchmarks/{self.script}", *self.arguments]
        if self.labelled and labelled is not None:
            one = self.labelled.endswith("=")
            option = self.labelled.removesuffix("=")
            folders = (
                [labelled] if one else sorted(each for each in labelled.iterdir() if each.is_dir())
            )
            command += [option, *map(str, folders)]
        return [*command, "--json", str(result)]

    def said(self) -> list[str]:
        """The command for people, without what differs from machine to machine."""
        quoted = [f'"{each}"' if " " in each else each for each in self.arguments]
        return ["PYTHONPATH=.:benchmarks", "python", f"benchmarks/{self.script}", *quoted]


SECTIONS = (
    Section(
        "overlay",
        "Boxes drawn by the page",
        "overlay_latency.py",
        ("--seconds", "16"),
        seconds=55,
    ),
    Section(
        "loss",
        "Loss",
        "loss.py",
        ("--conditions", "loss 5 %,blackout", "--seconds", "20", "--rounds", "1"),
        seconds=125,
    ),
    Section(
        "streaming_accuracy",
        "Streaming precision",
        "streaming_accuracy.py",
        (
            *("--latency", "recorded", "--pan", "0", "200", "400"),
            *("--system", "ours", "shown", "ours, not predicted", "held"),
        ),
        seconds=105,
        labelled="--mot=",
    ),
    Section(
        "detector",
        "Detector",
        "detector.py",
        ("--short", "--rounds", "12"),
        seconds=60,
        labelled="--mot",
    ),
    Section("fairness", "Four at once", "fairness.py", ("--seconds", "40"), seconds=70),
)
"""In this order; what each may take together with the side-by-side rounds is the command's time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a section gave."""

    section: Section
    data: Any
    "Decoded JSON; None if there is none."
    problem: str = ""
    "Why there is none; empty if there is."


def run(section: Section, limit: float, labelled: Path | None) -> Finding:
    """Runs one section for at most ``limit`` seconds."""
    script = ROOT / "benchmarks" / section.script
    if not script.is_file():
        return Finding(section, None, f"there is no benchmarks/{section.script}")
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        problem = _call(section.command(result, labelled), limit)
        try:
            data = json.loads(result.read_text())
        except (OSError, ValueError):
            return Finding(section, None, problem or "it wrote no result")
        return Finding(section, data, "" if problem.startswith(MISSED) else problem)


def _call(command: Sequence[str], limit: float) -> str:
    """Why it failed; empty if it did not."""
    paths = os.pathsep.join((str(ROOT), str(ROOT / "benchmarks")))
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # so that its servers and browsers can be ended with it
    )
    try:
        _, said = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        _stop(process)
        return f"it was stopped after {limit:.0f} s"
    except BaseException:
        _stop(process)
        raise
    return (
        f"it ended with {process.returncode}: {said.strip()[-TAIL:]}" if process.returncode else ""
    )


def _stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=GRACE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
