"""What can be built into an engine worker of a test: faults that it must survive, and mutations
that the tests must notice.

Each entry of `FAULTS` changes the engine inside a worker's process, before it starts. This is the
one place of the tests that knows the engine's parts by name.
"""

import asyncio
import dataclasses
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import asyncpg
import faust
import msgspec
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from floorpulse.contracts.cells import Cells, add
from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.kpi_engine import wiring
from floorpulse.kpi_engine.app import Engine, RecordBatch
from floorpulse.kpi_engine.fold.flush_rows import FlushRows
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.kafka import consumer as loop
from floorpulse.kpi_engine.ports import FlushOutcome
from floorpulse.kpi_engine.postgres import store
from tests.fakes.copied_rows import of_panes, pane_rows

log = logging.getLogger(__name__)

HELD = "FLOORPULSE_TEST__HOLD"
"""Path of a file: while it exists, a worker with `hold_flushes` makes nothing durable."""

VANISHED = 71
LOOK_AGAIN_AFTER = 0.02
COMMITTED = "positions committed to Kafka: "

STORED_PANE = """
SELECT cells FROM pane WHERE tenant = $1 AND start = $2 AND queue = $3 AND channel = $4
    AND partition = $5
"""

Positions = dict[int, store.HeldPosition]


class Hold:
    """A switch between processes: a file that is there or not."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def on(self) -> bool:
        """Whether flushes are held."""
        return self.path.exists()

    @property
    def caught(self) -> bool:
        """Whether a flush with figures in hand waits, or did."""
        return self._caught.exists()

    def catch(self) -> None:
        """Such a flush waits now."""
        self._caught.touch()

    @property
    def _caught(self) -> Path:
        return self.path.with_suffix(".caught")

    def begin(self) -> None:
        """Hold them."""
        self.path.touch()

    def end(self) -> None:
        """Let them go on."""
        self.path.unlink()


# ------------------------------------------------------------- faults


def hold_flushes(*, vanish: bool = False) -> None:
    """While the file named by `HELD` exists, a flush waits with its rows in hand, between reading
    its state and BEGIN.

    With `vanish` only a flush of figures is held, and the process is gone right after it.
    """
    hold = Hold(Path(os.environ[HELD]))  # noqa: TID251  a switch of the test
    flush = store.PostgresStore.flush

    async def flush_when_let(
        self: store.PostgresStore, rows: Sequence[FlushRows]
    ) -> Mapping[int, FlushOutcome]:
        figures = any(one.panes or one.new_panes for one in rows)
        held = hold.on and (figures or not vanish)
        if held and figures:
            hold.catch()
        while held and hold.on:  # noqa: ASYNC110  a switch in another process
            await asyncio.sleep(LOOK_AGAIN_AFTER)
        written = await flush(self, rows)
        if held and vanish:
            os._exit(VANISHED)
        return written

    store.PostgresStore.flush = flush_when_let  # type: ignore[method-assign]


def lose_a_batch() -> None:
    """Once, records that were fetched vanish on their way to the loop, as around a rebalance."""
    getmany = AIOKafkaConsumer.getmany
    lost: list[Any] = []

    async def getmany_but_one(
        self: AIOKafkaConsumer, *args: Any, **kwargs: Any
    ) -> dict[TopicPartition, list[Any]]:
        polled: dict[TopicPartition, list[Any]] = await getmany(self, *args, **kwargs)
        later = [
            tp
            for tp, batches in polled.items()
            if batches and tp.topic == CONTACT_EVENTS.name and batches[0].start > 0
        ]
        if later and not lost:
            lost.extend(polled.pop(later[0]))
            log.warning("lost %d batches of %s", len(lost), later[0])
        return polled

    AIOKafkaConsumer.getmany = getmany_but_one


def stay_in_faust() -> None:
    """Faust never stops, as where its group waits for a member that is gone; the worker waits 3 s
    for it.
    """

    async def stop(_: faust.App) -> None:
        await asyncio.Event().wait()

    faust.App.stop = stop  # type: ignore[method-assign, assignment]
    wiring.LEAVE_WITHIN = 3.0


# ------------------------------------------------------------- mutations


def forget_the_fence() -> None:
    """Rows are written without comparing owner and position."""

    async def held(_: asyncpg.Connection, rows: Sequence[FlushRows]) -> Positions:
        return {
            one.position.partition: store.HeldPosition(one.position.epoch, one.before)
            for one in rows
        }

    store.PostgresStore._held = staticmethod(held)  # type: ignore[method-assign, assignment]
    _write_no_pages()


def _write_no_pages() -> None:
    """Who is there is not written: the numbers of its pages would keep a zombie from writing
    anything.
    """

    async def tell_nobody(_: asyncpg.Connection, __: Sequence[FlushRows]) -> None:
        pass

    store.PostgresStore._write_presence = staticmethod(tell_nobody)  # type: ignore[method-assign, assignment]


def forget_the_epoch() -> None:
    """Rows are written by whoever knows the position, owner or not."""
    held = store.PostgresStore._held

    async def held_by_all(connection: asyncpg.Connection, rows: Sequence[FlushRows]) -> Positions:
        found = await held(connection, rows)
        epochs = {one.position.partition: one.position.epoch for one in rows}
        return {number: one._replace(epoch=epochs[number]) for number, one in found.items()}

    store.PostgresStore._held = staticmethod(held_by_all)  # type: ignore[method-assign]
    _write_no_pages()


def write_increments() -> None:
    """A pane's row is added to what the table holds, where it should replace it."""
    write = store.PostgresStore._write

    async def add_up(
        self: store.PostgresStore, connection: asyncpg.Connection, rows: Sequence[FlushRows]
    ) -> None:
        await write(
            self,
            connection,
            [
                dataclasses.replace(
                    one,
                    panes=of_panes([await _added(connection, row) for row in pane_rows(one.panes)]),
                )
                for one in rows
            ],
        )

    store.PostgresStore._write = add_up  # type: ignore[method-assign]


async def _added(connection: asyncpg.Connection, row: tuple[object, ...]) -> tuple[object, ...]:
    known = await connection.fetchval(STORED_PANE, *row[:5])
    cells = msgspec.msgpack.decode(cast("bytes", row[6]), type=Cells)
    if known is not None:
        add(cells, msgspec.msgpack.decode(known, type=Cells))
    return (*row[:6], msgspec.msgpack.encode(cells))


def commit_kafka_first() -> None:
    """Positions go to Kafka before rows go to the database, and a worker begins where Kafka
    says.
    """
    claim = loop.ConsumerLoop._claim
    publish = Engine.publish

    async def claim_from_kafka(
        self: loop.ConsumerLoop, tp: TopicPartition, assignment: int
    ) -> None:
        _KAFKA["loop"] = self
        await claim(self, tp, assignment)
        partition = self._engine.partitions.get(tp.partition)
        committed = await self._consumer.committed(tp)
        if partition is not None and committed is not None:
            await _believe(self, partition, committed)
            self._consumer.seek(tp, committed)

    async def commit_and_publish(self: Engine, ends: Mapping[int, int]) -> None:
        if "loop" in _KAFKA and self.partitions:
            offsets = {
                TopicPartition(CONTACT_EVENTS.name, number): one.next_offset
                for number, one in self.partitions.items()
            }
            await _KAFKA["loop"]._consumer.commit(
                {tp: OffsetAndMetadata(offset, "") for tp, offset in offsets.items()}
            )
            log.warning("%s%d", COMMITTED, sum(offsets.values()))
        await publish(self, ends)

    loop.ConsumerLoop._claim = claim_from_kafka  # type: ignore[method-assign]
    Engine.publish = commit_and_publish  # type: ignore[method-assign]


_KAFKA: dict[str, loop.ConsumerLoop] = {}


async def _believe(self: loop.ConsumerLoop, partition: Partition, offset: int) -> None:
    partition.next_offset = partition.durable_offset = offset
    pool = self._engine._store._pool  # type: ignore[attr-defined]  # the store on PostgreSQL
    await pool.execute(
        "UPDATE stream_partition SET next_offset = $1 WHERE partition = $2",
        offset,
        partition.number,
    )


def skip_the_position_check() -> None:
    """Whatever was fetched is applied, wherever it begins."""

    async def apply(self: loop.ConsumerLoop, tp: TopicPartition, batch: RecordBatch) -> None:
        partition = self._engine.partitions.get(tp.partition)
        if partition is not None:
            await self._engine.apply(partition, batch)

    loop.ConsumerLoop._apply = apply  # type: ignore[method-assign]


FAULTS: Mapping[str, Callable[[], None]] = {
    "hold_flushes": hold_flushes,
    "hold_a_flush_and_vanish": partial(hold_flushes, vanish=True),
    "lose_a_batch": lose_a_batch,
    "stay_in_faust": stay_in_faust,
    "forget_the_fence": forget_the_fence,
    "forget_the_epoch": forget_the_epoch,
    "write_increments": write_increments,
    "commit_kafka_first": commit_kafka_first,
    "skip_the_position_check": skip_the_position_check,
}
