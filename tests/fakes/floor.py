"""A floor in memory: visits go in; rows, gauges and updates come out as an engine of several
partitions would make them.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from zlib import crc32

from floorpulse.board.domain.positions import Position
from floorpulse.board.domain.series import QueueChannel, QueueChannelSpan
from floorpulse.board.domain.windows import Span
from floorpulse.board.ports import FeedLostError, Heard
from floorpulse.contracts.agents import LONGEST, OLDEST, AgentNow, Entered
from floorpulse.contracts.cells import Cell, Cells, Histogram, add
from floorpulse.contracts.horizons import CALLS
from floorpulse.contracts.updates import Gauge, PaneKey, PaneRow, Talk, Update, revision
from floorpulse.contracts.visits import Visit, is_open, offer_at, queue_of
from floorpulse.counting.agent_record import CONVERSATION, NO_END, WORK
from floorpulse.counting.contributions import contributions
from floorpulse.counting.histograms import HOUR, hour_bucket
from floorpulse.counting.whole_contacts import whole_contact
from floorpulse.figures.at.ports import BeyondRetentionError, MomentPortion, MomentReading
from floorpulse.figures.history.coverage import NotKeptError
from floorpulse.figures.open_complaints import StoredComplaint, complaints_of
from floorpulse.figures.ports import CorrectionPlace, Place, StoredCorrection, StoredVisit
from floorpulse.figures.selection import Selection
from floorpulse.figures.staff.attendance import (
    AgentEntered,
    AgentTook,
    contact_of,
)
from floorpulse.figures.sums import PaneTally
from floorpulse.kpis.formulas.repeats import LOOK_BACK
from floorpulse.query.pipeline.lag import LogRange
from floorpulse.query.pipeline.ports import LogView
from floorpulse.runtime.unavailable import LogUnavailable, StoreUnavailable

MINUTE = 60_000
PARTITIONS = 3


def answered(at: int, wait: float, talk: float = 60, queue: str = "sales", **more: object) -> Visit:
    """A visit offered at `at` (epoch milliseconds), answered after `wait` seconds, ended after
    `talk` seconds more.
    """
    answer = at + round(wait * 1000)
    return Visit(
        offered_at=at,
        queue=queue,
        answered_at=answer,
        agent="ann",
        ended_at=answer + round(talk * 1000),
        **more,  # type: ignore[arg-type]
    )


def abandoned(at: int, wait: float, queue: str = "sales", **more: object) -> Visit:
    """A visit that gave up after `wait` seconds."""
    return Visit(offered_at=at, queue=queue, abandoned_at=at + round(wait * 1000), **more)  # type: ignore[arg-type]


def left(at: int, wait: float, queue: str = "sales") -> Visit:
    """A visit that overflowed after `wait` seconds."""
    return Visit(
        offered_at=at, queue=queue, left_at=at + round(wait * 1000), left_reason="overflow"
    )


def waiting(at: int, queue: str = "sales") -> Visit:
    """A visit that still waits."""
    return Visit(offered_at=at, queue=queue)


@dataclass
class MemoryFloor:
    """Visits by (tenant, contact), a contact's second one as `contact#2`; implements every port
    that reads a store, as `tests/contract` has it.

    `clock` is the store's own, epoch milliseconds.
    """

    visits_of: dict[tuple[str, str], Visit] = field(default_factory=dict)
    log_id: str = "log"
    generation: int = 1
    epoch: int = 1
    watermark: int | None = None
    offset: int = 0
    away: bool = False
    age: int = 0
    clock: int = MINUTE
    retired_at: dict[tuple[str, str], int] = field(default_factory=dict)
    entered: list[AgentNow] = field(default_factory=list)

    def put(self, *visits: Visit, tenant: str = "demo") -> None:
        """Add visits under fresh contact names."""
        for visit in visits:
            self.offset += 1
            self.visits_of[tenant, f"c{self.offset}"] = visit

    def change(self, contact: str, visit: Visit, tenant: str = "demo") -> None:
        """Replace a visit, as a later event does."""
        self.offset += 1
        self.visits_of[tenant, contact] = visit

    def enter(self, agent: str, *states: Entered, tenant: str = "demo") -> None:
        """Let an agent enter states."""
        self.entered += [AgentNow(tenant, agent, one) for one in states]

    def pane_rows(self, partition: int) -> list[PaneRow]:
        """The absolute rows of one partition."""
        panes: dict[PaneKey, Cells] = {}
        contacts: dict[tuple[str, str], dict[int, Visit]] = {}
        for (tenant, named), visit in self.visits_of.items():
            contact, number = visit_name(named)
            if partition_of(named) == partition:
                contacts.setdefault((tenant, contact), {})[number] = visit
        for (tenant, _), stays in contacts.items():
            parts = [contributions(tenant, visit, MINUTE) for visit in stays.values()]
            for part in (*parts, whole_contact(tenant, stays, MINUTE)):
                for key, cells in part.items():
                    add(panes.setdefault(key, {}), cells)
        return [
            PaneRow(*key, revision(self.generation, self.offset), cells)
            for key, cells in panes.items()
        ]

    def gauges(self, partition: int) -> list[Gauge]:
        """Who is there, by home."""
        found: dict[QueueChannel, Gauge] = {}
        for (tenant, contact), visit in self.visits_of.items():
            queue = queue_of(visit)
            offered = offer_at(visit)
            if (
                partition_of(contact) == partition
                and is_open(visit)
                and queue is not None
                and offered is not None
            ):
                gauge = found.get((tenant, queue, visit.channel)) or Gauge(
                    tenant, queue, visit.channel, [], 0, 0
                )
                waits = (
                    sorted([*gauge.waiting, offered])
                    if visit.answered_at is None
                    else gauge.waiting
                )
                talking = gauge.in_progress + (visit.answered_at is not None)
                found[tenant, queue, visit.channel] = Gauge(
                    tenant, queue, visit.channel, waits, talking, 0
                )
        return list(found.values())

    def update(self, partition: int, at: int) -> Update:
        """Everything of one partition, published at `at`."""
        return Update(
            partition=partition,
            log_id=self.log_id,
            generation=self.generation,
            epoch=self.epoch,
            next_offset=self.offset,
            published_at=at,
            lag=0,
            applied=self.offset,
            dead=0,
            watermark=self.watermark,
            rows=self.pane_rows(partition),
            gauges=self.gauges(partition),
            agents=[one for one in self.entered if partition_of(one.agent) == partition],
            talks=self.talks(partition),
            all_talks=True,
        )

    def talks(self, partition: int) -> list[Talk]:
        """The visits in progress whose agents are known."""
        return [
            Talk(tenant, contact, 1, visit.agent, queue_of(visit) or "", visit.answered_at)
            for (tenant, contact), visit in self.visits_of.items()
            if partition_of(contact) == partition
            and is_open(visit)
            and visit.agent
            and visit.answered_at is not None
        ]

    def updates(self, at: int) -> list[Update]:
        """Everything of every partition."""
        return [self.update(partition, at) for partition in range(PARTITIONS)]

    # ------------------------------------------------------------- the stores

    def answer(self) -> None:
        """Fail while the store is away."""
        if self.away:
            message = "the store is away"
            raise StoreUnavailable(message)

    async def rows(self, since: int) -> AsyncIterator[Sequence[tuple[int, PaneRow]]]:
        self.answer()
        for partition in range(PARTITIONS):
            yield [(partition, row) for row in self.pane_rows(partition) if row.start >= since]

    async def positions(self) -> list[Position]:
        self.answer()
        known = (
            self.log_id,
            self.generation,
            self.epoch,
            self.offset,
            0,
            self.offset,
            0,
            self.watermark,
        )
        return [Position(partition, *known, age=self.age) for partition in range(PARTITIONS)]

    async def retired(self) -> Mapping[tuple[str, str], int]:
        """For how long sources have been retired."""
        self.answer()
        return {source: self.clock - at for source, at in self.retired_at.items()}

    async def retire(self, tenant: str, source: str, by: str) -> int:  # noqa: ARG002  nobody asks who
        """Retire a source now."""
        self.answer()
        self.retired_at[tenant, source] = self.clock
        return self.clock

    async def agents(self, now: int) -> list[AgentNow]:
        """The last state of those who entered one lately."""
        self.answer()
        return self.last_entered(now - 2 * LONGEST, now - OLDEST, NO_END)

    def last_entered(self, since: int, lasting_since: int, before: int) -> list[AgentNow]:
        """The last state of each agent, of those that may still be believed, before an instant."""
        last: dict[tuple[str, str], AgentNow] = {}
        worked: dict[tuple[str, str], int] = {}
        for one in sorted(self.entered, key=lambda known: (known.entered.at, known.entered.state)):
            entered, key = one.entered, (one.tenant, one.agent)
            counts = entered.at >= since or (
                entered.lasts > LONGEST and entered.at >= lasting_since
            )
            if counts and entered.at < before:
                worked[key] = entered.at if entered.state in WORK else worked.get(key, 0)
                last[key] = AgentNow(*key, entered, worked[key])
        return [last[agent] for agent in sorted(last)]

    async def queue_channels(self) -> list[QueueChannelSpan]:
        self.answer()
        starts: dict[QueueChannel, list[int]] = {}
        for partition in range(PARTITIONS):
            for row in self.pane_rows(partition):
                starts.setdefault((row.tenant, row.queue, row.channel), []).append(row.start)
        spans = (QueueChannelSpan(one, min(known), max(known)) for one, known in starts.items())
        return sorted(spans, key=lambda one: (one.first, one.queue_channel))


class MemoryHistory:
    """The tables of a floor as history reads them; where there is a `gate`, returning customers are
    told once it is set. `corrected` are corrections of the tenant `demo`, `loaded` its quarters
    (queue, channel, begin) that were loaded late; panes and visits are kept since `kept_since`,
    rollups since `rollups_since`.
    """

    def __init__(self, floor: MemoryFloor) -> None:
        self._floor = floor
        self.gate: asyncio.Event | None = None
        self.corrected: list[StoredCorrection] = []
        self.loaded: list[tuple[str, str, int]] = []
        self.tallied: list[tuple[str, ...]] = []
        self.kept_since = 0
        self.rollups_since = 0

    def _expect_kept(self, span: Span) -> None:
        if span.begin < self.rollups_since:
            raise NotKeptError(self.rollups_since)

    async def arrived(self, selection: Selection, span: Span) -> int:
        self._floor.answer()
        theirs = self.loaded if selection.tenant == "demo" else []
        return sum(selection.includes(*home) and start in span for *home, start in theirs)

    async def corrections(
        self, selection: Selection, span: Span, recorded_since: int, since: CorrectionPlace
    ) -> AsyncIterator[Sequence[StoredCorrection]]:
        self._floor.answer()
        theirs = self.corrected if selection.tenant == "demo" else []
        for one in sorted(theirs, key=lambda known: known.place):
            chosen = (
                selection.includes(one.queue, one.channel) and one.recorded_at >= recorded_since
            )
            if chosen and one.place >= since and one.until > span.begin and one.start < span.end:
                yield [one]

    async def queue_channels(self, selection: Selection, span: Span) -> list[QueueChannel]:
        self._expect_kept(span)
        found: set[QueueChannel] = set()
        async for portion in self._floor.rows(span.begin):
            found.update(
                (row.tenant, row.queue, row.channel) for _, row in portion if row.start < span.end
            )
        return sorted(one for one in found if _selected(selection, one))

    async def tallies(
        self, selection: Selection, spans: Sequence[Span]
    ) -> AsyncIterator[Sequence[PaneTally]]:
        self._expect_kept(spans[0])
        self.tallied.append(selection.queues)
        async for portion in self._floor.rows(spans[0].begin):
            yield [
                PaneTally(
                    interval, selection.row_key(row.queue, row.channel), row.revision, [row.cells]
                )
                for _, row in portion
                if _selected(selection, (row.tenant, row.queue, row.channel))
                for interval, span in enumerate(spans)
                if row.start in span
            ]

    async def visits(
        self, selection: Selection, span: Span, after: Place | None = None
    ) -> AsyncIterator[Sequence[StoredVisit]]:
        self._floor.answer()
        stored = [
            StoredVisit(offered, *visit_name(named), visit)
            for (tenant, named), visit in self._floor.visits_of.items()
            if tenant == selection.tenant
            and (offered := offer_at(visit)) is not None
            and offered in span
            and (not selection.queues or queue_of(visit) in selection.queues)
        ]
        for one in sorted(stored, key=lambda known: known.place):
            if after is None or one.place > after:
                yield [one]

    async def slow_visits(
        self, selection: Selection, span: Span
    ) -> AsyncIterator[Sequence[StoredVisit]]:
        async for portion in self.visits(selection, span):
            slow = [one for one in portion if one.visit.channel not in CALLS]
            if slow:
                yield slow

    async def journey(self, tenant: str, contact: str) -> Sequence[StoredVisit]:
        self._floor.answer()
        stored = [
            StoredVisit(offered, *visit_name(named), visit)
            for (theirs, named), visit in self._floor.visits_of.items()
            if theirs == tenant
            and visit_name(named)[0] == contact
            and (offered := offer_at(visit)) is not None
        ]
        return sorted(stored, key=lambda known: known.place)

    async def visits_since(self) -> int:
        self._floor.answer()
        return self.kept_since

    async def stays_since(self) -> int:
        self._floor.answer()
        return self.kept_since and self.kept_since + LONGEST

    async def states(self, tenant: str, span: Span) -> AsyncIterator[Sequence[AgentEntered]]:
        self._floor.answer()
        theirs = [
            one for one in self._floor.entered if one.tenant == tenant and one.entered.at in span
        ]
        for one in sorted(
            theirs, key=lambda known: (known.agent, known.entered.at, known.entered.state)
        ):
            yield [AgentEntered(one.agent, one.entered)]

    async def last_states(self, tenant: str, before: int) -> Sequence[AgentEntered]:
        self._floor.answer()
        last = self._floor.last_entered(before - 2 * LONGEST, before - OLDEST, before)
        return [AgentEntered(one.agent, one.entered) for one in last if one.tenant == tenant]

    async def contacts(self, tenant: str, span: Span) -> AsyncIterator[Sequence[AgentTook]]:
        self._floor.answer()
        yield [
            took
            for (theirs, _), visit in self._floor.visits_of.items()
            if theirs == tenant
            and (took := contact_of(visit, CONVERSATION)) is not None
            and (offered := offer_at(visit)) is not None
            and offered in span
        ]

    async def handled(self, selection: Selection, span: Span) -> AsyncIterator[Sequence[Visit]]:
        """All visits, whatever was asked for: they may count."""
        self._floor.answer()
        yield [
            visit
            for (tenant, _), visit in self._floor.visits_of.items()
            if tenant == selection.tenant and span
        ]

    async def complaints(self, tenant: str, span: Span) -> Sequence[StoredComplaint]:
        self._floor.answer()
        known = [
            one
            for (theirs, _), visit in self._floor.visits_of.items()
            if theirs == tenant
            for one in complaints_of(visit)
        ]
        return [
            one
            for one in known
            if one.opened_at < span.end and (one.settled_at is None or one.settled_at > span.begin)
        ]

    async def returns(self, selection: Selection, spans: Sequence[Span]) -> Sequence[PaneTally]:
        self._floor.answer()
        if self.gate is not None:
            await self.gate.wait()
        return [
            PaneTally(
                interval,
                selection.row_key(queue, visit.channel),
                0,
                [{Cell.CUSTOMER_KNOWN: 1, **self._gap(key, visit)}],
            )
            for key, visit in self._floor.visits_of.items()
            if key[0] == selection.tenant
            and visit.customer
            and visit.channel != "callback"
            and (queue := queue_of(visit)) is not None
            and selection.includes(queue, visit.channel)
            for interval, span in enumerate(spans)
            if (offered := offer_at(visit)) is not None and offered in span
        ]

    def _gap(self, key: tuple[str, str], visit: Visit) -> Cells:
        tenant, named = key
        place = offer_at(visit) or 0, *visit_name(named)
        gaps = [
            place[0] - offered
            for (theirs, other_name), other in self._floor.visits_of.items()
            if theirs == tenant
            and other.customer == visit.customer
            and queue_of(other) == queue_of(visit)
            and visit_name(other_name)[0] != place[1]
            and other.channel != "callback"
            and (offered := offer_at(other)) is not None
            and (offered, *visit_name(other_name)) < place
        ]
        nearest = min(gaps, default=LOOK_BACK * HOUR + 1)
        return (
            {Histogram.RETURN_GAP + hour_bucket(nearest): 1} if nearest <= LOOK_BACK * HOUR else {}
        )

    async def moment(self, reading: MomentReading) -> AsyncIterator[MomentPortion]:
        self._floor.answer()
        if min(reading.spans[0].begin, reading.offered.begin) < self.kept_since:
            raise BeyondRetentionError(self.kept_since)
        async for tallies in self.tallies(reading.selection, reading.spans):
            yield MomentPortion(tallies=tallies)
        async for stored in self.visits(reading.selection, reading.offered):
            yield MomentPortion(visits=[one.visit for one in stored])
        async for stored in self.slow_visits(reading.selection, reading.earlier):
            yield MomentPortion(visits=[one.visit for one in stored])
        yield MomentPortion(contacts=self._contacts(reading))

    def _contacts(self, reading: MomentReading) -> list[Mapping[int, Visit]]:
        """The contacts of several visits, one of them offered in the span that is asked for."""
        contacts: dict[str, dict[int, Visit]] = {}
        for (tenant, named), visit in self._floor.visits_of.items():
            if tenant == reading.selection.tenant:
                contact, number = visit_name(named)
                contacts.setdefault(contact, {})[number] = visit
        return [
            visits
            for visits in contacts.values()
            if len(visits) > 1
            and reading.whole is not None
            and any((offer_at(one) or 0) in reading.whole for one in visits.values())
        ]

    async def agents_at(self, tenant: str, at: int) -> Sequence[AgentNow]:
        self._floor.answer()
        last = self._floor.last_entered(at - 2 * LONGEST + 1, at - OLDEST + 1, at + 1)
        return [one for one in last if one.tenant == tenant]


class ScriptedFeed:
    """A feed that plays what it was given, one read a list, then stays silent until `lost` is
    set.
    """

    def __init__(self, *reads: list[Update] | FeedLostError) -> None:
        self._reads = list(reads)
        self.opened = 0
        self.refuses = False

    async def open(self) -> None:
        self.opened += 1
        if self.refuses:
            message = "the feed is away"
            raise FeedLostError(message)

    async def read(self) -> list[Heard]:
        if not self._reads:
            message = "the script is over"
            raise FeedLostError(message)
        step = self._reads.pop(0)
        if isinstance(step, FeedLostError):
            raise step
        return [Heard(update, update.published_at, live=True) for update in step]

    async def close(self) -> None:
        return None


class FixedLog:
    """A log whose ends are told to it."""

    def __init__(self, ranges: dict[int, LogRange], log_id: str | None = "log") -> None:
        self.view = LogView(log_id, ranges)
        self.away = False

    async def look(self) -> LogView:
        if self.away:
            message = "Kafka did not tell the ends"
            raise LogUnavailable(message)
        return self.view


def partition_of(contact: str) -> int:
    """The partition that the events of a contact, or of an agent, are in."""
    return crc32(visit_name(contact)[0].encode()) % PARTITIONS


def visit_name(named: str) -> tuple[str, int]:
    """The contact and the number of the visit of that name."""
    contact, _, number = named.partition("#")
    return contact, int(number or 1)


def _selected(selection: Selection, queue_channel: QueueChannel) -> bool:
    return queue_channel[0] == selection.tenant and selection.includes(
        queue_channel[1], queue_channel[2]
    )
