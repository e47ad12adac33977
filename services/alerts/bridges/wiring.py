"""The bridges as the process runs them: settings in, one coroutine until it is cancelled."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from aiokafka import AIOKafkaProducer
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.stdlib import BoundLogger

from floorpulse.alerts.bridges.alert_events import AlertEvents
from floorpulse.alerts.bridges.alertmanager import AlertmanagerPush, Clocks
from floorpulse.alerts.bridges.alertmanager_client import AlertmanagerClient
from floorpulse.alerts.bridges.alertmanager_input import (
    AlertmanagerDescriptions,
    AlertmanagerInput,
    AlertmanagerLook,
    TakesTransitions,
)
from floorpulse.alerts.bridges.alertmanager_store import KnownAlerts
from floorpulse.alerts.bridges.gauges import TableGauges
from floorpulse.alerts.bridges.ical_feeds import FeedClock, IcalFeeds, fetching
from floorpulse.alerts.bridges.incident_rows import IncidentRows
from floorpulse.alerts.bridges.settings import BridgeSettings
from floorpulse.alerts.metrics import BridgeMetrics, IncidentMetrics, NoticeMetrics
from floorpulse.alerts.notifiers.settings import ChannelSettings
from floorpulse.alerts.notifiers.wiring import opened_channels
from floorpulse.contracts.topics import ALERT_EVENTS
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.runtime import clock, kafka
from floorpulse.runtime.settings import KafkaSettings

log: BoundLogger = structlog.get_logger(__name__)

AGAIN_AFTER = 30.0


@dataclass(frozen=True)
class BridgedService:
    """What the bridges lead to and from: the tables, who keeps incidents, whether this replica
    acts; `page` is the address of `/alerts` for people, where one is known.
    """

    engine: AsyncEngine
    kafka: KafkaSettings
    keeper: TakesTransitions
    descriptions: AlertmanagerDescriptions
    acts: Callable[[], bool]
    page: str = ""


@dataclass(frozen=True)
class BridgedMetrics:
    """The collectors that the bridges set."""

    incidents: IncidentMetrics
    notices: NoticeMetrics
    bridges: BridgeMetrics


async def run_bridges(
    settings: BridgeSettings, service: BridgedService, metrics: BridgedMetrics
) -> None:
    """Run all bridges that are set, until cancelled."""
    store = KnownAlerts(service.engine)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        gauges = TableGauges(service.engine, metrics.incidents, metrics.notices)
        group.create_task(kept_up("gauges", gauges.run))
        handing = AlertmanagerInput(store, service.keeper, service.descriptions)
        group.create_task(kept_up("alertmanager_input", partial(handing.run, service.acts)))
        if settings.alert_events:
            events = AlertEvents(
                service.engine, partial(_producer, service.kafka), metrics.bridges, clock.now_ms
            )
            stack.push_async_callback(events.close)
            group.create_task(kept_up("alert_events", partial(events.run, service.acts)))
        if settings.alertmanager_url is not None:
            client = AlertmanagerClient(settings.alertmanager_url.get_secret_value())
            stack.push_async_callback(client.close)
            _start_alertmanager(group, settings, service, metrics.bridges, client)


def _start_alertmanager(
    group: asyncio.TaskGroup,
    settings: BridgeSettings,
    service: BridgedService,
    metrics: BridgeMetrics,
    client: AlertmanagerClient,
) -> None:
    clocks = Clocks(clock.now_ms, clock.monotonic)
    push = AlertmanagerPush(IncidentRows(service.engine), client, metrics, clocks, service.page)
    group.create_task(kept_up("alertmanager_push", partial(push.run, service.acts)))
    if settings.alertmanager_look_seconds:
        look = AlertmanagerLook(
            KnownAlerts(service.engine),
            client,
            metrics,
            clock.now_ms,
            settings.alertmanager_settled_seconds,
        )
        looking = partial(look.run, service.acts, settings.alertmanager_look_seconds)
        group.create_task(kept_up("alertmanager_look", looking))


@asynccontextmanager
async def opened_feeds(
    settings: ChannelSettings,
    definitions: Callable[[], Definitions],
    zone: ZoneInfo,
    metrics: BridgeMetrics,
) -> AsyncIterator[IcalFeeds]:
    """The iCal feeds of rotas, fetched in the background over a transport of their own."""
    async with opened_channels(settings) as channels:
        fetch = fetching(channels.outside.transport)
        feeds = IcalFeeds(definitions, fetch, metrics, FeedClock(clock.now_ms, zone))
        reading = asyncio.create_task(kept_up("ical_feeds", feeds.run), name="ical_feeds")
        try:
            yield feeds
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading


async def kept_up(
    bridge: str, run: Callable[[], Awaitable[None]], pause: float = AGAIN_AFTER
) -> None:
    """Run a bridge for ever; a defect of one must not keep people from being told."""
    while True:
        try:
            await run()
        except Exception:
            log.exception("bridge_ended", bridge=bridge)
        await asyncio.sleep(pause)


async def _producer(settings: KafkaSettings) -> AIOKafkaProducer:
    """A producer of a topic that exists: an ingest or engine may never have run."""
    await kafka.ensure_topics(settings, [ALERT_EVENTS])
    return await kafka.producer(settings)
