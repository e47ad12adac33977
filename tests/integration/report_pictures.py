"""Writes the picture of a report that the docs show: `python -m tests.integration.report_pictures`.

A week made by hand, set as its PDF is.
"""

from pathlib import Path

import typst
from msgspec.structs import replace

from floorpulse.reports.documents.fonts import folders
from floorpulse.reports.documents.pdf import TEMPLATE, inputs_of
from floorpulse.reports.domain.report import Piece, Report
from floorpulse.reports.domain.report_document import document
from tests.fakes.reports import a_report, figure

IMAGES = Path(__file__).parents[2] / "docs" / "images"
OFFERED = (182, 164, 171, 158, 190, 104, 91)
ABANDONED = (9, 7, 16, 6, 10, 7, 5)
IN_TIME = (0.84, 0.86, 0.72, 0.87, 0.83, 0.81, 0.79)
PIXELS = 110
"""Pixels an inch"""


def a_week() -> Report:
    """The report by hand, with all seven days."""
    return replace(a_report(), pieces=tuple(map(_day, range(7))))


def _day(day: int) -> Piece:
    offered, abandoned, level = OFFERED[day], ABANDONED[day], IN_TIME[day]
    expected = 160 if day < 5 else 100
    figures = {
        "offered": figure(offered),
        "answered": figure(offered - abandoned),
        "abandoned": figure(abandoned),
        "service_level": figure(level),
        "asa": figure(round(30 * (1 - level) + 6, 1)),
        "aht": figure(200 + 3 * day),
        "forecast_variance": figure((offered - expected) / expected, None, expected),
    }
    begin, end = (f"2026-11-{23 + at}T00:00:00+08:00" for at in (day, day + 1))
    return Piece(begin=begin, end=end, figures=figures)


def main() -> None:
    """Draw the first page in Chinese."""
    pages = typst.compile(
        TEMPLATE,
        format="png",
        ppi=PIXELS,
        font_paths=folders(),
        sys_inputs=inputs_of(document(a_week(), "zh")),
    )
    first = pages[0] if isinstance(pages, list) else pages
    assert isinstance(first, bytes)
    (IMAGES / "report.png").write_bytes(first)


if __name__ == "__main__":
    main()
