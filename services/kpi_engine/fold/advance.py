"""The fast path: one event into one visit and straight into the panes, without computing what the
visit contributed before.

Law: what any sequence of events adds through `advance` is `contributions` of the visits they make.
The usual steps of a visit

    offered ─► answered ─► ended          offered ─► abandoned

only ever add, so each adds its few cells; anything else (disorder, repetition, wrap-up, transfers,
feedback) goes the general way: contributions after the merge minus contributions before.
"""

from collections.abc import Callable
from typing import Any

from floorpulse.contracts.cells import Cell, Cells, Histogram, add
from floorpulse.contracts.events import (
    AboutContact,
    AgentMissed,
    AnyEvent,
    ContactAbandoned,
    ContactAnswered,
    ContactEnded,
    ContactHeld,
    ContactOffered,
    ContactResumed,
    ContactTransferred,
    ContactWrapped,
)
from floorpulse.contracts.visits import Visit, talk_of
from floorpulse.counting.contributions import (
    contributions,
    deltas,
    feedback,
    handle_cells,
    handling,
)
from floorpulse.counting.histograms import span_bucket
from floorpulse.kpi_engine.fold.merge import merge
from floorpulse.kpi_engine.fold.panes import Change, Panes

# Plain integers: looking up a member of an enum costs more than the addition.
OFFERED = int(Cell.OFFERED)
ANSWERED = int(Cell.ANSWERED)
ABANDONED = int(Cell.ABANDONED)
ANSWERED_WAIT = int(Cell.ANSWERED_WAIT)
ABANDONED_WAIT = int(Cell.ABANDONED_WAIT)
HANDLED = int(Cell.HANDLED)
TALK = int(Cell.TALK)
ANSWERED_WAITS = int(Histogram.ANSWERED_WAIT)
ABANDONED_WAITS = int(Histogram.ABANDONED_WAIT)
HANDLE_TIMES = int(Histogram.HANDLE_TIME)
_OF_HANDLING = frozenset((ContactHeld, ContactResumed, ContactTransferred, ContactWrapped))
"""Events that change nothing but how a visit was handled"""


def advance(visit: Visit, event: AnyEvent, tenant: str, panes: Panes, change: Change) -> bool:
    """Merge `event` into `visit` and what that changes into `panes`, which note `change`; whether
    it said anything new.
    """
    step = STEPS.get(type(event))
    return (step is not None and step(visit, event, tenant, panes, change)) or amend(
        visit, event, tenant, panes, change
    )


def amend(visit: Visit, event: AnyEvent, tenant: str, panes: Panes, change: Change) -> bool:
    """The general way of `advance`, right for any event in any order."""
    contribute = (
        feedback
        if isinstance(event, AboutContact | AgentMissed)
        else handling
        if type(event) in _OF_HANDLING
        else contributions
    )
    before = contribute(tenant, visit, panes.length)
    if not merge(visit, event):
        return False
    for key, cells in deltas(before, contribute(tenant, visit, panes.length)):
        add(panes.touch(key, change), cells)
    return True


def begin(event: ContactOffered, tenant: str, panes: Panes, change: Change) -> Visit:
    """Count the visit that `event` begins."""
    at: int = event.at  # type: ignore[assignment]  # decoded events carry epoch milliseconds
    cells = panes.touch((tenant, event.queue, event.channel, at - at % panes.length), change)
    cells[OFFERED] = cells.get(OFFERED, 0) + 1
    return Visit(
        at,
        event.queue,
        event.channel,
        priority=event.priority,
        customer=event.customer,
        attributes=event.attributes,
    )


def _answered(
    visit: Visit, event: ContactAnswered, tenant: str, panes: Panes, change: Change
) -> bool:
    """An agent takes a visit that waits."""
    offered = visit.offered_at
    queue = visit.queue
    if offered is None or queue is None or _is_over(visit):
        return False
    at: int = event.at  # type: ignore[assignment]  # see above
    stated = event.wait_ms
    visit.answered_at = at
    visit.agent = event.agent
    visit.answered_queue = event.queue
    visit.answered_wait = stated
    cells = panes.touch((tenant, queue, visit.channel, offered - offered % panes.length), change)
    _count(
        cells,
        ANSWERED,
        ANSWERED_WAIT,
        ANSWERED_WAITS,
        max(0, at - offered) if stated is None else stated,
    )
    return True


def _abandoned(
    visit: Visit, event: ContactAbandoned, tenant: str, panes: Panes, change: Change
) -> bool:
    """A customer gives up while the visit waits."""
    offered = visit.offered_at
    queue = visit.queue
    if offered is None or queue is None or _is_over(visit):
        return False
    at: int = event.at  # type: ignore[assignment]  # see above
    stated = event.wait_ms
    visit.abandoned_at = at
    visit.abandoned_queue = event.queue
    visit.abandoned_wait = stated
    cells = panes.touch((tenant, queue, visit.channel, offered - offered % panes.length), change)
    _count(
        cells,
        ABANDONED,
        ABANDONED_WAIT,
        ABANDONED_WAITS,
        max(0, at - offered) if stated is None else stated,
    )
    return True


def _is_over(visit: Visit) -> bool:
    """Whether more than the offer (and feedback) is known, or something else than it was told."""
    return (
        visit.answered_at is not None
        or visit.abandoned_at is not None
        or visit.left_at is not None
        or visit.ended_at is not None
        or visit.evidence is not None
    )


def _count(cells: Cells, counter: int, total: int, histogram: int, span: int) -> None:
    cells[counter] = cells.get(counter, 0) + 1
    if span:
        cells[total] = cells.get(total, 0) + span
    bucket = histogram + span_bucket(span)
    cells[bucket] = cells.get(bucket, 0) + 1


def _ended(visit: Visit, event: ContactEnded, tenant: str, panes: Panes, change: Change) -> bool:
    """A conversation that is known to have begun ends, with nothing else known to come after it."""
    queue = visit.queue
    if (
        visit.answered_at is None
        or queue is None
        or visit.ended_at is not None
        or visit.wrapped_at is not None
        or visit.evidence is not None
    ):
        return False
    at: int = event.at  # type: ignore[assignment]  # see above
    visit.ended_at = at
    visit.talk = event.talk_ms
    visit.hold = event.hold_ms
    cells = panes.touch((tenant, queue, visit.channel, at - at % panes.length), change)
    if event.hold_ms or visit.holds or visit.transferred_at is not None or visit.wrap is not None:
        add(cells, handle_cells(visit))
    else:
        _count(cells, HANDLED, TALK, HANDLE_TIMES, talk_of(visit))
    return True


STEPS: dict[type, Callable[[Visit, Any, str, Panes, Change], bool]] = {
    ContactAnswered: _answered,
    ContactAbandoned: _abandoned,
    ContactEnded: _ended,
}
"""The usual steps by the event that makes them; False where a visit is not in the state that the
step begins in.
"""
