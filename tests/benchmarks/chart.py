"""Bars on a logarithmic scale as SVG, readable on light and dark pages.

name ██████████████████ 6.1
name ████ 1.2
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

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


def chart(title: str, unit: str, bars: Sequence[Bar]) -> str:
    """The whole picture; values must be above 0."""
    first = floor(log10(min(bar.low for bar in bars)))
    last = ceil(log10(max(bar.high for bar in bars)))
    scale = Scale(first, max(last, first + 1))
    height = TOP + ROW * len(bars) + 30
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
            f'aria-label="{escape(title)}">'
        ),
        f"<style>{STYLE}</style>",
        f'<text x="0" y="18" font-weight="600">{escape(title)}</text>',
        *(
            line
            for exponent in range(scale.first, scale.last + 1)
            for line in tick(scale, exponent, height, unit)
        ),
        *(line for place, bar in enumerate(bars) for line in drawn(scale, bar, TOP + ROW * place)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


@dataclass(frozen=True)
class Scale:
    """Powers of ten across the picture."""

    first: int
    last: int

    def __call__(self, value: float) -> float:
        """Where a value lies."""
        share = (log10(value) - self.first) / (self.last - self.first)
        return round(LEFT + max(0.0, share) * (WIDTH - LEFT - RIGHT), 1)


def tick(scale: Scale, exponent: int, height: int, unit: str) -> list[str]:
    """One line of the grid and what it stands for."""
    x = scale(10.0**exponent)
    return [
        f'<line x1="{x}" y1="{TOP - 8}" x2="{x}" y2="{height - 24}"/>',
        (
            f'<text class="quiet" x="{x}" y="{height - 8}" text-anchor="middle">{10.0**exponent:g} '
            f"{escape(unit)}</text>"
        ),
    ]


def drawn(scale: Scale, bar: Bar, y: int) -> list[str]:
    """One bar with its name, value and range."""
    end = scale(bar.value)
    middle = y + BAR / 2
    return [
        f'<text x="{LEFT - 10}" y="{y + 14}" text-anchor="end">{escape(bar.name)}</text>',
        (
            f'<rect class="{bar.kind}" x="{LEFT}" y="{y}" width="{max(1.0, end - LEFT):.1f}" '
            f'height="{BAR}" rx="2"/>'
        ),
        (
            f'<line class="range" x1="{scale(bar.low)}" y1="{middle}" x2="{scale(bar.high)}" '
            f'y2="{middle}"/>'
        ),
        f'<text x="{scale(bar.high) + 8}" y="{y + 14}">{bar.value:,.1f}</text>',
    ]
