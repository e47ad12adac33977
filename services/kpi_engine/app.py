"""The engine's use cases: apply a batch, make state durable, tell the readers, give a partition up."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.contracts.events import AgentStateChanged
from services.contracts.letters import DeadLetter
from services.contracts.topics import CONTACT_EVENTS
from services.contracts.updates import Update
from services.kpi_engine.domain.decode import Refusal, decode
from services.kpi_engine.domain.fold import Fold, Numbered
from services.kpi_engine.domain.partition import Partition, Rows
from services.kpi_engine.domain.watermark import FUTURE, advance_watermark, idle_watermark
from services.kpi_engine.metrics import EngineMetrics
from services.kpi_engine.ports import Flush, Letters, Live, Store, StoreUnavailable
from services.runtime.clock import monotonic, now_ms

log = logging.getLogger(__name__)

HEARTBEAT = 1_000
ROWS_AN_UPDATE = 1_000


@dataclass(frozen=True)
class Batch:
    """Consecutive records of one partition: `values[i]` stands at `offsets[i]`; `next` is the first offset behind them."""

    start: int
    next: int
    values: Sequence[bytes | None]
    offsets: Sequence[int]
    appended_at: int


@dataclass(frozen=True)
class Options:
    """Pace and bounds, spans in milliseconds."""

    pane_length: int
    max_wait: int
    allowance: int
    slice_records: int
    dirty_rows: int
    visits_in_memory: int
    panes_in_memory: int


class Engine:
    """The partitions of one worker and everything done to them; one task applies, others flush and publish."""

    def __init__(self, store: Store, letters: Letters, live: Live, options: Options, metrics: EngineMetrics) -> None:
        self._store = store
        self._letters = letters
        self._live = live
        self._options = options
        self._metrics = metrics
        self._flushing = asyncio.Lock()
        self._pending: list[tuple[Partition, Rows]] = []
        self._last_event: dict[int, int] = {}
        self._last_update: dict[int, int] = {}
        self.partitions: dict[int, Partition] = {}
        self.fenced: set[int] = set()

    # ------------------------------------------------------------- ownership

    async def claim(self, number: int, log_id: str, begin: int, end: int) -> Partition:
        """Become the owner of a partition; see `ports.Store.claim`."""
        partition = await self._store.claim(number, log_id, begin, end)
        self.fenced.discard(number)
        self._last_event[number] = now_ms()
        return partition

    def adopt(self, partition: Partition) -> None:
        """From now on apply, flush and publish this claimed partition."""
        self.partitions[partition.number] = partition
        self._metrics.partitions.set(len(self.partitions))

    def drop(self, number: int) -> None:
        """Forget a partition without writing."""
        self.partitions.pop(number, None)
        self._last_update.pop(number, None)
        self._metrics.partitions.set(len(self.partitions))

    # ------------------------------------------------------------- applying

    async def apply(self, partition: Partition, batch: Batch) -> None:
        """Fold a batch that begins at the partition's position, slice by slice.

        Ends early when the partition is given up meanwhile. Raises StoreUnavailable; what was applied stays applied, and
        the rest can be applied again from the partition's position.
        """
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

    async def _apply_slice(self, partition: Partition, batch: Batch, span: range, following: int) -> None:
        events, refused = self._decode(partition, batch, span)
        fold = Fold(events, partition.visits, self._options.pane_length)
        fold.run(await self._store.visits(partition.number, fold.missing) if fold.missing else {})
        missing = partition.missing_panes(fold)
        panes = await self._store.panes(partition.number, missing) if missing else {}
        if refused:
            await self._letters.send(refused)
        if self.partitions.get(partition.number) is not partition:
            return
        partition.commit(fold, panes, following)
        self._count(partition, events, refused, batch.appended_at)

    def _decode(self, partition: Partition, batch: Batch, span: range) -> tuple[list[Numbered], list[DeadLetter]]:
        events: list[Numbered] = []
        refused: list[DeadLetter] = []
        for index in span:
            offset = batch.offsets[index]
            if offset < partition.next_offset:
                continue
            decoded = decode(batch.values[index])
            if isinstance(decoded, Refusal):
                refused.append(letter(decoded, batch.values[index], f"{CONTACT_EVENTS.name}/{partition.number}/{offset}"))
            else:
                events.append((offset, decoded))
        return events, refused

    def _count(self, partition: Partition, events: list[Numbered], refused: list[DeadLetter], appended_at: int) -> None:
        for _, event in events:
            if isinstance(event, AgentStateChanged):
                partition.note(event)
        instants = [event.at for _, event in events if isinstance(event.at, int)]
        partition.watermark = advance_watermark(partition.watermark, instants, appended_at, self._options.allowance)
        partition.applied += len(events)
        partition.dead += len(refused)
        self._last_event[partition.number] = now_ms()
        self._metrics.records.inc(len(events))
        self._metrics.future.inc(sum(at > appended_at + FUTURE for at in instants))
        for one in refused:
            self._metrics.dead.labels(one.reason).inc()

    @property
    def crowded(self) -> bool:
        """Whether so much is unflushed that applying should wait for the database."""
        return sum(partition.dirty for partition in self.partitions.values()) >= self._options.dirty_rows

    # ------------------------------------------------------------- flushing

    async def flush(self) -> None:
        """Write what is dirty. Raises StoreUnavailable; the rows are then kept until their fate is known."""
        async with self._flushing:
            await self._settle()
            taken = [(partition, rows) for partition in self.partitions.values() if (rows := partition.take_dirty()) is not None]
            if not taken:
                return
            self._pending = taken
            began = monotonic()
            try:
                results = await self._store.flush([rows for _, rows in taken])
            except StoreUnavailable:
                self._metrics.flush_failures.inc()
                raise
            self._metrics.flush_seconds.observe(monotonic() - began)
            self._conclude(results)

    async def _settle(self) -> None:
        """Learn what became of a flush that was cut off."""
        if self._pending:
            self._conclude(await self._store.settle([rows for _, rows in self._pending]))

    def _conclude(self, results: Mapping[int, Flush | None]) -> None:
        pending, self._pending = self._pending, []
        for partition, rows in pending:
            match results[partition.number]:
                case Flush.WRITTEN:
                    partition.flushed()
                    self._metrics.flush_rows.labels("visit").inc(len(rows.visits))
                    self._metrics.flush_rows.labels("pane").inc(len(rows.panes))
                case Flush.FENCED:
                    self._fence(partition)
                case None:
                    partition.not_flushed()

    def _fence(self, partition: Partition) -> None:
        if self.partitions.get(partition.number) is partition:
            log.warning("partition %d was claimed by a newer owner; its state is dropped", partition.number)
            self._metrics.fenced.inc()
            self.fenced.add(partition.number)
            self.drop(partition.number)

    # ------------------------------------------------------------- telling

    async def publish(self, ends: Mapping[int, int]) -> None:
        """Tell readers what changed, at least once a second each partition; `ends` are the log's ends by partition."""
        now = now_ms()
        telling = []
        for partition in list(self.partitions.values()):
            end = ends.get(partition.number, partition.next_offset)
            self._idle(partition, now, end)
            due = now - self._last_update.get(partition.number, 0) >= HEARTBEAT
            if partition.unpublished or due:
                self._last_update[partition.number] = now
                telling.append(self._tell(partition, max(0, end - partition.next_offset)))
        for told in await asyncio.gather(*telling, return_exceptions=True):  # one request; all are over when one has failed
            if isinstance(told, BaseException):
                raise told

    def _idle(self, partition: Partition, now: int, end: int) -> None:
        if partition.next_offset >= end:
            silent_since = self._last_event.get(partition.number, now)
            partition.watermark = idle_watermark(partition.watermark, now, silent_since, self._options.allowance)

    async def _tell(self, partition: Partition, lag: int) -> None:
        while True:
            rows = partition.take_changed(ROWS_AN_UPDATE)
            last = not partition.unpublished
            update = Update(
                partition=partition.number,
                log_id=partition.log_id,
                generation=partition.generation,
                epoch=partition.epoch,
                next_offset=partition.next_offset,
                published_at=now_ms(),
                lag=lag,
                applied=partition.applied,
                dead=partition.dead,
                watermark=partition.watermark,
                rows=rows,
                gauges=partition.gauges(now_ms(), self._options.max_wait) if last else None,
            )
            try:
                await self._live.publish(update)
            except BaseException:
                partition.not_published(row.key for row in rows)
                raise
            if last:
                return


def letter(refusal: Refusal, value: bytes | None, origin: str) -> DeadLetter:
    """The dead letter of a record: its text, or its bytes where they are not UTF-8."""
    try:
        text, raw = (value or b"").decode(), None
    except UnicodeDecodeError:
        text, raw = None, value
    return DeadLetter(reason=refusal.reason, detail=refusal.detail, origin=origin, at=now_ms(), payload=text, payload_base64=raw)
