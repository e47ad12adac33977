"""Puts the parts behind the routes of reports together."""

from fastapi import FastAPI

from floorpulse.reports.api import routes
from floorpulse.reports.app import ReportParts, ReportSurface
from floorpulse.reports.live.wiring import live_contracts


def include(app: FastAPI) -> None:
    """All routes of reports; `install` gives them what they answer with."""
    app.include_router(routes.router())


def install(app: FastAPI, surface: ReportSurface) -> None:
    """The parts behind the routes, at `app.state.reports`."""
    app.state.reports = ReportParts(surface, live_contracts(surface))
