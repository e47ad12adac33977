"""All routes of the KPI API."""

from fastapi import APIRouter

from floorpulse.query.api import (
    agents,
    corrections,
    definitions,
    desk,
    forecasts,
    indicators,
    kpis,
    letters,
    operations,
    pipeline,
    queues,
    sources,
    staffing,
    stream,
    targets,
    visits,
    wall,
)
from floorpulse.query.api.repeated import directly
from floorpulse.runtime.http import Application


def install(app: Application) -> None:
    """All routes of the KPI API in `app`; a wall's usual question is answered directly."""
    app.include_router(router())
    app.answer_directly("GET", kpis.LIVE, directly(kpis.LIVE, kpis.live))


def router() -> APIRouter:
    """All routes of the KPI API; they read `app.state.query`, and what `floorpulse.access.http`
    reads.
    """
    routes = APIRouter()
    figures_of = (
        kpis.live_router,
        queues.router,
        kpis.router,
        corrections.router,
        visits.router,
        pipeline.router,
        indicators.router,
        agents.router,
        targets.router,
        forecasts.router,
        staffing.router,
        sources.router,
        letters.router,
        definitions.router,
    )
    for part in (*figures_of, stream.router, operations.router, *wall.routers, *desk.routers):
        routes.include_router(part)
    return routes
