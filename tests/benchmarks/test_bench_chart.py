import itertools
import math
import xml.etree.ElementTree as ET

import pytest
from bench.axes import Axis, linear, logarithmic, named, nice_step
from bench.chart import STYLES, Line, Panel, Range, lines_figure, ranges_figure, spaced
from hypothesis import given, settings
from hypothesis import strategies as st

SVG = "{http://www.w3.org/2000/svg}"
SECONDS = Axis("seconds", 0, 10)
LATENCY = Axis("ms", 20, 20_000, log=True)


def test_equal_ratios_are_equal_distances_on_a_logarithmic_axis():
    places = [LATENCY.place(value) for value in (20, 200, 2000, 20_000)]
    assert places == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert LATENCY.place(5) == 0
    assert LATENCY.place(1e6) == 1


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_a_linear_axis_holds_its_values_and_names_some_of_its_places(values):
    axis = linear("", values)
    assert all(axis.least - 1e-6 <= value <= axis.most + 1e-6 for value in values)
    ticks = axis.ticks()
    assert 2 <= len(ticks) <= 12
    assert all(0 <= axis.place(tick) <= 1 for tick in ticks)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0.1, 1e5), min_size=1, max_size=20))
def test_a_logarithmic_axis_holds_its_values(values):
    axis = logarithmic("", values)
    assert all(axis.least < value < axis.most for value in values)
    assert len(axis.ticks()) <= 12


@settings(deadline=None, max_examples=50)
@given(st.floats(1e-6, 1e6))
def test_steps_are_round_and_not_too_small(wanted):
    step = nice_step(wanted)
    assert wanted * (1 - 1e-6) <= step <= wanted * 2.5 * (1 + 1e-6)
    digit = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert any(digit == pytest.approx(each) for each in (1, 2, 2.5, 5))


def test_an_axis_has_an_extent():
    with pytest.raises(ValueError, match="not an axis"):
        Axis("", 1, 1)
    with pytest.raises(ValueError, match="not an axis"):
        Axis("", 0, 1, log=True)


def test_ticks_are_written_for_people():
    assert [named(value) for value in (0.25, 50.0, 10_000.0)] == ["0.25", "50", "10,000"]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0, 300), max_size=15).map(sorted))
def test_labels_keep_apart_and_in_order(wanted):
    placed = spaced(wanted, (0, 300), gap=15)
    assert all(later - earlier >= 15 - 1e-9 for earlier, later in itertools.pairwise(placed))
    assert all(height <= 300 for height in placed)


def parsed(svg):
    return ET.fromstring(svg)


def test_lines_break_where_their_pieces_end_and_have_labels():
    line = Line("ours & theirs", [[(0, 50), (1, 60)], [(5, 70), (6, 80)], [(9, 50)]], 0)
    root = parsed(lines_figure("A <title>", [Panel("panel", SECONDS, LATENCY, [line])]))
    (curve,) = [path for path in root.iter(f"{SVG}path") if path.get("class") == "s0"]
    assert curve.get("d").count("M") == 3
    assert len(list(root.iter(f"{SVG}circle"))) == 1, "a piece of one point is a dot"
    assert "ours & theirs" in [text.text for text in root.iter(f"{SVG}text")]
    assert root.find(f"{SVG}title").text == "A <title>"


def test_a_ranges_row_has_its_name_and_its_median():
    row = Range("echo", (40, 50, 66.6, 70, 100))
    texts = [text.text for text in parsed(ranges_figure("d", LATENCY, [row])).iter(f"{SVG}text")]
    assert {"echo", "67"} <= set(texts)


def test_colours_follow_the_page_and_every_style_has_one_for_either():
    svg = lines_figure("t", [Panel("p", SECONDS, LATENCY, [])])
    light, dark = svg.split("@media (prefers-color-scheme:dark)")
    for style in range(STYLES):
        assert f"--c{style}:#" in light
        assert f"--c{style}:#" in dark
    body = svg.split("</style>")[1]
    assert "#" not in body, "no colour of its own outside the style sheet"
    assert "<rect" not in body, "no background of its own"
