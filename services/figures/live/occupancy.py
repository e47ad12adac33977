"""Occupancy of groups of queues, whose agents are looked at together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from floorpulse.board.domain.windows import Window, span_of
from floorpulse.figures.lookup.lookup import Lookup
from floorpulse.figures.selection import Selection
from floorpulse.figures.tenant_view import Floors
from floorpulse.kpis.catalogue import OVER_SPANS
from floorpulse.kpis.figures import SpanFigures
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.policies import DEFAULT_POLICY

OCCUPANCY = OVER_SPANS["occupancy"]


@dataclass(frozen=True)
class Served:
    """Groups of a tenant's queues, whose agents are looked at together, each agent once in each
    group.
    """

    tenant: str
    window: Window
    groups: Sequence[Collection[str]]


class Occupancies:
    """The occupancy of those who serve."""

    def __init__(self, floors: Floors, lookup: Lookup) -> None:
        self._floors = floors
        self._lookup = lookup

    async def of(self, asked: Served, until: float | None = None) -> list[float | None]:
        """The occupancy of each group's agents, as rows of its queues have it; None where undefined
        or not looked up at `until`.
        """
        view = self._floors.view(asked.tenant)
        span = span_of(asked.window, view.as_of, self._floors.board.rules.pane, view.zone)
        found = await self._lookup.find(
            Selection(asked.tenant), Need.AGENT_TIME, asked.window, span, view.as_of, until
        )
        return [
            OCCUPANCY.measure(
                SpanFigures({}, staff=found.staff_by_span.time(0, queues)), DEFAULT_POLICY
            ).value
            for queues in asked.groups
        ]
