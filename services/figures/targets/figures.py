"""How promises stand: each target over each of its stretches, counted in business hours, from the
tables and who waits now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from zoneinfo import ZoneInfo

from floorpulse.board.domain.positions import lowest_watermark
from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.cells import Cell, Cells, add
from floorpulse.counting.finality import families_at
from floorpulse.figures.by_policy import Parted, by_policy, definition_of, row_keys_of, value_of
from floorpulse.figures.policies_in_force import AS_IN_FORCE, PoliciesInForce, PoliciesOverTime
from floorpulse.figures.ports import PaneHistory, Positions, VisitHistory
from floorpulse.figures.rows import complete
from floorpulse.figures.selection import By, RowKey, Selection
from floorpulse.figures.sums import Sums
from floorpulse.figures.targets.promises import (
    Promise,
    PromiseChoice,
    Stint,
    StretchPlace,
    TargetStatus,
    hours_of,
    recovering,
    standing,
    stints,
    tiles,
)
from floorpulse.figures.tenant_view import Floors, TenantView
from floorpulse.figures.turns import Turns
from floorpulse.figures.visit_waits import Clocks, Now, VisitWaits, added, waits_over
from floorpulse.kpis.figures import CountedVisits, SpanFigures, Value
from floorpulse.kpis.policies import Policy, ServiceLevelPolicy

QUEUE_CHANNELS = 300
"""Queues and channels looked at in one turn of the loop"""


@dataclass(frozen=True)
class TargetQuery:
    """Which targets are asked for, over which stretches; `span` None: those running now."""

    tenant: str
    asked: PromiseChoice
    span: Span | None
    zone: ZoneInfo


@dataclass(frozen=True)
class KeptTarget:
    """How a promise stands over a stretch; instants are epoch milliseconds."""

    stint: Stint
    value: Value
    definition: str
    standing: TargetStatus
    to_recover: int | None
    as_of: int
    watermark: int | None
    complete: bool


@dataclass(frozen=True)
class _TargetReading:
    """What several stretches of one promise are made of."""

    view: TenantView
    queue_channels: Sequence[QueueChannel]
    places: Mapping[Span, int]
    sums: Sums
    waits: VisitWaits | None
    now: Now
    by_terms: dict[
        int, list[tuple[ServiceLevelPolicy, Sequence[QueueChannel], Sequence[RowKey]]]
    ] = field(default_factory=dict)

    def parted(
        self, promise: Promise, terms: PoliciesInForce
    ) -> list[tuple[ServiceLevelPolicy, Sequence[QueueChannel], Sequence[RowKey]]]:
        """The promise's queues and channels by policy while some definitions are in force: as many
        as the floor has, so found once for each.
        """
        known = self.by_terms.get(id(terms.in_force))
        if known is None:
            queue_channels = [
                queue_channel
                for queue_channel in self.queue_channels
                if promise.covers(terms.in_force, *queue_channel[1:])
            ]
            parts = by_policy(terms, queue_channels) or [(terms.policy("", ""), [])]
            known = [(policy, theirs, row_keys_of(theirs)) for policy, theirs in parts]
            self.by_terms[id(terms.in_force)] = known
        return known

    def figures(
        self,
        policy: ServiceLevelPolicy,
        queue_channels: Sequence[QueueChannel],
        row_keys: Sequence[RowKey],
        span: Span,
    ) -> SpanFigures:
        """What queues and channels counted in a piece of business hours, and who of it still waits;
        nothing where it is none.
        """
        index = self.places.get(span)
        if index is None:
            return SpanFigures({}, visits=CountedVisits())
        board = self.view.board
        cells = self.sums.together(index, row_keys).cells
        waits = board.waits(queue_channels, span, self.view.as_of)
        counted = SpanFigures(cells, waits)
        if policy.by_visits:
            return counted._replace(visits=self._visits(index, queue_channels, policy, cells))
        over = board.unresolved(queue_channels, counted, span, self.view.as_of)
        return counted._replace(unresolved=over)

    def _visits(
        self,
        index: int,
        queue_channels: Sequence[QueueChannel],
        policy: ServiceLevelPolicy,
        cells: Cells,
    ) -> CountedVisits | None:
        """The visits of a piece of business hours, one by one; None where some were deleted."""
        if self.waits is None:
            return None
        places = ((queue, channel) for _, queue, channel in queue_channels)
        return self.waits.counted(index, places, policy, self.now, cells.get(Cell.OFFERED, 0))


class Targets:
    """Answers from the history's tables; visits that wait right now come from the board."""

    def __init__(
        self,
        floors: Floors,
        turns: Turns,
        panes: PaneHistory,
        visits: VisitHistory,
        positions: Positions,
    ) -> None:
        self._floors = floors
        self._turns = turns
        self._panes = panes
        self._visits = visits
        self._positions = positions

    async def page(
        self, query: TargetQuery, after: StretchPlace | None, limit: int
    ) -> tuple[list[KeptTarget], StretchPlace | None]:
        """Up to `limit` rows behind `after`, in the order of time and target; and the last one's
        place if more follow.
        """
        view = self._floors.view(query.tenant)
        span = query.span or Span(view.now, view.now + 1)
        begun = Span(span.begin, min(span.end, view.now + 1))
        known = stints(view.known, begun, view.zone, query.asked)
        mine = [one for one in known if after is None or one.place > after]
        watermark = lowest_watermark(await self._positions.positions())
        rows: list[KeptTarget] = []
        for _, theirs in groupby(
            sorted(mine[:limit], key=_order), key=lambda one: one.promise.version.name
        ):
            rows += await self._kept(self._floors.view(query.tenant), list(theirs), watermark)
        following = mine[limit - 1].place if len(mine) > limit else None
        return sorted(rows, key=lambda row: row.stint.place), following

    async def _kept(
        self, view: TenantView, theirs: Sequence[Stint], watermark: int | None
    ) -> list[KeptTarget]:
        """The rows of one version of a target, its stretches in order of time."""
        reading = await self._reading(view, theirs)
        return [
            _row(stint, reading, watermark)
            async for portion in self._turns.over(theirs, 1) for stint in portion
        ]  # fmt: skip

    async def _reading(self, view: TenantView, theirs: Sequence[Stint]) -> _TargetReading:
        hours = [one for stint in theirs for one in _hours(view, stint)]
        queue_channels = await self._queue_channels(view, theirs[0].promise, theirs)
        sums = Sums()
        read = tiles(hours)
        if read and queue_channels:
            queues, channels = (
                tuple(sorted({one[part] for one in queue_channels})) for part in (1, 2)
            )
            selection = Selection(view.tenant, queues, channels, By.QUEUE_AND_CHANNEL)
            async for portion in self._panes.tallies(selection, read):
                for tally in portion:
                    sums.add(tally)
                await self._turns.next()
        places = {span: index for index, span in enumerate(read)}
        waits = await self._waits(view, theirs, queue_channels, read)
        now = Now(view.as_of, view.horizons(view.as_of))
        return _TargetReading(view, queue_channels, places, sums, waits, now)

    async def _waits(
        self,
        view: TenantView,
        theirs: Sequence[Stint],
        queue_channels: Sequence[QueueChannel],
        spans: Sequence[Span],
    ) -> VisitWaits | None:
        """The waits of the visits that must be judged one by one; None where none must."""
        leveled = theirs[0].promise.kpi.judged_by is Policy.SERVICE_LEVEL
        if not leveled or not spans:
            return None
        known = PoliciesOverTime(AS_IN_FORCE, view.known).during(spans[0].begin, spans[-1].end)
        queues = {
            queue
            for terms in known
            if terms.by_visits
            for _, queue, channel in queue_channels
            if terms.policy(queue, channel).by_visits
        }
        if not queues:
            return None
        selection = Selection(view.tenant, tuple(sorted(queues)))
        clocks = Clocks(view.known, view.zone)
        return await waits_over(self._visits, selection, spans, clocks, self._turns)

    async def _queue_channels(
        self, view: TenantView, promise: Promise, theirs: Sequence[Stint]
    ) -> list[QueueChannel]:
        states = view.known.during(theirs[0].span.begin, theirs[-1].span.end)
        queue_channels = view.board.known_queue_channels(view.tenant)
        return [
            one
            async for portion in self._turns.over(queue_channels, QUEUE_CHANNELS)
            for one in portion if any(promise.covers(state, *one[1:]) for state in states)
        ]  # fmt: skip


def _hours(view: TenantView, stint: Stint) -> list[Span]:
    """The business hours of a stretch up to the pane that is being counted."""
    pane = view.board.rules.pane
    so_far = Span(stint.span.begin, min(stint.span.end, view.now - view.now % pane + pane))
    return hours_of(stint.promise, so_far, view.zone)


def _hours_left(view: TenantView, stint: Stint) -> list[Span]:
    """The business hours of a stretch after the instant that figures speak of."""
    rest = Span(max(stint.span.begin, view.as_of), stint.span.end)
    return hours_of(stint.promise, rest, view.zone) if rest.begin < rest.end else []


def _row(stint: Stint, reading: _TargetReading, watermark: int | None) -> KeptTarget:
    promise = stint.promise
    kpi = stint.promise.kpi
    hours = _hours(reading.view, stint)
    parts = _parts(promise, hours or [stint.span], reading)
    value = value_of(kpi, _whole(parts), parts)
    return KeptTarget(
        stint=stint,
        value=value,
        definition=definition_of(kpi, [part.policy for part in parts]),
        standing=standing(
            promise, value, hours=bool(hours), over=not _hours_left(reading.view, stint)
        ),
        to_recover=recovering(promise, value),
        as_of=reading.view.as_of,
        watermark=watermark,
        complete=complete(kpi, families_at(watermark, stint.span.end)),
    )


def _parts(promise: Promise, hours: Sequence[Span], reading: _TargetReading) -> list[Parted]:
    """What was counted under each policy, hour by hour under those in force when it began."""
    known = PoliciesOverTime(AS_IN_FORCE, reading.view.known)
    found = dict[ServiceLevelPolicy, SpanFigures]()
    for span in hours:
        for policy, theirs, row_keys in reading.parted(promise, known.at(span.begin)):
            found[policy] = together(
                [
                    found.get(policy, SpanFigures({}, visits=CountedVisits())),
                    reading.figures(policy, theirs, row_keys, span),
                ]
            )
    return [Parted(policy, figures) for policy, figures in found.items()]


def _whole(parts: Sequence[Parted]) -> SpanFigures:
    return together([part.figures for part in parts])


def together(figures: Sequence[SpanFigures]) -> SpanFigures:
    """Several figures as one."""
    cells: Cells = {}
    for one in figures:
        add(cells, one.cells)
    waits = tuple(wait for one in figures for wait in one.waits)
    visits = [one.visits for one in figures if one.visits is not None]
    return SpanFigures(
        cells,
        waits,
        unresolved=sum(one.unresolved for one in figures),
        visits=added(visits) if len(visits) == len(figures) else None,
    )


def _order(stint: Stint) -> tuple[str, int]:
    return stint.promise.version.name, stint.span.begin
