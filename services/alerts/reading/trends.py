"""How the figure of an incident went: from an hour before it opened until it is over, from history.

··┴··┴··┴··●══╤══╤══╤══●··┴··         5 minutes each, longer ones where that were too many
an hour    opened      resolved
"""

from dataclasses import dataclass

from floorpulse.alerts.domain.incidents import Incident
from floorpulse.board.domain.windows import HOUR, MINUTE, Span
from floorpulse.definitions.domain.on_call_in_force import OnCallInForce
from floorpulse.figures.history.context import HistoryQuery
from floorpulse.figures.history.coverage import NotKeptError
from floorpulse.figures.history.figures import PastFigures
from floorpulse.figures.intervals import Interval
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import HistoryRow, Question
from floorpulse.figures.selection import By, Selection
from floorpulse.figures.tenant_view import Floors, TenantView
from floorpulse.kpis.catalogue import ASKED

BEFORE = HOUR
AFTER = 15 * MINUTE
GRID = 15 * MINUTE
MOST = 96
"""Points of one trend"""
LENGTHS = {Interval.M5: 5 * MINUTE, Interval.M15: GRID, Interval.H1: HOUR}


@dataclass(frozen=True)
class Trend:
    """Rows of one KPI, in the order of time; empty where history has none of it."""

    interval: Interval
    rows: list[HistoryRow]


NO_TREND = Trend(Interval.M5, [])


class Trends:
    """Reads trends from history."""

    def __init__(self, floors: Floors, past: PastFigures) -> None:
        self._floors = floors
        self._past = past

    async def of(self, incident: Incident) -> Trend:
        """The trend of an incident's figure. Raises `StoreUnavailable`."""
        view = self._floors.view(incident.subject.tenant)
        selection = _selection(incident, view)
        kpi = ASKED.get(incident.figure.kpi)
        if kpi is None or selection is None:
            return NO_TREND
        span = span_of(incident, view.now)
        question = Question((kpi,), AS_IN_FORCE)
        for interval in _intervals(span):
            query = HistoryQuery(selection, span, interval, view.zone, question)
            try:
                rows, _ = await self._past.page(query, None, MOST + 1)
            except NotKeptError:
                continue
            return Trend(interval, rows)
        return NO_TREND


def span_of(incident: Incident, now: int) -> Span:
    """What a trend covers, on whole quarter hours: the last of it where it is very long."""
    ended = now if incident.resolved_at is None else min(now, incident.resolved_at + AFTER)
    end = -(-ended // GRID) * GRID
    begin = (incident.opened_at - BEFORE) // GRID * GRID
    return Span(max(begin, end - MOST * HOUR), end)


def _intervals(span: Span) -> list[Interval]:
    """Those that make few enough points, the finest first: old days are kept coarsely."""
    length = span.end - span.begin
    return [interval for interval, each in LENGTHS.items() if length <= MOST * each]


def _selection(incident: Incident, view: TenantView) -> Selection | None:
    """The contacts that the figure counted; None where its rule is gone, which alone knew them."""
    subject = incident.subject
    channels = (subject.channel,) if subject.channel else ()
    if subject.queue:
        return Selection(view.tenant, (subject.queue,), channels, By.TOTAL)
    on_call = OnCallInForce(view.known.at(incident.opened_at))
    rule = on_call.rules.get(subject.rule)
    if rule is None:
        return None
    scope = rule.body.scope
    known = view.board.queues(view.tenant)
    watched = tuple(queue for queue in known if on_call.watches(scope, queue))
    return Selection(view.tenant, watched, channels or tuple(map(str, scope.channels)), By.TOTAL)
