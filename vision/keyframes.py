"""Which glimpses deserve a language model: the first, what is new, and one now and then.

Drive it so: `KeyFramePolicy.consider` with every glimpse, in order; it answers with the key frame
to be sent to the model now, or None. `KeyFramePolicy.newest_sharp` is for a person's question,
which waits for nothing. A reason that arises is shown by the newest sharp glimpse that has it; if
all are blurred, a sharp one is waited for, and then the best of them is taken.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Literal, TypeAlias

from vision.glimpse import Glimpse
from vision.news import News, NewsConfig
from vision.types import Seconds

Reason: TypeAlias = Literal["first", "change", "came", "went", "text", "ceiling"]

ORDER: tuple[Reason, ...] = ("first", "text", "came", "went", "change", "ceiling")
"""Of several reasons, the first of these is named."""

MOST_RECENT = 32
"""Glimpses held, however many come within ``KeyFrameConfig.sharp_within``."""

MOST_SHARPNESSES = 128
"""Sharpnesses remembered, however many come within ``KeyFrameConfig.reference``."""


@dataclass(frozen=True, slots=True)
class KeyFrameConfig:
    """When a key frame is taken. Times are seconds.

    Raises:
        ValueError: the times do not fit each other.
    """

    floor: float = 1.0
    "Between two key frames, at least."
    ceiling: float = 20.0
    "Between two key frames, at most, as long as glimpses come: then one is taken without news."
    sharp_within: float = 0.3
    "How much older or later than it might a key frame may be to be sharp."
    sharp: float = 0.9
    "Part of the best sharpness of late, from which on a glimpse is not blurred."
    reference: float = 0.6
    "How long a sharpness is what others are measured by."
    stale: float = 5.0
    "A person's question is not answered from a glimpse older than this."
    news: NewsConfig = field(default_factory=NewsConfig)
    "What counts as news."

    def __post_init__(self) -> None:
        if not 0 <= self.sharp_within <= self.reference:
            raise ValueError("sharp_within has to be 0 or more, and no longer than the reference")
        if not 0 <= self.floor <= self.ceiling - self.sharp_within:
            raise ValueError("the floor has to be below the ceiling, by sharp_within at least")


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A glimpse for the model."""

    glimpse: Glimpse
    "At most ``KeyFrameConfig.sharp_within`` older than the newest."
    reason: Reason
    "Why it was taken."


class KeyFramePolicy:
    """Chooses the key frames of one camera. Not thread-safe.

    Holds the glimpses of the last ``KeyFrameConfig.sharp_within`` seconds and, of the last key
    frame, the small picture.
    """

    def __init__(self, config: KeyFrameConfig | None = None) -> None:
        self._config = config or KeyFrameConfig()
        self._recent = _Recent(self._config)
        self._news: News | None = None
        self._taken = Seconds(-inf)
        self._text = False
        self._waiting: Seconds | None = None

    def consider(
        self, glimpse: Glimpse, *, text_changed: bool = False, now: Seconds
    ) -> KeyFrame | None:
        """Takes in the next glimpse; gives the key frame to send now, if one is due.

        A glimpse that is not newer than the one before is left out.

        Args:
            glimpse: the next one.
            text_changed: whether text that came or changed was read since the call before.
            now: media time, ``glimpse.t`` or later.
        """
        self._text |= text_changed
        if not self._recent.add(glimpse):
            return None
        reasons = self._reasons(glimpse, now)
        if not reasons:
            self._waiting = None
            return None
        if now - self._taken < self._config.floor:
            return None
        chosen = self._choice(max(reasons.values()), glimpse.t)
        if chosen is None:
            return None
        reason = next(reason for reason in ORDER if reason in reasons)
        self._take(chosen, now)
        return KeyFrame(chosen, reason)

    def newest_sharp(self, now: Seconds) -> Glimpse | None:
        """What to answer a person from: the newest glimpse that is not blurred beside the others.

        None before the first glimpse, and when none came for ``KeyFrameConfig.stale`` seconds.
        """
        newest = self._recent.newest
        if newest is None or now - newest.t > self._config.stale:
            return None
        return self._recent.sharp(Seconds(-inf)) or self._recent.best(Seconds(-inf))

    def _reasons(self, glimpse: Glimpse, now: Seconds) -> dict[Reason, Seconds]:
        """Each reason there is, with the time of the first glimpse that shows it."""
        if self._news is None:
            return {"first": Seconds(-inf)}
        news = self._news.judge(glimpse, blurred=self._recent.blurred(glimpse))
        reasons: dict[Reason, Seconds] = dict(news.items())
        if self._text:
            reasons["text"] = Seconds(-inf)
        # Early enough to wait for a sharp one and keep the ceiling.
        if now - self._taken >= self._config.ceiling - self._config.sharp_within:
            reasons["ceiling"] = Seconds(-inf)
        return reasons

    def _choice(self, since: Seconds, t: Seconds) -> Glimpse | None:
        """The newest sharp glimpse from ``since`` on, or when one was waited for, the best."""
        sharp = self._recent.sharp(since)
        if sharp is not None:
            return sharp
        self._waiting = t if self._waiting is None else self._waiting
        if t - self._waiting < self._config.sharp_within:
            return None
        return self._recent.best(since)

    def _take(self, chosen: Glimpse, now: Seconds) -> None:
        later = self._recent.after(chosen.t)
        if self._news is None:
            self._news = News(chosen, self._config.news)
        self._news.rebase(chosen, later)
        self._taken, self._text, self._waiting = now, False, None


class _Recent:
    """The glimpses of late, and what counts as sharp among them."""

    def __init__(self, config: KeyFrameConfig) -> None:
        self._config = config
        self._glimpses: deque[Glimpse] = deque(maxlen=MOST_RECENT)
        self._sharpnesses: deque[tuple[Seconds, float]] = deque(maxlen=MOST_SHARPNESSES)

    @property
    def newest(self) -> Glimpse | None:
        """The newest glimpse."""
        return self._glimpses[-1] if self._glimpses else None

    def add(self, glimpse: Glimpse) -> bool:
        """Takes in a glimpse; false if it is not newer than the newest."""
        if self._glimpses and not glimpse.t > self._glimpses[-1].t:
            return False
        self._glimpses.append(glimpse)
        while glimpse.t - self._glimpses[0].t > self._config.sharp_within:
            self._glimpses.popleft()
        self._sharpnesses.append((glimpse.t, glimpse.sharpness))
        while glimpse.t - self._sharpnesses[0][0] > self._config.reference:
            self._sharpnesses.popleft()
        return True

    def blurred(self, glimpse: Glimpse) -> bool:
        """Whether a glimpse is blurred beside the best of late."""
        best = max(sharpness for _, sharpness in self._sharpnesses)
        return glimpse.sharpness < self._config.sharp * best

    def sharp(self, since: Seconds) -> Glimpse | None:
        """The newest glimpse from ``since`` on that is not blurred."""
        return next((each for each in reversed(self.since(since)) if not self.blurred(each)), None)

    def best(self, since: Seconds) -> Glimpse | None:
        """The sharpest glimpse from ``since`` on, of equals the newest."""
        return max(self.since(since), key=lambda each: (each.sharpness, each.t), default=None)

    def since(self, t: Seconds) -> list[Glimpse]:
        """Glimpses from a time on, in order."""
        return [each for each in self._glimpses if each.t >= t]

    def after(self, t: Seconds) -> Iterator[Glimpse]:
        """Glimpses after a time, in order."""
        return (each for each in tuple(self._glimpses) if each.t > t)
