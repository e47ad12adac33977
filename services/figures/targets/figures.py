"""How promises stand: each target over each of its stretches, counted in business hours, from the
tables and who waits now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from zoneinfo import ZoneInfo

from services.board.domain.positions import lowest_watermark
from services.board.domain.series import Home
from services.board.domain.windows import Span
from services.contracts.cells import Cells, add
from services.counting.finality import families_at
from services.figures.by_policy import Parted, by_policy, definition_of, subjects_of, value_of
from services.figures.ledger import Ledger
from services.figures.ports import PaneHistory, Positions
from services.figures.rows import complete
from services.figures.selection import By, Selection, Subject
from services.figures.targets.promises import (
    Promise,
    Standing,
    Stint,
    StretchPlace,
    hours_of,
    recovering,
    standing,
    stints,
    tiles,
)
from services.figures.tenant_view import Floors, TenantView
from services.figures.terms import AS_IN_FORCE, Terms, TermsOverTime
from services.figures.turns import Turns
from services.kpis.figures import SpanFigures, Value
from services.kpis.policies import ServiceLevelPolicy

HOMES = 300
"""Queues and channels looked at in one turn of the loop"""


@dataclass(frozen=True)
class TargetQuery:
    """Which targets are asked for (all where none is named), over which stretches; `span` None:
    those that are running now.
    """

    tenant: str
    names: tuple[str, ...]
    span: Span | None
    zone: ZoneInfo


@dataclass(frozen=True)
class Kept:
    """How a promise stands over a stretch; instants are epoch milliseconds."""

    stint: Stint
    value: Value
    definition: str
    standing: Standing
    to_recover: int | None
    as_of: int
    watermark: int | None
    complete: bool


@dataclass(frozen=True)
class _Reading:
    """What several stretches of one promise are made of."""

    view: TenantView
    homes: Sequence[Home]
    places: Mapping[Span, int]
    ledger: Ledger
    by_terms: dict[int, list[tuple[ServiceLevelPolicy, Sequence[Home], Sequence[Subject]]]] = field(
        default_factory=dict
    )

    def parted(
        self, promise: Promise, terms: Terms
    ) -> list[tuple[ServiceLevelPolicy, Sequence[Home], Sequence[Subject]]]:
        """The promise's homes by policy while some definitions are in force: as many as the floor
        has, so found once for each.
        """
        known = self.by_terms.get(id(terms.in_force))
        if known is None:
            homes = [home for home in self.homes if promise.covers(terms.in_force, home[1])]
            parts = by_policy(terms, homes) or [(terms.policy("", ""), [])]
            known = [(policy, theirs, subjects_of(theirs)) for policy, theirs in parts]
            self.by_terms[id(terms.in_force)] = known
        return known

    def figures(
        self, homes: Sequence[Home], subjects: Sequence[Subject], span: Span
    ) -> SpanFigures:
        """What homes counted in a piece of business hours, and who of it still waits; nothing where
        it is none.
        """
        index = self.places.get(span)
        if index is None:
            return SpanFigures({})
        return SpanFigures(
            self.ledger.together(index, subjects).cells,
            self.view.board.waits(homes, span, self.view.as_of),
        )


class Targets:
    """Answers from the history's tables; visits that wait right now come from the board."""

    def __init__(
        self, floors: Floors, turns: Turns, panes: PaneHistory, positions: Positions
    ) -> None:
        self._floors = floors
        self._turns = turns
        self._panes = panes
        self._positions = positions

    async def page(
        self, query: TargetQuery, after: StretchPlace | None, limit: int
    ) -> tuple[list[Kept], StretchPlace | None]:
        """Up to `limit` rows behind `after`, in the order of time and target; and the last one's
        place if more follow.
        """
        view = self._floors.view(query.tenant)
        span = query.span or Span(view.now, view.now + 1)
        begun = Span(span.begin, min(span.end, view.now + 1))
        known = stints(view.known, begun, view.zone, query.names)
        mine = [one for one in known if after is None or one.place > after]
        watermark = lowest_watermark(await self._positions.positions())
        rows: list[Kept] = []
        for _, theirs in groupby(
            sorted(mine[:limit], key=_order), key=lambda one: one.promise.version.name
        ):
            rows += await self._kept(self._floors.view(query.tenant), list(theirs), watermark)
        following = mine[limit - 1].place if len(mine) > limit else None
        return sorted(rows, key=lambda row: row.stint.place), following

    async def _kept(
        self, view: TenantView, theirs: Sequence[Stint], watermark: int | None
    ) -> list[Kept]:
        """The rows of one version of a target, its stretches in order of time."""
        reading = await self._reading(view, theirs)
        return [
            _row(stint, reading, watermark)
            async for portion in self._turns.over(theirs, 1) for stint in portion
        ]  # fmt: skip

    async def _reading(self, view: TenantView, theirs: Sequence[Stint]) -> _Reading:
        hours = [one for stint in theirs for one in _hours(view, stint)]
        homes = await self._homes(view, theirs[0].promise, theirs)
        ledger = Ledger()
        read = tiles(hours)
        if read and homes:
            queues = tuple(sorted({queue for _, queue, _ in homes}))
            selection = Selection(view.tenant, queues, by=By.QUEUE_AND_CHANNEL)
            async for portion in self._panes.tallies(selection, read):
                for tally in portion:
                    ledger.add(tally)
                await self._turns.next()
        return _Reading(view, homes, {span: index for index, span in enumerate(read)}, ledger)

    async def _homes(
        self, view: TenantView, promise: Promise, theirs: Sequence[Stint]
    ) -> list[Home]:
        states = view.known.during(theirs[0].span.begin, theirs[-1].span.end)
        homes = view.board.known_homes(view.tenant)
        return [
            home
            async for portion in self._turns.over(homes, HOMES)
            for home in portion if any(promise.covers(state, home[1]) for state in states)
        ]  # fmt: skip


def _hours(view: TenantView, stint: Stint) -> list[Span]:
    """The business hours of a stretch up to the pane that is being counted."""
    pane = view.board.rules.pane
    so_far = Span(stint.span.begin, min(stint.span.end, view.now - view.now % pane + pane))
    return hours_of(stint.promise, so_far, view.zone)


def _row(stint: Stint, reading: _Reading, watermark: int | None) -> Kept:
    promise = stint.promise
    kpi = stint.promise.kpi
    hours = _hours(reading.view, stint)
    parts = _parts(promise, hours or [stint.span], reading)
    value = value_of(kpi, _whole(parts), parts)
    return Kept(
        stint=stint,
        value=value,
        definition=definition_of(kpi, [part.policy for part in parts]),
        standing=standing(promise, value, hours=bool(hours)),
        to_recover=recovering(promise, value),
        as_of=reading.view.as_of,
        watermark=watermark,
        complete=complete(kpi, families_at(watermark, stint.span.end)),
    )


def _parts(promise: Promise, hours: Sequence[Span], reading: _Reading) -> list[Parted]:
    """What was counted under each policy, hour by hour under those in force when it began."""
    known = TermsOverTime(AS_IN_FORCE, reading.view.known)
    found = dict[ServiceLevelPolicy, SpanFigures]()
    for span in hours:
        for policy, theirs, subjects in reading.parted(promise, known.at(span.begin)):
            found[policy] = together(
                [found.get(policy, SpanFigures({})), reading.figures(theirs, subjects, span)]
            )
    return [Parted(policy, figures) for policy, figures in found.items()]


def _whole(parts: Sequence[Parted]) -> SpanFigures:
    return together([part.figures for part in parts])


def together(figures: Sequence[SpanFigures]) -> SpanFigures:
    """Several figures as one."""
    cells: Cells = {}
    for one in figures:
        add(cells, one.cells)
    return SpanFigures(cells, tuple(wait for one in figures for wait in one.waits))


def _order(stint: Stint) -> tuple[str, int]:
    return stint.promise.version.name, stint.span.begin
