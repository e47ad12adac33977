"""The rows of an answer: one figure each, with its parts, its definition and how far it can be
believed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from operator import or_
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from floorpulse.board.domain.windows import Span, Window
from floorpulse.counting.families import Family
from floorpulse.counting.finality import families_at
from floorpulse.figures.by_policy import Parted, definition_of, value_of
from floorpulse.figures.intervals import Interval
from floorpulse.figures.policies_in_force import DefinitionChoice
from floorpulse.figures.selection import Labels
from floorpulse.figures.timestamps import Instant, text, text_or_none
from floorpulse.kpis.catalogue import Kpi, MomentKpi
from floorpulse.kpis.figures import UNKNOWN, MomentFigures, NoValue, SpanFigures, Value
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.policies import Policy

COLUMNS = (
    "time",
    "end",
    "tenant",
    "queue",
    "channel",
    "team",
    "site",
    "client",
    "interval",
    "kpi",
    "value",
    "numerator",
    "denominator",
    "low",
    "high",
    "definition",
    "as_of",
    "watermark",
    "complete",
    "revision",
)
"""The columns of history as CSV, in order."""
LIVE_COLUMNS = tuple("window" if column == "interval" else column for column in COLUMNS)
"""Those of live figures"""


class Row(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One figure with its parts, its definition and how far it can be believed.

    The catalogue says what the parts of each KPI are. Team, site and client stand in rows by them,
    and in those of one that was asked for.
    """

    time: Annotated[
        Instant,
        Meta(description="begin of the span; gauges of the past are their value at this instant"),
    ]
    end: Annotated[Instant, Meta(description="end of the span, not included")]
    tenant: Annotated[str, Meta(examples=["demo"])]
    queue: Annotated[str | None, Meta(description="null where summed over", examples=["sales"])]
    channel: Annotated[str | None, Meta(description="null where summed over", examples=["voice"])]
    kpi: Annotated[str, Meta(examples=["service_level"])]
    value: Annotated[
        float | None,
        Meta(description="seconds, ratios 0 to 1, counts; null where undefined", examples=[0.8190]),
    ]
    numerator: Annotated[float | None, Meta(examples=[860])]
    denominator: Annotated[
        float | None, Meta(description="null of counts; of a quantile its sample", examples=[1050])
    ]
    low: Annotated[
        float | None, Meta(description="95 % Wilson interval of a proportion", examples=[0.7947])
    ]
    high: Annotated[float | None, Meta(examples=[0.8412])]
    definition: Annotated[
        str,
        Meta(
            description="what it was computed with; over queues with different ones up to three "
            "names, or `mixed`",
            examples=["default@1", "vip@2", "adhoc:V3,20,le,5", "chat@1+voice@1"],
        ),
    ]
    as_of: Annotated[
        Instant,
        Meta(
            description="the instant the figure speaks of; in the past where the floor fell silent"
        ),
    ]
    watermark: Annotated[
        Instant | None, Meta(description="event time that all partitions have passed")
    ]
    complete: Annotated[
        bool,
        Meta(
            description="final: all partitions have passed the span by 15 minutes (offers) or 2 "
            "(completions); a change is a correction"
        ),
    ]
    revision: Annotated[
        int, Meta(description="highest revision that went in", examples=[140737488355336])
    ]
    team: Annotated[str | None, Meta(description="in rows by team", examples=["orders-east"])] = (
        None
    )
    site: Annotated[str | None, Meta(description="in rows by site", examples=["hangzhou"])] = None
    client: Annotated[str | None, Meta(description="in rows by client", examples=["acme"])] = None
    reason: Annotated[
        NoValue | None,
        Meta(
            description="why there is no value although something happened: no source tells what "
            "it takes"
        ),
    ] = None


class LiveRow(Row, frozen=True, kw_only=True, gc=False):
    """A figure of a window up to now."""

    window: Annotated[str, Meta(examples=["15m"])]


class HistoryRow(Row, frozen=True, kw_only=True, gc=False):
    """A figure of a past interval; gauges are their value at `time`."""

    interval: Annotated[str, Meta(examples=["30m"])]


class Frame(NamedTuple):
    """What all rows of one span share, as they write it."""

    time: str
    end: str
    tenant: str
    as_of: str
    watermark: str | None
    final: Family


@dataclass(frozen=True)
class Question:
    """Which KPIs, under which definitions."""

    kpis: tuple[Kpi, ...]
    basis: DefinitionChoice

    @property
    def ids(self) -> tuple[str, ...]:
        """The names of the KPIs, as rows have them."""
        return tuple(kpi.id for kpi in self.kpis)

    @cached_property
    def gauged(self) -> bool:
        """Whether any of them is a gauge."""
        return any(isinstance(kpi, MomentKpi) for kpi in self.kpis)

    @cached_property
    def leveled(self) -> bool:
        """Whether any of them is judged by a service-level policy."""
        return any(kpi.judged_by is Policy.SERVICE_LEVEL for kpi in self.kpis)

    @cached_property
    def needs(self) -> Need:
        """What must be looked up beside panes for any of them."""
        return reduce(or_, (kpi.needs for kpi in self.kpis), Need.NOTHING)


class RowInput(NamedTuple):
    """The input of a row: what its span counted, in all and by policy, who was present at a moment,
    the highest revision in it.

    `missing` is what KPIs need and could not be looked up.
    """

    labels: Labels
    counted: SpanFigures
    parts: Sequence[Parted]
    present: MomentFigures
    revision: int
    missing: Need = Need.NOTHING


class KpiValue(NamedTuple):
    """A KPI's value and the definitions it was computed with."""

    kpi: Kpi
    value: Value
    definition: str


def answers(question: Question, seen: RowInput) -> Iterator[KpiValue]:
    """Each KPI's value: of what a span counted, or, for gauges, of who was present at a moment.
    Live and history both end here.
    """
    policies = [part.policy for part in seen.parts]
    for kpi in question.kpis:
        yield KpiValue(kpi, value_in(kpi, seen), definition_of(kpi, policies))


def value_in(kpi: Kpi, seen: RowInput) -> Value:
    """One KPI's value in a row."""
    if seen.missing is not Need.NOTHING and kpi.needs & seen.missing:
        return UNKNOWN
    if isinstance(kpi, MomentKpi):
        return kpi.measure(seen.present, seen.parts[0].policy)
    return value_of(kpi, seen.counted, seen.parts)


def frame_of(span: Span, tenant: str, zone: ZoneInfo, as_of: int, watermark: int | None) -> Frame:
    """The frame of a span in the asked zone; the figures speak of `as_of`."""
    final = families_at(watermark, span.end)
    shown = text_or_none(watermark, zone)
    return Frame(
        text(span.begin, zone), text(span.end, zone), tenant, text(as_of, zone), shown, final
    )


def complete(kpi: Kpi, final: Family) -> bool:
    """Whether ordinary lateness can no longer change the KPI: all families it is computed from are
    final.
    """
    return _within(kpi.family, final)


@cache
def _within(family: Family, final: Family) -> bool:
    return family in final


def live_row(frame: Frame, window: Window, seen: RowInput, answer: KpiValue) -> LiveRow:
    """A row of a live window."""
    return LiveRow(*_cells(frame, seen, answer), window=window.value)


def history_row(frame: Frame, interval: Interval, seen: RowInput, answer: KpiValue) -> HistoryRow:
    """A row of a past interval."""
    return HistoryRow(*_cells(frame, seen, answer), interval=interval.value)


def _cells(frame: Frame, seen: RowInput, answer: KpiValue) -> tuple[Any, ...]:
    """The fields of a row in their order: by position, which is what thousands of rows cost."""
    (queue, channel, team, site, client) = seen.labels
    (kpi, value, definition) = answer
    return (
        frame.time,
        frame.end,
        frame.tenant,
        queue,
        channel,
        kpi.id,
        *value.cells,
        definition,
        frame.as_of,
        frame.watermark,
        complete(kpi, frame.final),
        seen.revision,
        team,
        site,
        client,
        value.reason,
    )


def identity(row: Row) -> tuple[str | None, ...]:
    """What a row is about, whatever it says."""
    return row.queue, row.channel, row.team, row.site, row.client, row.kpi


def substance(row: Row) -> tuple[object, ...]:
    """What a row says, without the marks that move with every second."""
    return (
        row.time,
        row.value,
        row.numerator,
        row.denominator,
        row.low,
        row.high,
        row.definition,
        row.complete,
    )


def csv_cells(row: object, columns: Sequence[str]) -> Sequence[object]:
    """The row's fields in the order of `columns`; null is an empty cell."""
    cells = [getattr(row, column) for column in columns]
    return ["" if cell is None or cell is msgspec.UNSET else _csv_cell(cell) for cell in cells]


def _csv_cell(cell: object) -> object:
    return str(cell).lower() if isinstance(cell, bool) else cell
