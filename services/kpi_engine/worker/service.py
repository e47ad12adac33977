"""The worker at work: its source of records and its timers, as a service of the process."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import structlog
from aiokafka.errors import KafkaError
from mode import Service
from structlog.stdlib import BoundLogger

from floorpulse.kpi_engine.app import Engine
from floorpulse.kpi_engine.settings import EngineSettings
from floorpulse.kpi_engine.worker.progress import WorkerProgress
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

COMMIT_EVERY = 5
LOOK_EVERY = 3.0
SOONEST = 0.1
PUBLISH_SHARE = 8.0
"""How many times the length of the last publishing passes before the next"""
RELOAD_RETENTION_EVERY = 60.0
PASSING = (StoreUnavailable, KafkaError, TimeoutError, OSError)


class Stalled(Exception):  # noqa: N818  it says what happened
    """The worker reads nothing although there is something to read."""


class RecordSource(Protocol):
    """The source of records, as the worker knows it."""

    async def run(self) -> None:
        """Join the group and hand records on until `close`."""
        ...

    async def close(self) -> None:
        """Write what is applied and leave the group."""
        ...

    async def commit(self) -> None:
        """Commit the durable offsets to the group."""
        ...

    def ends(self) -> Mapping[int, int]:
        """The log's end of each owned partition, as far as it is known without asking."""
        ...

    async def log_ends(self) -> Mapping[int, int]:
        """The log's end of every partition, asked now. Raises KafkaError and TimeoutError."""
        ...


class Worker(Service):
    """The source of records and its timers as a service of the worker process."""

    def __init__(self, engine: Engine, source: RecordSource, settings: EngineSettings) -> None:
        self._engine = engine
        self._source = source
        self._settings = settings.engine
        self._flushes = 0
        self._progress = WorkerProgress()
        super().__init__()

    async def on_start(self) -> None:
        """Begin to join the group; returns at once."""
        self.add_future(self._source.run())
        self.add_future(self._every(self._settings.flush_seconds, self._flush))
        self.add_future(self._publish_often())
        self.add_future(self._every(self._settings.publish_seconds, self._engine.join))
        self.add_future(self._every(LOOK_EVERY, self._look))
        self.add_future(self._every(RELOAD_RETENTION_EVERY, self._engine.reload_retention))

    async def on_stop(self) -> None:
        """Write what is applied and leave the group before anything else winds down."""
        await self._source.close()

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while not self.should_stop:
            await asyncio.sleep(seconds)
            await self._try(work)

    async def _try(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except PASSING as away:
            log.warning("step_waits", step=work.__name__.strip("_"), error=str(away))

    async def _publish_often(self) -> None:
        """Publish, the sooner again the less there was to publish."""
        took = 0.0
        while not self.should_stop:
            await asyncio.sleep(
                min(self._settings.publish_seconds, max(SOONEST, PUBLISH_SHARE * took))
            )
            began = monotonic()
            await self._try(self._publish)
            took = monotonic() - began

    async def _flush(self) -> None:
        await self._engine.flush()
        self._flushes += 1
        if self._flushes % COMMIT_EVERY == 0:
            await self._source.commit()

    async def _publish(self) -> None:
        await self._engine.publish(self._source.ends())

    async def _look(self) -> None:
        """End a worker that is stuck, so that another one takes over; waiting for the database is
        not being stuck.
        """
        offsets = {
            number: partition.next_offset for number, partition in self._engine.partitions.items()
        }
        stalled = self._progress.stalled(offsets, await self._source.log_ends(), monotonic())
        if (
            self._settings.stall_seconds
            and stalled > self._settings.stall_seconds
            and not self._engine.waits_for_database
        ):
            message = (
                f"a partition has not moved for {stalled:.0f} s although records wait; this "
                "worker ends, another takes over"
            )
            raise Stalled(message)
