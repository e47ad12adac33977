"""All routes of reports, served by `floorpulse http`."""

from fastapi import APIRouter

from floorpulse.reports.api import (
    annotations,
    audit,
    books,
    contracts,
    issued,
    reports,
    settlements,
)

ROUTERS: tuple[APIRouter, ...] = (
    audit.router,
    settlements.router,
    books.router,
    books.lists,
    issued.router,
    reports.router,
    annotations.router,
    contracts.router,
)
"""One a group of routes, in the order in which they are looked at"""


def router() -> APIRouter:
    """They read `app.state.reports` (`ReportParts`), and what `floorpulse.access.http` reads."""
    routes = APIRouter()
    for part in ROUTERS:
        routes.include_router(part)
    return routes
