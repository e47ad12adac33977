"""Settings in, a running engine worker out: the loop, its timers, and the Faust application beside
it.

SIGTERM ─┬► loop: last flush, leave the group ─┬► producers, connections
         └► Faust: agents, leader, its group ──┘
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4
from zoneinfo import ZoneInfo

import asyncpg
import faust
import structlog
from prometheus_client import CollectorRegistry, start_http_server
from structlog.stdlib import BoundLogger

from floorpulse.contracts.horizons import kept
from floorpulse.contracts.topics import CONTACT_EVENTS, TOPICS
from floorpulse.contracts.visits import Longest
from floorpulse.kpi_engine import failpoints
from floorpulse.kpi_engine.app import Engine, EngineOptions
from floorpulse.kpi_engine.kafka.consumer import ConsumerLoop, consumer
from floorpulse.kpi_engine.kafka.faust_app import LeaderTask, faust_app
from floorpulse.kpi_engine.kafka.producer import Outgoing
from floorpulse.kpi_engine.metrics import EngineMetrics
from floorpulse.kpi_engine.native.choice import folding
from floorpulse.kpi_engine.postgres.store import PostgresStore, StoreOptions
from floorpulse.kpi_engine.rollup.roller import Roller
from floorpulse.kpi_engine.settings import EngineSettings
from floorpulse.kpi_engine.upkeep.audit import Auditor
from floorpulse.kpi_engine.upkeep.retention import Retention
from floorpulse.kpi_engine.upkeep.statistics import Statistics
from floorpulse.kpi_engine.worker.service import Worker
from floorpulse.runtime.database import asyncpg_pool
from floorpulse.runtime.gc_tuning import leave_alone_what_is_here
from floorpulse.runtime.kafka import ensure_topics, producer
from floorpulse.runtime.kafka_log import kafka_log
from floorpulse.runtime.process_metrics import process_registry

log: BoundLogger = structlog.get_logger(__name__)

AUDIT_EVERY = 60.0
STATISTICS_EVERY = 5.0
LEAVE_WITHIN = 20.0
"""Seconds after which a worker that is asked to stop no longer waits for its groups: what it
counted is written by then, or read again by the next owner. Who leaves in the midst of a rebalance
waits for the other members, up to a session, in each group."""
STOP_WITHIN = 30
"""Seconds after which the system ends a worker that cannot stop, for instance because the brokers
are gone: what is not durable is read again by the next owner."""


class WorkerEnded(Exception):  # noqa: N818  it says what happened
    """The worker ended without being asked to."""


@asynccontextmanager
async def worker(
    settings: EngineSettings, registry: CollectorRegistry
) -> AsyncIterator[tuple[Worker, faust.App]]:
    """The worker's two halves, connected but not started."""
    failpoints.arm(settings.engine.failpoint)
    metrics = EngineMetrics(registry)
    fold = folding(settings.engine.fold)
    metrics.fold.labels(fold.by).set(1)
    log.info("fold_chosen", by=fold.by, reason=fold.reason)
    await ensure_topics(settings.kafka, TOPICS)
    pool = await asyncpg_pool(settings.database)
    sender = await producer(settings.kafka)
    store = PostgresStore(
        pool,
        settings.database,
        owner=f"{socket.gethostname()}/{uuid4().hex[:8]}",
        options=store_options(settings),
    )
    try:
        async with kafka_log(settings.kafka, CONTACT_EVENTS.name) as view:
            outgoing = Outgoing(sender)
            engine = Engine(store, outgoing, outgoing, options(settings), metrics, fold.core)
            loop = ConsumerLoop(
                engine, consumer(settings.kafka, settings.engine), view, settings.engine, metrics
            )
            yield (
                Worker(engine, loop, settings),
                faust_app(
                    settings.kafka, settings.engine, outgoing, leader_tasks(pool, settings, metrics)
                ),
            )
    finally:
        await sender.stop()
        await store.aclose()
        await pool.close()


def store_options(settings: EngineSettings) -> StoreOptions:
    """The store's options, in milliseconds."""
    longest = Longest(
        settings.floor.max_wait_seconds * 1000, settings.floor.max_conversation_seconds * 1000
    )
    return StoreOptions(
        settings.floor.pane_seconds * 1000,
        int(settings.engine.allowance_seconds * 1000),
        kept(longest),
    )


def options(settings: EngineSettings) -> EngineOptions:
    """The engine's bounds, in milliseconds and rows."""
    return EngineOptions(
        allowance=int(settings.engine.allowance_seconds * 1000),
        slice_records=settings.engine.slice_records,
        dirty_rows=settings.engine.dirty_rows,
        outage_rows=settings.engine.outage_rows,
        visits_in_memory=settings.engine.visits_in_memory,
        panes_in_memory=settings.engine.panes_in_memory,
    )


def leader_tasks(
    pool: asyncpg.Pool, settings: EngineSettings, metrics: EngineMetrics
) -> list[LeaderTask]:
    """The work of the leader only."""
    pane_length = settings.floor.pane_seconds * 1000
    return [
        LeaderTask("the audit", AUDIT_EVERY, Auditor(pool, pane_length, metrics).check),
        LeaderTask(
            "the roller",
            settings.rollup.seconds,
            Roller(pool, ZoneInfo(settings.floor.zone), pane_length, metrics).roll,
        ),
        LeaderTask("the planner's statistics", STATISTICS_EVERY, Statistics(pool).refresh),
        LeaderTask(
            "retention",
            settings.retention.seconds,
            Retention(pool, settings.retention.limits()).enforce,
        ),
    ]


async def run(settings: EngineSettings) -> None:
    """Work until SIGTERM or SIGINT; raises what ended the worker otherwise."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    registry = process_registry()
    if settings.engine.metrics_port:
        start_http_server(settings.engine.metrics_port, settings.engine.metrics_host, registry)
    async with worker(settings, registry) as (loop, app):
        leave_alone_what_is_here()
        parted = await _run_both(loop, app, stopped)
    if not parted:
        log.warning(
            "groups_not_left",
            within=LEAVE_WITHIN,
            effect="Kafka gives the partitions away when the session is over",
        )
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)  # Faust's threads would keep the process


async def _run_both(loop: Worker, app: faust.App, stopped: asyncio.Event) -> bool:
    """The loop starts and stops beside Faust; whichever ends by itself ends the process. Returns
    whether both came to their end.
    """
    app.loop = asyncio.get_running_loop()
    app.in_worker = True
    app.finalize()
    await loop.start()
    starting = asyncio.create_task(app.start())
    endings = [
        asyncio.create_task(one)
        for one in (stopped.wait(), loop.wait_until_stopped(), _until_faust_ends(app, starting))
    ]
    try:
        done, _ = await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
        for ending in done:
            ending.result()
    finally:
        signal.alarm(STOP_WITHIN)
        for ending in endings:
            ending.cancel()
        partings = [
            asyncio.create_task(loop.stop()),
            asyncio.create_task(_stop_faust(app, starting)),
        ]
        gone, late = await asyncio.wait(partings, timeout=LEAVE_WITHIN)
        for parting in gone:
            parting.result()
    if not stopped.is_set():
        message = "a part of the worker ended by itself; the log above says which and why"
        raise WorkerEnded(message)
    return not late


async def _stop_faust(app: faust.App, starting: asyncio.Task[None]) -> None:
    """Faust is stopped only once it has started: stopped in between, it leaves a thread that runs
    for ever.
    """
    await asyncio.wait([starting])
    await app.stop()


async def _until_faust_ends(app: faust.App, starting: asyncio.Task[None]) -> None:
    await asyncio.shield(starting)
    await app.wait_until_stopped()
