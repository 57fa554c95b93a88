"""COCO's own category ids, which leave some numbers out, among its 80 classes.

Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014: of the 91 categories of the
paper, 80 were annotated, and their ids, 1 to 90, stayed as they were.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

IDS = 91
"""How many outputs a network has that counts by ids: from 0, which is no category, to 90."""

NO_CLASS = -1
"""Stands for an id that no class has."""

_UNUSED = (0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83)


def _classes() -> NDArray[np.int32]:
    classes = np.full(IDS, NO_CLASS, np.int32)
    used = np.setdiff1d(np.arange(IDS), _UNUSED)
    classes[used] = np.arange(len(used))
    return classes


CLASSES = _classes()
"""(91,) by id: the index into ``models.coco.LABELS``, or `NO_CLASS`."""
