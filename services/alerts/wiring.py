"""The composition root of the alerts service: settings in, a running service out."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from random import SystemRandom
from socket import gethostname
from zoneinfo import ZoneInfo

import structlog
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.stdlib import BoundLogger

from floorpulse.access.keys import KeyRing
from floorpulse.alerts.api import operations
from floorpulse.alerts.api.operations import AlertsHealth
from floorpulse.alerts.api.parts import AlertRouteCollectors, Surface, include, install
from floorpulse.alerts.app import AlertsService, Evaluation, Part
from floorpulse.alerts.bridges.alertmanager_input import AlertmanagerDescriptions
from floorpulse.alerts.bridges.wiring import BridgedMetrics, BridgedService, run_bridges
from floorpulse.alerts.domain.descriptions import RuleDescriptions
from floorpulse.alerts.floor import STATEMENT_WITHIN, Floor, opened_floor
from floorpulse.alerts.incidents.auditor import Auditor, Heartbeat, get
from floorpulse.alerts.incidents.delivering import ReceiverChannels
from floorpulse.alerts.incidents.keeper import IncidentKeeper
from floorpulse.alerts.incidents.lease import Lease
from floorpulse.alerts.incidents.lease_store import PostgresLease
from floorpulse.alerts.incidents.sending import Sender, Sending
from floorpulse.alerts.incidents.states import PostgresAlertStates
from floorpulse.alerts.incidents.store import PostgresIncidents
from floorpulse.alerts.incidents.surroundings import Surroundings
from floorpulse.alerts.incidents.timers import Timers
from floorpulse.alerts.metrics import (
    AlertRouteMetrics,
    AuditMetrics,
    BridgeMetrics,
    IncidentMetrics,
    LeaseMetrics,
    NoticeMetrics,
    RuleMetrics,
    WatchMetrics,
)
from floorpulse.alerts.notifiers.registry import Channels
from floorpulse.alerts.notifiers.wiring import opened_channels
from floorpulse.alerts.rules.before import Before
from floorpulse.alerts.rules.evaluator import Evaluator
from floorpulse.alerts.settings import AlertsProcessSettings
from floorpulse.alerts.watch.store import PostgresRiskLists, PostgresVisitChanges
from floorpulse.alerts.watch.watch import ContactWatch
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.domain.receiver_terms import ReceiverBody
from floorpulse.figures.contracts.ahead import ContractAhead
from floorpulse.figures.contracts.counting import ContractCounts
from floorpulse.figures.contracts.expecting import ExpectedRest
from floorpulse.figures.history.figures import PastFigures
from floorpulse.runtime.beside import run_beside
from floorpulse.runtime.clock import monotonic, now_ms
from floorpulse.runtime.database import async_engine, away
from floorpulse.runtime.gc_tuning import SELDOM, leave_alone_what_is_here
from floorpulse.runtime.http import create_app
from floorpulse.runtime.process_metrics import process_registry

log: BoundLogger = structlog.get_logger(__name__)

PING_WITHIN = 2.0
EVALUATED_AFTER = 5.0
"""Seconds after which the rules of a loaded floor have been evaluated"""


@dataclass(frozen=True)
class RunningAlerts:
    """The running service, as its routes see it."""

    health: AlertsHealth
    surface: Surface
    bridges: BridgeMetrics


@asynccontextmanager
async def alerts(
    settings: AlertsProcessSettings, engine: AsyncEngine, registry: CollectorRegistry
) -> AsyncIterator["RunningAlerts"]:
    """The running service; a defect in one of its parts makes it unfit, and is logged."""
    async with AsyncExitStack() as stack:
        floor = await stack.enter_async_context(opened_floor(settings, registry))
        channels = await stack.enter_async_context(opened_channels(settings.alerts))
        acting = Acting(settings, engine, registry, floor)
        service = acting.service(channels)
        running = asyncio.create_task(service.run(), name="alerts")
        running.add_done_callback(_say_why)
        stack.push_async_callback(_ended, running)
        run_beside(stack, _said(channels, floor), _settled(floor))
        health = AlertsHealth(registry, _unready(engine, floor), lambda: not running.done())
        yield RunningAlerts(health, floor.surface(engine), floor.bridges)


class Acting:
    """Makes the parts that act, over the tables of `engine`."""

    def __init__(
        self,
        settings: AlertsProcessSettings,
        engine: AsyncEngine,
        registry: CollectorRegistry,
        floor: Floor,
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._registry = registry
        self._floor = floor
        self._zone = ZoneInfo(settings.floor.zone)
        self._changes = IncidentMetrics(registry)
        self._notices = NoticeMetrics(registry)
        self._store = PostgresIncidents(engine)
        self._surroundings = Surroundings(self._definitions, self._zone, floor.feeds)
        holder = f"{gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._lease = Lease(PostgresLease(engine), holder, monotonic, LeaseMetrics(registry))

    def _definitions(self) -> Definitions:
        return self._floor.definitions.current

    def service(self, channels: Channels) -> AlertsService:
        """The service, ready to run."""
        descriptions = AlertmanagerDescriptions(
            RuleDescriptions(self._definitions),
            self._definitions,
            self._settings.alerts.alertmanager_escalation,
        )
        keeper = IncidentKeeper(
            self._store, self._surroundings, descriptions, lambda: self._lease.epoch, self._changes
        )
        service = AlertsService(
            self._lease,
            self._evaluation(keeper),
            Timers(
                self._store,
                self._surroundings,
                self._lease,
                keeper.news,
                self._changes,
                monotonic,
            ),
            self._sender(channels, keeper.news),
            Auditor(self._store, self._lease, monotonic, now_ms, AuditMetrics(self._registry)),
        )
        bridged = self._bridged(keeper, descriptions)
        parts = (bridged, self._watching(), *self._beating(service))
        return replace(service, others=parts)

    def _watching(self) -> Part:
        settings = self._settings.watch
        floor = self._floor
        watch = ContactWatch(
            (PostgresVisitChanges(self._engine), PostgresRiskLists(self._engine)),
            floor.floors,
            floor.keeper.board.tenants,
            settings.rules,
            WatchMetrics(self._registry),
        )
        return lambda: watch.run(lambda: self._acts() and floor.loaded(), settings.every_seconds)

    def _acts(self) -> bool:
        return self._lease.term is not None

    def _evaluation(self, keeper: IncidentKeeper) -> Evaluation:
        floor = self._floor
        metrics = RuleMetrics(self._registry)
        past = PastFigures(floor.floors, floor.turns, floor.tables)
        counts = ContractCounts(floor.turns, floor.tables.panes, floor.tables.visits)
        ahead = ContractAhead(ExpectedRest(counts, floor.forecasts, floor.turns))

        def make() -> Evaluator:
            return Evaluator(
                floor.floors, floor.live, floor.turns, metrics, floor.loaded, monotonic
            ).with_tables(Before(floor.live, past, floor.tables.visits, ahead))

        stored = PostgresAlertStates(self._engine)
        return Evaluation(make, stored, keeper, floor.keeper.changed)

    def _sender(self, channels: Channels, news: asyncio.Event) -> Sender:
        out = ReceiverChannels(channels, self._definitions, self._zone, now_ms)
        work = Sending(self._store, out, self._lease, SystemRandom().random, self._notices)
        return Sender(work, news)

    def _bridged(self, keeper: IncidentKeeper, descriptions: AlertmanagerDescriptions) -> Part:
        own = self._settings.alerts
        page = f"{own.public_url}/alerts" if own.public_url else ""
        service = BridgedService(
            self._engine, self._settings.kafka, keeper, descriptions, self._acts, page
        )
        metrics = BridgedMetrics(self._changes, self._notices, self._floor.bridges)
        return lambda: run_bridges(own, service, metrics)

    def _beating(self, service: AlertsService) -> Sequence[Part]:
        own = self._settings.alerts
        if own.heartbeat_url is None:
            return ()
        url = own.heartbeat_url.get_secret_value()
        proxy = own.outward() if url.startswith("https://") else None
        return (Heartbeat(url, service.unwell, partial(get, proxy=proxy)).run,)


async def _settled(floor: Floor) -> None:
    """A loaded floor stays, and so do the alerts of its rules once they were evaluated: where there
    are a thousand queues, a collection that looks at all of it takes some 0.3 s.
    """
    await floor.keeper.loaded.wait()
    await floor.definitions.loaded.wait()
    await asyncio.sleep(EVALUATED_AFTER)
    leave_alone_what_is_here(SELDOM)


async def _said(channels: Channels, floor: Floor) -> None:
    """What cannot be told as things are is said once, at the start."""
    await floor.definitions.loaded.wait()
    for version in floor.definitions.current.versions:
        if version.standing and isinstance(version.body, ReceiverBody):
            for problem in channels.problems([version.body]):
                log.error("receiver_unreachable", tenant=version.tenant, problem=problem)


def _unready(engine: AsyncEngine, floor: Floor) -> Callable[[], Awaitable[str | None]]:
    async def unready() -> str | None:
        if not floor.keeper.loaded.is_set():
            return "The live figures are being loaded"
        if not floor.definitions.loaded.is_set():
            return "The definitions are being loaded"
        try:
            async with asyncio.timeout(PING_WITHIN), engine.begin() as connection:
                await connection.execute(text("SELECT 1"))
        except away() as failed:
            return f"PostgreSQL does not answer ({type(failed).__name__})"
        return None

    return unready


def _say_why(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("alerts_ended", exc_info=task.exception())


async def _ended(task: asyncio.Task[None]) -> None:
    """The service's end in good order; a defect that ended it before was logged then."""
    task.cancel()
    await asyncio.wait([task])


def create_alerts_app(settings: AlertsProcessSettings) -> FastAPI:
    """`floorpulse alerts` as an application."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = async_engine(settings.database, STATEMENT_WITHIN)
        try:
            app.state.keys = KeyRing(engine)
            registry = process_registry()
            async with alerts(settings, engine, registry) as running:
                app.state.alerts_health = running.health
                counted = AlertRouteCollectors(AlertRouteMetrics(registry), running.bridges)
                install(app, running.surface, settings.alerts, counted)
                yield
        finally:
            await engine.dispose()

    app = create_app("Floorpulse alerts", "Rules, incidents, escalation, channels.", lifespan)
    app.state.open_tenant = settings.alerts.open_tenant
    secret = settings.alerts.session_secret
    app.state.session_secret = secret.get_secret_value() if secret else None
    app.state.open_acts = settings.alerts.open_acts
    app.include_router(operations.router())
    include(app)
    return app
