"""The visit as it counts, out of what was told of it, amended and taken back: a semilattice too.

    told ───────┐
    further ────┤ without what was taken back ─► earliest, latest ─► amendments over it ─► the visit
    retracted ──┘

Of the fields whose earliest telling wins every telling is kept, since the winner may be taken back;
of those whose latest wins one is enough, since what is later than a retraction is also later than
all that it takes back. Amendments are the latest by field. A visit that was taken back, and of
which nothing later says that it was, counts nowhere, and what is said about it neither.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import Any, TypeVar

import msgspec

from floorpulse.contracts.events import AMENDABLE, ContactAmended, ContactRetracted, Retractable
from floorpulse.contracts.feedback import Complaint, Evaluation, Survey
from floorpulse.contracts.visits import Amendment, Evidence, Miss, Visit
from floorpulse.kpi_engine.fold.rank import rank

T = TypeVar("T")
K = TypeVar("K", bound=str)
Fields = tuple[str, ...]

EARLIEST: Mapping[Retractable, Fields] = {
    "visit": ("offered_at", "queue", "channel", "priority", "customer", "attributes"),
    "answered": ("answered_at", "agent", "answered_queue", "answered_wait"),
    "abandoned": ("abandoned_at", "abandoned_queue", "abandoned_wait"),
    "left": ("left_at", "left_reason", "left_wait"),
}
"""Fields of which the earliest telling wins, by what takes it back; an offer goes with its visit"""
LATEST: Mapping[Retractable, Fields] = {
    "ended": ("ended_at", "talk", "hold"),
    "wrapped": ("wrapped_at", "wrap"),
    "transferred": ("transferred_at", "to_queue", "to_agent"),
}
FEEDBACK = ("surveys", "evaluations", "complaints")
NEVER = -(1 << 62)


def told_of(visit: Visit) -> Visit:
    """What was told of the visit and not taken back; not to be changed."""
    return visit if visit.evidence is None else visit.evidence.told


def evidence_of(visit: Visit) -> Evidence:
    """What lies under a visit."""
    return Evidence(copy(visit)) if visit.evidence is None else visit.evidence


def amendment(event: ContactAmended) -> Evidence:
    """What one amendment says of a visit."""
    at: int = event.at  # type: ignore[assignment]  # decoded events carry epoch milliseconds
    said = {field: getattr(event, field) for field in AMENDABLE}
    return Evidence(
        Visit(),
        amended={field: Amendment(at, value) for field, value in said.items() if value is not None},
    )


def retraction(event: ContactRetracted) -> Evidence:
    """What one retraction says of a visit."""
    at: int = event.at  # type: ignore[assignment]  # decoded events carry epoch milliseconds
    return Evidence(Visit(), retracted={event.what: at})


# ----------------------------------------------------------------- joining


def join_evidence(one: Evidence, other: Evidence) -> Evidence:
    """Everything that `one` and `other` know, in its normal form; neither is changed."""
    retracted = _each(one.retracted, other.retracted, max)
    gone = retracted.get("visit", NEVER)
    amended = _each(one.amended, other.amended, _later)
    told = _feedback(one.told, other.told)
    further = _earliest(told, (one.told, *one.further, other.told, *other.further), retracted)
    _latest(told, (one.told, other.told), retracted)
    for field in ("holds", "resumes"):
        instants = {*getattr(one.told, field), *getattr(other.told, field)}
        setattr(told, field, tuple(sorted(at for at in instants if at > gone)))
    misses = united_misses(one.told.missed, other.told.missed)
    told.missed = tuple(miss for miss in misses if miss.at > gone)
    return Evidence(
        told,
        further,
        {field: said for field, said in amended.items() if said.at > gone},
        retracted,
        _both(one.attached, other.attached),
    )


def united_misses(one: tuple[Miss, ...], other: tuple[Miss, ...]) -> tuple[Miss, ...]:
    """The misses of both, each once, in order."""
    return tuple(sorted({*one, *other}, key=lambda miss: rank(*msgspec.structs.astuple(miss))))


def _later(one: Amendment, other: Amendment) -> Amendment:
    return max(one, other, key=lambda said: (said.at, said.value))


def _each(one: Mapping[K, T], other: Mapping[K, T], both: Callable[[T, T], T]) -> dict[K, T]:
    united = dict(one)
    for name, said in other.items():
        united[name] = both(united[name], said) if name in united else said
    return united


def _both(one: Visit | None, other: Visit | None) -> Visit | None:
    if one is None or other is None:
        return one if other is None else other
    return _feedback(one, other)


def _limit(retracted: Mapping[Retractable, int], what: Retractable) -> int:
    return max(retracted.get("visit", NEVER), retracted.get(what, NEVER))


def _earliest(
    told: Visit, tellings: Iterable[Visit], retracted: Mapping[Retractable, int]
) -> tuple[Visit, ...]:
    """Give `told` the earliest telling of each group that stands; the others that stand, each by
    itself.
    """
    known = list(tellings)
    further: list[Visit] = []
    for what, fields in EARLIEST.items():
        limit = _limit(retracted, what)
        standing = {
            place(visit, fields): visit for visit in known if _stands(visit, fields[0], limit)
        }
        for number, key in enumerate(sorted(standing)):
            taking = told if number == 0 else Visit()
            take(taking, standing[key], fields)
            if number:
                further.append(taking)
    return tuple(further)


def _latest(told: Visit, tellings: Iterable[Visit], retracted: Mapping[Retractable, int]) -> None:
    known = list(tellings)
    for what, fields in LATEST.items():
        limit = _limit(retracted, what)
        standing = [visit for visit in known if _stands(visit, fields[0], limit)]
        if standing:
            take(told, max(standing, key=lambda visit: place(visit, fields)), fields)


def _stands(visit: Visit, first: str, limit: int) -> bool:
    at = getattr(visit, first)
    return at is not None and at > limit


def place(visit: Visit, fields: Fields) -> tuple[Any, ...]:
    """Where a telling stands among those of the same fields: by time, then by content."""
    values = [getattr(visit, field) for field in fields]
    return values[0], rank(
        *(
            tuple(sorted(value.items())) if isinstance(value, dict) else value
            for value in values[1:]
        )
    )


def take(visit: Visit, source: Visit, fields: Fields) -> None:
    """Give `visit` these fields of `source`."""
    for field in fields:
        setattr(visit, field, getattr(source, field))


# ----------------------------------------------------------------- feedback


def _feedback(one: Visit, other: Visit) -> Visit:
    """What both say of surveys, evaluations and complaints."""
    return Visit(
        surveys=_united(one.surveys, other.surveys, _survey),
        evaluations=_united(one.evaluations, other.evaluations, _evaluation),
        complaints=_united(one.complaints, other.complaints, _complaint),
    )


def _united(
    one: Mapping[str, T] | None, other: Mapping[str, T] | None, both: Callable[[T, T], T]
) -> dict[str, T] | None:
    if one is None or other is None:
        known = one if one is not None else other
        return dict(known) if known is not None else None
    return _each(one, other, both)


def _survey(one: Survey, other: Survey) -> Survey:
    answers = [said for said in (one, other) if said.answered_at is not None]
    last = max(
        answers, key=lambda said: (said.answered_at, said.score, said.best, said.worst), default=one
    )
    asked = [said.offered_at for said in (one, other) if said.offered_at is not None]
    queues = [said.queue for said in (one, other) if said.queue is not None]
    agents = [said.agent for said in (one, other) if said.agent is not None]
    return msgspec.structs.replace(
        last,
        kind=min(one.kind, other.kind),
        queue=min(queues, default=None),
        agent=min(agents, default=None),
        offered_at=min(asked, default=None),
    )


def _evaluation(one: Evaluation, other: Evaluation) -> Evaluation:
    return max(one, other, key=lambda said: rank(*msgspec.structs.astuple(said)))


def _complaint(one: Complaint, other: Complaint) -> Complaint:
    united = {*one.statements, *other.statements}
    return Complaint(tuple(sorted(united, key=lambda said: rank(*msgspec.structs.astuple(said)))))


# ----------------------------------------------------------------- the visit as it counts


def restated(evidence: Evidence) -> Visit:
    """The visit that counts, with what lies under it where that says more."""
    if not (evidence.further or evidence.amended or evidence.retracted or evidence.attached):
        return copy(evidence.told)
    if "visit" in evidence.retracted and _nothing_left(evidence.told):
        return Visit(evidence=evidence)
    visit = copy(evidence.told)
    _amend(visit, evidence.amended)
    if evidence.attached is not None:
        take(visit, _feedback(visit, evidence.attached), FEEDBACK)
    visit.evidence = evidence
    return visit


def _nothing_left(told: Visit) -> bool:
    return all(getattr(told, fields[0]) is None for fields in EARLIEST.values())


def _amend(visit: Visit, amended: Mapping[str, Amendment]) -> None:
    """Put the amendments over what was told; of an outcome that is not known there is nothing to
    put right yet.
    """
    for field, said in amended.items():
        for at, name in _AMENDS[field]:
            if at is None or getattr(visit, at) is not None:
                setattr(visit, name, said.value)
    if "hold_ms" in amended:
        visit.holds = visit.resumes = ()


_AMENDS: Mapping[str, tuple[tuple[str | None, str], ...]] = {
    "queue": ((None, "queue"),),
    "agent": (("answered_at", "agent"),),
    "wait_ms": (
        ("answered_at", "answered_wait"),
        ("abandoned_at", "abandoned_wait"),
        ("left_at", "left_wait"),
    ),
    "talk_ms": (("ended_at", "talk"),),
    "hold_ms": (("ended_at", "hold"),),
    "wrap_ms": (("ended_at", "wrap"),),
}
"""What an amendment of a field replaces: (the instant that must be known, the visit's field)"""
