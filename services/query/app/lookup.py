"""What live figures look up in the tables: asked when a KPI needs it, and again when the answer has aged.

An answer lives a second, or twenty times as long as it took: however many ask, the database works on it a twentieth of the time.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from services.board.domain.windows import Span, Window
from services.board.ports import StoreUnavailableError
from services.contracts.needs import LOOKED_UP, Need
from services.query.app.turns import Turns
from services.query.domain.attendance import lookback
from services.query.domain.crew import Crew
from services.query.domain.docket import StoredComplaint
from services.query.domain.found import Found, nothing
from services.query.domain.ledger import Ledger, Tally
from services.query.domain.selection import By, Selection
from services.query.ports import AgentHistory, VisitHistory

LIFE = 1.0
LIVES = 20
MOST_SELECTIONS = 64
"""Selections for which an answer stays added up"""

Answer = TypeVar("Answer")


class _Asked(Generic[Answer]):
    """One answer, about something, that is under way or there; `until` (monotonic seconds) says how long it may be told."""

    def __init__(self, about: object, ask: Callable[[], Coroutine[Any, Any, Answer]], monotonic: Callable[[], float]) -> None:
        self.about = about
        self.until: float | None = None
        self.task = asyncio.create_task(ask())
        self._monotonic, self._since = monotonic, monotonic()
        self.task.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[Answer]) -> None:
        now = self._monotonic()
        failed = task.cancelled() or task.exception() is not None
        self.until = now if failed else now + max(LIFE, LIVES * (now - self._since))


class Aging(Generic[Answer]):
    """Answers by name; those who ask for the same while it is under way share it."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._asked: dict[tuple[str, ...], _Asked[Answer]] = {}

    async def get(self, name: tuple[str, ...], about: object, ask: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
        """The answer of this name: the known one if it is young and about the same, else what `ask` gives or raises."""
        known = self._asked.get(name)
        if known is None or known.about != about or (known.until is not None and self._monotonic() >= known.until):
            known = self._asked[name] = _Asked(about, ask, self._monotonic)
        return await asyncio.shield(known.task)


class Lookup:
    """Looks up what live figures need, for all of a tenant at once."""

    def __init__(self, visits: VisitHistory, agents: AgentHistory, monotonic: Callable[[], float]) -> None:
        self._visits = visits
        self._agents = agents
        self._crews: Aging[Crew] = Aging(monotonic)
        self._returns: Aging[Sequence[Tally]] = Aging(monotonic)
        self._complaints: Aging[Sequence[StoredComplaint]] = Aging(monotonic)
        self._regrouped: dict[tuple[Selection, Window], tuple[Sequence[Tally], Ledger]] = {}

    async def find(self, selection: Selection, needs: Need, window: Window, span: Span, now: int) -> Found:
        """What `needs` names: about `span`, which is what `window` covers now, and as of `now`; without tables, what is missing."""
        found = nothing(selection)
        try:
            if Need.RETURNS in needs:
                found = replace(found, returns=await self._found_returns(selection, window, span))
            if Need.COMPLAINTS in needs:
                await self._find_complaints(found, selection.tenant, now)
            if Need.AGENT_TIME in needs:
                found = replace(found, crew=await self._find_crew(selection.tenant, window, span, now))
        except StoreUnavailableError:
            return replace(nothing(selection), missing=needs & LOOKED_UP)
        return found

    async def _found_returns(self, selection: Selection, window: Window, span: Span) -> Ledger:
        everyone = Selection(selection.tenant, by=By.QUEUE_AND_CHANNEL)
        tallies = await self._returns.get((selection.tenant, window), span, lambda: self._visits.returns(everyone, [span]))
        known = self._regrouped.pop((selection, window), None)
        self._regrouped[selection, window] = kept = known if known and known[0] is tallies else (tallies, regrouped(selection, tallies))
        if len(self._regrouped) > MOST_SELECTIONS:
            del self._regrouped[next(iter(self._regrouped))]
        return kept[1]

    async def _find_complaints(self, found: Found, tenant: str, now: int) -> None:
        moment = Span(now, now + 1)
        found.docket.add(await self._complaints.get((tenant,), None, lambda: self._visits.complaints(tenant, moment)))

    async def _find_crew(self, tenant: str, window: Window, span: Span, now: int) -> Crew:
        return await self._crews.get((tenant, window), span, lambda: crew_of(self._agents, tenant, [span], now))


def regrouped(selection: Selection, tallies: Sequence[Tally]) -> Ledger:
    """Counts by queue and channel as the sums that a selection asks for."""
    ledger = Ledger()
    for tally in tallies:
        queue, channel = tally.subject.queue, tally.subject.channel
        if selection.includes(queue, channel):
            ledger.add(tally._replace(subject=selection.subject(queue, channel)))
    return ledger


async def crew_of(
    agents: AgentHistory, tenant: str, spans: Sequence[Span], now: int, turns: Turns | None = None
) -> Crew:
    """A tenant's agents over spans (contiguous, ascending), as stored; taken in by turns, or as quickly as others allow."""
    crew = Crew(spans, now)
    async for portion in agents.states(tenant, lookback(spans)):
        crew.take(portion)
        await (asyncio.sleep(0) if turns is None else turns.next())
    crew.close()
    return crew
