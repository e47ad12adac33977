"""The engine's use cases: apply a batch, make state durable, publish, give a partition
up.
"""

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.contracts.letters import DeadLetter, Refusal, dead_letter, named_tenant
from floorpulse.contracts.tallies import Missing
from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.kpi_engine import failpoints
from floorpulse.kpi_engine.fold.flush_rows import FlushRows
from floorpulse.kpi_engine.fold.panes import NEVER
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.fold.slices import PlainSlices, ReadInstants, Told
from floorpulse.kpi_engine.metrics import EngineMetrics
from floorpulse.kpi_engine.native.core import Core
from floorpulse.kpi_engine.native.slices import NativePartition, fits
from floorpulse.kpi_engine.ports import DeadLetters, FlushOutcome, LiveChannel, Store
from floorpulse.kpi_engine.publish.publisher import Publisher
from floorpulse.runtime import tracing
from floorpulse.runtime.clock import monotonic, now_ms
from floorpulse.runtime.tracing import Role, TraceParent
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

PLAIN = PlainSlices()
ROUNDS = 5
"""Times that records are loaded one after the other: a joined visit may touch a pane that must be
loaded too.
"""


@dataclass(frozen=True)
class RecordBatch:
    """Consecutive records of one partition: `values[i]` stands at `offsets[i]`; `next` is the first
    offset behind them, `traces` are those that some of them carry on.
    """

    start: int
    next: int
    values: Sequence[bytes | None]
    offsets: Sequence[int]
    appended_at: int
    traces: Sequence[TraceParent] = ()


@dataclass(frozen=True)
class EngineOptions:
    """Pace and bounds, spans in milliseconds."""

    allowance: int
    slice_records: int
    dirty_rows: int
    outage_rows: int
    visits_in_memory: int
    panes_in_memory: int


class Engine:
    """The partitions of one worker and everything done to them; one task applies, others flush and
    publish.
    """

    def __init__(
        self,
        store: Store,
        letters: DeadLetters,
        live: LiveChannel,
        options: EngineOptions,
        metrics: EngineMetrics,
        core: Core | None = None,
    ) -> None:
        """With a `core` the usual steps are folded by it, and by Python without."""
        self._core = core
        self._natives: dict[int, NativePartition] = {}
        self._store = store
        self._letters = letters
        self._publisher = Publisher(live, options.allowance)
        self._options = options
        self._metrics = metrics
        self._flushing = asyncio.Lock()
        self._steady = asyncio.Event()
        self._steady.set()
        self._pending: list[tuple[Partition, FlushRows]] = []
        self._outage = False
        self.kept_since = NEVER
        self.partitions: dict[int, Partition] = {}
        self.fenced: set[int] = set()

    # ------------------------------------------------------------- ownership

    async def claim(self, number: int, log_id: str, begin: int, end: int) -> Partition:
        """Become the owner of a partition; see `ports.Store.claim`."""
        await self.reload_retention()
        partition = await self._store.claim(number, log_id, begin, end)
        self.fenced.discard(number)
        self._publisher.begin(number)
        return partition

    def adopt(self, partition: Partition) -> None:
        """From now on apply, flush and publish this claimed partition."""
        self.partitions[partition.number] = partition
        partition.keep_since(self.kept_since)
        if self._core is not None and fits(partition):
            self._natives[partition.number] = NativePartition(self._core, partition)
        self._metrics.partitions.set(len(self.partitions))

    def drop(self, number: int) -> None:
        """Forget a partition without writing."""
        self.partitions.pop(number, None)
        self._natives.pop(number, None)
        self._publisher.end(number)
        self._metrics.partitions.set(len(self.partitions))

    async def reload_retention(self) -> None:
        """Learn since when events are counted. Raises StoreUnavailable."""
        self.kept_since = await self._store.kept_since()
        for partition in self.partitions.values():
            partition.keep_since(self.kept_since)

    # ------------------------------------------------------------- applying

    async def apply(self, partition: Partition, batch: RecordBatch) -> None:
        """Fold a batch that begins at the partition's position, slice by slice.

        Ends early when the partition is given up meanwhile. Raises what keeping a dead letter
        raises; what was applied stays applied, and the rest can be applied again from the
        partition's position.
        """
        where = {"partition": partition.number, "offset": batch.start}
        with tracing.following("fold", Role.CONSUMER, batch.traces, where) as traces:
            await self._apply_slices(partition, batch)
        self._publisher.follow(partition.number, traces)

    async def _apply_slices(self, partition: Partition, batch: RecordBatch) -> None:
        size = self._options.slice_records
        for first in range(0, len(batch.values), size):
            last = min(first + size, len(batch.values))
            following = batch.offsets[last] if last < len(batch.values) else batch.next
            if following <= partition.next_offset:
                continue
            await self._apply_slice(partition, batch, range(first, last), following)
            if self.partitions.get(partition.number) is not partition:
                return
            await asyncio.sleep(0)
        partition.next_offset = max(partition.next_offset, batch.next)
        partition.trim(self._options.visits_in_memory, self._options.panes_in_memory)

    async def _apply_slice(
        self, partition: Partition, batch: RecordBatch, span: range, following: int
    ) -> None:
        slices = self._natives.get(partition.number, PLAIN)
        begin = bisect_left(batch.offsets, partition.next_offset, span.start, span.stop)
        read = slices.read(
            batch.values[begin : span.stop],
            batch.offsets[begin : span.stop],
            ReadInstants.of(self.kept_since, batch.appended_at),
        )
        refused = [
            _letter(partition, batch, begin + index, refusal)
            for index, refusal in read.refused.items()
        ]
        if refused:
            await self._letters.send(refused)
        await self._steady.wait()
        if self.partitions.get(partition.number) is not partition:
            return
        partition.apply(slices.folded(read), following)
        failpoints.reach("after_apply")
        self._count(partition, read.told, refused, batch.appended_at)

    def _count(
        self, partition: Partition, told: Told, refused: list[DeadLetter], appended_at: int
    ) -> None:
        instants = [] if told.latest is None else [told.latest]
        partition.advance(instants, appended_at, self._options.allowance)
        partition.applied += told.events
        partition.dead += len(refused)
        self._publisher.note(partition.number, told)
        self._metrics.records.inc(told.events)
        if told.future:
            self._metrics.future.inc(told.future)
        for one in refused:
            self._metrics.dead.labels(one.reason).inc()

    @property
    def waits_for_database(self) -> bool:
        """Whether the last flush found no database."""
        return self._outage

    @property
    def crowded(self) -> bool:
        """Whether so much is unflushed that applying should wait; while the database is away, far
        more may gather.
        """
        bound = self._options.outage_rows if self._outage else self._options.dirty_rows
        return sum(partition.dirty for partition in self.partitions.values()) >= bound

    # ------------------------------------------------------------- flushing

    async def flush(self) -> None:
        """Write dirty rows. Raises StoreUnavailable; the rows are then kept until the
        outcome is known.
        """
        async with self._database_turn():
            await self._join()
            await self._write()

    async def join(self) -> None:
        """Join records that events wait for, so that readers see the events before the next flush.
        Raises StoreUnavailable.

        While the database is away nothing is asked here: the next flush finds out whether it is
        back.
        """
        if not self._outage and any(partition.wanted for partition in self.partitions.values()):
            async with self._database_turn():
                await self._join()

    @asynccontextmanager
    async def _database_turn(self) -> AsyncIterator[None]:
        """Take the turn at the database; the outcome of the last flush is settled first."""
        async with self._flushing:
            try:
                await self._settle()
                yield
            except StoreUnavailable:
                self._outage = True
                self._metrics.flush_failures.inc()
                raise
            self._outage = False

    async def _settle(self) -> None:
        """Learn the outcome of a flush that was cut off."""
        if self._pending:
            self._conclude(await self._store.settle([rows for _, rows in self._pending]))

    async def _join(self) -> None:
        """Load wanted records and join them; applying pauses only once the database has
        answered.
        """
        if not await self._load():
            return
        self._steady.clear()
        try:
            for _ in range(ROUNDS):
                if not await self._load():
                    return
        finally:
            self._steady.set()

    async def _load(self) -> bool:
        """One round of loading what is wanted; whether anything was."""
        partitions = dict(self.partitions)
        wanted = {number: wanted for number, one in partitions.items() if (wanted := one.wanted)}
        if wanted:
            for number, stored in (await self._store.load(wanted)).items():
                partitions[number].join(wanted[number], stored)
        return bool(wanted)

    async def _write(self) -> None:
        taken = [
            (partition, rows)
            for partition in self.partitions.values()
            if (rows := partition.take_dirty()) is not None
        ]
        if not taken:
            return
        self._pending = taken
        began = monotonic()
        results = await self._store.flush([rows for _, rows in taken])
        self._metrics.flush_seconds.observe(monotonic() - began)
        self._conclude(results)

    def _conclude(self, results: Mapping[int, FlushOutcome | None]) -> None:
        pending = self._pending
        self._pending = []
        for partition, rows in pending:
            match results[partition.number]:
                case FlushOutcome.WRITTEN:
                    partition.flushed()
                    self._metrics.flush_rows.labels("visit").inc(
                        len(rows.new_visits) + len(rows.visits)
                    )
                    self._metrics.flush_rows.labels("pane").inc(
                        len(rows.new_panes) + len(rows.panes)
                    )
                    if rows.orphans:
                        self._tell_orphans()
                case FlushOutcome.FENCED:
                    self._fence(partition)
                case FlushOutcome.CONFLICTED:
                    partition.conflicted()
                    self._metrics.conflicts.inc()
                case None:
                    partition.not_flushed()

    def _tell_orphans(self) -> None:
        counts = Counter[Missing]()
        for partition in self.partitions.values():
            for key, one in partition.visits.orphans.tallies.items():
                counts[key.missing] += one.count
        for missing, count in counts.items():
            self._metrics.orphans.labels(missing.value).set(count)

    def _fence(self, partition: Partition) -> None:
        if self.partitions.get(partition.number) is partition:
            log.warning("partition_fenced", partition=partition.number)
            self._metrics.fenced.inc()
            self.fenced.add(partition.number)
            self.drop(partition.number)

    # ------------------------------------------------------------- publishing

    async def publish(self, ends: Mapping[int, int]) -> None:
        """Publish what changed; `ends` are the log's ends by partition. Raises what publishing
        raises.
        """
        await self._publisher.publish(self.partitions.values(), ends)


def _letter(partition: Partition, batch: RecordBatch, place: int, refusal: Refusal) -> DeadLetter:
    """The letter of the record at a place of a batch."""
    value = batch.values[place] or b""
    origin = f"{CONTACT_EVENTS.name}/{partition.number}/{batch.offsets[place]}"
    tenant = named_tenant(value)
    return dead_letter(refusal, value, origin=origin, at=now_ms(), tenant=tenant)
