"""What is sent at most."""

from __future__ import annotations

from dataclasses import dataclass

MIN_BITRATE = 100_000
"""Bits a second below which a picture is not worth encoding; estimates are not followed further."""

MAX_BITRATE = 6_000_000
"""Bits a second of one stream, either way, unless the operator says otherwise."""

MAX_FPS = 30
"""Frames a second of one stream, either way, unless the operator says otherwise."""

BITS_PER_PIXEL = 0.2
"""Beyond, H.264 and VP8 gain less than the packets cost: 1.8 Mbit/s for 640x480 at 30 a second."""

LEAST_CEILING = 500_000
"""Bits a second that even a small picture may use."""

CODECS = ("auto", "h264", "vp8")
"""What an operator can ask for; ``auto`` is what ``preference`` says."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one stream.

    Raises:
        ValueError: a bound is out of range.
    """

    max_bitrate: int = MAX_BITRATE
    "Bits a second."
    max_fps: int = MAX_FPS
    "Frames a second."
    codec: str = "auto"
    "Which codec is preferred, one of ``CODECS``."

    def __post_init__(self) -> None:
        if self.max_bitrate < MIN_BITRATE:
            raise ValueError(f"max_bitrate is at least {MIN_BITRATE // 1000} kbit/s")
        if self.max_fps < 1:
            raise ValueError("max_fps is at least 1")
        if self.codec not in CODECS:
            raise ValueError(f"codec is one of {', '.join(CODECS)}, not {self.codec!r}")

    def ceiling(self, width: int, height: int) -> int:
        """Bits a second that a picture of this size is given at most."""
        useful = int(width * height * self.max_fps * BITS_PER_PIXEL)
        return max(MIN_BITRATE, min(self.max_bitrate, max(useful, LEAST_CEILING)))
