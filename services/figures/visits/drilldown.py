"""The contacts behind a number: stored visits, filtered and judged under a definition."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.visits import Outcome, Visit, offer_at, outcome, queue_of, wait_of
from floorpulse.figures.by_policy import counts, narrowed
from floorpulse.figures.history.coverage import expect_kept
from floorpulse.figures.pages import PageOfRows
from floorpulse.figures.policies_in_force import (
    AS_IN_FORCE,
    DefinitionChoice,
    PoliciesInForce,
    PoliciesOverTime,
)
from floorpulse.figures.ports import ContactHistory, Place, StoredVisit
from floorpulse.figures.selection import Selection
from floorpulse.figures.sources.silent import SilentQueues
from floorpulse.figures.targets.promises import QueueTime, counted
from floorpulse.figures.tenant_view import Floors, TenantView
from floorpulse.figures.turns import Turns
from floorpulse.figures.visit_waits import Clocks
from floorpulse.figures.visits.missed import Miss, missed


@dataclass(frozen=True)
class VisitQuery:
    """Which visits are asked for: offered in `span`, with this outcome (None: any), only those
    missed under their definition.

    With the id of a `target`, only those of its queues that were offered in its business hours;
    with a `contact` or an `agent`, only the stays of that contact, or those that the agent took.
    """

    selection: Selection
    span: Span
    outcome: Outcome | None
    only_missed: bool
    basis: DefinitionChoice
    target: str | None = None
    contact: str | None = None
    agent: str | None = None


@dataclass(frozen=True)
class JudgedVisit:
    """A visit, and why it lowers the service level under the definition of that name (None: it
    does not).
    """

    stored: StoredVisit
    miss: Miss | None
    definition: str


@dataclass(frozen=True)
class Waiting:
    """How long a visit without an outcome waits so far, as figures have it; instants are epoch
    milliseconds, spans milliseconds.

    `as_of` is now, or the instant of which figures speak while the floor is stale; those of queues
    whose sources are `silent` speak of an earlier one. Beyond the longest wait of its channel, as
    `horizons` have it, a visit is unresolved: it is not believed to wait any more.
    """

    as_of: int
    horizons: Horizons
    silent: SilentQueues
    clocks: Clocks

    def so_far(self, visit: Visit) -> int | None:
        """Its wait; None where it does not wait."""
        offered = offer_at(visit)
        as_of = self.silent.as_of((queue_of(visit) or "",), self.as_of)
        longest = self.horizons.of(visit.channel).wait
        if offered is None or outcome(visit) is not None or as_of - offered > longest:
            return None
        return max(0, as_of - offered)


def waiting_in(view: TenantView) -> Waiting:
    """How long visits of a tenant wait so far."""
    clocks = Clocks(view.known, view.zone)
    return Waiting(view.as_of, view.horizons(view.as_of), view.silent, clocks)


class Drilldown:
    """Answers from stored visits, each judged under what was in force when it was offered."""

    def __init__(self, floors: Floors, turns: Turns, visits: ContactHistory) -> None:
        self._floors = floors
        self._turns = turns
        self._visits = visits

    async def page(
        self, query: VisitQuery, after: Place | None, limit: int
    ) -> tuple[list[JudgedVisit], Place | None]:
        """Up to `limit` visits behind `after`, in the order of their offers; and the last one's
        place if more follow. NotKeptError where some of the span were deleted; those that are left
        of one contact are told all the same.
        """
        if query.contact is None:
            await self._expect_kept(query.span)
        told = PageOfRows[Place, JudgedVisit](after, limit)
        view = self._floors.view(query.selection.tenant)
        waiting = waiting_in(view)
        terms = PoliciesOverTime(query.basis, view.known)
        states = view.known.during(query.span.begin, query.span.end)
        reading = narrowed(query.selection, states)
        async for portion in self._read(query, reading, after):
            await self._turns.next()
            judged = (judge(stored, waiting, terms.at(stored.offered_at)) for stored in portion)
            if told.full(
                (one.stored.place, one)
                for one in judged
                if wanted(one, query) and _counted(one.stored, query, view)
            ):
                break
        return told.rows, told.following

    async def _expect_kept(self, span: Span) -> None:
        expect_kept(span.begin, await self._visits.visits_since())

    async def _read(
        self, query: VisitQuery, reading: Selection, after: Place | None
    ) -> AsyncIterator[Sequence[StoredVisit]]:
        """The visits that may be asked for, in order, in portions."""
        if query.contact is None:
            async for portion in self._visits.visits(reading, query.span, after):
                yield portion
            return
        stays = await self._visits.journey(reading.tenant, query.contact)
        yield [
            one
            for one in stays
            if one.offered_at in query.span and (after is None or one.place > after)
        ]

    async def journey(self, view: TenantView, contact: str) -> list[JudgedVisit]:
        """All stays of one contact that may be seen, in the order of their offers, each judged
        under its queue's own definition; none of a contact that is not known, or no longer.
        """
        stored = await self._visits.journey(view.tenant, contact)
        chosen = view.select()
        waiting = waiting_in(view)
        terms = PoliciesOverTime(AS_IN_FORCE, view.known)
        return [
            judge(one, waiting, terms.at(one.offered_at))
            for one in stored
            if one.offered_at < view.until and _chosen(one, chosen, view)
        ]


def _counted(stored: StoredVisit, query: VisitQuery, view: TenantView) -> bool:
    """Whether the visit is one of the selection, and of the target where one is named."""
    if not _chosen(stored, query.selection, view):
        return False
    begin = _pane_of(stored, view)
    pane = QueueTime(queue_of(stored.visit) or "", stored.visit.channel, begin)
    return query.target is None or counted(query.target, view.known.at(begin), pane, view.zone)


def _chosen(stored: StoredVisit, selection: Selection, view: TenantView) -> bool:
    in_force = view.known.at(_pane_of(stored, view))
    return counts(selection, in_force, queue_of(stored.visit) or "", stored.visit.channel)


def _pane_of(stored: StoredVisit, view: TenantView) -> int:
    return stored.offered_at - stored.offered_at % view.board.rules.pane


def wanted(judged: JudgedVisit, query: VisitQuery) -> bool:
    """Whether the query asks for the visit."""
    visit = judged.stored.visit
    if query.outcome is not None and outcome(visit) is not query.outcome:
        return False
    if query.agent is not None and visit.agent != query.agent:
        return False
    return judged.miss is not None or not query.only_missed


def judge(stored: StoredVisit, waiting: Waiting, terms: PoliciesInForce) -> JudgedVisit:
    """Why the visit lowers the service level, if it does; a waiting one by its wait so far."""
    visit = stored.visit
    policy = terms.policy(queue_of(visit) or "", visit.channel)
    wait = waiting.so_far(visit) if outcome(visit) is None else wait_of(visit) or 0
    if wait is not None and policy.clock == "calendar":
        wait = waiting.clocks.wait(queue_of(visit) or "", stored.offered_at, wait)
    miss = missed(outcome(visit), wait, policy)
    return JudgedVisit(stored, miss, policy.name)
