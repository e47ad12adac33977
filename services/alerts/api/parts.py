"""Puts the parts behind the routes together, wherever they are served."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.alerts.api import alertmanager, routes, tasks
from floorpulse.alerts.api.alertmanager import AlertmanagerWebhook
from floorpulse.alerts.api.answering import AlertsAnswering
from floorpulse.alerts.api.bodies import IncidentRow
from floorpulse.alerts.api.link_use import LinkUse
from floorpulse.alerts.api.rules import RuleTests
from floorpulse.alerts.api.stream import rows_to_follow
from floorpulse.alerts.bridges.alertmanager_store import KnownAlerts
from floorpulse.alerts.incidents.desk import Desk
from floorpulse.alerts.incidents.store import PostgresIncidents
from floorpulse.alerts.incidents.surroundings import Feeds, Surroundings
from floorpulse.alerts.incidents.tasks import TaskCallbacks
from floorpulse.alerts.incidents.used_links import PostgresUsedLinks
from floorpulse.alerts.metrics import AlertRouteMetrics, BridgeMetrics
from floorpulse.alerts.notifiers.secret_store import SecretStore
from floorpulse.alerts.notifiers.settings import ChannelSettings
from floorpulse.alerts.reading.feed import EVERY, TenantFeeds
from floorpulse.alerts.reading.store import PostgresReading
from floorpulse.alerts.reading.trends import Trends
from floorpulse.alerts.rules.past_tables import PastTables
from floorpulse.alerts.rules.replay import RuleReplay
from floorpulse.alerts.watch.store import PostgresRiskLists
from floorpulse.definitions.domain.on_call_in_force import OnCallInForce
from floorpulse.definitions.domain.receiver_terms import ReceiverBody
from floorpulse.figures.forecasts.keeper import ForecastStore
from floorpulse.figures.history.figures import PastFigures, Tables
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.runtime.clock import monotonic, now_ms

ID_BYTES = 8


@dataclass(frozen=True, kw_only=True)
class Surface:
    """What the routes stand on: tables, floor, history; `loaded` says whether floor and definitions
    are, `feeds` are the shifts of rotas that are iCal feeds.
    """

    engine: AsyncEngine
    floors: Floors
    turns: Turns
    tables: Tables
    forecasts: ForecastStore
    loaded: Callable[[], bool]
    feeds: Feeds


@dataclass(frozen=True)
class AlertRouteCollectors:
    """What the routes count; of each there is one in a process."""

    routes: AlertRouteMetrics
    bridges: BridgeMetrics

    @classmethod
    def on(cls, registry: CollectorRegistry) -> "AlertRouteCollectors":
        """New ones."""
        return cls(AlertRouteMetrics(registry), BridgeMetrics(registry))


def include(app: FastAPI) -> None:
    """All routes of alerts; `install` gives them what they answer with."""
    app.include_router(alertmanager.router())
    app.include_router(routes.router())
    app.include_router(tasks.router())


def install(
    app: FastAPI, surface: Surface, settings: ChannelSettings, metrics: AlertRouteCollectors
) -> None:
    """The parts behind the routes, at `app.state`."""
    floors = surface.floors
    webhook = AlertmanagerWebhook(KnownAlerts(surface.engine), metrics.bridges, now_ms)
    tables = surface.tables
    past = PastTables(tables.visits, tables.agents, tables.panes, surface.forecasts)
    replay = RuleReplay(past, floors.board.rules, surface.turns)
    app.state.alertmanager_webhook = webhook
    app.state.task_callbacks = _callbacks(surface, settings)
    app.state.rule_tests = RuleTests(replay, floors.definitions)
    app.state.alerts = _answering(surface, settings, metrics.routes)


def _answering(
    surface: Surface, settings: ChannelSettings, metrics: AlertRouteMetrics
) -> AlertsAnswering:
    engine = surface.engine
    floors = surface.floors
    reading = PostgresReading(engine)
    around = Surroundings(floors.definitions, floors.board.rules.zone, surface.feeds)
    desk = Desk(PostgresIncidents(engine), around, lambda: secrets.token_hex(ID_BYTES))
    stream = TenantFeeds[IncidentRow](
        rows_to_follow(floors, reading), secrets.token_hex(4), monotonic, _a_while
    )
    metrics.streams.set_function(lambda: stream.open)
    return AlertsAnswering(
        floors=floors,
        incidents=reading,
        timelines=reading,
        desk=desk,
        trends=Trends(floors, PastFigures(floors, surface.turns, surface.tables)),
        stream=stream,
        metrics=metrics,
        links=_links(engine, settings, desk),
        feeds=surface.feeds,
        loaded=surface.loaded,
        risk_lists=PostgresRiskLists(engine),
    )


def _callbacks(surface: Surface, settings: ChannelSettings) -> TaskCallbacks:
    """What hears trackers."""
    floors = surface.floors

    def receiver(tenant: str, name: str) -> ReceiverBody | None:
        view = floors.view(tenant)
        found = OnCallInForce(view.known.at(view.now)).receivers.get(name)
        return None if found is None else found.body

    store = PostgresIncidents(surface.engine)
    return TaskCallbacks(store, receiver, SecretStore.of(settings), now_ms)


def _links(engine: AsyncEngine, settings: ChannelSettings, desk: Desk) -> LinkUse | None:
    secret = settings.link_secret
    if secret is None:
        return None
    return LinkUse(secret.get_secret_value(), PostgresUsedLinks(engine), desk, now_ms)


async def _a_while() -> None:
    await asyncio.sleep(EVERY)
