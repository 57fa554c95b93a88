"""The systems that are measured side by side, and how each is started."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from processes import ROOT, echo_server, openeyes_server, script_server

from bench.environments import Environment
from bench.measuring import Start
from bench.streams import WHIP, Way
from models.devices import default_threads
from models.scripted_endpoint import answer, scripted_endpoint
from streaming.settings import Settings

PEERS = Path(__file__).resolve().parent / "peers"

QUIET = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
"""Peers ask nobody on the network for anything."""

DEVICE, THREADS = "cpu", str(default_threads())
DETECTOR = (Settings().detector, DEVICE, THREADS)
"""What all that detect are made to detect with: by name, so that none chooses for itself."""

FASTRTC = Way("/webrtc/offer", "fastrtc", begin="/begin")
FASTRTC_COUNTED = replace(FASTRTC, counter="/calls")
LIVE_VLM = Way("/offer", "json")
COUNTED = Way(counter="/calls")


@dataclass(frozen=True, slots=True)
class System:
    """One contender."""

    name: str
    "Key in results."
    title: str
    "For the table."
    start: Start
    way: Way = WHIP
    ours: bool = False
    detects: bool = False
    "Whether a detector is at work."


def systems(environments: Mapping[str, Environment]) -> list[System]:
    """All that can be started here; peers whose environment is there."""
    return [*_own(), *_copied(), *_fastrtc(environments), *_live_vlm(environments)]


def _own() -> Iterator[System]:
    yield System("echo", "aiortc echo, sees nothing", echo_server)
    ours = {"ours": True, "detects": True}
    name, device, threads = DETECTOR
    same = ("--detector", name, "--device", device, "--threads", threads)
    start = partial(openeyes_server, *same)
    yield System("openeyes", "**Open Eyes**, everything on", start, **ours)
    plain = partial(openeyes_server, *same, "--no-text")
    yield System("openeyes-plain", "**Open Eyes**, `--no-text`", plain, **ours)


def _copied() -> Iterator[System]:
    command = partial(_command, Path(sys.executable), "aiortc_server.py", DETECTOR)
    start = partial(script_server, command, QUIET)
    yield System("aiortc-detector", "aiortc, detector in `recv()`", start, COUNTED, detects=True)


def _fastrtc(environments: Mapping[str, Environment]) -> Iterator[System]:
    environment = environments.get("fastrtc")
    if environment is None or environment.problem:
        return

    def start(*arguments: str) -> Start:
        command = partial(_command, environment.python, "fastrtc_server.py", arguments)
        return partial(script_server, command, QUIET)

    yield System("fastrtc", "fastrtc, passing through", start("every"), FASTRTC)
    title = "fastrtc, same detector as handler"
    every = start("every", *DETECTOR)
    yield System("fastrtc-detector", title, every, FASTRTC_COUNTED, detects=True)
    title = f"{title}, `skip_frames`"
    skipping = start("skip", *DETECTOR)
    yield System("fastrtc-skipping", title, skipping, FASTRTC_COUNTED, detects=True)


def _live_vlm(environments: Mapping[str, Environment]) -> Iterator[System]:
    environment = environments.get("live-vlm-webui")
    if environment is not None and not environment.problem:
        start = partial(_live_vlm_server, environment.python)
        yield System("live-vlm-webui", "live-vlm-webui, passing through", start, LIVE_VLM)


@contextmanager
def _live_vlm_server(python: Path) -> Iterator[str]:
    with scripted_endpoint(answer("A wall with pictures.")) as model:
        options = ["--host", "127.0.0.1", "--no-ssl", "--model", "scripted"]
        options += ["--api-base", f"{model.url}/v1"]

        def command(port: int) -> Sequence[str]:
            return [str(python), str(PEERS / "live_vlm_server.py"), *options, "--port", str(port)]

        with script_server(command, QUIET) as base:
            yield base


def _command(python: Path, script: str, arguments: Sequence[str], port: int) -> Sequence[str]:
    return [str(python), str(PEERS / script), str(port), *arguments]
