"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from browser import chromium

PACKAGES = ("aiortc", "av", "onnxruntime", "opencv-python-headless", "numpy")


def machine() -> dict[str, str]:
    """For people: processor, cores, kernel, versions, how busy it was."""
    return {
        "processor": processor(_text("/proc/cpuinfo")) or platform.processor() or "unknown",
        "cores": str(len(os.sched_getaffinity(0))),
        "kernel": f"{platform.system()} {platform.release()}",
        "browser": _browser(),
        "Python": platform.python_version(),
        "versions": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "load average before": "{:.2f} over 1 min, {:.2f} over 15".format(
            *(os.getloadavg()[index] for index in (0, 2))
        ),
    }


def processor(cpuinfo: str) -> str:
    """Model and the vector instructions that matter, by Linux's listing; empty if untold."""
    fields = {
        name.strip(): value.strip()
        for name, _, value in (line.partition(":") for line in cpuinfo.splitlines())
    }
    model, flags = fields.get("model name", ""), fields.get("flags", "").split()
    known = [
        title
        for flag, title in (("avx2", "AVX2"), ("avx512f", "AVX-512"), ("avx512_vnni", "VNNI"))
        if flag in flags
    ]
    return f"{model} ({', '.join(known)})" if model and known else model


def _browser() -> str:
    asked = subprocess.run([chromium(), "--version"], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or "unknown"


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
