"""How many pictures one run takes: a few fixed numbers, since accelerators want fixed shapes.

A run of a number in between computes for the next larger one, and what comes of the rest is not
looked at. Crankshaw et al., "Clipper: A Low-Latency Online Prediction Serving System", NSDI 2017,
show what batches bring, and that waiting for them has to be bounded.
"""

from __future__ import annotations

import logging
from typing import Protocol, runtime_checkable

from models.devices import Device
from vision.errors import ConfigError
from vision.picture import Picture
from vision.ports import BatchDetector, Detector

log = logging.getLogger(__name__)

SIZES = (1, 2, 4, 8, 16, 32)
"""Pictures that one run may be for."""

AUTOMATIC = 0
"""Asks for what suits the device."""

ON_ACCELERATORS = 16
"""Pictures of one run at most, where nothing else was asked for, on devices made for many."""

ONE_BY_ONE: tuple[Device, ...] = ("cpu", "openvino")
"""Devices that are as busy with one picture as with many: there batches bring nothing but delay.
What an OpenVINO device is cannot be told from here; most are processors."""


@runtime_checkable
class Widening(BatchDetector, Protocol):
    """A detector that takes one picture at a time until it is told otherwise."""

    def take_up_to(self, pictures: int) -> None:
        """From here on a run may be for so many; makes what that needs. Blocks.

        Raises:
            ConfigError: it is not one of ``SIZES``.
        """
        ...


def most(asked: int, device: Device) -> int:
    """Pictures of one run at most.

    Args:
        asked: at most so many; the next smaller of ``SIZES``. ``AUTOMATIC``: what suits.
        device: that the detector runs on.

    Raises:
        ConfigError: ``asked`` is less than nothing, or more than can be.
    """
    if not 0 <= asked <= SIZES[-1]:
        raise ConfigError(
            f"a batch of {asked} pictures cannot be: choose 1 to {SIZES[-1]}, or "
            f"{AUTOMATIC} for what suits the device"
        )
    if asked == AUTOMATIC:
        return 1 if device in ONE_BY_ONE else ON_ACCELERATORS
    return max(size for size in SIZES if size <= asked)


def up_to(pictures: int) -> tuple[int, ...]:
    """The sizes from 1 to that one.

    Raises:
        ConfigError: it is not one of ``SIZES``.
    """
    if pictures not in SIZES:
        raise ConfigError(f"a run is for {', '.join(map(str, SIZES))} pictures, not {pictures}")
    return SIZES[: SIZES.index(pictures) + 1]


def fitting(sizes: tuple[int, ...], pictures: int) -> int:
    """The smallest of ``sizes`` that holds so many, or the largest where none does."""
    return next((size for size in sizes if size >= pictures), sizes[-1])


def widen(detector: Detector, asked: int, device: Device, blank: Picture) -> None:
    """Lets a detector that can take several pictures do so, and runs it once at each size.

    Args:
        detector: loaded, and on its best rung.
        asked: as `most` takes it.
        device: that the detector runs on.
        blank: a picture for the first runs.

    Raises:
        ConfigError: see `most`.
    """
    pictures = most(asked, device)
    if pictures == 1 or not isinstance(detector, Widening):
        return
    works = 1
    for size in up_to(pictures)[1:]:
        try:
            detector.take_up_to(size)
            if size not in detector.batch_sizes:
                return
            detector.detect_batch([blank] * size)
        except Exception as error:  # its memory is full, most likely
            log.warning("%s takes %d at a time, not %d: %s", detector.name, works, size, error)
            detector.take_up_to(works)
            return
        works = size
