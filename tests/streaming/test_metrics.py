from __future__ import annotations

from streaming.metrics import _batches


def test_frames_in_one_run_are_a_histogram() -> None:
    family = _batches({1: 5, 3: 2, 32: 1})
    samples = {(each.name, each.labels.get("le", "")): each.value for each in family.samples}
    bounds = ["1", "2", "4", "8", "16", "32", "+Inf"]
    counts = [samples["openeyes_batch_frames_bucket", bound] for bound in bounds]
    assert counts == [5, 5, 7, 7, 7, 8, 8]
    assert samples["openeyes_batch_frames_count", ""] == 8
    assert samples["openeyes_batch_frames_sum", ""] == 5 + 6 + 32


def test_before_the_first_run_it_is_empty() -> None:
    assert {sample.value for sample in _batches({}).samples} == {0}
