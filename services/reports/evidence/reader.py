"""Reads the evidence of a contract and a period from PostgreSQL: one snapshot, bounded memory.

definitions ─► contract, parts, queues
visits      ─► slices, quantities, records (a cursor, in the order of offers)
panes       ─► slices of metrics that are no service level
states      ─► seats      forecasts ─► forecast of each slice, scheduled seats
positions   ─► is the period final, which offsets does the snapshot include
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from floorpulse.board.adapters.rows import FREE_WITHIN, PostgresRows, away
from floorpulse.board.domain.positions import Position, current, lowest_watermark
from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.contracts.horizons import Horizons, usual
from floorpulse.contracts.visit_records import decode_visit
from floorpulse.contracts.visits import Longest, is_open
from floorpulse.counting.families import Family
from floorpulse.counting.finality import LATENESS
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.contract_reading import contract_of
from floorpulse.definitions.domain.contract_words import Per
from floorpulse.definitions.domain.contracts import BillingRule, Contract
from floorpulse.definitions.domain.definition_history import Definitions, TenantDefinitions
from floorpulse.definitions.domain.in_force import UTC, Version
from floorpulse.figures.agents.store import PostgresAgents
from floorpulse.figures.forecasts.store import PostgresForecasts
from floorpulse.figures.history.coverage import NotKeptError
from floorpulse.figures.history.panes import PostgresPanes
from floorpulse.figures.lookup.lookup import staff_over
from floorpulse.figures.selection import By, Selection
from floorpulse.figures.timestamps import text
from floorpulse.figures.turns import Turns
from floorpulse.kpis.plan import Slot
from floorpulse.reports.domain.contract_hours import ContractHours
from floorpulse.reports.domain.evidence import Evidence, PartEvidence
from floorpulse.reports.domain.pane_tally import PaneCounts, PaneTally
from floorpulse.reports.domain.part_evidence import (
    Missed,
    PartFacts,
    SeatTime,
    part_evidence,
    present,
)
from floorpulse.reports.domain.part_tally import PartTally
from floorpulse.reports.domain.periods import Part, Period, parts_of
from floorpulse.reports.domain.visit_records import VisitPages, record_of
from floorpulse.reports.evidence.pinned import PinnedPool

FETCHED = 1000
"""Visits of one round trip"""
PORTION = 100
"""Visits counted in one go; the loop is handed back between two portions"""
BELIEVED = usual(Longest(4 * HOUR, 4 * HOUR))
"""How long visits are believed where no process says otherwise"""
STATEMENT_SECONDS = 600.0
"""Seconds within which each statement of the snapshot answers"""

# By the index of tenant and offer; visits of one millisecond are put in order as they come.
VISITS = """
SELECT offered_at, contact, visit, body FROM visit
WHERE tenant = $1 AND offered_at >= $2 AND offered_at < $3 AND queue = ANY ($4::text[])
ORDER BY offered_at, contact COLLATE "C", visit
"""
BY_INDEX = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL jit = off"
GONE = "SELECT coalesce(max(gone), 0) FROM retention WHERE kept = ANY ($1::text[])"


class NoEvidence(Exception):  # noqa: N818  it says what is missing
    """There is nothing to settle; the message says why, and what to do."""


class UnknownContractError(NoEvidence):
    """There is no such contract."""


class NotFinalError(NoEvidence):
    """The period is not over, or its figures may still change without a correction."""


@dataclass(frozen=True)
class EvidenceQuery:
    """What is asked for: a contract of a tenant and a period of it. `draft`: also where the period
    is not final. `missed` are the runs of misses right before the period.
    """

    tenant: str
    contract: str
    period: Callable[[Contract], Period]
    draft: bool = False


@dataclass(frozen=True)
class ReadEvidence:
    """The evidence with what it rests on; `versions` are those of the contract and its calendars,
    `open_visits` go on, or wait without being believed lost.
    """

    contract: Contract
    period: Period
    evidence: Evidence
    pages: VisitPages
    digest: str
    versions: tuple[Version, ...]
    final: bool
    open_visits: int
    positions: tuple[Position, ...]
    watermark: int
    revision: int
    definition_set: int


@dataclass(frozen=True)
class Surroundings:
    """What the reading of evidence takes from its process: the zone of tenants that define none,
    how long visits are believed, and turns of the event loop (None: nobody else waits).
    """

    zone: ZoneInfo = UTC
    horizons: Horizons = BELIEVED
    turns: Turns | None = None


MissedBefore = Callable[[Contract, Period], Awaitable[Missed]]
"""Looks up the runs of misses right before a period"""


class EvidenceReader:
    """Reads evidence over a pool of connections. Raises `NoEvidence` and `StoreUnavailable`."""

    def __init__(self, pool: asyncpg.Pool, around: Surroundings) -> None:
        self._pool = pool
        self._around = around

    async def read(self, query: EvidenceQuery, missed: MissedBefore) -> ReadEvidence:
        """The evidence of a period, as of one instant."""
        with away():
            async with (
                self._pool.acquire(timeout=FREE_WITHIN) as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                pinned = PinnedPool(connection).as_pool
                definitions = await PostgresDefinitions(pinned).load()
                found = await _Snapshot(connection, definitions, query, self._around).opened()
                try:
                    return await found.read(await missed(found.contract, found.period))
                except NotKeptError as gone:
                    message = f"the period cannot be counted any more: {gone}"
                    raise NoEvidence(message) from gone


class _Snapshot:
    """One reading, in an open transaction."""

    def __init__(
        self,
        connection: PoolConnectionProxy,
        definitions: Definitions,
        query: EvidenceQuery,
        around: Surroundings,
    ) -> None:
        self._connection = connection
        self._pool = PinnedPool(connection).as_pool
        self._query = query
        self._around = around
        self._set = definitions.number
        self._known = definitions.of(query.tenant)
        self.contract, self._versions = _contract(
            self._known, query.tenant, query.contract, around.zone
        )
        self.period = query.period(self.contract)
        self._positions: list[Position] = []
        self._watermark = 0
        self._open = 0

    async def opened(self) -> "_Snapshot":
        """Itself, once it is known that there is something to settle."""
        self._positions = current(await PostgresRows(self._pool).positions())
        self._watermark = lowest_watermark(self._positions) or 0
        if not self._query.draft and not self.final:
            raise NotFinalError(_not_final(self.period, self._watermark))
        gone = (await self._connection.fetch(GONE, self._needed()))[0][0]
        if gone > self.period.begin:
            zone = self.period.zone
            needed = " and ".join(self._needed())
            message = (
                f"{needed} before {text(gone, zone)} are no longer kept, so the period from "
                f"{text(self.period.begin, zone)} cannot be counted any more"
            )
            raise NoEvidence(message)
        return self

    def _needed(self) -> list[str]:
        """What is read, as retention calls it; agents' states where seats are billed by them."""
        rules = [rule for one in parts_of(self.contract, self.period) for rule in one.terms.billing]
        return ["visits", *(["agents"] if any(map(_by_presence, rules)) else [])]

    @property
    def final(self) -> bool:
        """Whether the figures of the period change by corrections only."""
        return self._watermark >= self.period.end + LATENESS[Family.OFFER]

    async def read(self, missed: Missed) -> ReadEvidence:
        """All of it."""
        parts = parts_of(self.contract, self.period)
        if not parts:
            message = f"contract {self.contract.id} is not in force in that period"
            raise NoEvidence(message)
        zone = self.period.zone
        hours = ContractHours(self._known, zone, self.period.begin, self.period.end)
        tallies = [PartTally(one, self._known, hours, self._watermark) for one in parts]
        panes = PaneTally(tallies, self._known, hours)
        revision = await self._count_panes(panes, tallies)
        slots = await self._slots()
        seats = [await self._seats(one) for one in tallies]
        pages = await self._count_visits(tallies)
        digest = pages.close()
        return ReadEvidence(
            contract=self.contract,
            period=self.period,
            evidence=Evidence(
                contract=self.contract.id,
                begin=self.period.begin,
                end=self.period.end,
                parts=self._parts(tallies, panes.counts(), slots, seats, missed),
            ),
            pages=pages,
            digest=digest,
            versions=self._used(parts),
            final=self.final,
            open_visits=self._open,
            positions=tuple(self._positions),
            watermark=self._watermark,
            revision=revision,
            definition_set=self._set,
        )

    def _parts(
        self,
        tallies: Sequence[PartTally],
        counts: dict[tuple[int, str, int], PaneCounts],
        slots: Sequence[Slot],
        seats: Sequence[SeatTime],
        missed: Missed,
    ) -> tuple[PartEvidence, ...]:
        found = []
        for index, tally in enumerate(tallies):
            own = {(metric, at): one for (of, metric, at), one in counts.items() if of == index}
            before = missed if tally.part.begin == self.period.begin else {}
            facts = PartFacts(self._known, own, slots, seats[index], before)
            found.append(part_evidence(tally, facts))
        return tuple(found)

    def _used(self, parts: Iterable[Part]) -> tuple[Version, ...]:
        """The versions of the contract in the parts, and all of the calendars they name."""
        names = {part.terms.name for part in parts}
        calendars = {
            metric.calendar
            for part in parts
            for metric in part.terms.metrics.get(part.phase.id, ())
            if metric.calendar
        }
        return tuple(
            one
            for one in self._known.versions
            if (one.kind is Kind.CONTRACT and one.name in names)
            or (one.kind is Kind.CALENDAR and one.id in calendars and one.standing)
        )

    async def _count_visits(self, tallies: Sequence[PartTally]) -> VisitPages:
        await self._connection.execute(BY_INDEX)
        pages = VisitPages()
        states = self._known.during(self.period.begin, self.period.end)
        for tally in tallies:
            queues = sorted(tally.reach.all_queues(states))
            values = self._query.tenant, tally.part.begin, tally.part.end, queues
            cursor = await self._connection.cursor(VISITS, *values, timeout=STATEMENT_SECONDS)
            while fetched := await cursor.fetch(FETCHED, timeout=STATEMENT_SECONDS):
                for first in range(0, len(fetched), PORTION):
                    self._count(tally, fetched[first : first + PORTION], pages)
                    await self._rest()
        return pages

    def _count(self, tally: PartTally, rows: Sequence[asyncpg.Record], pages: VisitPages) -> None:
        for offered_at, contact, number, body in rows:
            visit = decode_visit(body)
            record = record_of((offered_at, contact, number), visit)
            if tally.take(record):
                pages.add(record)
                if is_open(visit):
                    self._open += self._watermark - offered_at <= self._believed(visit.channel)

    def _believed(self, channel: str) -> int:
        longest = self._known.at(self._watermark).horizons(self._around.horizons).of(channel)
        return longest.wait + longest.conversation

    async def _count_panes(self, panes: PaneTally, tallies: Sequence[PartTally]) -> int:
        """Count the panes that are needed; the highest revision among them, 0 where none is."""
        if not panes.spans:
            return 0
        states = self._known.during(self.period.begin, self.period.end)
        queues = {queue for one in tallies for queue in one.reach.all_queues(states)}
        selection = Selection(
            self._query.tenant, tuple(sorted(queues)) or ("",), by=By.QUEUE_AND_CHANNEL
        )
        spans = [Span(*one) for one in panes.spans]
        revision = 0
        async for portion in PostgresPanes(self._pool).tallies(selection, spans):
            for tally in portion:
                key = tally.row_key
                panes.add(tally.interval, key.queue, key.channel, tally.panes)
                revision = max(revision, tally.revision)
            await self._rest()
        return revision

    async def _slots(self) -> Sequence[Slot]:
        span = Span(self.period.begin, self.period.end)
        return await PostgresForecasts(self._pool).in_force(self._query.tenant, span)

    async def _seats(self, tally: PartTally) -> SeatTime:
        """Who was there on each day of a part; read only where seats are billed by presence."""
        if not any(map(_by_presence, tally.part.terms.billing)):
            return _nobody
        agents = PostgresAgents(self._pool)
        spans = [Span(*day) for day in tally.days]
        turns = self._around.turns or Turns()
        staff = await staff_over(agents, self._query.tenant, spans, self._watermark, turns)

        def time(day: int, queues: Iterable[str]) -> int:
            return present(staff.time(day, list(queues)))

        return time

    async def _rest(self) -> None:
        await (asyncio.sleep(0) if self._around.turns is None else self._around.turns.next())


def _by_presence(rule: BillingRule) -> bool:
    return rule.per is Per.SEAT_HOUR and rule.seats == "present"


def _nobody(_day: int, _queues: Iterable[str]) -> int:
    return 0


def _contract(
    known: TenantDefinitions, tenant: str, name: str, usual: ZoneInfo
) -> tuple[Contract, list[Version]]:
    versions = [one for one in known.versions if one.kind is Kind.CONTRACT and one.standing]
    mine = [one for one in versions if one.id == name]
    if not mine:
        there = ", ".join(sorted({one.id for one in versions})) or "none"
        message = f"tenant {tenant} has no contract {name}; known are: {there}"
        raise UnknownContractError(message)
    return contract_of(mine, known.zone or usual), mine


def _not_final(period: Period, watermark: int) -> str:
    end = text(period.end, period.zone)
    if watermark < period.end:
        return (
            f"the period ends at {end}, and events are counted up to "
            f"{text(watermark, period.zone)} only: settle it later, or ask for a draft"
        )
    return (
        f"the period ended at {end}, and its figures are final once events are counted up to 15 "
        f"minutes after that (now: {text(watermark, period.zone)}): settle it then, or ask for a "
        "draft"
    )
