"""Reads the stays of a tenant's agents over many spans: what they told and what they took, two days
at once, so that what is held is bounded.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from floorpulse.board.domain.windows import Span
from floorpulse.counting.agent_record import AgentContact
from floorpulse.figures.staff.attendance import (
    AgentEntered,
    AgentTook,
    Attendance,
    StayInSpan,
    lookback,
    offered_before,
    pieces_of,
)

K = TypeVar("K")


class StaffHistory(Protocol):
    """Stored states of agents and the contacts they took; see `AgentHistory`."""

    def states(self, tenant: str, span: Span) -> AsyncIterator[Sequence[AgentEntered]]:
        """The states entered in a span."""
        ...

    async def last_states(self, tenant: str, before: int) -> Sequence[AgentEntered]:
        """The last states before an instant."""
        ...

    def contacts(self, tenant: str, span: Span) -> AsyncIterator[Sequence[AgentTook]]:
        """The contacts taken of visits offered in a span."""
        ...


async def stays_over(
    agents: StaffHistory,
    tenant: str,
    spans: Sequence[Span],
    now: int,
    about: Callable[[AgentEntered], K],
    heard: Callable[[AgentEntered], None] = lambda _: None,
) -> AsyncIterator[list[StayInSpan[K]]]:
    """The stays of a tenant's agents in spans (contiguous, ascending), in portions; `about` says
    whom a stay is noted for. `heard` is called with every state that is read, in the order of an
    agent's times; some come again.
    """
    for pieces in pieces_of(spans):
        begin = pieces[0].begin
        end = pieces[-1].end
        taken: defaultdict[str, list[AgentContact]] = defaultdict(list)
        async for took in agents.contacts(tenant, offered_before(begin, end)):
            for agent, contact in took:
                taken[agent].append(contact)
            yield []
        attendance = Attendance(pieces, now, about, taken)
        span = lookback(begin, end)
        before = {told.agent: told for told in await agents.last_states(tenant, span.begin)}
        async for states in agents.states(tenant, span):
            stays: list[StayInSpan[K]] = []
            for told in _each(states, before):
                heard(told)
                stays += attendance.enter(told)
            yield stays
        for told in before.values():
            heard(told)
        yield [stay for told in before.values() for stay in attendance.enter(told)]
        yield list(attendance.close())


def _each(
    states: Iterable[AgentEntered], before: dict[str, AgentEntered]
) -> Iterator[AgentEntered]:
    """The states, each agent's one of `before` ahead of them, which is taken out of it."""
    for told in states:
        earlier = before.pop(told.agent, None)
        if earlier is not None:
            yield earlier
        yield told
