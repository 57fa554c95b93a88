"""Resampling as Pillow does it: the window widens with the reduction, so nothing aliases.

OpenCV's Lanczos and bilinear read the same few pixels whatever the scale. Models that were trained
on pictures that Pillow, or torchvision after it, scaled see best what was scaled alike. The sums
are Pillow's own, in fixed point, and lines are scaled across before they are scaled down, as Pillow
did before its release 13, which turns that round where a picture gets wider and lower.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from vision.picture import Plane

Kernel: TypeAlias = Literal["lanczos", "bilinear"]
"""Lanczos-3, or a triangle."""

REACH: Mapping[Kernel, int] = {"lanczos": 3, "bilinear": 1}
"Of the window to each side, in lines of the coarser of the two pictures."
FRACTION_BITS = 22
"Of a weight in fixed point."
SIZES_KEPT = 32
"Pairs of lengths whose weights are kept: a camera's pictures come in few sizes."


def resized(pixels: Plane, height: int, width: int, kernel: Kernel = "lanczos") -> Plane:
    """The picture scaled to a size of any aspect.

    Args:
        pixels: (h, w, 3) uint8.
        height: wanted, at least 1.
        width: wanted, at least 1.
        kernel: how much each line gives to those near it.

    Returns:
        (height, width, 3) uint8.
    """
    across = _scaled(pixels.transpose(1, 0, 2), width, kernel).transpose(1, 0, 2)
    return np.ascontiguousarray(_scaled(across, height, kernel))


def _scaled(pixels: Plane, length: int, kernel: Kernel) -> Plane:
    """(n, m, 3) to (length, m, 3), both uint8."""
    if pixels.shape[0] == length:
        return pixels
    lines = np.ascontiguousarray(pixels).reshape(pixels.shape[0], -1).astype(np.int32)
    summed = np.asarray(_weights(pixels.shape[0], length, kernel) @ lines)
    whole = (summed + (1 << (FRACTION_BITS - 1))) >> FRACTION_BITS
    return np.asarray(np.clip(whole, 0, 255).astype(np.uint8).reshape(length, *pixels.shape[1:]))


@lru_cache(maxsize=SIZES_KEPT)
def _weights(old: int, new: int, kernel: Kernel) -> csr_array[np.int32]:
    """(new, old) in fixed point: what each old line gives to each new one; rows add up to 1."""
    scale = old / new
    reach = REACH[kernel] * max(scale, 1.0)
    centres = (np.arange(new) + 0.5) * scale
    first = np.maximum((centres - reach + 0.5).astype(np.int64), 0)
    last = np.minimum((centres + reach + 0.5).astype(np.int64), old)
    columns = first[:, None] + np.arange(int((last - first).max()))
    inside = columns < last[:, None]
    taps = _KERNELS[kernel]((columns - centres[:, None] + 0.5) / max(scale, 1.0)) * inside
    taps /= taps.sum(axis=1, keepdims=True)
    rows = np.repeat(np.arange(new), columns.shape[1]).reshape(columns.shape)
    fixed = np.trunc(taps * (1 << FRACTION_BITS) + np.copysign(0.5, taps)).astype(np.int32)
    return csr_array((fixed[inside], (rows[inside], columns[inside])), shape=(new, old))


def _lanczos(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lanczos' kernel: a sinc under the central lobe of a wider sinc."""
    lobes = REACH["lanczos"]
    return np.where(np.abs(x) < lobes, np.sinc(x) * np.sinc(x / lobes), 0.0)


def _triangle(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(0.0, 1.0 - np.abs(x))


_KERNELS = {"lanczos": _lanczos, "bilinear": _triangle}
