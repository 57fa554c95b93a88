from __future__ import annotations

import msgspec
import numpy as np
import pytest

from models.detector_link import Failed, Found, Loaded, Reply, Seen
from vision.errors import ModelError, NoAnswer, OpenEyesError, WeightsCorrupt
from vision.types import Detections


def there_and_back(reply: Reply) -> Reply:
    return msgspec.msgpack.Decoder(Reply).decode(msgspec.msgpack.encode(reply))


@pytest.mark.parametrize("count", [0, 1, 300])
def test_detections_survive_the_way(count: int) -> None:
    random = np.random.default_rng(count)
    sent = Detections(
        random.random((count, 4)).astype(np.float32),
        random.random(count).astype(np.float32),
        random.integers(0, 80, count).astype(np.int32),
    )
    seen = there_and_back(Seen((Found.of(Detections.empty()), Found.of(sent))))
    assert isinstance(seen, Seen)
    nothing, came = (each.detections() for each in seen.found)
    assert len(nothing) == 0
    for name in ("boxes", "scores", "classes"):
        np.testing.assert_array_equal(getattr(came, name), getattr(sent, name))
        assert getattr(came, name).dtype == getattr(sent, name).dtype


def test_other_types_of_numbers_are_brought_in_line() -> None:
    sent = Detections(
        np.array([[0.0, 0.0, 1.0, 1.0]], np.float64),  # type: ignore[arg-type]
        np.array([0.5], np.float64),  # type: ignore[arg-type]
        np.array([3], np.int64),  # type: ignore[arg-type]
    )
    came = Found.of(sent).detections()
    assert (came.boxes.tolist(), came.scores.tolist()) == ([[0, 0, 1, 1]], [0.5])
    assert came.classes.tolist() == [3]


@pytest.mark.parametrize(
    "found", [Found(b"\0" * 16, b"\0" * 8, b"\0" * 4), Found(b"\0" * 15, b"\0" * 4, b"\0" * 4)]
)
def test_arrays_that_do_not_belong_together_are_refused(found: Found) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        found.detections()


@pytest.mark.parametrize(
    ("raised", "kind", "text"),
    [
        (WeightsCorrupt("reinstall"), WeightsCorrupt, "reinstall"),
        (NoAnswer("why", "public"), NoAnswer, "why"),
        (OpenEyesError("root"), OpenEyesError, "root"),
        (ValueError("a bug"), ModelError, "ValueError: a bug"),
        (type("WeightsMissing", (Exception,), {})("fake"), ModelError, "WeightsMissing: fake"),
    ],
)
def test_errors_keep_their_kind(raised: Exception, kind: type[OpenEyesError], text: str) -> None:
    failed = there_and_back(Failed.by(raised))
    assert isinstance(failed, Failed)
    assert type(failed.error()) is kind
    assert str(failed.error()) == text


def test_a_kind_that_is_no_error_of_ours_makes_a_plain_one() -> None:
    assert type(Failed("__doc__", "x").error()) is ModelError


def test_what_it_runs_on_is_told() -> None:
    loaded = Loaded("n", ("a", "b"), "cpu", 2, "asked for", ("416", "320"), (1, 2))
    assert there_and_back(loaded) == loaded
    assert str(loaded.runtime) == "cpu, 2 threads (asked for)"
