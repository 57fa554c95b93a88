from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
import pytest

from models import picture_slot
from models.picture_slot import PictureSlot, Place, in_parts
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
        np.testing.assert_array_equal(theirs.read(Place(width, height * 3 // 2)).i420, sent.i420)


def test_a_picture_that_was_read_is_still_there_when_the_slot_has_grown(sides: Sides) -> None:
    mine, theirs = sides
    mine.write(noise(16, 8))
    read = theirs.read(Place(16, 12))
    larger = noise(100, 100, 1)
    mine.write(larger)
    theirs.read(Place(100, 150))
    np.testing.assert_array_equal(read.i420.reshape(-1), larger.i420.reshape(-1)[: read.i420.size])


def test_nothing_larger_than_the_limit_goes_in_or_out(sides: Sides) -> None:
    mine, theirs = sides
    mine.write(noise(100, 100))
    with pytest.raises(ValueError, match="at most 10000"):
        mine.write(noise(100, 102))
    for width, rows in ((100, 153), (0, 12), (-16, -12), (16, -12)):
        with pytest.raises(ValueError, match="picture of"):
            theirs.read(Place(width, rows))
    assert os.fstat(mine.descriptor).st_size == LIMIT * 3 // 2


def test_what_was_never_written_cannot_be_read(sides: Sides) -> None:
    mine, theirs = sides
    mine.write(noise(16, 8))
    with pytest.raises(ValueError, match="holds no picture"):
        theirs.read(Place(100, 150))


def test_a_closed_slot_takes_nothing() -> None:
    slot = PictureSlot.make(100)
    slot.close()
    slot.close()
    with pytest.raises(ValueError, match="closed"):
        slot.write(noise(4, 4))


def test_several_lie_side_by_side_whatever_their_sizes(sides: Sides) -> None:
    mine, theirs = sides
    sent = [noise(*size, seed) for seed, size in enumerate([(16, 8), (100, 100), (8, 16), (16, 8)])]
    for some in (sent, sent[1:2], sent[::-1]):
        for place, each in zip(mine.write(*some), some, strict=True):
            np.testing.assert_array_equal(theirs.read(place).i420, each.i420)
    assert mine.write() == ()


def test_together_they_are_held_to_a_number_and_a_size(
    sides: Sides, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, _ = sides
    monkeypatch.setattr(picture_slot, "MOST_PICTURES", 3)
    monkeypatch.setattr(picture_slot, "MOST_BYTES", 2000)
    large, small = noise(40, 20), noise(16, 8)
    mine.write(small, small, small)
    for some in ([small] * 4, [large, large]):
        with pytest.raises(ValueError, match="more than fit together"):
            mine.write(*some)
    parts: list[Picture] = [large, large, small, small, small, small, noise(100, 100), small]
    divided = list(in_parts(parts))
    assert [len(part) for part in divided] == [1, 3, 2, 1, 1]
    assert [each for part in divided for each in part] == parts
    for part in divided:
        mine.write(*part)
    assert list(in_parts([])) == []


@pytest.mark.parametrize("place", [Place(16, 12, -1), Place(16, 12, 193)])
def test_nothing_is_read_outside_the_slot(sides: Sides, place: Place) -> None:
    mine, theirs = sides
    mine.write(noise(16, 8), noise(16, 8))
    assert theirs.read(Place(16, 12, 192)).width == 16
    with pytest.raises(ValueError, match="picture of"):
        theirs.read(place)
