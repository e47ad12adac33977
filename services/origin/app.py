"""Ingest, API and the routes of alerts on one origin, in one process: one port, one readiness.

Rules are judged and messages sent by `floorpulse alerts`, which runs beside it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

import asyncpg
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.access.agent_reads import recorded_reads
from floorpulse.access.keys import KeyRing
from floorpulse.alerts.api.parts import AlertRouteCollectors, Surface, include, install
from floorpulse.alerts.bridges.wiring import opened_feeds
from floorpulse.alerts.incidents.surroundings import Feeds
from floorpulse.figures.forecasts.keeper import ForecastKeeper
from floorpulse.figures.history.figures import Tables
from floorpulse.ingest.api import routes as events
from floorpulse.ingest.api import sources
from floorpulse.ingest.wiring import ingest, receiving
from floorpulse.origin.settings import HttpSettings
from floorpulse.query.api import routes as figures
from floorpulse.query.api.measured import answering_of
from floorpulse.query.app import UseCases
from floorpulse.query.wiring import install_access, query
from floorpulse.reports import wiring as reports
from floorpulse.reports.app import ReportSurface
from floorpulse.runtime.database import async_engine, idle_pool
from floorpulse.runtime.http import Application, create_app
from floorpulse.runtime.problems import Problem
from floorpulse.runtime.process_metrics import process_registry

SUMMARY = "Contact-centre events in, live and exact KPIs out."
RETRY_AFTER = {"Retry-After": "1"}


def create_http_app(settings: HttpSettings) -> FastAPI:
    """The application: the routes of both services over the resources of both."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        registry = process_registry()
        engine = async_engine(settings.database, settings.api.statement_seconds)
        app.state.keys = KeyRing(engine)
        collectors = AlertRouteCollectors.on(registry)
        try:
            async with (
                recorded_reads(engine) as app.state.agent_reads,
                ingest(settings, registry) as app.state.ingest,
                query(settings, registry) as app.state.query,
            ):
                shared = app.state.query.answering
                floors = shared.floors
                zone = ZoneInfo(settings.floor.zone)
                async with (
                    opened_feeds(
                        settings.alerts, floors.definitions, zone, collectors.bridges
                    ) as feeds,
                    idle_pool(settings.database) as pool,
                    idle_pool(settings.database) as reading,
                    receiving(
                        registry,
                        app.state.ingest,
                        pool,
                        lambda: floors.definitions() if shared.health.loaded() else None,
                        ZoneInfo(settings.floor.zone),
                    ) as app.state.receiving,
                ):
                    surface = _surface(engine, app.state.query, feeds.of)
                    install(app, surface, settings.alerts, collectors)
                    async with reports.running(
                        app, _reported(surface, reading, settings), registry
                    ):
                        yield
        finally:
            await engine.dispose()

    app = create_app("Floorpulse", SUMMARY, lifespan)
    install_access(app, settings.api)
    app.state.open_acts = settings.alerts.open_acts
    app.add_api_route("/", to_the_wall, include_in_schema=False)
    app.add_api_route(
        "/readyz", ready, include_in_schema=False
    )  # stands before the API's own, which knows only half
    install_routes(app)
    return app


def install_routes(app: Application) -> None:
    """What callers of all services may call."""
    events.install(app)
    figures.install(app)
    include(app)
    reports.include(app)
    app.include_router(sources.router())  # stands behind the other addresses under /v1/sources/


def _surface(engine: AsyncEngine, running: UseCases, feeds: Feeds) -> Surface:
    """The routes of alerts stand on the floor that the API keeps."""
    shared = running.answering
    return Surface(
        engine=engine,
        floors=shared.floors,
        turns=shared.turns,
        tables=running.of(Tables),
        forecasts=running.of(ForecastKeeper).store,
        loaded=shared.health.loaded,
        feeds=feeds,
    )


def _reported(surface: Surface, pool: asyncpg.Pool, settings: HttpSettings) -> ReportSurface:
    """Reports stand on the same floor; what they read of history takes long, so by a pool of its
    own.
    """
    return ReportSurface(
        engine=surface.engine,
        pool=pool,
        floors=surface.floors,
        turns=surface.turns,
        tables=surface.tables,
        forecasts=surface.forecasts,
        loaded=surface.loaded,
        link=settings.alerts.public_url or "",
    )


async def to_the_wall() -> Response:
    """Whoever opens the origin in a browser wants to see the floor."""
    return RedirectResponse("/wallboard")


async def ready(request: Request) -> Response:
    """200 once figures can be read and events be taken."""
    why = await answering_of(request).health.unready() or await request.app.state.ingest.unready()
    if why is not None:
        raise Problem(503, "Not ready", why, headers=RETRY_AFTER)
    return PlainTextResponse("ok\n")
