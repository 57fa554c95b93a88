"""Settings of the whole process that keep many small jobs from getting in each other's way."""

from __future__ import annotations

import gc
import sys

import cv2

SWITCH_INTERVAL = 0.001
"""Seconds after which a thread that computes in Python lets the event loop in; CPython has 5 ms."""


def tune() -> None:
    """Call once, before any work is done."""
    # A frame's jobs take a millisecond: to share each among cores costs more than it brings, and
    # the cores have other sessions, the codecs and the detector to do.
    cv2.setNumThreads(1)
    sys.setswitchinterval(SWITCH_INTERVAL)


def settle() -> None:
    """Call when all is loaded: what is there stays, and no collection needs to go through it."""
    gc.collect()
    gc.freeze()
