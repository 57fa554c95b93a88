from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
import pytest

from models.picture_slot import PictureSlot
from vision.picture import Picture


def noise(width: int, height: int, seed: int = 0) -> Picture:
    values = np.random.default_rng(seed).integers(0, 256, (height * 3 // 2, width))
    return Picture(values.astype(np.uint8))


LIMIT = 10_000

Sides = tuple[PictureSlot, PictureSlot]


@pytest.fixture
def sides() -> Iterator[Sides]:
    """The owner's, and the one that inherited it."""
    mine = PictureSlot.make(LIMIT)
    theirs = PictureSlot.inherited(os.dup(mine.descriptor), LIMIT)
    yield mine, theirs
    mine.close()
    theirs.close()


def test_what_one_side_writes_the_other_reads_whatever_the_size(sides: Sides) -> None:
    mine, theirs = sides
    for seed, (width, height) in enumerate([(16, 8), (100, 100), (8, 16), (64, 2)]):
        sent = noise(width, height, seed)
        mine.write(sent)
        np.testing.assert_array_equal(theirs.read(width, height * 3 // 2).i420, sent.i420)


def test_a_picture_that_was_read_is_still_there_when_the_slot_has_grown(sides: Sides) -> None:
    mine, theirs = sides
    mine.write(noise(16, 8))
    read = theirs.read(16, 12)
    larger = noise(100, 100, 1)
    mine.write(larger)
    theirs.read(100, 150)
    np.testing.assert_array_equal(read.i420.reshape(-1), larger.i420.reshape(-1)[: read.i420.size])


def test_nothing_larger_than_the_limit_goes_in_or_out(sides: Sides) -> None:
    mine, theirs = sides
    mine.write(noise(100, 100))
    with pytest.raises(ValueError, match="at most 10000"):
        mine.write(noise(100, 102))
    for width, rows in ((100, 153), (0, 12), (-16, -12), (16, -12)):
        with pytest.raises(ValueError, match="picture of"):
            theirs.read(width, rows)
    assert os.fstat(mine.descriptor).st_size == LIMIT * 3 // 2


def test_what_was_never_written_cannot_be_read(sides: Sides) -> None:
    mine, theirs = sides
    mine.write(noise(16, 8))
    with pytest.raises(ValueError, match="holds no picture"):
        theirs.read(100, 150)


def test_a_closed_slot_takes_nothing() -> None:
    slot = PictureSlot.make(100)
    slot.close()
    slot.close()
    with pytest.raises(ValueError, match="closed"):
        slot.write(noise(4, 4))
