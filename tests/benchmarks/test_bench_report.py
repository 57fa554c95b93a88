import json
from collections import Counter

import pytest
from bench import document, environments, keeping, plots, stages, tables
from bench.budget import Budget, rounds_within, run_seconds
from bench.environments import NAMES
from bench.machine import processor
from bench.measuring import Run
from bench.report import Results, generated
from bench.sections import SECTIONS, Finding
from bench.summary import figure, ratio, spread
from bench.systems import systems
from bench.turns import order
from hypothesis import given, settings
from hypothesis import strategies as st


def run(system, p50, **more):
    series = [(second / 10, p50) for second in range(100)]
    return Run(system, p50, p50 * 1.3, 29.5, 0.4, series=series, **more)


def sample(at, frames, encoding):
    decoding = {"totalDecodeTime": encoding / 2, "totalProcessingDelay": encoding}
    return {
        "sent": {"framesEncoded": frames, "totalEncodeTime": encoding},
        "received": {"framesDecoded": frames, **decoding},
        "roundTrip": 0.002,
        "at": at,
    }


OURS = run(
    "openeyes",
    44.0,
    detect_hz=9.4,
    lag_p99=8.0,
    detector="nanodet-g-416",
    rungs=["352", "416"],
    stages={
        "look": {"p50": 4.0, "p95": 5.0},
        "server": {"p50": 6.0, "p95": 9.0},
        "detect": {"p50": 55.0, "p95": 80.0},
    },
    legs={"preview": 20.0, "away": 40.0, "arriving": 24.0},
    samples=[sample(second, 30 * second, 0.15 * second) for second in range(10)],
)
RUNS = [run("echo", 70.0), OURS, run("echo", 80.0), run("fastrtc", 60.0, held=0.5)]


def results(**changed):
    loss = {"name": "blackout", "system": "echo", "fps": 20.0, "p50": 80, "p95": 100}
    loss |= {
        "frozen_s_per_min": 6.0,
        "recovery_ms": 900.0,
        "timeline": [[0, 70], [33, 70], [900, 80]],
    }
    by_name = {section.name: section for section in SECTIONS}
    found = {
        "command": "make bench MINUTES=15",
        "date": "1 January 2026",
        "machine": {"cores": "2"},
        "seconds": 14.0,
        "rounds": 2,
        "systems": [s for s in systems({}) if s.name in {"echo", "openeyes"}],
        "runs": RUNS,
        "findings": [
            Finding(by_name["loss"], {"conditions": [loss]}),
            Finding(by_name["overlay"], {"detected_age": {"p50": 120.0, "p95": 180.0}}),
            Finding(by_name["fairness"], None, "there is no such file"),
        ],
        "failures": ["Four at once: there is no such file"],
        "took": 800.0,
        "installing": 0.0,
    }
    return Results(**{**found, **changed})


def test_a_spread_has_the_median_and_what_it_lies_between():
    assert str(spread([70.0, None, 90.0, 72.0])) == "72 (70–90)"
    assert str(spread([70.0])) == "70"
    assert spread([None]) is None


def test_ratios_are_of_medians():
    assert figure(RUNS, "echo", "p50").median == 75
    assert ratio(RUNS, "p50", "openeyes", "echo") == pytest.approx(44 / 75)
    assert ratio(RUNS, "p50", "openeyes", "nobody") is None


def test_parts_between_two_moments_add_up_to_the_whole():
    lines = stages.parts([OURS])
    whole = [index for index, part in enumerate(lines) if part.whole]
    start = 0
    for end in whole[:2]:
        assert sum(part.ms or 0 for part in lines[start:end]) == pytest.approx(lines[end].ms)
        start = end + 1
    told = {part.name: part.ms for part in lines}
    assert told["server: waiting for its turn (`server` less `look`)"] == 2
    assert told["server: camera's motion, predicting and drawing boxes (`look`)"] == 4
    assert told["browser: encoding"] == pytest.approx(5)
    assert told["browser: decoding"] == pytest.approx(2.5)
    assert told["network: there and back"] == pytest.approx(2)
    assert told["glass to glass, as measured"] == 44
    assert stages.beside([OURS]) == {"detect": (55, 80)}
    assert stages.processing([OURS]) == pytest.approx(5)


def test_a_mean_is_over_all_frames_and_a_median_over_the_seconds():
    frames = [0, 30, 60, 90, 120, 150, 151]
    spent = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    samples = [sample(*each) for each in zip(range(7), frames, spent, strict=True)]
    (part, *_) = stages.parts([run("openeyes", 50.0, samples=samples)])
    assert part.ms == pytest.approx(1000 * 0.1 / 30)
    assert part.mean == pytest.approx(1000 * 0.3 / 61)


def test_stages_of_a_browser_that_tells_nothing_are_left_open():
    lines = stages.parts([run("openeyes", 50.0)])
    assert [part.ms for part in lines if part.whole] == [None, None, 50]


def test_a_system_that_was_not_measured_has_no_row():
    text = tables.glass(RUNS, systems({}))
    assert "aiortc echo, sees nothing | 75 (70–80)" in text
    assert "**Open Eyes**, everything on | 44 | 57 | 29.5 | +0 | 9.4 | 416, 352 | 8.0 |" in text
    assert "detector in `recv()`" not in text


def test_a_shrunken_picture_is_flagged():
    assert "**Resolution not held**" in tables.resolution(RUNS)
    assert "fastrtc (50%)" in tables.resolution(RUNS)
    assert "In every run" in tables.resolution([OURS])


def test_the_report_says_what_was_left_out_and_shows_only_plots_that_there_are():
    text = generated(results(), ["bench-loss"])
    assert "- Four at once: there is no such file" in text
    assert "### Four at once" not in text
    assert "| blackout | echo | 20.0 | 80 | 100 | 6.0 | 900 |" in text
    assert "| detected age | 120.0 | 180.0 |" in text
    assert "images/bench-loss.svg" in text
    assert "images/bench-latency.svg" not in text
    assert "All that detect were started with `nanodet-g-416` on `cpu`" in text


def test_results_survive_the_disk(tmp_path, monkeypatch):
    for name, path in {"FOLDER": tmp_path, "FILE": tmp_path / "b.json", "IMAGES": tmp_path}.items():
        monkeypatch.setattr(keeping, name, path)
    monkeypatch.setattr(keeping, "DOCUMENT", tmp_path / "benchmarks.md")
    (tmp_path / "benchmarks.md").write_text(f"head\n{document.BEGIN}\nold\n{document.END}\ntail\n")
    before = results()
    keeping.save(before)
    after = keeping.load()
    assert generated(after, []) == generated(before, [])
    assert after.runs[1].said == Counter()
    keeping.document(after)
    written = (tmp_path / "benchmarks.md").read_text()
    assert written.startswith("head\n")
    assert written.endswith("tail\n")
    assert "old" not in written
    for name in ("latency", "distribution", "loss"):
        assert f"images/bench-{name}.svg" in written
        assert (tmp_path / f"bench-{name}.svg").read_text().startswith("<svg")


def test_the_generated_part_is_replaced_again_and_again():
    text = f"a\n\n{document.BEGIN}\n\n{document.END}\n\nb\n"
    once = document.with_generated(text, "one")
    assert document.with_generated(document.with_generated(once, "two"), "one") == once
    assert once.startswith("a\n")
    assert once.endswith("\nb\n")


@pytest.mark.parametrize("text", ["", document.BEGIN, f"{document.END} {document.BEGIN}"])
def test_a_document_without_its_markers_is_left_alone(text):
    with pytest.raises(ValueError, match="needs"):
        document.with_generated(text, "new")


def test_the_document_has_its_markers():
    assert document.with_generated(keeping.DOCUMENT.read_text(), "new")


def test_a_frozen_picture_breaks_the_line():
    assert [len(piece) for piece in plots.broken([[0, 50], [33, 50], [300, 50], [333, 50]])] == [
        2,
        2,
    ]
    assert plots.broken([]) == []


def precision(pan, system, display="page", latency="recorded"):
    row = {"source": "sample", "pan": pan, "system": system, "display": display}
    return row | {"latency_ms": latency, "ap50": 80.0, "offline_ap50": 81.0, "hz": 8.0}


def test_precision_is_plotted_where_the_camera_panned_at_a_speed():
    rows = [
        precision(pan, system, display, latency)
        for pan in ("0", "200", "shake")
        for system, display in (("detector", "offline"), ("ours", "page"), ("held", "burned in"))
        for latency in ("60", "recorded")
    ]
    svg = plots.streaming_precision(rows)
    assert svg.count('class="title"') == 2
    assert svg.count(">detector, offline<") == 2
    assert plots.streaming_precision([precision("0", "ours")]) == ""
    assert len(plots.at_usual_latency(rows)) == 9


def test_precision_has_a_row_for_each_scene_and_a_column_for_each_display():
    rows = [precision("0", "detector", "offline"), precision("0", "ours")]
    lines = tables.precision([*rows, precision("200", "ours")]).splitlines()
    assert lines[0] == "| scene | pan, px/s | offline: detector | page: ours |"
    assert lines[2:] == [
        "| sample | 0 | 80.0 | 80.0 (-1.0) |",
        "| sample | 200 | – | 80.0 (-1.0) |",
    ]


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 9), st.integers(1, 5))
def test_everybody_has_a_turn_in_every_round_and_nobody_is_always_first(systems_, rounds):
    names = list(range(systems_))
    orders = [order(names, turn, rounds) for turn in range(rounds)]
    assert all(sorted(each) == names for each in orders)
    assert len({each[0] for each in orders}) == min(systems_, rounds)


def test_nobody_has_no_turn():
    assert order([], 0, 3) == []


def test_a_budget_is_what_is_left():
    now = [100.0]
    budget = Budget(60, lambda: now[0])
    now[0] = 145.0
    assert (budget.spent, budget.left) == (45, 15)


@pytest.mark.parametrize(("seconds", "expected"), [(540, 15.5), (100, 10), (10_000, 30)])
def test_runs_share_the_time_within_reason(seconds, expected):
    assert run_seconds(seconds, 24, 7, 10, 30) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(1000, 3), (300, 2), (200, 1), (-5, 1)])
def test_where_time_is_short_there_are_fewer_rounds_rather_than_none(seconds, expected):
    assert rounds_within(seconds, 8, 3, 17) == expected


def test_a_peer_that_cannot_be_installed_in_time_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    found = environments.prepare_all(0.0)
    assert all("in time" in found[name].problem for name in NAMES)
    assert {each.name for each in systems(found)} == {each.name for each in systems({})}


def test_a_processor_is_named_with_what_matters():
    listing = "processor\t: 0\nmodel name\t: Some CPU\nflags\t\t: fpu avx2 avx512f\n"
    assert processor(listing) == "Some CPU (AVX2, AVX-512)"
    assert processor("") == ""


def test_every_environment_has_its_pinned_requirements():
    for name in NAMES:
        text = (keeping.ROOT / f"benchmarks/bench/requirements-{name}.txt").read_text()
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        assert lines
        assert all("==" in line for line in lines)


def test_results_are_plain_json():
    json.dumps([vars(each) for each in RUNS])
