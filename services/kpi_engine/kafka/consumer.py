"""The plain consumer loop at the heart of the worker: poll, check positions, apply; never lets an
old position through.

assigned ─► pause, placeholder seek ─► claim, load ─► seek(next_offset), resume ─► batches ─► apply
            (before any await)         (a task)       (still the same assignment?)
"""

import asyncio
from collections.abc import Collection, Coroutine

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from structlog.stdlib import BoundLogger

from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.kpi_engine import failpoints
from floorpulse.kpi_engine.app import Engine, RecordBatch
from floorpulse.kpi_engine.kafka import record_batches
from floorpulse.kpi_engine.metrics import EngineMetrics
from floorpulse.kpi_engine.ports import LogLost
from floorpulse.kpi_engine.settings import EngineGroup
from floorpulse.runtime.kafka_access import access
from floorpulse.runtime.kafka_log import KafkaLog
from floorpulse.runtime.settings import KafkaSettings
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

TOPIC = CONTACT_EVENTS.name
POLL = 200
BATCHES_A_POLL = 64
PAUSE_WHEN_CAUGHT_UP = 0.05
TRY_AGAIN = 1.0
LAST_FLUSH_WITHIN = 5.0


def consumer(kafka: KafkaSettings, engine: EngineGroup) -> AIOKafkaConsumer:
    """The group consumer of the loop, not yet subscribed."""
    return AIOKafkaConsumer(
        **access(kafka),
        group_id=engine.group,
        enable_auto_commit=False,
        auto_offset_reset="none",
        session_timeout_ms=int(engine.session_seconds * 1000),
        heartbeat_interval_ms=int(engine.heartbeat_seconds * 1000),
        rebalance_timeout_ms=10_000,
        request_timeout_ms=40_000,
        max_poll_interval_ms=24 * 3_600_000,  # waiting for the database is not being dead
        fetch_max_wait_ms=POLL,
        max_partition_fetch_bytes=1024 * 1024,
        fetch_max_bytes=32 * 1024 * 1024,
        partition_assignment_strategy=(StickyPartitionAssignor,),
    )


class ConsumerLoop(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """One worker's membership in the group, from `run` to `close`."""

    def __init__(
        self,
        engine: Engine,
        source: AIOKafkaConsumer,
        view: KafkaLog,
        settings: EngineGroup,
        metrics: EngineMetrics,
    ) -> None:
        self._engine = engine
        self._consumer = source
        self._view = view
        self._settings = settings
        self._metrics = metrics
        self._closing = False
        self._assignments = 0
        self._claims: set[asyncio.Task[None]] = set()
        self._asked: dict[int, int] = {}

    # ------------------------------------------------------------- life

    async def run(self) -> None:
        """Join the group and work until `close`."""
        if not self._settings.stock_records:
            record_batches.install([TOPIC])
        self._consumer.subscribe([TOPIC], listener=self)
        await self._consumer.start()
        while not self._closing:
            await self._poll()

    async def close(self) -> None:
        """Take no more partitions, write what is applied, leave the group."""
        self._closing = True
        await self._last_flush()
        for number in list(self._engine.partitions):
            self._engine.drop(number)
        for task in self._claims:
            task.cancel()
        await self._consumer.stop()

    def ends(self) -> dict[int, int]:
        """The log's end of each owned partition, by the last fetch or question: nothing is fetched
        while flushes lag.
        """
        highwaters = {
            number: self._consumer.highwater(TopicPartition(TOPIC, number))
            for number in self._engine.partitions
        }
        known = {
            number: max(mark or 0, self._asked.get(number, 0))
            for number, mark in highwaters.items()
        }
        return {
            number: end for number, end in known.items() if end or highwaters[number] is not None
        }

    async def log_ends(self) -> dict[int, int]:
        """The log's end of every partition, asked now. Raises KafkaError and TimeoutError."""
        self._asked = {number: end for number, (_, end) in (await self._view.bounds()).items()}
        return self._asked

    # ------------------------------------------------------------- assignment

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Shut the gate before anything is fetched for an old position, then claim each partition
        in a task.
        """
        self._assignments += 1
        log.info("partitions_assigned", partitions=sorted(tp.partition for tp in assigned))
        for tp in assigned:
            self._consumer.pause(tp)
            self._consumer.seek(tp, 0)
        for tp in assigned:
            self._spawn(self._open_gate(tp, self._assignments))

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Write what is applied and forget it; the next owner loads it."""
        self._assignments += 1
        if revoked:
            await self._last_flush()
        for tp in revoked:
            self._engine.drop(tp.partition)

    async def _last_flush(self) -> None:
        try:
            async with asyncio.timeout(LAST_FLUSH_WITHIN):
                await self._engine.flush()
                await self.commit()
        except (StoreUnavailable, TimeoutError, KafkaError) as failed:
            log.warning("last_flush_failed", error=str(failed))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._claims.add(task)
        task.add_done_callback(self._claims.discard)

    async def _open_gate(self, tp: TopicPartition, assignment: int) -> None:
        while self._still(tp, assignment):
            try:
                await self._claim(tp, assignment)
            except LogLost as lost:
                self._metrics.log_lost.inc()
                log.critical("log_lost", partition=tp.partition, error=str(lost))
                return
            except (StoreUnavailable, KafkaError, TimeoutError, LookupError) as away:
                log.warning("partition_not_claimed", partition=tp.partition, error=str(away))
                await asyncio.sleep(TRY_AGAIN)
            else:
                return

    async def _claim(self, tp: TopicPartition, assignment: int) -> None:
        log_id = await self._view.identity()
        begin, end = (await self._view.bounds())[tp.partition]
        partition = await self._engine.claim(tp.partition, log_id, begin, end)
        if self._still(tp, assignment):
            self._engine.adopt(partition)
            self._consumer.seek(tp, partition.next_offset)
            self._consumer.resume(tp)
            log.info(
                "partition_claimed",
                partition=tp.partition,
                offset=partition.next_offset,
                epoch=partition.epoch,
            )

    def _still(self, tp: TopicPartition, assignment: int) -> bool:
        return (
            not self._closing
            and assignment == self._assignments
            and tp in self._consumer.assignment()
        )

    # ------------------------------------------------------------- records

    async def _poll(self) -> None:
        self._claim_fenced()
        if self._engine.crowded:
            await asyncio.sleep(PAUSE_WHEN_CAUGHT_UP)
            return
        try:
            polled = await self._consumer.getmany(timeout_ms=POLL, max_records=BATCHES_A_POLL)
        except KafkaError as failed:
            log.warning("fetch_failed", error=str(failed))
            await asyncio.sleep(TRY_AGAIN)
            return
        for tp, records in polled.items():
            for batch in (
                record_batches.from_stock(records)
                if self._settings.stock_records
                else record_batches.joined(records)
            ):
                await self._apply(tp, batch)
        if all(
            partition.next_offset >= self.ends().get(number, 0)
            for number, partition in self._engine.partitions.items()
        ):
            await asyncio.sleep(PAUSE_WHEN_CAUGHT_UP)

    def _claim_fenced(self) -> None:
        """A late claim of a departed worker can fence the rightful owner: still assigned, it claims
        again.
        """
        for number in list(self._engine.fenced):
            self._engine.fenced.discard(number)
            tp = TopicPartition(TOPIC, number)
            if tp in self._consumer.assignment():
                self._consumer.pause(tp)
                self._spawn(self._claim_again(tp, self._assignments))

    async def _claim_again(self, tp: TopicPartition, assignment: int) -> None:
        await asyncio.sleep(TRY_AGAIN)
        await self._open_gate(tp, assignment)

    async def _apply(self, tp: TopicPartition, batch: RecordBatch) -> None:
        """Apply a batch that fits the partition's position; skip what lies behind it, seek back
        over a gap.
        """
        while not self._closing:
            partition = self._engine.partitions.get(tp.partition)
            if partition is None or batch.next <= partition.next_offset:
                self._metrics.gaps.labels("behind").inc(partition is not None)
                return
            if batch.start > partition.next_offset:
                self._metrics.gaps.labels("ahead").inc()
                self._consumer.seek(tp, partition.next_offset)
                return
            try:
                await self._engine.apply(partition, batch)
            except (StoreUnavailable, KafkaError, TimeoutError) as away:
                log.warning(
                    "partition_waits",
                    partition=tp.partition,
                    offset=partition.next_offset,
                    error=str(away),
                )
                await asyncio.sleep(TRY_AGAIN)
            else:
                return

    async def commit(self) -> None:
        """Commit the durable offsets to Kafka's group; advisory, for lag tools."""
        owned = {
            TopicPartition(TOPIC, number): one.durable_offset
            for number, one in self._engine.partitions.items()
        }
        if owned:
            failpoints.reach("before_kafka_commit")
            await self._consumer.commit(
                {tp: OffsetAndMetadata(offset, "") for tp, offset in owned.items()}
            )
