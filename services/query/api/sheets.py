"""Tables that are taken along: which cells a row of an answer becomes, a line a row or, of figures,
a line an interval.

long   time, queue, kpi, value …               one line for each figure, as JSON has them
wide   time, end, queue, service_level, aht …  one line an interval, a column a KPI, local times
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from msgspec import UNSET

from floorpulse.runtime.xlsx_rows import Cell

INSTANTS = frozenset(
    {
        "time",
        "end",
        "as_of",
        "watermark",
        "offered",
        "answered",
        "abandoned",
        "left",
        "ended",
        "recorded_at",
    }
)
"""The fields of rows that are instants"""
LABELS = ("agent", "queue", "channel", "team", "site", "client")
"""What a row of figures may be about"""


class Layout(StrEnum):
    """How figures lie in a table."""

    LONG = "long"
    WIDE = "wide"


class Sheet(NamedTuple):
    """A table of rows: its name, the fields that are its columns, the zone of its times.

    Of figures: the KPIs asked for, and what stands beside each value where they lie `wide`.
    """

    name: str
    columns: Sequence[str]
    zone: ZoneInfo
    kpis: Sequence[str] = ()
    beside: Sequence[str] = ()


class Lines(Protocol):
    """Makes the lines of a table of rows that come in portions."""

    @property
    def head(self) -> Sequence[str]:
        """The names of its columns."""
        ...

    def of(self, rows: Iterable[Any]) -> Iterator[Sequence[Cell]]:
        """The lines that these further rows complete."""
        ...

    def rest(self) -> Iterator[Sequence[Cell]]:
        """Those that nothing completes any more: there are no further rows."""
        ...


class LongLines:
    """A line for each row; instants without their offset, in the zone that the head names."""

    def __init__(self, sheet: Sheet) -> None:
        self._columns = sheet.columns
        self.head = [_named(column, sheet.zone) for column in sheet.columns]

    def of(self, rows: Iterable[Any]) -> Iterator[Sequence[Cell]]:
        """The lines of rows."""
        for row in rows:
            yield [_cell(row, column) for column in self._columns]

    def rest(self) -> Iterator[Sequence[Cell]]:
        """None is left."""
        return iter(())


class WideLines:
    """A line for each interval of whatever a row is about: rows that follow one another and differ
    in their KPI only.
    """

    def __init__(self, sheet: Sheet) -> None:
        self._labels = [name for name in LABELS if name in sheet.columns]
        self._places = {kpi: index for index, kpi in enumerate(sheet.kpis)}
        self._parts = ("value", *sheet.beside)
        self._about: tuple[Cell, ...] | None = None
        self._figures: list[Cell] = []
        self._complete = True
        figures = [
            kpi if part == "value" else f"{kpi} {part}"
            for kpi in sheet.kpis
            for part in self._parts
        ]
        times = [_named(name, sheet.zone) for name in ("time", "end")]
        self.head = [*times, *self._labels, *figures, "complete"]

    def of(self, rows: Iterable[Any]) -> Iterator[Sequence[Cell]]:
        """The lines that come to an end with these rows."""
        for row in rows:
            about = tuple(_cell(row, name) for name in ("time", "end", *self._labels))
            if about != self._about:
                yield from self.rest()
                self._begin(about)
            first = self._places[row.kpi] * len(self._parts)
            for offset, part in enumerate(self._parts):
                self._figures[first + offset] = _cell(row, part)
            self._complete = self._complete and row.complete

    def _begin(self, about: tuple[Cell, ...]) -> None:
        self._about = about
        self._figures = [None] * (len(self._places) * len(self._parts))
        self._complete = True

    def rest(self) -> Iterator[Sequence[Cell]]:
        """The line that rows came for so far."""
        if self._about is not None:
            yield [*self._about, *self._figures, self._complete]
            self._about = None


def lines_of(sheet: Sheet, layout: Layout) -> Lines:
    """What makes the lines of a table in a layout."""
    return WideLines(sheet) if layout is Layout.WIDE else LongLines(sheet)


def local_text(cell: Cell) -> object:
    """A cell as CSV writes it: local times to the minute, as every spreadsheet reads them."""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, bool):
        return str(cell).lower()
    return "" if cell is None else cell


def _named(column: str, zone: ZoneInfo) -> str:
    return f"{column} ({zone.key})" if column in INSTANTS else column


def _cell(row: object, column: str) -> Cell:
    """A field of a row; answers write instants in the zone already, so that its offset can go."""
    told = getattr(row, column)
    if told is None or told is UNSET:
        return None
    if column in INSTANTS:
        return datetime.fromisoformat(told).replace(tzinfo=None)
    return told if isinstance(told, (bool, int, float)) else str(told)
