"""Charts as SVG, drawn from numbers alone: bars with a line above them, for screen and paper.

Every chart says in `title` and `desc` what it shows, and stands beside a table with its figures.
Nothing in it is a style or a script, so it stands in a page with the strictest policy.

    ┤            ╭──╮                line: its own scale, right
    ┤  ▂  ▅  █ ──╯  ╰─ ▂             bars: stacked, left
    └──┴──┴──┴──┴──┴──┴─
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH = 720
HEIGHT = 250
LEFT = 52
RIGHT = 48
TOP = 34
BOTTOM = 30
STEPS = 4
"""Lines of the grid"""
LATIN = 0x2E80
"""Signs from here on are as wide as they are high"""
LABELS = 16
"""Labels that the axis has room for"""
INK = "#1c2733"
SOFT = "#5b6875"
GRID = "#dfe4e9"
FONT = "Noto Sans SC, Noto Sans CJK SC, sans-serif"
COLORS = ("#2f6f9f", "#d98a3d", "#9aa5b1")
LINE = "#1d7a4f"
GOAL = "#b3261e"


@dataclass(frozen=True)
class Bars:
    """One series of bars; stacked upon those before it. None is no bar."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Curve:
    """A line over its own scale from 0 to `top`; None is a gap. `goal` is a promised value."""

    name: str
    values: Sequence[float | None]
    top: float
    unit: str = ""
    goal: float | None = None
    goal_name: str = ""


@dataclass(frozen=True)
class Chart:
    """What is drawn; `labels` stand below the bars."""

    title: str
    description: str
    labels: Sequence[str]
    bars: Sequence[Bars]
    curve: Curve | None = None
    curve_on_bars: bool = False
    """The line is measured by the scale of the bars"""


def svg(chart: Chart) -> str:
    """The chart as an SVG element of 720 by 250 units."""
    return "".join(_parts(chart))


def scale_top(most: float) -> float:
    """A round number not below `most` that four steps divide well: 4, 8, 20, 40, 60, 80, 100 …"""
    if most <= STEPS:
        return STEPS
    size = 10.0 ** floor(log10(most / STEPS))
    step = next(one for one in (1, 2, 2.5, 5, 10) if one * size * STEPS >= most)
    return step * size * STEPS


def _parts(chart: Chart) -> Iterator[str]:
    top = scale_top(_most(chart))
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="{FONT}" font-size="11" fill="{INK}">'
    )
    yield f"<title>{escape(chart.title)}</title><desc>{escape(chart.description)}</desc>"
    yield from _legend(chart)
    yield from _grid(chart, top)
    yield from _bars(chart, top)
    yield from _axis(chart)
    if chart.curve is not None:
        yield from _goal(chart.curve)
        yield from _curve(chart, chart.curve, top if chart.curve_on_bars else chart.curve.top)
    yield "</svg>"


def _most(chart: Chart) -> float:
    stacks = (sum(_number(one.values, at) for one in chart.bars) for at in range(len(chart.labels)))
    drawn = chart.curve.values if chart.curve is not None and chart.curve_on_bars else ()
    return max([*stacks, *(value or 0.0 for value in drawn)], default=0.0)


def _number(values: Sequence[float | None], at: int) -> float:
    return values[at] or 0.0


def _y(value: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(value / top, 1.0), 1)


def _x(at: float, chart: Chart) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * at / max(1, len(chart.labels)), 1)


def _legend(chart: Chart) -> Iterator[str]:
    names = [(one.name, color) for one, color in zip(chart.bars, COLORS, strict=False)]
    if chart.curve is not None:
        names.append((chart.curve.name, LINE))
        if chart.curve.goal is not None:
            names.append((chart.curve.goal_name, GOAL))
    x = float(LEFT)
    for name, color in names:
        yield f'<rect x="{x:g}" y="9" width="10" height="10" rx="2" fill="{color}"/>'
        yield _text(x + 15, 18, name, color=SOFT)
        x += 34 + sum(11.0 if ord(sign) > LATIN else 6.2 for sign in name)


def _grid(chart: Chart, top: float) -> Iterator[str]:
    for number in range(STEPS + 1):
        y = _y(top * number / STEPS, top)
        yield (
            f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}" stroke="{GRID}" '
            'stroke-width="1"/>'
        )
        yield _text(LEFT - 7, y + 4, f"{top * number / STEPS:,g}", "end", SOFT)
        curve = chart.curve
        if curve is not None and not chart.curve_on_bars:
            shown = f"{curve.top * number / STEPS:g}{curve.unit}"
            yield _text(WIDTH - RIGHT + 7, y + 4, shown, "start", SOFT)


def _bars(chart: Chart, top: float) -> Iterator[str]:
    for at in range(len(chart.labels)):
        below = 0.0
        for one, color in zip(chart.bars, COLORS, strict=False):
            value = _number(one.values, at)
            if value:
                yield _bar(chart, at, (below, below + value), top, color)
            below += value


def _bar(chart: Chart, at: int, reach: tuple[float, float], top: float, color: str) -> str:
    begin = _x(at + 0.16, chart)
    end = _x(at + 0.84, chart)
    high = _y(reach[1], top)
    low = _y(reach[0], top)
    return (
        f'<rect x="{begin}" y="{high}" width="{end - begin:.1f}" height="{low - high:.1f}" '
        f'fill="{color}"/>'
    )


def _axis(chart: Chart) -> Iterator[str]:
    every = ceil(len(chart.labels) / LABELS) if chart.labels else 1
    for at, label in enumerate(chart.labels):
        if at % every == 0:
            yield _text(_x(at + 0.5, chart), HEIGHT - BOTTOM + 17, label, "middle", SOFT)


def _goal(curve: Curve) -> Iterator[str]:
    if curve.goal is not None:
        y = _y(curve.goal, curve.top)
        yield (
            f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}" stroke="{GOAL}" '
            'stroke-width="1.2" stroke-dasharray="5 4"/>'
        )


def _curve(chart: Chart, curve: Curve, top: float) -> Iterator[str]:
    for run in _runs(curve.values):
        points = [(_x(at + 0.5, chart), _y(value, top)) for at, value in run]
        told = " ".join(f"{x},{y}" for x, y in points)
        yield f'<polyline points="{told}" fill="none" stroke="{LINE}" stroke-width="2.2"/>'
        yield from (f'<circle cx="{x}" cy="{y}" r="2.6" fill="{LINE}"/>' for x, y in points)


def _runs(values: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    """The stretches of a line without a gap."""
    run: list[tuple[int, float]] = []
    for at, value in enumerate(values):
        if value is None:
            if run:
                yield run
            run = []
        else:
            run.append((at, value))
    if run:
        yield run


def _text(x: float, y: float, text: str, anchor: str = "start", color: str = INK) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{color}">{escape(text)}</text>'
