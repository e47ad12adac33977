"""What live figures look up in the tables: asked when a KPI needs it, and waited for only so long.

What is not there in time is told as missing; the look-up goes on, and whoever asks next finds its
answer.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from floorpulse.board.domain.windows import Span, Window
from floorpulse.figures.lookup.aging import Aging
from floorpulse.figures.lookup.looked_up import LOOKUPS, LookedUp, Unanswered, nothing
from floorpulse.figures.open_complaints import StoredComplaint
from floorpulse.figures.ports import AgentHistory, VisitHistory
from floorpulse.figures.selection import By, Selection
from floorpulse.figures.staff.attendance import AgentEntered
from floorpulse.figures.staff.by_span import StaffBySpan
from floorpulse.figures.staff.reading import stays_over
from floorpulse.figures.sums import PaneTally, Sums
from floorpulse.figures.turns import Turns
from floorpulse.figures.visit_waits import Clocks, VisitWaits, waits_over
from floorpulse.kpis.inputs import Need
from floorpulse.runtime.unavailable import StoreSlow, StoreUnavailable

MOST_SELECTIONS = 64
"""Selections for which an answer stays added up"""
AT_ONCE = 4
"""Look-ups that the database works on at once, of all tenants together: half of a pool as it is by
default
"""
PATIENCE = 5.0


class WaitsAsked(NamedTuple):
    """The queues whose visits are judged one by one, and their business hours."""

    tenant: str
    queues: tuple[str, ...]
    clocks: Clocks


class Lookup:
    """Looks up what live figures need, for all of a tenant at once.

    `patience` is how many seconds a question waits that does not say otherwise; `unanswered` hears
    of each look-up that an answer goes out without.
    """

    def __init__(
        self,
        visits: VisitHistory,
        agents: AgentHistory,
        monotonic: Callable[[], float],
        patience: float = PATIENCE,
        unanswered: Callable[[str, Unanswered], None] = lambda _lookup, _reason: None,
    ) -> None:
        self._visits = visits
        self._agents = agents
        self._monotonic = monotonic
        self._patience = patience
        self._unanswered = unanswered
        slots = asyncio.Semaphore(AT_ONCE)
        self._staff: Aging[StaffBySpan] = Aging(monotonic, slots)
        self._returns: Aging[Sequence[PaneTally]] = Aging(monotonic, slots)
        self._waits: Aging[VisitWaits] = Aging(monotonic, slots)
        self._complaints: Aging[Sequence[StoredComplaint]] = Aging(monotonic, slots)
        self._regrouped: dict[tuple[Selection, Window], tuple[Sequence[PaneTally], Sums]] = {}

    async def find(
        self,
        selection: Selection,
        needs: Need,
        window: Window,
        span: Span,
        now: int,
        until: float | None = None,
    ) -> LookedUp:
        """What `needs` names: about `span`, which is what `window` covers now, and as of `now`.

        What is not there at `until` (monotonic seconds; None: as patiently as usual), or cannot be
        had, is missing.
        """
        until = self._monotonic() + self._patience if until is None else until
        tasks = self._tasks(selection.tenant, window, span, now)
        asked = {need: tasks[need]() for need in LOOKUPS if need in needs}
        told = {
            need: answer
            for need, task in asked.items()
            if (answer := await self._told(need, task, until)) is not None
        }
        found = nothing(selection)
        found.open_complaints.add(told.get(Need.COMPLAINTS, ()))
        if Need.RETURNS in told:
            found = replace(found, returns=self._sums(selection, window, told[Need.RETURNS]))
        if Need.AGENT_TIME in told:
            found = replace(found, staff_by_span=told[Need.AGENT_TIME])
        missing = reduce(or_, asked.keys() - told.keys(), Need.NOTHING)
        return replace(found, missing=missing) if missing else found

    def _tasks(
        self, tenant: str, window: Window, span: Span, now: int
    ) -> dict[Need, Callable[[], "asyncio.Task[Any]"]]:
        """How each look-up is asked, once for whoever asks about the same."""
        everyone = Selection(tenant, by=By.QUEUE_AND_CHANNEL)
        moment = Span(now, now + 1)
        name = tenant, window
        return {
            Need.RETURNS: lambda: self._returns.get(
                name, span, lambda: self._visits.returns(everyone, [span])
            ),
            Need.COMPLAINTS: lambda: self._complaints.get(
                (tenant,), None, lambda: self._visits.complaints(tenant, moment)
            ),
            Need.AGENT_TIME: lambda: self._staff.get(
                name, span, lambda: staff_over(self._agents, tenant, [span], now)
            ),
        }

    async def waits(
        self, asked: WaitsAsked, window: Window, span: Span, until: float | None = None
    ) -> VisitWaits | None:
        """The waits of visits that were offered in `span`, which is what `window` covers now; None
        where they are not there at `until`, or cannot be had.
        """
        selection = Selection(asked.tenant, asked.queues)
        task = self._waits.get(
            (asked.tenant, window.value, *asked.queues),
            (span, asked.clocks),
            lambda: waits_over(self._visits, selection, [span], asked.clocks),
        )
        until = self._monotonic() + self._patience if until is None else until
        found: VisitWaits | None = await self._told(Need.WAITS, task, until)
        return found

    async def _told(self, need: Need, task: "asyncio.Task[Any]", until: float) -> Any:
        """The answer, or None where it is not there in time or cannot be had."""
        if not task.done():
            await asyncio.wait({task}, timeout=max(0.0, until - self._monotonic()))
        why = _why_not(task)
        if why is None:
            return task.result()
        self._unanswered(LOOKUPS[need], why)
        return None

    def _sums(self, selection: Selection, window: Window, tallies: Sequence[PaneTally]) -> Sums:
        known = self._regrouped.pop((selection, window), None)
        self._regrouped[selection, window] = kept = (
            known if known and known[0] is tallies else (tallies, regrouped(selection, tallies))
        )
        if len(self._regrouped) > MOST_SELECTIONS:
            del self._regrouped[next(iter(self._regrouped))]
        return kept[1]


def regrouped(selection: Selection, tallies: Sequence[PaneTally]) -> Sums:
    """Counts by queue and channel as the sums that a selection asks for."""
    sums = Sums()
    for tally in tallies:
        queue = tally.row_key.queue
        channel = tally.row_key.channel
        if selection.includes(queue, channel):
            sums.add(tally._replace(row_key=selection.row_key(queue, channel)))
    return sums


async def staff_over(
    agents: AgentHistory, tenant: str, spans: Sequence[Span], now: int, turns: Turns | None = None
) -> StaffBySpan:
    """A tenant's agents over spans (contiguous, ascending), as stored; taken in by turns, or as
    quickly as others allow.
    """
    staff_by_span = StaffBySpan()
    async for stays in stays_over(agents, tenant, spans, now, _queues):
        staff_by_span.note(stays)
        await (asyncio.sleep(0) if turns is None else turns.next())
    return staff_by_span


def _queues(told: AgentEntered) -> tuple[str, ...]:
    return told.entered.queues


def _why_not(task: "asyncio.Task[Any]") -> Unanswered | None:
    """Why there is no answer; None where there is one, or a defect that must be raised."""
    if not task.done() or task.cancelled():
        return Unanswered.LATE
    match task.exception():
        case StoreSlow():
            return Unanswered.SLOW
        case StoreUnavailable():
            return Unanswered.AWAY
        case _:
            return None
