"""Bars on a logarithmic or linear scale as SVG, readable on light and dark pages.

name ██████████████████ 6.1
name ████ 1.2
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Protocol

WIDTH = 860
LEFT = 300
RIGHT = 90
ROW = 30
BAR = 18
TOP = 44
STYLE = """text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.quiet { fill: #59636e; font-size: 12px }
line { stroke: #d1d9e0 } .main { fill: #0969da } .peer { fill: #8c959f }
.floor { fill: #c9d1d9 } .range { stroke: #1f2328 }
@media (prefers-color-scheme: dark) { text { fill: #f0f6fc }
.quiet { fill: #9198a1 } line { stroke: #3d444d }
.main { fill: #4493f8 }
.peer { fill: #7d8590 } .floor { fill: #484f58 } .range { stroke: #f0f6fc } }"""


@dataclass(frozen=True)
class Bar:
    """One row: its value, the range around it, and its class in the style: main, peer or floor."""

    name: str
    value: float
    low: float
    high: float
    kind: str


class Scale(Protocol):
    """Where values lie across the picture."""

    @property
    def ticks(self) -> Sequence[float]:
        """The values that are named below."""
        ...

    def share(self, value: float) -> float:
        """Of the width, from 0 to 1."""
        ...


@dataclass(frozen=True)
class Powers:
    """Powers of ten; values must be above 0."""

    first: int
    last: int

    @property
    def ticks(self) -> Sequence[float]:
        """See `Scale.ticks`."""
        return [10.0**exponent for exponent in range(self.first, self.last + 1)]

    def share(self, value: float) -> float:
        """See `Scale.share`."""
        return max(0.0, (log10(value) - self.first) / (self.last - self.first))


@dataclass(frozen=True)
class Even:
    """From 0 to a last value, in fifths."""

    last: float

    @property
    def ticks(self) -> Sequence[float]:
        """See `Scale.ticks`."""
        return [self.last * number / 5 for number in range(6)]

    def share(self, value: float) -> float:
        """See `Scale.share`."""
        return value / self.last


def logarithmic(bars: Sequence[Bar]) -> Scale:
    """Powers of ten around all of the bars."""
    first = floor(log10(min(bar.low for bar in bars)))
    last = ceil(log10(max(bar.high for bar in bars)))
    return Powers(first, max(last, first + 1))


def linear(bars: Sequence[Bar]) -> Scale:
    """From 0 to beyond the longest bar; to 1 where all are 0."""
    highest = max(bar.high for bar in bars)
    unit = 10.0 ** floor(log10(highest)) / 2 if highest else 1.0
    return Even(unit * ceil(highest / unit) if highest else 1.0)


def chart(title: str, unit: str, bars: Sequence[Bar], scale: Scale | None = None) -> str:
    """The whole picture, on powers of ten unless told otherwise."""
    across = scale or logarithmic(bars)
    height = TOP + ROW * len(bars) + 30
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
            f'aria-label="{escape(title)}">'
        ),
        f"<style>{STYLE}</style>",
        f'<text x="0" y="18" font-weight="600">{escape(title)}</text>',
        *(line for value in across.ticks for line in tick(across, value, height, unit)),
        *(line for row, bar in enumerate(bars) for line in drawn(across, bar, TOP + ROW * row)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def place(scale: Scale, value: float) -> float:
    """Where a value lies, in the picture's units."""
    return round(LEFT + scale.share(value) * (WIDTH - LEFT - RIGHT), 1)


def tick(scale: Scale, value: float, height: int, unit: str) -> list[str]:
    """One line of the grid and what it stands for."""
    x = place(scale, value)
    return [
        f'<line x1="{x}" y1="{TOP - 8}" x2="{x}" y2="{height - 24}"/>',
        (
            f'<text class="quiet" x="{x}" y="{height - 8}" text-anchor="middle">{value:g} '
            f"{escape(unit)}</text>"
        ),
    ]


def drawn(scale: Scale, bar: Bar, y: int) -> list[str]:
    """One bar with its name, value and range."""
    low, end, high = (place(scale, value) for value in (bar.low, bar.value, bar.high))
    middle = y + BAR / 2
    return [
        f'<text x="{LEFT - 10}" y="{y + 14}" text-anchor="end">{escape(bar.name)}</text>',
        (
            f'<rect class="{bar.kind}" x="{LEFT}" y="{y}" width="{max(1.0, end - LEFT):.1f}" '
            f'height="{BAR}" rx="2"/>'
        ),
        f'<line class="range" x1="{low}" y1="{middle}" x2="{high}" y2="{middle}"/>',
        f'<text x="{high + 8}" y="{y + 14}">{bar.value:,.1f}</text>',
    ]
