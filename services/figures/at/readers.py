"""What live figures look up in the tables, up to a past instant: nothing that came later. The
instant may move, as it does where the past is played.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.visits import Visit
from floorpulse.figures.at.known import known_at
from floorpulse.figures.open_complaints import StoredComplaint
from floorpulse.figures.ports import AgentHistory, Place, StoredVisit, VisitHistory
from floorpulse.figures.selection import Selection
from floorpulse.figures.staff.attendance import AgentEntered, AgentTook
from floorpulse.figures.sums import PaneTally

Clock = Callable[[], int]
"""The instant of the past, epoch milliseconds"""


def until(span: Span, at: int) -> Span:
    """The part of a span up to an instant, that included."""
    return Span(span.begin, max(span.begin, min(span.end, at + 1)))


async def as_known(
    portions: AsyncIterator[Sequence[StoredVisit]], at: int
) -> AsyncIterator[Sequence[StoredVisit]]:
    """Visits as they stood at an instant, without the feedback about them."""
    async for portion in portions:
        yield [
            replace(one, visit=then)
            for one in portion
            if (then := known_at(one.visit, at)) is not None
        ]


class VisitsUntil:
    """A `VisitHistory` without the visits that were offered after the instant that `at` tells."""

    def __init__(self, visits: VisitHistory, at: Clock) -> None:
        self._visits = visits
        self._at = at

    def visits(
        self, selection: Selection, span: Span, after: Place | None = None
    ) -> AsyncIterator[Sequence[StoredVisit]]:
        """Those that had been offered, as they were known."""
        return as_known(self._visits.visits(selection, until(span, self._at()), after), self._at())

    def slow_visits(self, selection: Selection, span: Span) -> AsyncIterator[Sequence[StoredVisit]]:
        """Those among them that came by another channel than calls do."""
        return as_known(self._visits.slow_visits(selection, until(span, self._at())), self._at())

    async def complaints(self, tenant: str, span: Span) -> Sequence[StoredComplaint]:
        """Those that had been received, as they are known now."""
        return await self._visits.complaints(tenant, until(span, self._at()))

    async def returns(self, selection: Selection, spans: Sequence[Span]) -> Sequence[PaneTally]:
        """Of those that had been offered."""
        at = self._at()
        return await self._visits.returns(selection, [until(span, at) for span in spans])

    async def visits_since(self) -> int:
        """Since when they are kept."""
        return await self._visits.visits_since()


class AgentsUntil:
    """An `AgentHistory` without the states that were entered after the instant that `at` tells."""

    def __init__(self, agents: AgentHistory, at: Clock) -> None:
        self._agents = agents
        self._at = at

    def handled(self, selection: Selection, span: Span) -> AsyncIterator[Sequence[Visit]]:
        """Those that may count."""
        return self._agents.handled(selection, until(span, self._at()))

    def states(self, tenant: str, span: Span) -> AsyncIterator[Sequence[AgentEntered]]:
        """Those that had been entered."""
        return self._agents.states(tenant, until(span, self._at()))

    async def last_states(self, tenant: str, before: int) -> Sequence[AgentEntered]:
        """The last ones that had been entered."""
        return await self._agents.last_states(tenant, min(before, self._at() + 1))

    async def visits_since(self) -> int:
        """Since when visits are kept."""
        return await self._agents.visits_since()

    async def stays_since(self) -> int:
        """Since when it is known who was there."""
        return await self._agents.stays_since()

    async def contacts(self, tenant: str, span: Span) -> AsyncIterator[Sequence[AgentTook]]:
        """Those that had been taken, as far as they had gone."""
        at = self._at()
        async for portion in self._agents.contacts(tenant, until(span, at)):
            yield [one for one in portion if one.contact.since <= at]
