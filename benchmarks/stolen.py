"""How much processor time a virtual machine's neighbours took while something was measured."""

from __future__ import annotations

from pathlib import Path

STAT = Path("/proc/stat")
IDLE = (3, 4)
"""Fields of its first line that count time in which nothing was to be done: idle, iowait."""
STOLEN = 7
"""The field that counts time in which something was, and another machine was served."""
FIELDS = 8
"""Those after them are counted twice."""

MOST_STOLEN = 0.05
"""Part of the processor time that neighbours may have taken while a server is judged by latencies;
where it is more, they tell of the neighbours."""


class Stolen:
    """Counts from when it is made."""

    def __init__(self) -> None:
        self._before = _read()

    def share(self) -> float | None:
        """Of the processor time that was wanted since, 0…1; None where the system does not tell."""
        now = _read()
        if now is None or self._before is None:
            return None
        spent = [after - before for before, after in zip(self._before, now, strict=True)]
        wanted = sum(spent) - sum(spent[field] for field in IDLE)
        return spent[STOLEN] / wanted if wanted else 0.0


def is_calm(share: float | None) -> bool:
    """Whether neighbours left the machine to itself, as far as is known."""
    return share is None or share <= MOST_STOLEN


def in_words(share: float | None) -> str:
    """For a report."""
    if share is None:
        return "how much processor time neighbours took is not known here"
    return f"neighbours took {share:.0%} of the processor time that was wanted"


def _read() -> list[int] | None:
    try:
        line = STAT.read_text().splitlines()[0]
    except OSError:
        return None
    return [int(each) for each in line.split()[1 : 1 + FIELDS]]
