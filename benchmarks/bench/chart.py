"""Plots as SVG that suit a light and a dark page. Pure: figures in, text out.

The background is transparent and all colours are properties that follow ``prefers-color-scheme``.
Lines differ by dash and by a label at their end as well as by colour, which are apart for
colour-blind people (after Okabe and Ito, "Color Universal Design", 2008, made darker or lighter for
contrast).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from bench.axes import Axis, named

LIGHT = ("#0060a8", "#b84300", "#00704f", "#97407a", "#6b5200", "#57606a")
DARK = ("#5cb8f0", "#ff9154", "#35cfa0", "#eb9fcb", "#e6c04f", "#9aa4af")
DASHES = ("none", "8 4", "2 3", "10 3 2 3", "5 2", "1 4")
STYLES = len(LIGHT)

LINE_GAP = 15
"""Pixels between the middles of two labels."""
MARGIN_LEFT, MARGIN_TOP, MARGIN_BOTTOM = 56, 30, 44
TEXT_WIDTH = 6.4
"""Pixels that a letter takes, on average."""

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """One curve of a panel."""

    label: str
    "Stands at its end; none if empty."
    pieces: Sequence[Sequence[Place]]
    "Its points; between two pieces the line is broken."
    style: int = 0
    "Which colour and dash, from 0."
    strong: bool = False
    "Whether it is drawn thicker."
    dots: bool = False
    "Whether each point is marked."
    solid: bool = False
    "Whether it is drawn without dashes: where its breaks mean something, or it is alone."


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot of a figure."""

    title: str
    x: Axis
    y: Axis
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Range:
    """One row of a plot of distributions."""

    label: str
    quantiles: tuple[float, float, float, float, float]
    "5, 25, 50, 75 and 95 %."
    style: int = 0


def lines_figure(
    title: str,
    panels: Sequence[Panel],
    *,
    columns: int = 1,
    size: tuple[int, int] = (720, 330),
    labels: int = 150,
) -> str:
    """Panels side by side; ``size`` of each in pixels, ``labels`` of it for labels at line ends."""
    width, height = size
    rows = -(-len(panels) // columns)
    drawn = [
        f'<g transform="translate({index % columns * width} {index // columns * height})">'
        + "".join(_panel(panel, width - labels, height))
        + "</g>"
        for index, panel in enumerate(panels)
    ]
    return _document(title, min(columns, len(panels)) * width, rows * height, drawn)


def ranges_figure(title: str, x: Axis, rows: Sequence[Range], *, width: int = 720) -> str:
    """A row for each distribution: 5 to 95 % thin, 25 to 75 % thick, the median marked."""
    left = 12 + max((len(row.label) for row in rows), default=0) * TEXT_WIDTH
    right, step = width - 56, 26
    bottom = 12 + len(rows) * step
    drawn = [_x_axis(x, (left, right), (12, bottom))]
    for index, row in enumerate(rows):
        drawn += _range(row, x, (left, right), 12 + (index + 0.5) * step)
    return _document(title, width, bottom + MARGIN_BOTTOM, drawn)


def _range(row: Range, x: Axis, across: tuple[float, float], y: float) -> Iterator[str]:
    left, right = across
    at = [left + x.place(value) * (right - left) for value in row.quantiles]
    style = f"s{row.style % STYLES}"
    yield f'<text x="{left - 10:.1f}" y="{y + 4:.1f}" text-anchor="end">{escape(row.label)}</text>'
    yield f'<path class="{style} solid" d="M{at[0]:.1f} {y:.1f}H{at[4]:.1f}"/>'
    thick = max(at[3], at[1] + 1)
    yield f'<path class="{style} solid thick" d="M{at[1]:.1f} {y:.1f}H{thick:.1f}"/>'
    yield f'<path class="mark" d="M{at[2]:.1f} {y - 8:.1f}v16"/>'
    yield (
        f'<text class="soft" x="{at[4] + 8:.1f}" y="{y + 4:.1f}">'
        f"{named(round(row.quantiles[2]))}</text>"
    )


def _panel(panel: Panel, width: int, height: int) -> Iterator[str]:
    right, bottom = width - 10, height - MARGIN_BOTTOM
    yield f'<text class="title" x="{MARGIN_LEFT}" y="16">{escape(panel.title)}</text>'
    yield _y_axis(panel.y, (MARGIN_LEFT, right), (MARGIN_TOP, bottom))
    yield _x_axis(panel.x, (MARGIN_LEFT, right), (MARGIN_TOP, bottom), lines=False)

    def place(point: Place) -> Place:
        return (
            MARGIN_LEFT + panel.x.place(point[0]) * (right - MARGIN_LEFT),
            bottom - panel.y.place(point[1]) * (bottom - MARGIN_TOP),
        )

    ends = []
    for line in panel.lines:
        pieces = [[place(point) for point in piece] for piece in line.pieces if piece]
        yield _curve(line, pieces)
        if pieces and line.label:
            ends.append((line, pieces[-1][-1]))
    yield from _labels(ends, right, (MARGIN_TOP, bottom))


def _curve(line: Line, pieces: Sequence[Sequence[Place]]) -> str:
    path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in piece) for piece in pieces)
    style = f"s{line.style % STYLES}"
    manner = (" strong" if line.strong else "") + (" solid" if line.solid else "")
    drawn = f'<path class="{style}{manner}" d="{path}"/>'
    alone = [piece[0] for piece in pieces if len(piece) == 1]
    marked = [point for piece in pieces for point in piece] if line.dots else alone
    dots = "".join(
        f'<circle class="f{style[1:]}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in marked
    )
    return drawn + dots


def _labels(
    ends: Sequence[tuple[Line, Place]], right: float, within: tuple[float, float]
) -> Iterator[str]:
    ordered = sorted(ends, key=lambda end: end[1][1])
    for (line, (x, y)), at in zip(
        ordered, spaced([end[1][1] for end in ordered], within), strict=True
    ):
        style = line.style % STYLES
        yield f'<path class="lead" d="M{x + 3:.1f} {y:.1f}L{right + 8:.1f} {at:.1f}"/>'
        label = escape(line.label)
        yield f'<text class="f{style}" x="{right + 12:.1f}" y="{at + 4:.1f}">{label}</text>'


def spaced(
    wanted: Sequence[float], within: tuple[float, float], gap: float = LINE_GAP
) -> list[float]:
    """Heights of labels, none closer than ``gap``, each near the wanted one; these ascend."""
    placed: list[float] = []
    for height in wanted:
        placed.append(max(height, placed[-1] + gap if placed else within[0]))
    limit = within[1]
    for index in range(len(placed) - 1, -1, -1):
        placed[index] = min(placed[index], limit)
        limit = placed[index] - gap
    return placed


def _x_axis(axis: Axis, across: Place, down: Place, *, lines: bool = True) -> str:
    (left, right), (top, bottom) = across, down
    parts = [f'<path class="grid" d="M{left:.1f} {bottom}H{right:.1f}"/>']
    for value in axis.ticks(6):
        x = left + axis.place(value) * (right - left)
        if lines:
            parts.append(f'<path class="grid" d="M{x:.1f} {top}V{bottom}"/>')
        parts.append(_tick(x, bottom + 16, named(value), "middle"))
    parts.append(_tick((left + right) / 2, bottom + 34, axis.label, "middle"))
    return "".join(parts)


def _y_axis(axis: Axis, across: Place, down: Place) -> str:
    (left, right), (top, bottom) = across, down
    parts = []
    for value in axis.ticks(4):
        y = bottom - axis.place(value) * (bottom - top)
        parts.append(f'<path class="grid" d="M{left:.1f} {y:.1f}H{right:.1f}"/>')
        parts.append(_tick(left - 8, y + 4, named(value), "end"))
    if axis.label:
        x, y = left - 44, (top + bottom) / 2
        parts.append(
            f'<text class="soft" transform="translate({x:.1f} {y:.1f}) rotate(-90)" '
            f'text-anchor="middle">{escape(axis.label)}</text>'
        )
    return "".join(parts)


def _tick(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text class="soft" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _document(title: str, width: float, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" aria-label="{escape(title)}">\n'
        f"<title>{escape(title)}</title>\n<style>{_style()}</style>\n"
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _style() -> str:
    light = _properties("#1f2328", "#59636e", "#d1d9e0", LIGHT)
    dark = _properties("#f0f6fc", "#9aa4af", "#3d444d", DARK)
    styles = "".join(
        f".s{index}{{stroke:var(--c{index});stroke-dasharray:{dash}}}"
        f".f{index}{{fill:var(--c{index})}}"
        for index, dash in enumerate(DASHES)
    )
    return (
        f":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
        "text{font:12px system-ui,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;fill:var(--ink)}"
        ".title{font-weight:600;font-size:13px}"
        "path{fill:none;stroke-width:1.6;stroke-linejoin:round}"
        ".grid{stroke:var(--grid);stroke-width:1}.lead{stroke:var(--soft);stroke-width:.7}"
        ".mark{stroke:var(--ink);stroke-width:2}"
        f"{styles}.soft{{fill:var(--soft)}}.strong{{stroke-width:2.8}}"
        ".solid{stroke-dasharray:none}.thick{stroke-width:9}"
    )


def _properties(ink: str, soft: str, grid: str, colours: Sequence[str]) -> str:
    named_colours = "".join(f"--c{index}:{colour};" for index, colour in enumerate(colours))
    return f"--ink:{ink};--soft:{soft};--grid:{grid};{named_colours}"
