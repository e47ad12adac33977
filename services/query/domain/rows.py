"""The rows of an answer: one figure each, with its parts, its definition and how far it can be believed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from services.board.domain.windows import Span, Window
from services.contracts.definitions import ServiceLevelPolicy
from services.contracts.families import Family
from services.contracts.figures import Figures, Value
from services.contracts.finality import families_at
from services.contracts.kpis import Kpi
from services.contracts.needs import Need
from services.query.domain.grid import Interval
from services.query.domain.moments import text, text_or_none

COLUMNS = (
    "time", "end", "tenant", "queue", "channel", "interval", "kpi", "value", "numerator", "denominator", "low", "high",
    "definition", "as_of", "watermark", "complete", "revision",
)  # fmt: skip
"""The columns of history as CSV, in order."""


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One figure of one subject over one span; the catalogue says what the parts of each KPI are."""

    time: str
    end: str
    tenant: str
    queue: str | None
    channel: str | None
    kpi: str
    value: float | None
    numerator: float | None
    denominator: float | None
    low: float | None
    high: float | None
    definition: str
    as_of: str
    watermark: str | None
    complete: bool
    revision: int


class LiveRow(Row, frozen=True, kw_only=True, gc=False):
    """A figure of a window up to now."""

    window: str


class HistoryRow(Row, frozen=True, kw_only=True, gc=False):
    """A figure of a past interval; gauges are their value at `time`."""

    interval: str


@dataclass(frozen=True)
class Frame:
    """What all rows of one span share, as they write it."""

    time: str
    end: str
    tenant: str
    definition: str
    as_of: str
    watermark: str | None
    final: Family


Labels = tuple[str | None, str | None]
"""Queue and channel as a row shows them"""


@dataclass(frozen=True)
class Question:
    """Which KPIs, under which definition."""

    kpis: tuple[Kpi, ...]
    policy: ServiceLevelPolicy

    @property
    def needs(self) -> Need:
        """What must be looked up beside panes for any of them."""
        return reduce(or_, (kpi.needs for kpi in self.kpis), Need.NOTHING)


UNKNOWN = Value(None, None, None)
"""What could not be looked up: without parts, unlike 0/0"""


def values(question: Question, counted: Figures, present: Figures, missing: Need = Need.NOTHING) -> Iterator[tuple[Kpi, Value]]:
    """Each KPI's value: of what a span counted, or, for gauges, of who was present at a moment. Live and history both end here."""
    for kpi in question.kpis:
        yield kpi, UNKNOWN if kpi.needs & missing else kpi.measure(present if kpi.live else counted, question.policy)


def frame_of(span: Span, tenant: str, policy: ServiceLevelPolicy, zone: ZoneInfo, heard: tuple[int, int | None]) -> Frame:
    """The frame of a span in the asked zone; `heard` is the instant the figures speak of, and the watermark."""
    as_of, watermark = heard
    final, shown = families_at(watermark, span.end), text_or_none(watermark, zone)
    return Frame(text(span.begin, zone), text(span.end, zone), tenant, policy.name, text(as_of, zone), shown, final)


def complete(kpi: Kpi, final: Family) -> bool:
    """Whether ordinary lateness can no longer change the KPI: all families it is computed from are final."""
    return kpi.family in final


def live_row(frame: Frame, window: Window, labels: Labels, revision: int, kpi: Kpi, value: Value) -> LiveRow:
    """A row of a live window."""
    return LiveRow(**_cells(frame, labels, revision, kpi, value), window=window.value)


def history_row(frame: Frame, interval: Interval, labels: Labels, revision: int, kpi: Kpi, value: Value) -> HistoryRow:
    """A row of a past interval."""
    return HistoryRow(**_cells(frame, labels, revision, kpi, value), interval=interval.value)


def _cells(frame: Frame, labels: Labels, revision: int, kpi: Kpi, value: Value) -> dict[str, Any]:
    return {
        "time": frame.time,
        "end": frame.end,
        "tenant": frame.tenant,
        "queue": labels[0],
        "channel": labels[1],
        "kpi": kpi.id,
        "value": value.value,
        "numerator": value.numerator,
        "denominator": value.denominator,
        "low": value.low,
        "high": value.high,
        "definition": frame.definition,
        "as_of": frame.as_of,
        "watermark": frame.watermark,
        "complete": complete(kpi, frame.final),
        "revision": revision,
    }


def identity(row: Row) -> tuple[str | None, str | None, str]:
    """What a row is about, whatever it says."""
    return row.queue, row.channel, row.kpi


def substance(row: Row) -> tuple[object, ...]:
    """What a row says, without the marks that move with every second."""
    return row.time, row.value, row.numerator, row.denominator, row.low, row.high, row.definition, row.complete


def csv_cells(row: object, columns: Sequence[str]) -> Sequence[object]:
    """The row's fields in the order of `columns`; null is an empty cell."""
    return ["" if (cell := getattr(row, column)) is None else _csv_cell(cell) for column in columns]


def _csv_cell(cell: object) -> object:
    return str(cell).lower() if isinstance(cell, bool) else cell
