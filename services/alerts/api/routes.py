"""All routes of alerts, served by `floorpulse alerts` and, beside the API, by `floorpulse http`."""

from fastapi import APIRouter

from floorpulse.alerts.api import (
    acts,
    calendars,
    incidents,
    links,
    messages,
    on_call,
    page,
    rules,
    silences,
    stream,
    watch,
)


def router() -> APIRouter:
    """They read `app.state.alerts` (`AlertsAnswering`), and what `floorpulse.access.http` reads."""
    routes = APIRouter()
    for part in (
        stream.router,  # before the incidents: `stream` is no id
        incidents.router,
        acts.router,
        silences.router,
        on_call.router,
        calendars.router,
        messages.router,
        watch.router,
        links.router,
        page.router,
        rules.router,
    ):
        routes.include_router(part)
    return routes
