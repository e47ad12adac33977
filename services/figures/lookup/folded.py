"""What live figures look up in the tables, under the names that they show: folded queues stand
there by their own.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import msgspec

from floorpulse.board.domain.queue_names import QueueNames
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.visits import Visit
from floorpulse.counting.agent_record import AgentContact
from floorpulse.figures.open_complaints import StoredComplaint
from floorpulse.figures.ports import AgentHistory, Place, StoredVisit, VisitHistory
from floorpulse.figures.selection import Selection
from floorpulse.figures.staff.attendance import AgentEntered, AgentTook
from floorpulse.figures.sums import PaneTally


class FoldedVisits:
    """A `VisitHistory` whose counts and complaints of folded queues are those of the queue they are
    shown in.
    """

    def __init__(self, visits: VisitHistory, names: QueueNames) -> None:
        self._visits = visits
        self._names = names

    def visits(
        self, selection: Selection, span: Span, after: Place | None = None
    ) -> AsyncIterator[Sequence[StoredVisit]]:
        """Visits as they are."""
        return self._visits.visits(selection, span, after)

    def slow_visits(self, selection: Selection, span: Span) -> AsyncIterator[Sequence[StoredVisit]]:
        """Visits as they are."""
        return self._visits.slow_visits(selection, span)

    async def visits_since(self) -> int:
        """Since when they are kept."""
        return await self._visits.visits_since()

    async def complaints(self, tenant: str, span: Span) -> Sequence[StoredComplaint]:
        """Complaints, by the queue that shows them."""
        found = await self._visits.complaints(tenant, span)
        if not self._names.folded(tenant):
            return found
        return [one._replace(queue=self._names.shown(tenant, one.queue)) for one in found]

    async def returns(self, selection: Selection, spans: Sequence[Span]) -> Sequence[PaneTally]:
        """Counts of returning customers, by the queue that shows them."""
        found = await self._visits.returns(selection, spans)
        tenant = selection.tenant
        if not self._names.folded(tenant):
            return found
        return [
            one._replace(
                row_key=replace(one.row_key, queue=self._names.shown(tenant, one.row_key.queue))
            )
            for one in found
        ]


class FoldedAgents:
    """An `AgentHistory` whose agents serve the queues that are shown."""

    def __init__(self, agents: AgentHistory, names: QueueNames) -> None:
        self._agents = agents
        self._names = names

    def handled(self, selection: Selection, span: Span) -> AsyncIterator[Sequence[Visit]]:
        """Visits as they are."""
        return self._agents.handled(selection, span)

    async def states(self, tenant: str, span: Span) -> AsyncIterator[Sequence[AgentEntered]]:
        """States with the queues that are shown."""
        async for portion in self._agents.states(tenant, span):
            yield (
                [self._shown(tenant, one) for one in portion]
                if self._names.folded(tenant)
                else portion
            )

    async def last_states(self, tenant: str, before: int) -> Sequence[AgentEntered]:
        """The last ones before an instant, likewise."""
        told = await self._agents.last_states(tenant, before)
        return [self._shown(tenant, one) for one in told] if self._names.folded(tenant) else told

    async def visits_since(self) -> int:
        """Since when visits are kept."""
        return await self._agents.visits_since()

    async def stays_since(self) -> int:
        """Since when it is known who was there."""
        return await self._agents.stays_since()

    async def contacts(self, tenant: str, span: Span) -> AsyncIterator[Sequence[AgentTook]]:
        """Contacts in the queues that show them."""
        async for portion in self._agents.contacts(tenant, span):
            yield (
                [AgentTook(one.agent, self._in_shown(tenant, one.contact)) for one in portion]
                if self._names.folded(tenant)
                else portion
            )

    def _in_shown(self, tenant: str, contact: AgentContact) -> AgentContact:
        return contact._replace(queue=self._names.shown(tenant, contact.queue))

    def _shown(self, tenant: str, told: AgentEntered) -> AgentEntered:
        queues = tuple(sorted({self._names.shown(tenant, queue) for queue in told.entered.queues}))
        return told._replace(entered=msgspec.structs.replace(told.entered, queues=queues))
