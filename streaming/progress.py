"""A progress bar for replays: the number of frames first, then one call a frame."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from tqdm import tqdm


class Progress:
    """Shows how far a replay is, where somebody looks at a terminal."""

    def __init__(self, name: str) -> None:
        self._bar = tqdm(desc=name, unit=" frames", disable=not sys.stderr.isatty(), leave=False)

    def __call__(self, total: int | None) -> None:
        """With a number: that many are expected. Without: one more is done."""
        if total is None:
            self._bar.update()
        else:
            self._bar.reset(total)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()
