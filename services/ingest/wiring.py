"""Composition root of ingest: settings in, a running service out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from zoneinfo import ZoneInfo

import asyncpg
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from floorpulse.access.keys import KeyRing
from floorpulse.contracts.topics import TOPICS
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.wiring import kept_definitions
from floorpulse.ingest.adapters.kafka_log import ProducerLog
from floorpulse.ingest.adapters.secrets import secret_of
from floorpulse.ingest.adapters.tally_store import PostgresTallies
from floorpulse.ingest.api import operations, routes, sources
from floorpulse.ingest.app import Ingest, RequestBounds
from floorpulse.ingest.domain.judge import EventLimits
from floorpulse.ingest.domain.pseudonyms import CustomerKey, Pseudonyms
from floorpulse.ingest.feeds import TalliedFeeds
from floorpulse.ingest.metrics import FeedMetrics, IngestMetrics, SourceMetrics
from floorpulse.ingest.receiving import Receiving, Vendors
from floorpulse.ingest.settings import IngestGroup, IngestSettings
from floorpulse.ingest.tallies import Tallies, keep_writing
from floorpulse.runtime import clock, kafka
from floorpulse.runtime.database import async_engine, idle_pool
from floorpulse.runtime.gc_tuning import leave_alone_what_is_here
from floorpulse.runtime.http import create_app
from floorpulse.runtime.process_metrics import process_registry

TALLIES_EVERY = 2.0
"""Seconds between two writings of sources' tallies"""
LOOKED_WITHIN = 1.0
"""Seconds for which a stop waits for the first look at Kafka: aiokafka leaves a connection open
whose opening was cancelled
"""
SUMMARY = "Contact-centre events in: judged one by one, acknowledged by Kafka, never half accepted"


@asynccontextmanager
async def ingest(settings: IngestSettings, registry: CollectorRegistry) -> AsyncIterator[Ingest]:
    """The use cases on the configured Kafka, their collectors in `registry`; Kafka may be away,
    then events are 503.
    """
    group = settings.ingest
    prepare = partial(kafka.ensure_topics, settings.kafka, TOPICS)
    start = partial(kafka.producer, settings.kafka)
    log = ProducerLog(prepare, start, group.ack_seconds)
    limits = EventLimits(group.max_event_bytes, group.max_depth)
    looking = asyncio.create_task(
        log.unready()
    )  # what is wrong with Kafka is in the log at once, not with the first event
    try:
        yield Ingest(
            log,
            _bounds(group),
            limits,
            _pseudonyms(group),
            IngestMetrics(registry),
            now=clock.now_ms,
        )
    finally:
        await asyncio.wait([looking], timeout=LOOKED_WITHIN)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await log.close()


@asynccontextmanager
async def receiving(
    registry: CollectorRegistry,
    opened: Ingest,
    pool: asyncpg.Pool,
    current: Callable[[], Definitions | None],
    zone: ZoneInfo,
) -> AsyncIterator[Receiving]:
    """What takes deliveries of configured sources, and knows the feeds of `opened`; tallies are
    written in the background. `current` gives the definitions in force, None until they were read,
    `zone` is that of tenants who define none.
    """
    tallies = Tallies(clock.now_ms)
    feeds = FeedMetrics(registry)
    opened.feeds = TalliedFeeds(current, tallies, zone, feeds, clock.now_ms)
    writing = asyncio.create_task(keep_writing(tallies, PostgresTallies(pool), TALLIES_EVERY))
    metrics = SourceMetrics(registry)
    try:
        yield Receiving(opened, current, secret_of, tallies, metrics, Vendors(), now=clock.now_ms)
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)


def create_ingest_app(settings: IngestSettings) -> FastAPI:
    """The application of `floorpulse ingest`: events, health and metrics."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = async_engine(settings.database)
        app.state.keys = KeyRing(engine)
        registry = app.state.registry = process_registry()
        try:
            async with (
                idle_pool(settings.database) as pool,
                ingest(settings, registry) as app.state.ingest,
                kept_definitions(settings.definitions, pool, registry) as kept,
                receiving(
                    registry,
                    app.state.ingest,
                    pool,
                    lambda: kept.current if kept.loaded.is_set() else None,
                    ZoneInfo(settings.floor.zone),
                ) as app.state.receiving,
            ):
                leave_alone_what_is_here()
                yield
        finally:
            await engine.dispose()

    app = create_app("Floorpulse ingest", SUMMARY, lifespan)
    routes.install(app)
    app.include_router(sources.router())
    app.include_router(operations.router())
    return app


def _bounds(group: IngestGroup) -> RequestBounds:
    return RequestBounds(
        events=group.max_events,
        body_bytes=group.max_body_bytes,
        body_seconds=group.body_seconds,
        events_under_way=group.max_in_flight_events,
        bytes_under_way=group.max_in_flight_bytes,
    )


def _pseudonyms(group: IngestGroup) -> Pseudonyms:
    return Pseudonyms(
        tuple(
            CustomerKey(key.name, key.secret.get_secret_value().encode())
            for key in group.customer_keys
        )
    )
