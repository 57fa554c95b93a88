"""What an operator can set, in one frozen object."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one server."""

    detector: str = "nanodet-g-416"
    "Name of the detector, as the model registry knows it."
    device: str = "auto"
    "Where it runs: auto, cpu, cuda, tensorrt or openvino."
    threads: int | None = None
    "Threads of one detection; None leaves it to the session factory."
    max_sessions: int = 8
    "Sessions at a time; one more is told to come back."
    max_detect_hz: float = 10.0
    "Detections a second of one session at most; 0 means as many as the machine can."
    ice_servers: tuple[str, ...] = ()
    "STUN or TURN URLs. None by default: no third party is contacted."

    def __post_init__(self) -> None:
        if self.max_sessions < 1:
            raise ValueError("max_sessions is at least 1")
        if self.max_detect_hz < 0:
            raise ValueError("max_detect_hz is 0 or more")


MAX_WIDTH = 1920
MAX_HEIGHT = 1920
"""Pixels a side that the page asks its camera for at most (portrait or landscape)."""

MAX_FPS = 30
"""Frames a second that the page asks its camera for at most."""
