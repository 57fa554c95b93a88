"""What is added to aiortc's SDP answers: where the client's congestion control begins and ends.

``b=AS`` (RFC 8866, section 5.8) and ``b=TIAS`` (RFC 3890) bound what the client sends, and every
browser heeds one of them; ``a=framerate`` (RFC 8866, section 6.13) is a recommendation that most
ignore. The ``x-google-`` hints are for libwebrtc's browsers (Chrome, Safari, Edge); others skip
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from streaming.sending.limits import Limits

START_KBPS = 1200
"""Where the client's congestion control begins.

Left to itself it begins at 300 kbit/s, where browsers shrink the picture, and aiortc's receiver
estimate lets it grow by only a few percent a second: half a minute of a blurred picture.
"""

_VIDEO_CODEC = re.compile(r"a=rtpmap:(\d+) (?:VP8|H264)/90000", re.IGNORECASE)


def with_limits(sdp: str, limits: Limits) -> str:
    """The answer with what each video section is held to."""
    kbps = limits.max_bitrate // 1000
    hint = f"x-google-start-bitrate={min(START_KBPS, kbps)};x-google-max-bitrate={kbps}"
    hinted = _hinted(sdp.splitlines(keepends=True), hint)
    return "".join(_bounded(hinted, limits))


def _hinted(lines: list[str], hint: str) -> Iterator[str]:
    parameters = {line.partition(" ")[0] for line in lines if line.startswith("a=fmtp:")}
    codecs = {found[1] for line in lines if (found := _VIDEO_CODEC.match(line))}
    for line in lines:
        end = line[len(line.rstrip("\r\n")) :]
        key = line.partition(" ")[0]
        if key.startswith("a=fmtp:") and key.removeprefix("a=fmtp:") in codecs:
            yield f"{line.rstrip()};{hint}{end}"
            continue
        yield line
        found = _VIDEO_CODEC.match(line)
        if found and f"a=fmtp:{found[1]}" not in parameters:
            yield f"a=fmtp:{found[1]} {hint}{end}"


def _bounded(lines: Iterator[str], limits: Limits) -> Iterator[str]:
    """Bandwidth comes after a section's connection line, before its attributes."""
    video = False
    for line in lines:
        if line.startswith("m="):
            video = line.startswith("m=video")
        yield line
        if video and line.startswith("c="):
            end = line[len(line.rstrip("\r\n")) :]
            yield f"b=AS:{limits.max_bitrate // 1000}{end}"
            yield f"b=TIAS:{limits.max_bitrate}{end}"
            yield f"a=framerate:{limits.max_fps}{end}"
