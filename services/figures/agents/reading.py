"""Reads what agents did over spans: the visits they took and the states they entered."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.visits import Visit
from floorpulse.figures.agents.performance import Heard, Performance
from floorpulse.figures.by_policy import narrowed
from floorpulse.figures.history.coverage import expect_kept
from floorpulse.figures.ports import AgentHistory
from floorpulse.figures.selection import Selection
from floorpulse.figures.staff.attendance import AgentEntered
from floorpulse.figures.staff.reading import stays_over
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns


@dataclass(frozen=True)
class Wanted:
    """What is read: the visits that agents took, the states they entered."""

    visits: bool = True
    states: bool = True


WHOLE = Wanted()


class AgentReading:
    """Reads the tables of agents in portions, handing the loop back between them."""

    def __init__(self, floors: Floors, turns: Turns, agents: AgentHistory) -> None:
        self._floors = floors
        self._turns = turns
        self._agents = agents

    async def performance(
        self,
        selection: Selection,
        spans: Sequence[Span],
        agents: Collection[str] = (),
        wanted: Wanted = WHOLE,
        heard: Heard | None = None,
        look: Callable[[Sequence[Visit]], None] = lambda _: None,
    ) -> Performance:
        """What agents (those named, or all) did in spans (contiguous, ascending) in the selected
        queues and channels; `heard` is told what each visit adds, `look` is shown the visits.

        NotKeptError where some of what is wanted was deleted: nothing, or little, would look like
        all that they did.
        """
        await self._expect_kept(spans[0].begin, wanted)
        view = self._floors.view(selection.tenant)
        then = [view.known.at(span.begin) for span in spans]
        chosen = {state: narrowed(selection, [state]) for state in set(then)}
        performance = Performance([chosen[state] for state in then], agents, spans, heard)
        if wanted.visits:
            span = Span(spans[0].begin, spans[-1].end)
            reading = narrowed(selection, view.known.during(span.begin, span.end))
            async for visits in self._agents.handled(reading, span):
                performance.handle(visits)
                look(visits)
                await self._turns.next()
        if wanted.states:
            note = performance.team_membership.note
            async for stays in stays_over(
                self._agents, selection.tenant, spans, view.as_of, _name, note
            ):
                performance.note(stays)
                await self._turns.next()
        return performance

    async def _expect_kept(self, begin: int, wanted: Wanted) -> None:
        if wanted.visits:
            expect_kept(begin, await self._agents.visits_since())
        if wanted.states:
            expect_kept(begin, await self._agents.stays_since())


def _name(told: AgentEntered) -> str:
    return told.agent
