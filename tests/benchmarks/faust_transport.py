"""The engine's own core, fed by Faust's consumer instead of the plain loop: Faust with a transport
that hands on whole record batches.

Faust joins the group, assigns and fetches; its queueing, acks and commits are switched off, since
the database keeps the offsets. For one worker that nobody competes with: no gate, no fencing.

python -m tests.benchmarks.faust_transport engine
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import faust
from aiokafka import TopicPartition
from faust.transport.drivers import aiokafka as driver
from faust.types import StreamT
from prometheus_client import CollectorRegistry

from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.kpi_engine.app import RecordBatch
from floorpulse.kpi_engine.kafka import record_batches
from floorpulse.kpi_engine.settings import EngineSettings
from floorpulse.kpi_engine.wiring import worker
from floorpulse.runtime.kafka_log import kafka_log

TOPIC = CONTACT_EVENTS.name
BATCHES_A_POLL = 64
SESSION = 300


class Batches(driver.Consumer):
    """Faust's consumer, which hands record batches to the transport's `source` instead of messages
    to streams.
    """

    async def _drain_messages(self, fetcher: Any) -> None:
        source: Source = self.transport.source  # type: ignore[attr-defined]  # BatchTransport's
        while not (self.should_stop or fetcher.should_stop):
            await self.can_resume_flow.wait()
            owned = set(self.assignment())
            if self.flow_active and owned:
                source.joined.set()
            fetched: Any = await self._getmany(active_partitions=owned, timeout=0.2)
            await source.take(fetched)
            await asyncio.sleep(0)


class BatchTransport(driver.Transport):
    """Faust's transport with that consumer."""

    Consumer = Batches
    source: "Source"


class Source:
    """What the engine's worker knows as its loop: claims all partitions once Faust has joined, then
    applies.
    """

    def __init__(self, plain: Any, settings: EngineSettings) -> None:
        self._engine = plain._engine  # the engine that the wiring made for its own loop
        self._settings = settings
        self._claimed = asyncio.Event()
        self.joined = asyncio.Event()

    async def run(self) -> None:
        """Claim all partitions: there is no other worker. Only a worker that joined is ready: the
        benchmark freezes it then.
        """
        await self.joined.wait()
        async with kafka_log(self._settings.kafka, TOPIC) as view:
            log_id = await view.identity()
            for number, (begin, end) in (await view.bounds()).items():
                self._engine.adopt(await self._engine.claim(number, log_id, begin, end))
        self._claimed.set()

    async def close(self) -> None:
        """Write what is applied."""
        await self._engine.flush()

    def ends(self) -> Mapping[int, int]:
        """Unknown here; the engine then takes its own positions."""
        return {}

    async def log_ends(self) -> Mapping[int, int]:
        """Unknown as well: the benchmark itself watches for progress."""
        return {}

    async def commit(self) -> None:
        """Not this source's."""

    async def take(self, fetched: Mapping[TopicPartition, list[RecordBatch]]) -> None:
        """Apply what was fetched."""
        await self._claimed.wait()
        for tp, batches in fetched.items():
            for batch in batches:
                while self._engine.crowded:  # noqa: ASYNC110  as the engine's own loop
                    await asyncio.sleep(0.05)
                await self._engine.apply(self._engine.partitions[tp.partition], batch)


async def main(settings: EngineSettings) -> None:
    """Work until killed."""
    record_batches.install([TOPIC])
    async with worker(settings, CollectorRegistry()) as (service, _):
        source = Source(service._source, settings)
        service._source = source
        app = fed(source, settings)
        app.loop = asyncio.get_running_loop()
        app.in_worker = True
        app.finalize()
        await service.start()
        await app.start()
        await service.wait_until_stopped()
        raise service.crash_reason or SystemExit("the worker stopped")


def fed(source: Source, settings: EngineSettings) -> faust.App:
    """The Faust app that feeds the source."""
    app = faust.App(
        settings.engine.group,
        broker=f"kafka://{settings.kafka.bootstrap_servers}",
        store="memory://",
        datadir=Path(gettempdir()) / "floorpulse-faust",  # Faust insists on making it
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
        broker_session_timeout=SESSION,
        broker_request_timeout=SESSION + 10,
        broker_max_poll_records=BATCHES_A_POLL,
        stream_wait_empty=False,
    )
    transport = BatchTransport(app.conf.broker, app, app.loop)
    transport.source = source
    app.transport = transport

    @app.agent(app.topic(TOPIC, value_type=bytes, value_serializer="raw"))
    async def subscribed(stream: StreamT[bytes]) -> None:
        """Nothing reaches it: it is there so that Faust subscribes."""
        async for _ in stream:
            pass

    return app


if __name__ == "__main__":
    asyncio.run(main(EngineSettings()))
