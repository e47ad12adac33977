"""The caller's view: what a contact of several stays counts as a whole, less what its stays count.

stay 1    offered ─ wait ─► left ┐
stay 2                           └► offered ─ wait ─► answered ─ talk ─► passed on …
contact   came ─────────────── waits ───────────────► answered

A contact belongs to the queue and the instant of its first offer. Its last stay says what became of
it: answered at last, lost, or promised a callback. It waits from its first offer to its last
answer, but for the time in which it talks or is away: until the centre calls back, or until it
comes again by itself.

The difference is 0 for a contact of one stay, which most are; so those cost nothing, and panes of
before whole contacts were counted are right about them.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import pairwise

from floorpulse.contracts.cells import Cell, Cells, add
from floorpulse.contracts.updates import PaneKey
from floorpulse.contracts.visits import (
    Outcome,
    Visit,
    offer_at,
    outcome,
    outcome_at,
    queue_of,
    wait_of,
)
from floorpulse.counting.contributions import Contributions


class ContactOutcome(StrEnum):
    """What became of a contact."""

    ANSWERED = "answered"
    LOST = "lost"
    PROMISED = "promised"
    """It waits for a callback."""


class Callback(StrEnum):
    """A callback that a contact was promised, and whether an agent spoke with it after that."""

    PROMISED = "promised"
    KEPT = "kept"


def whole_contact(tenant: str, visits: Mapping[int, Visit], length: int) -> Contributions:
    """What the contact of these visits (by number) adds to panes of `length` milliseconds beyond
    the `contributions` of each.

    A visit whose offer or queue is not known yet is no stay.
    """
    stays = stays_of(visits)
    if len(stays) == 1:
        return {}
    panes: Contributions = {}
    if stays:
        panes[_pane_of(tenant, stays[0], length)] = contact_cells(stays)
    for stay in stays:
        add(panes.setdefault(_pane_of(tenant, stay, length), {}), contact_cells([stay]), -1)
    return {key: cells for key, cells in panes.items() if cells}


def stays_of(visits: Mapping[int, Visit]) -> list[Visit]:
    """The stays of a contact in the order of their offers; of one instant, by their numbers."""
    placed = [
        (offered, number, visit)
        for number, visit in visits.items()
        if (offered := offer_at(visit)) is not None and queue_of(visit) is not None
    ]
    return [visit for *_, visit in sorted(placed, key=lambda one: one[:2])]


def contact_cells(stays: Sequence[Visit]) -> Cells:
    """What a contact of these stays, in order, counts at its first offer."""
    cells: Cells = {Cell.WHOLE_OFFERED: 1}
    became = contact_outcome(stays)
    if became is ContactOutcome.ANSWERED:
        cells[Cell.WHOLE_ANSWERED] = 1
        wait = whole_wait(stays)
        if wait:
            cells[Cell.WHOLE_WAIT] = wait
    elif became is ContactOutcome.LOST:
        cells[Cell.WHOLE_LOST] = 1
    called_back = callback(stays)
    if called_back is not None:
        cells[Cell.WHOLE_CALLBACKS] = 1
    if called_back is Callback.KEPT:
        cells[Cell.CALLBACKS_KEPT] = 1
    return cells


def contact_outcome(stays: Sequence[Visit]) -> ContactOutcome | None:
    """What became of a contact of these stays, in order; None while it waits.

    The last stay says it: who was passed on and gave up then was not helped, whoever spoke with it
    before.
    """
    match outcome(stays[-1]):
        case None:
            return None
        case Outcome.ANSWERED:
            return ContactOutcome.ANSWERED
        case _:
            return ContactOutcome.PROMISED if _promised(stays[-1]) else ContactOutcome.LOST


def callback(stays: Sequence[Visit]) -> Callback | None:
    """Whether a contact of these stays, in order, was promised a callback, and spoken with after
    that.

    A promise is a stay that it left for a callback, or a further one by the channel `callback`.
    """
    for place, stay in enumerate(stays):
        if place and stay.channel == "callback":
            return _kept(stays[place:])
        if _promised(stay):
            return _kept(stays[place + 1 :])
    return None


def _kept(stays: Sequence[Visit]) -> Callback:
    spoken = any(outcome(stay) is Outcome.ANSWERED for stay in stays)
    return Callback.KEPT if spoken else Callback.PROMISED


def _promised(stay: Visit) -> bool:
    return outcome(stay) is Outcome.LEFT and stay.left_reason == "callback"


def whole_wait(stays: Sequence[Visit]) -> int:
    """How long a contact waited in all, milliseconds: its waits, and the ways from one queue to the
    next.
    """
    ways = sum(_way(stay, following) for stay, following in pairwise(stays))
    return ways + sum(wait_of(stay) or 0 for stay in stays)


def _way(stay: Visit, following: Visit) -> int:
    """The time between two stays of a contact that was passed on; 0 where it went away or talked
    on.
    """
    offered = offer_at(following)
    over = _passed_on_at(stay)
    return max(0, offered - over) if offered is not None and over is not None else 0


def _passed_on_at(stay: Visit) -> int | None:
    """When the stay was over for a contact that was passed on from it; None of any other."""
    if outcome(stay) is Outcome.ANSWERED:
        return stay.ended_at if stay.transferred_at is not None else None
    passed_on = outcome(stay) is Outcome.LEFT and not _promised(stay)
    return outcome_at(stay) if passed_on else None


def _pane_of(tenant: str, stay: Visit, length: int) -> PaneKey:
    offered: int = offer_at(stay)  # type: ignore[assignment]  # a stay's offer and queue are known
    queue: str = queue_of(stay)  # type: ignore[assignment]  # see above
    return tenant, queue, stay.channel, offered - offered % length
