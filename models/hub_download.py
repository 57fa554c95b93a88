"""One file over HTTP, in as many attempts as it takes, each going on where the last one stopped.

The hub's own client begins a file anew in each process, and the largest here has a gigabyte.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

ATTEMPTS = 16
"Of one call at most; and there is no other after one that brought nothing."
PARTIAL = 206


class Bar(Protocol):
    """A progress bar, as ``tqdm`` makes them."""

    def update(self, n: int, /) -> object:
        """``n`` bytes more."""
        ...

    def close(self) -> object:
        """No more will come."""
        ...


MakeBar = Callable[..., Bar]
"""``tqdm``, or what takes the arguments of it that are used here."""


def fetch(client: Any, url: str, part: Path, size: int, make_bar: MakeBar) -> None:
    """Completes the file ``part``, which may hold the beginning of what is at ``url``.

    Args:
        client: of httpx's form, such as the hub's own client uses.
        url: of the file.
        part: grows with what comes in and is kept when that breaks off.
        size: of the whole file in bytes.
        make_bar: shows the progress.

    Raises:
        OSError: the connection breaks off again and again, or the file cannot be written.
        Exception: the client's errors.
    """
    bar = make_bar(
        total=size, initial=_size(part), desc=_title(part), unit="B", unit_scale=True, leave=False
    )
    try:
        for _ in range(ATTEMPTS):
            before = _size(part)
            if before == size:
                return
            try:
                _attempt(client, url, part, size, bar)
            except Exception:
                if _size(part) <= before:
                    raise
    finally:
        bar.close()
    if _size(part) != size:
        raise OSError(
            f"{_size(part)} of {size} bytes have come in, and the connection keeps failing"
        )


def _attempt(client: Any, url: str, part: Path, size: int, bar: Bar) -> None:
    start = _size(part) if _size(part) < size else 0
    # Compressed on the way, the bytes to go on from would be others.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with client.stream("GET", url, headers=headers, follow_redirects=True) as response:
        response.raise_for_status()
        goes_on = start > 0 and response.status_code == PARTIAL
        if start and not goes_on:
            bar.update(-start)
        with part.open("ab" if goes_on else "wb") as file:
            for chunk in response.iter_bytes():
                file.write(chunk)
                bar.update(len(chunk))


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _title(part: Path) -> str:
    return part.name.partition(".")[0]
