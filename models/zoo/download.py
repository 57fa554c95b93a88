"""One file over HTTP, in as many attempts as it takes, each going on where the last one stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import httpx

from vision.errors import WeightsCorrupt

ATTEMPTS = 16
"Of one call at most; and there is no other after one that brought nothing."
PARTIAL = 206
OUT_OF_RANGE = 416


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


def fetch(client: httpx.Client, url: str, part: Path, size: int, make_bar: MakeBar) -> None:
    """Completes the file ``part``, which may hold the beginning of what is at ``url``.

    Args:
        client: follows redirects.
        url: of the file.
        part: grows with what comes in and is kept when that breaks off; called as the file, then
            two endings.
        size: of the whole file in bytes.
        make_bar: shows the progress.

    Raises:
        httpx.HTTPError: the connection breaks off again and again, or there is no such file.
        OSError: the file cannot be written.
        WeightsCorrupt: what comes in is something else.
    """
    part.touch()
    bar = make_bar(
        total=size,
        initial=held(part),
        desc=part.name.rsplit(".", 2)[0],
        unit="B",
        unit_scale=True,
        leave=False,
        disable=None,  # where nobody watches
    )
    try:
        for _ in range(ATTEMPTS):
            before = held(part)
            if before == size:
                return
            try:
                _attempt(client, url, part, size, bar)
            except httpx.HTTPError:
                if held(part) <= before:
                    raise
            if held(part) <= before:
                break
    finally:
        bar.close()
    if held(part) != size:
        raise httpx.ReadError(f"{held(part)} of {size} bytes have come in, and no more will")


def held(part: Path) -> int:
    """Bytes that a file has, which need not be there."""
    return part.stat().st_size if part.exists() else 0


def refuse_strange(response: httpx.Response, url: str) -> None:
    """Raises WeightsCorrupt for an answer that cannot be a model, or came an open way."""
    host = response.url.host
    if response.headers.get("Content-Type", "").startswith("text/html"):
        raise WeightsCorrupt(
            f"{host} sent a web page in place of {url}: is there a sign-in page or a proxy on the "
            "way? Open that address in a browser"
        )
    if url.startswith("https://") and response.url.scheme != "https":
        raise WeightsCorrupt(f"{url} leads to {host} without encryption, and was not followed")


def _attempt(client: httpx.Client, url: str, part: Path, size: int, bar: Bar) -> None:
    start = held(part) if held(part) < size else 0
    # Compressed on the way, the bytes to go on from would be others.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code == OUT_OF_RANGE:
            part.unlink()  # it is the beginning of another file
        response.raise_for_status()
        refuse_strange(response, url)
        goes_on = start > 0 and _goes_on(response, start)
        if start and not goes_on:
            bar.update(-start)
        with part.open("ab" if goes_on else "wb") as file:
            left = size - (start if goes_on else 0)
            for chunk in response.iter_bytes():
                left -= len(chunk)
                if left < 0:
                    break
                file.write(chunk)
                bar.update(len(chunk))
    if left < 0:
        part.unlink()
        raise WeightsCorrupt(f"more than {size} bytes came from {url}, and were deleted")


def _goes_on(response: httpx.Response, start: int) -> bool:
    if response.status_code != PARTIAL:
        return False
    sent = response.headers.get("Content-Range", "")
    if not sent.startswith(f"bytes {start}-"):
        raise httpx.RemoteProtocolError(f"bytes from {start} were asked for, and {sent!r} came")
    return True
