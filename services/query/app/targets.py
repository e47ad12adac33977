"""How promises stand: each target over each of its stretches, counted in business hours, from the tables and who waits now."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from services.board.domain.positions import lowest_watermark
from services.board.domain.series import Home
from services.board.domain.windows import Span
from services.contracts.figures import Figures, Value
from services.contracts.finality import families_at
from services.query.app.live import LiveFigures
from services.query.domain.ledger import Ledger, added_up
from services.query.domain.rows import complete
from services.query.domain.selection import By, Selection, Subject
from services.query.domain.shares import Parted, by_policy, definition_of, subjects_of, value_of
from services.query.domain.targets import (
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
from services.query.domain.terms import AS_IN_FORCE, Terms
from services.query.ports import PaneHistory, Positions


@dataclass(frozen=True)
class TargetQuery:
    """Which targets are asked for (all where none is named), over which stretches; `span` None: those that are running now."""

    tenant: str
    names: tuple[str, ...]
    span: Span | None
    zone: ZoneInfo


@dataclass(frozen=True)
class Kept:
    """How a promise stands over a stretch; instants are epoch milliseconds, `queues` those whose contacts count."""

    stint: Stint
    queues: tuple[str, ...]
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

    homes: Sequence[Home]
    tiles: Sequence[Span]
    ledger: Ledger
    as_of: int


class Targets:
    """Answers from the history's tables; visits that wait right now come from the board."""

    def __init__(self, live: LiveFigures, panes: PaneHistory, positions: Positions) -> None:
        self._live = live
        self._panes = panes
        self._positions = positions

    async def page(self, query: TargetQuery, after: StretchPlace | None, limit: int) -> tuple[list[Kept], StretchPlace | None]:
        """Up to `limit` rows behind `after`, in the order of time and target; and the last one's place if more follow."""
        now = self._live.now()
        span = query.span or Span(now, now + 1)
        zone = self._live.zone(query.tenant)
        known = stints(self._live.known(query.tenant), Span(span.begin, min(span.end, now + 1)), zone, query.names)
        mine = [one for one in known if after is None or one.place > after]
        watermark = lowest_watermark(await self._positions.positions())
        rows: list[Kept] = []
        for _, theirs in groupby(sorted(mine[:limit], key=_order), key=lambda one: one.promise.version.name):
            rows += await self._kept(query.tenant, list(theirs), watermark)
        following = mine[limit - 1].place if len(mine) > limit else None
        return sorted(rows, key=lambda row: row.stint.place), following

    async def _kept(self, tenant: str, theirs: Sequence[Stint], watermark: int | None) -> list[Kept]:
        """The rows of one version of a target, its stretches in order of time."""
        reading = await self._reading(tenant, theirs)
        return [self._row(tenant, stint, reading, watermark) for stint in theirs]

    async def _reading(self, tenant: str, theirs: Sequence[Stint]) -> _Reading:
        promise, board, zone = theirs[0].promise, self._live.board, self._live.zone(tenant)
        as_of = board.as_of(self._live.now(), tenant)
        hours = [one for stint in theirs for one in hours_of(promise, self._so_far(stint), zone)]
        homes = self._homes(tenant, promise, theirs)
        ledger, read = Ledger(), tiles(hours)
        if read and homes:
            selection = Selection(tenant, tuple(sorted({queue for _, queue, _ in homes})), by=By.QUEUE_AND_CHANNEL)
            async for portion in self._panes.tallies(selection, read):
                for tally in portion:
                    ledger.add(tally)
        return _Reading(homes, read, ledger, as_of)

    def _so_far(self, stint: Stint) -> Span:
        """A stretch up to the pane that is being counted."""
        pane, now = self._live.board.rules.pane, self._live.now()
        return Span(stint.span.begin, min(stint.span.end, now - now % pane + pane))

    def _homes(self, tenant: str, promise: Promise, theirs: Sequence[Stint]) -> list[Home]:
        known = self._live.known(tenant)
        states = known.during(theirs[0].span.begin, theirs[-1].span.end)
        homes = self._live.board.known_homes(tenant)
        return [home for home in homes if any(promise.covers(state, home[1]) for state in states)]

    def _row(self, tenant: str, stint: Stint, reading: _Reading, watermark: int | None) -> Kept:
        promise, terms = stint.promise, AS_IN_FORCE.terms(self._live.known(tenant), stint.span.begin)
        homes = [home for home in reading.homes if promise.covers(terms.in_force, home[1])]
        hours = hours_of(promise, self._so_far(stint), self._live.zone(tenant))
        parts = self._parts(terms, homes, hours, reading)
        value = value_of(promise.kpi, self._figures(homes, hours, reading), parts)
        return Kept(
            stint=stint,
            queues=tuple(dict.fromkeys(queue for _, queue, _ in homes)),
            value=value,
            definition=definition_of(promise.kpi, [part.policy for part in parts]),
            standing=standing(promise, value, hours=bool(hours)),
            to_recover=recovering(promise, value),
            as_of=reading.as_of,
            watermark=watermark,
            complete=complete(promise.kpi, families_at(watermark, stint.span.end)),
        )

    def _parts(self, terms: Terms, homes: Sequence[Home], hours: Sequence[Span], reading: _Reading) -> list[Parted]:
        parted = by_policy(terms, homes) or [(terms.policy("", ""), [])]
        return [Parted(policy, self._figures(theirs, hours, reading)) for policy, theirs in parted]

    def _figures(self, homes: Sequence[Home], hours: Sequence[Span], reading: _Reading) -> Figures:
        """What homes counted in business hours, and who of those hours' contacts still waits."""
        subjects: Sequence[Subject] = subjects_of(homes)
        total = added_up(reading.ledger.together(index, subjects) for index, tile in enumerate(reading.tiles) if tile in hours)
        waits = [wait for span in hours for wait in self._live.board.waits(homes, span, reading.as_of)]
        return Figures(total.cells, tuple(waits))


def _order(stint: Stint) -> tuple[str, int]:
    return stint.promise.version.name, stint.span.begin
