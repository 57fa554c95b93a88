"""The generated part of ``docs/benchmarks.md``, between two markers; what is around it stays."""

from __future__ import annotations

BEGIN = "<!-- make bench writes from here -->"
END = "<!-- make bench writes to here -->"


def with_generated(document: str, generated: str) -> str:
    """The document with its generated part replaced.

    Raises:
        ValueError: the markers are not there once each, in order.
    """
    before, found, rest = document.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not found or not ended or BEGIN in rest or END in after:
        raise ValueError(f"the document needs {BEGIN!r} and {END!r} once each, in this order")
    return f"{before}{BEGIN}\n\n{generated.strip()}\n\n{END}{after}"
