"""How many bits a second the encoder is told to make.

Driving contract: ``estimated`` and ``reported`` as feedback comes, ``follow(now)`` before each
frame. Neither class reads a clock.

What the receiver estimates (REMB, draft-alvestrand-rmcat-remb-03) knows of delay only; its loss
reports bound the rate too. The loss-based controller of draft-ietf-rmcat-gcc-02, section 6, takes
every loss for a full queue, and on a radio link, which loses packets at any rate, it lowers the
rate for ever. So here loss counts where the estimate fell too, as behind a queue it does, or where
it stays heavy; and never for more than half of what is estimated.
"""

from __future__ import annotations

from dataclasses import dataclass

from streaming.sending.limits import MIN_BITRATE

START_BITRATE = 1_000_000
"""Bits a second before anything is known of the link."""

MUCH_LOSS = 0.10
"""Part of the packets; above, the rate falls by half of that part if the estimate fell too."""

HEAVY_LOSS = 0.20
"""Part of the packets, smoothed; above, the rate falls whatever is estimated."""

SMOOTHING = 0.3
"""Weight of the newest report, about a second's packets, in the smoothed loss."""

FALL = 0.95
"""Times the estimate before; one that is lower than this has fallen."""

FALL_COUNTS = 3
"""Reports for which a fallen estimate counts: the two do not come together."""

LEAST_SHARE = 0.5
"""Part of the estimate that loss leaves."""

LITTLE_LOSS = 0.02
"""Part of the packets; below, a bound set by loss rises again by ``RECOVERY`` a report."""

RECOVERY, SLOW_RECOVERY = 1.08, 1.02
"""Factors; the second where more is lost, but not for want of room."""


@dataclass(frozen=True, slots=True)
class Damping:
    """Which changes of the rate reach an encoder."""

    rise: float
    "Least part by which the rate must have grown."
    fall: float
    "Least part by which it must have shrunk."
    rise_every: float
    "Seconds since the last change before it grows."
    fall_every: float
    "Seconds since the last change before it shrinks."


IN_PLACE = Damping(rise=0.03, fall=0.01, rise_every=0.1, fall_every=0.0)
"""For an encoder that takes a new rate as it runs."""

REOPENED = Damping(rise=0.25, fall=0.15, rise_every=5.0, fall_every=1.0)
"""For an encoder that begins anew, with a key frame, which a narrow link can ill afford."""


class RateControl:
    """What the receiver's feedback allows."""

    def __init__(self) -> None:
        self._estimate: int | None = None
        self._loss_bound: float | None = None
        self._loss = 0.0
        self._fallen = 0

    def estimated(self, bits_per_second: int) -> None:
        """Notes the receiver's estimate."""
        if self._estimate is not None and bits_per_second < FALL * self._estimate:
            self._fallen = FALL_COUNTS
        self._estimate = bits_per_second

    def reported(self, loss: float, rate: int) -> None:
        """Notes the part of the packets lost (0 to 1) while ``rate`` bits a second were sent."""
        self._loss += SMOOTHING * (loss - self._loss)
        queue_is_full = loss > MUCH_LOSS and self._fallen > 0
        self._fallen = max(0, self._fallen - 1)
        if queue_is_full or self._loss > HEAVY_LOSS:
            self._lower(max(loss, self._loss) if queue_is_full else self._loss, rate)
        elif self._loss_bound is not None:
            self._loss_bound *= RECOVERY if loss < LITTLE_LOSS else SLOW_RECOVERY

    def _lower(self, loss: float, rate: int) -> None:
        bound = rate if self._loss_bound is None else min(rate, self._loss_bound)
        least = MIN_BITRATE if self._estimate is None else LEAST_SHARE * self._estimate
        self._loss_bound = max(least, bound * (1 - loss / 2))

    def wanted(self, ceiling: int) -> int:
        """Bits a second within ``MIN_BITRATE`` and ``ceiling``."""
        rate: float = START_BITRATE if self._estimate is None else self._estimate
        if self._loss_bound is not None:
            self._loss_bound = max(MIN_BITRATE, self._loss_bound)
            rate = min(rate, self._loss_bound)
        return int(max(MIN_BITRATE, min(rate, ceiling)))


class DampedRate:
    """Follows a wanted rate at once downwards, slowly upwards, and not at all for trifles."""

    def __init__(self, damping: Damping) -> None:
        self._damping = damping
        self._changed = float("-inf")
        self.rate: int | None = None
        "Bits a second that the encoder was told; None before the first frame."

    def follow(self, wanted: int, now: float) -> int:
        """The rate for the next frame."""
        if self.rate is None or self._worth(self.rate, wanted, now - self._changed):
            self.rate, self._changed = wanted, now
        return self.rate

    def _worth(self, rate: int, wanted: int, since: float) -> bool:
        if wanted > rate:
            return wanted > rate * (1 + self._damping.rise) and since >= self._damping.rise_every
        return wanted < rate * (1 - self._damping.fall) and since >= self._damping.fall_every
