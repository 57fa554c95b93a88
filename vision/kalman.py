"""Kalman filter over many boxes at once, in real time.

A box is four independent coordinates (centre x, centre y, width, height), each with a value and a
rate whose memory fades: an integrated Ornstein-Uhlenbeck process (Singer, IEEE Trans. AES 6(4),
1970, has the like for acceleration). Its transition is exact for any step, so two short steps
give what one long step gives and the rate of detection does not matter. All noise is in units of
the box's own size, so the size of the picture does not matter either.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.motion import CameraMotion
from vision.types import Boxes

Floats = NDArray[np.float64]

SMALLEST_SIDE = 1e-4
"Fractions of the picture: no prediction makes a box smaller."
LEAST_UNSURE = 0.1
"However high its score, no detection is better than that share of the noise of score 0."


@dataclass(frozen=True, slots=True)
class Noise:
    """How boxes are expected to behave, in units of their own width (x, w) and height (y, h)."""

    measured: float = 0.15
    "Standard deviation of a detected centre with score 0; in proportion less with a better score."
    measured_side: float = 0.3
    "The same of a detected side."
    speed: float = 1.5
    "Standard deviation of a centre's speed, sizes a second."
    memory: float = 5.0
    "Seconds over which a centre's speed is forgotten."
    wander: float = 0.15
    "Random walk of a centre beside its speed, sizes per square root of a second."
    growth: float = 0.2
    "Standard deviation of a side's speed, sizes a second."
    growth_memory: float = 0.5
    "Seconds over which a side's speed is forgotten."
    swell: float = 0.2
    "Random walk of a side beside its speed, sizes per square root of a second."
    slip: float = 0.06
    "Standard deviation of how far a box was seen to go in the picture, sizes."
    slip_after: float = 0.3
    "Seconds after which that grows, with the square of time: points slide off what moves."

    def measurement(self, boxes: Boxes, scores: NDArray[np.float32]) -> Floats:
        """(n, 4) variance of detected x, y, w, h, better scores being surer.

        NSA Kalman (Du et al., "GIAOTracker", ICCV workshops 2021) scales it by the score so too.
        """
        parts = np.array([self.measured] * 2 + [self.measured_side] * 2)
        unsure = np.maximum(1.0 - scores.astype(np.float64), LEAST_UNSURE)[:, None]
        return np.asarray((unsure * parts * _sizes(_centred(boxes))) ** 2, np.float64)

    @property
    def speeds(self) -> Floats:
        """(4,) standard deviation of the rates of x, y, w, h."""
        return np.array([self.speed, self.speed, self.growth, self.growth])

    @property
    def memories(self) -> Floats:
        """(4,) memory of the rates of x, y, w, h."""
        return np.array([self.memory, self.memory, self.growth_memory, self.growth_memory])

    @property
    def walks(self) -> Floats:
        """(4,) random walk of x, y, w, h."""
        return np.array([self.wander, self.wander, self.swell, self.swell])


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Where n boxes are at one moment. Columns: centre x, centre y, width, height."""

    value: Floats
    "(n, 4), fractions of the picture."
    rate: Floats
    "(n, 4), fractions a second."

    @property
    def boxes(self) -> Boxes:
        """(n, 4) left, top, width, height."""
        sides = np.maximum(self.value[:, 2:], SMALLEST_SIDE)
        boxes = np.empty(self.value.shape, np.float32)
        boxes[:, :2], boxes[:, 2:] = self.value[:, :2] - sides / 2, sides
        return boxes

    def later(self, dt: float) -> Placed:
        """After ``dt`` more seconds at these rates."""
        return Placed(self.value + dt * self.rate, self.rate)


@dataclass(frozen=True, slots=True, eq=False)
class BoxStates:
    """What is believed of n boxes at one moment. Columns: centre x, centre y, width, height."""

    value: Floats
    "(n, 4), fractions of the picture."
    rate: Floats
    "(n, 4), fractions a second."
    value_variance: Floats
    "(n, 4)."
    covariance: Floats
    "(n, 4), of value and rate."
    rate_variance: Floats
    "(n, 4)."

    @classmethod
    def first_seen(cls, boxes: Boxes, scores: NDArray[np.float32], noise: Noise) -> BoxStates:
        """States from one detection each: nothing is known of their speed."""
        value = _centred(boxes)
        size = _sizes(value)
        return cls(
            value=value,
            rate=np.zeros_like(value),
            value_variance=noise.measurement(boxes, scores),
            covariance=np.zeros_like(value),
            rate_variance=(noise.speeds * size) ** 2,
        )

    def __len__(self) -> int:
        return len(self.value)

    @property
    def boxes(self) -> Boxes:
        """(n, 4) left, top, width, height."""
        return Placed(self.value, self.rate).boxes

    @property
    def doubt(self) -> Floats:
        """(n, 2) standard deviation of the centre, fractions of the picture."""
        return np.sqrt(self.value_variance[:, :2])

    def moved(self, motion: CameraMotion) -> BoxStates:
        """The states after the camera moved (BoT-SORT, Aharon et al., 2022, does the like).

        Variances follow the motion's scale only: turning the camera between two pictures mixes x
        and y too little to matter.
        """
        scale = motion.scale
        centres = motion.points(self.value[:, :2])
        drift = self.rate[:, :2] @ motion.matrix[:, :2].T
        return BoxStates(
            value=np.concatenate([centres, self.value[:, 2:] * scale], axis=1),
            rate=np.concatenate([drift, self.rate[:, 2:] * scale], axis=1),
            value_variance=self.value_variance * scale**2,
            covariance=self.covariance * scale**2,
            rate_variance=self.rate_variance * scale**2,
        )

    def predicted(self, dt: float, noise: Noise) -> BoxStates:
        """The states ``dt`` seconds later."""
        memory, size = noise.memories, _sizes(self.value)
        kept = np.exp(-dt / memory)
        reach = memory * (1 - kept)
        speed_variance = (noise.speeds * size) ** 2
        spread = 2 * memory * (dt - reach) - reach**2
        walked = (noise.walks * size) ** 2 * abs(dt)
        carried = self.covariance + reach * self.rate_variance
        value = self.value + reach * self.rate
        value[:, 2:] = np.maximum(value[:, 2:], SMALLEST_SIDE)
        return BoxStates(
            value=value,
            rate=kept * self.rate,
            value_variance=self.value_variance
            + reach * (self.covariance + carried)
            + speed_variance * spread
            + walked,
            covariance=kept * carried + speed_variance * reach * (1 - kept),
            rate_variance=kept**2 * self.rate_variance + speed_variance * (1 - kept**2),
        )

    def placed(self, dt: float, noise: Noise) -> Placed:
        """Where the boxes are ``dt`` seconds later: as `predicted` says, for a part of its cost."""
        memory = noise.memories
        kept = np.exp(-dt / memory)
        return Placed(self.value + memory * (1 - kept) * self.rate, kept * self.rate)

    def followed(self, gone: Floats, dt: float, noise: Noise) -> Placed:
        """Where the boxes are ``dt`` seconds later, after they were seen to go by ``gone``.

        What was seen counts the more, the less their speed is known from detections, and less
        when it took long.

        Args:
            gone: (n, 2) by how much, fractions; where that is not known (NaN) they are predicted.
            dt: above 0.
            noise: how boxes are expected to behave.
        """
        guess = self.placed(dt, noise)
        known = ~np.isnan(gone)
        spread = self.rate_variance[:, :2]
        slip = noise.slip * max(1.0, dt / noise.slip_after) ** 2
        trust = spread / (spread + (slip * _sizes(self.value)[:, :2] / dt) ** 2)
        centre, rate = guess.value[:, :2], guess.rate[:, :2]
        way = centre - self.value[:, :2]
        centre += np.where(known, trust * (gone - way), 0.0)
        rate += np.where(known, trust * (gone / dt - rate), 0.0)
        return guess

    def corrected(self, boxes: Boxes, scores: NDArray[np.float32], noise: Noise) -> BoxStates:
        """The states after one detection for each."""
        measured = noise.measurement(boxes, scores)
        surprise = _centred(boxes) - self.value
        innovation = self.value_variance + measured
        gain, rate_gain = self.value_variance / innovation, self.covariance / innovation
        return BoxStates(
            value=self.value + gain * surprise,
            rate=self.rate + rate_gain * surprise,
            value_variance=gain * measured,
            covariance=(1 - gain) * self.covariance,
            rate_variance=self.rate_variance - rate_gain * self.covariance,
        )

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> BoxStates:
        """Some of the states."""
        return BoxStates(*(part[rows] for part in self._parts()))

    def put(self, rows: NDArray[np.intp], others: BoxStates) -> BoxStates:
        """These states with those at ``rows`` replaced."""
        parts = [part.copy() for part in self._parts()]
        for part, other in zip(parts, others._parts(), strict=True):
            part[rows] = other
        return BoxStates(*parts)

    def joined(self, others: BoxStates) -> BoxStates:
        """These states, then the others."""
        pairs = zip(self._parts(), others._parts(), strict=True)
        return BoxStates(*(np.concatenate(pair) for pair in pairs))

    def _parts(self) -> tuple[Floats, ...]:
        return (
            self.value,
            self.rate,
            self.value_variance,
            self.covariance,
            self.rate_variance,
        )


def _centred(boxes: Boxes) -> Floats:
    value = boxes.astype(np.float64)
    value[:, :2] += value[:, 2:] / 2
    return value


def _sizes(value: Floats) -> Floats:
    """(n, 4): width, height, width, height: the unit of each coordinate."""
    sides = np.maximum(value[:, 2:], SMALLEST_SIDE)
    return np.concatenate([sides, sides], axis=1)
