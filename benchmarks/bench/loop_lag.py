"""How late a server's event loop was, from the histogram that it tells at ``/metrics``."""

from __future__ import annotations

import re
import urllib.request

import numpy as np

BUCKET = r'openeyes_loop_lag_seconds_bucket\{le="([^"]+)"\} (\S+)'


def buckets(text: str) -> dict[float, float]:
    """Upper bounds in seconds, and how often the loop was at most so late."""
    return {float(bound): float(count) for bound, count in re.findall(BUCKET, text)}


def percentile(before: dict[float, float], after: dict[float, float], percent: float) -> float:
    """Milliseconds, of the time between two readings; interpolated within a bucket.

    What lies beyond the last finite bound reads as that bound; 0 where nothing was counted.
    """
    bounds = list(after)
    counts = [after[bound] - before.get(bound, 0.0) for bound in bounds]
    if not counts or counts[-1] == 0:
        return 0.0
    wanted = counts[-1] * percent / 100
    return float(np.interp(wanted, [0, *counts[:-1]], [0, *bounds[:-1]])) * 1e3


class LoopLagReader:
    """How late the server's event loop was since this reader was made."""

    def __init__(self, base: str) -> None:
        self._url = f"{base}/metrics"
        self._before = buckets(self._read())

    def percentile(self, percent: float) -> float:
        """Milliseconds."""
        return percentile(self._before, buckets(self._read()), percent)

    def _read(self) -> str:
        with urllib.request.urlopen(self._url, timeout=10) as answer:
            text: str = answer.read().decode()
        return text
