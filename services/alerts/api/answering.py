"""What the routes of alerts answer with: the running parts, found at `app.state.alerts`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from floorpulse.alerts.api.bodies import IncidentRow
from floorpulse.alerts.api.link_use import LinkUse
from floorpulse.alerts.domain.rotas import Span
from floorpulse.alerts.incidents.desk import Desk
from floorpulse.alerts.metrics import AlertRouteMetrics
from floorpulse.alerts.reading.feed import TenantFeeds
from floorpulse.alerts.reading.ports import IncidentReading, TimelineReading
from floorpulse.alerts.reading.trends import Trends
from floorpulse.alerts.watch.ports import RiskLists
from floorpulse.figures.tenant_view import Floors

MOST_STREAMS = 500
"""Open event streams of one process"""


@dataclass(frozen=True, kw_only=True)
class AlertsAnswering:
    """The parts behind the routes.

    `feeds` are the shifts of a tenant's iCal feeds by rota; `links` signs links of messages, None
    where the operator set no secret for them; `loaded` says whether floors and definitions are.
    """

    floors: Floors
    incidents: IncidentReading
    timelines: TimelineReading
    desk: Desk
    trends: Trends
    stream: TenantFeeds[IncidentRow]
    metrics: AlertRouteMetrics
    links: LinkUse | None
    feeds: Callable[[str], Mapping[str, Sequence[Span]]]
    loaded: Callable[[], bool]
    risk_lists: RiskLists
