"""What a row is told beside its panes: one list of stages, for live figures and history alike.

panes ─► returning customers ─► complaints ─► throughput ─► agents' time ─► agents there ─►
waits in business hours ─► plan

A stage runs where a KPI that is asked for needs it. What live figures and history know in different
ways, they say through a `RowSource`; all else of a stage is the same.
"""

from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import NamedTuple, Protocol

from floorpulse.board.domain.windows import Span
from floorpulse.figures.by_policy import Parted
from floorpulse.figures.lookup.looked_up import LookedUp
from floorpulse.figures.selection import RowKey
from floorpulse.kpis.figures import MomentFigures, SpanFigures, Staff
from floorpulse.kpis.inputs import Need


class RowFigures(NamedTuple):
    """The figures of a row: what its span counted, in all and by policy, and who was there at a
    moment.
    """

    counted: SpanFigures
    parts: Sequence[Parted]
    present: MomentFigures


class RowSource(Protocol):
    """What live figures and history each know of a row in their own way."""

    def handled_before(self) -> int:
        """How many contacts were completed in the half hour before the row's moment."""
        ...

    def staff_then(self) -> Staff:
        """How many agents were in which state at the row's moment."""
        ...

    def waits_in_hours(self) -> tuple[int, ...] | None:
        """How long who waits at the row's moment has waited in business hours, milliseconds; None
        where that is not known.
        """
        ...

    def planned(
        self, counted: SpanFigures, parts: Sequence[Parted]
    ) -> tuple[SpanFigures, Sequence[Parted]]:
        """The figures with the plan of the row, in all and by policy."""
        ...


class RowPoint(NamedTuple):
    """Where a row stands among what was looked up.

    `interval` is the number of its span, `row_keys` those whose look-ups it sums, `queues` those
    whose agents are its (None: all). Ages of the span's complaints are as of `as_of`; gauges are
    those of `moment`, None where no gauge is asked for.
    """

    interval: int
    row_keys: Sequence[RowKey]
    queues: Collection[str] | None
    span: Span
    as_of: int
    moment: int | None


Stage = Callable[[RowFigures, RowPoint, LookedUp, RowSource], RowFigures]


def returning(row: RowFigures, point: RowPoint, found: LookedUp, _: RowSource) -> RowFigures:
    """The customers who came back."""
    returns = found.returns.together(point.interval, point.row_keys).cells
    if not returns:
        return row
    return row._replace(counted=row.counted._replace(cells={**row.counted.cells, **returns}))


def complaints(row: RowFigures, point: RowPoint, found: LookedUp, _: RowSource) -> RowFigures:
    """The complaints that are open: those received in the span, and all at the moment."""
    received = found.ages(point.row_keys, point.as_of, point.span)
    if received:
        row = row._replace(counted=row.counted._replace(complaints=received))
    if point.moment is None:
        return row
    there = found.ages(point.row_keys, point.moment)
    return row._replace(present=row.present._replace(complaints=there)) if there else row


def throughput(row: RowFigures, _: RowPoint, __: LookedUp, source: RowSource) -> RowFigures:
    """What the half hour before the moment completed."""
    return row._replace(present=row.present._replace(handled=source.handled_before()))


def agents_time(row: RowFigures, point: RowPoint, found: LookedUp, _: RowSource) -> RowFigures:
    """The time of agents in their states."""
    spent = found.staff_by_span.time(point.interval, point.queues)
    return row._replace(counted=row.counted._replace(staff=spent)) if spent else row


def agents_there(row: RowFigures, _: RowPoint, __: LookedUp, source: RowSource) -> RowFigures:
    """The agents who were there at the moment."""
    return row._replace(present=row.present._replace(staff=source.staff_then()))


def in_hours(row: RowFigures, _: RowPoint, __: LookedUp, source: RowSource) -> RowFigures:
    """The waits so far in business hours."""
    return row._replace(present=row.present._replace(in_hours=source.waits_in_hours()))


def plan(row: RowFigures, _: RowPoint, __: LookedUp, source: RowSource) -> RowFigures:
    """What was forecast for the span; the last stage, for parts of a plan repeat the figures."""
    counted, parts = source.planned(row.counted, row.parts)
    return row._replace(counted=counted, parts=parts)


STAGES: tuple[tuple[Need, Stage], ...] = (
    (Need.RETURNS, returning),
    (Need.COMPLAINTS, complaints),
    (Need.THROUGHPUT, throughput),
    (Need.AGENT_TIME, agents_time),
    (Need.AGENTS, agents_there),
    (Need.HOURS, in_hours),
    (Need.PLAN, plan),
)
"""The stages in their order, each with the need that it meets"""


def enriched(
    row: RowFigures, needs: Need, point: RowPoint, found: LookedUp, source: RowSource
) -> RowFigures:
    """A row's figures with all that its KPIs need."""
    for stage in _stages_of(needs):
        row = stage(row, point, found, source)
    return row


@cache
def _stages_of(needs: Need) -> tuple[Stage, ...]:
    return tuple(stage for need, stage in STAGES if need in needs)
