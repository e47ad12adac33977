"""A visit as it is stored and shown: what is known of one stay of one contact in one queue, and how
to read it.

    offered ───── wait ─────► answered ──── talk, hold ────► ended ── wrap ──► wrapped
       └───── wait ─────► abandoned | left

Absence is knowledge: a field that is None has not been heard of yet. How events merge into a visit
is the engine's affair (`services/kpi_engine/fold/merge.py`); all instants are epoch milliseconds,
all spans milliseconds.
"""

from enum import StrEnum
from typing import NamedTuple

import msgspec

from floorpulse.contracts.events import Channel, LeftReason, Retractable
from floorpulse.contracts.feedback import Complaint, Evaluation, Survey

VisitKey = tuple[str, str, int]
"""(tenant, contact, visit number); number 0 holds what surveys, evaluations and complaints say that
name no visit, or not even a contact.
"""


class Longest(NamedTuple):
    """How long a visit waits, and a conversation lasts, before its end must have been lost;
    milliseconds.
    """

    wait: int
    conversation: int


class Outcome(StrEnum):
    """How a stay in a queue ended."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    LEFT = "left"


class Miss(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """An agent was offered the contact at `at` and did not take it."""

    at: int
    agent: str
    queue: str | None = None


class Amendment(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The latest amendment of one field: when it was made, and what it says."""

    at: int
    value: int | str


class Evidence(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """What lies under a visit that is not simply what was told of it.

    `told` is the join of what was told and not taken back, each of `further` one more telling that
    contradicts it (another answer, another offer) and counts once what stands before it is taken
    back. `amended` goes by the fields of `contact.amended`, `retracted` gives the instant up to
    which each thing is taken back. `attached` is feedback that names no visit and is about this
    one.
    """

    told: "Visit"
    further: "tuple[Visit, ...]" = ()
    amended: dict[str, Amendment] = {}
    retracted: dict[Retractable, int] = {}
    attached: "Visit | None" = None


class Visit(msgspec.Struct, array_like=True, omit_defaults=True, gc=False):
    """Everything known of one visit, as it counts. Only the engine changes one, and only a private
    copy.

    `queue` and `channel` are the offer's; `answered_queue` and `abandoned_queue` stand in while the
    offer is unknown. `holds` and `resumes` are sorted instants without repetition, `missed` are the
    times agents did not take it, likewise. `evidence` stands where the other fields are not simply
    what was told.
    """

    offered_at: int | None = None
    queue: str | None = None
    channel: Channel = "voice"
    answered_at: int | None = None
    agent: str | None = None
    answered_queue: str | None = None
    answered_wait: int | None = None
    ended_at: int | None = None
    talk: int | None = None
    hold: int | None = None
    wrapped_at: int | None = None
    wrap: int | None = None
    abandoned_at: int | None = None
    abandoned_queue: str | None = None
    abandoned_wait: int | None = None
    left_at: int | None = None
    left_reason: LeftReason | None = None
    left_wait: int | None = None
    priority: int | None = None
    customer: str | None = None
    attributes: dict[str, str] | None = None
    holds: tuple[int, ...] = ()
    resumes: tuple[int, ...] = ()
    transferred_at: int | None = None
    to_queue: str | None = None
    to_agent: str | None = None
    surveys: dict[str, Survey] | None = None
    evaluations: dict[str, Evaluation] | None = None
    complaints: dict[str, Complaint] | None = None
    evidence: Evidence | None = None
    missed: tuple[Miss, ...] = ()


def outcome(visit: Visit) -> Outcome | None:
    """How the stay ended: an answer wins over giving up, giving up over another door; None while it
    waits.
    """
    if visit.answered_at is not None:
        return Outcome.ANSWERED
    if visit.abandoned_at is not None:
        return Outcome.ABANDONED
    return Outcome.LEFT if visit.left_at is not None else None


def outcome_at(visit: Visit) -> int | None:
    """When the stay in the queue ended."""
    if visit.answered_at is not None:
        return visit.answered_at
    return visit.abandoned_at if visit.abandoned_at is not None else visit.left_at


def stated_wait(visit: Visit) -> int | None:
    """The source's own figure of the wait until the outcome."""
    if visit.answered_at is not None:
        return visit.answered_wait
    return visit.abandoned_wait if visit.abandoned_at is not None else visit.left_wait


def offer_at(visit: Visit) -> int | None:
    """The offer: as told, else outcome − stated wait, else None (an orphan, until the offer
    arrives).
    """
    if visit.offered_at is not None:
        return visit.offered_at
    ended = outcome_at(visit)
    wait = stated_wait(visit)
    return ended - wait if ended is not None and wait is not None else None


def queue_of(visit: Visit) -> str | None:
    """The queue of the stay: the offer's, else what the outcome names."""
    return visit.queue or visit.answered_queue or visit.abandoned_queue


def wait_of(visit: Visit) -> int | None:
    """The wait until the outcome: the source's own figure, else the difference of times, never
    below 0.
    """
    stated = stated_wait(visit)
    ended = outcome_at(visit)
    offered = offer_at(visit)
    if stated is not None:
        return stated
    return max(0, ended - offered) if ended is not None and offered is not None else None


def hold_of(visit: Visit) -> int:
    """Time on hold: the source's own figure, else each hold to the next resume, else to the end.

    held ──────► resumed ─── held ──────► ended
    """
    if visit.hold is not None:
        return visit.hold
    total = 0
    since = None
    ends = [(at, False) for at in visit.resumes]
    for at, held in sorted([(at, True) for at in visit.holds] + ends):
        if held and since is None:
            since = at
        elif not held and since is not None:
            total = total + at - since
            since = None
    if since is not None and visit.ended_at is not None:
        total += max(0, visit.ended_at - since)
    return total


def talk_of(visit: Visit) -> int:
    """Talk time: the source's own figure, else answer to end without the holds, never below 0."""
    if visit.talk is not None:
        return visit.talk
    if visit.answered_at is None or visit.ended_at is None:
        return 0
    return max(0, visit.ended_at - visit.answered_at - hold_of(visit))


def wrap_of(visit: Visit) -> int:
    """After-contact work: the source's own figure, else end to wrapped, never below 0."""
    if visit.wrap is not None:
        return visit.wrap
    if visit.wrapped_at is None or visit.ended_at is None:
        return 0
    return max(0, visit.wrapped_at - visit.ended_at)


def completed_at(visit: Visit) -> int | None:
    """When an answered contact was done with: wrapped, else ended; None before, and of visits
    nobody answered.
    """
    if visit.answered_at is None or visit.ended_at is None:
        return None
    return visit.wrapped_at if visit.wrapped_at is not None else visit.ended_at


def complaining(visit: Visit) -> tuple[int | None, int | None]:
    """When the first complaint about the visit was received, and when the last was closed (None
    while one is open).
    """
    known = [
        complaint
        for complaint in (visit.complaints or {}).values()
        if complaint.opened_at is not None
    ]
    settled = [complaint.settled_at for complaint in known]
    first = min(
        (complaint.opened_at for complaint in known if complaint.opened_at is not None),
        default=None,
    )
    return first, None if None in settled else max(
        (at for at in settled if at is not None), default=None
    )


def is_open(visit: Visit) -> bool:
    """Whether the visit is waiting or in progress: offered without an outcome, or answered without
    an end.
    """
    return (
        visit.ended_at is None
        if visit.answered_at is not None
        else visit.offered_at is not None and outcome(visit) is None
    )
