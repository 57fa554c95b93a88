"""What an operator can set, in one frozen object."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from streaming.hearing_settings import SpeechSettings
from streaming.remembering.limits import MemoryLimits
from streaming.sending.limits import Limits


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one server."""

    detector: str = "nanodet-g-416"
    "Name of the detector, path of its ONNX file, or ``auto`` for the best that is fast enough."
    labels: Path | None = None
    "File with the names of its classes, where it is an ONNX file that does not tell them."
    family: str | None = None
    "Of that file's network, where it does not show it."
    find: tuple[str, ...] = ()
    "What to look for, in words, with a detector that is asked."
    device: str = "auto"
    "Where it runs: auto, cpu, cuda, tensorrt or openvino."
    threads: int | None = None
    "Threads of one detection; None leaves it to the session factory."
    batch: int = 0
    "Frames of different sessions in one run at most; 0 leaves it to what suits the device."
    max_sessions: int = 8
    "Sessions at a time; one more is told to come back."
    max_detect_hz: float = 10.0
    "Detections a second of one session at most; 0 means as many as the machine can."
    target_detect_hz: float = 8.0
    "Detections a second of one session that are aimed at, with smaller input sizes if need be."
    max_bitrate: int = Limits().max_bitrate // 1000
    "Kilobits a second of one stream at most, either way."
    max_fps: int = Limits().max_fps
    "Frames a second of one stream at most, either way."
    codec: str = "auto"
    "Video codec that is preferred: auto, h264 or vp8."
    ice_servers: tuple[str, ...] = ()
    "STUN or TURN URLs. None by default: no third party is contacted."

    read_text: bool = True
    "Whether text in the picture is read."
    pose: bool = False
    "Whether the joints of people are found."
    vlm: str = ""
    "A language model to run in this process, as ``openeyes models`` knows it."
    vlm_url: str = ""
    "Address of an OpenAI-compatible server to ask instead."
    vlm_model: str = ""
    "The model to ask for there; empty where the server has but one."
    vlm_key_env: str = ""
    "Environment variable that holds the key for it."
    vlm_key_file: Path | None = None
    "File that holds the key for it."
    vlm_slots: int = 1
    "Requests that it takes at a time."
    vlm_timeout: float = 20.0
    "Seconds that a question waits for the model's first word."
    speech: SpeechSettings = field(default_factory=SpeechSettings)
    "What hears and speaks."
    memory: Path | None = None
    "Folder in which what was seen is remembered; None: in this process only."
    memory_limits: MemoryLimits | None = None
    "How much is remembered; None: as much as the memory thinks right."

    def __post_init__(self) -> None:
        if self.max_sessions < 1:
            raise ValueError("max_sessions is at least 1")
        if not 0 <= self.batch <= MAX_BATCH:
            raise ValueError(f"batch is 0 to {MAX_BATCH}")
        if self.max_detect_hz < 0:
            raise ValueError("max_detect_hz is 0 or more")
        if self.target_detect_hz <= 0:
            raise ValueError("target_detect_hz is above 0")
        if self.vlm_slots < 1 or self.vlm_timeout <= 0:
            raise ValueError("vlm_slots is at least 1, vlm_timeout above 0")
        _ = self.limits

    @property
    def limits(self) -> Limits:
        """What one stream is held to.

        Raises:
            ValueError: a bound is out of range.
        """
        return Limits(self.max_bitrate * 1000, self.max_fps, self.codec)


MAX_BATCH = 32
"""Frames in one run of the detector that can be asked for."""

MAX_WIDTH = 1920
MAX_HEIGHT = 1920
"""Pixels a side that the page asks its camera for at most (portrait or landscape)."""
