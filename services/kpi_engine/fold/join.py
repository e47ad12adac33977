"""The join of two records of one visit: the record that all events of both would have made.

Every group of fields follows the rule that `merge` follows for its event: the earliest or the
latest (at, content) wins, sets are united. So records that grew apart, one in memory and one in the
database, can always be brought together.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from floorpulse.contracts.visits import Complaint, Evaluation, Survey, Visit
from floorpulse.kpi_engine.fold.merge import rank, united_misses

T = TypeVar("T")

_EARLIEST: tuple[tuple[str, ...], ...] = (
    ("offered_at", "queue", "channel", "priority", "customer", "attributes"),
    ("answered_at", "agent", "answered_queue", "answered_wait"),
    ("abandoned_at", "abandoned_queue", "abandoned_wait"),
    ("left_at", "left_reason", "left_wait"),
)
_LATEST: tuple[tuple[str, ...], ...] = (
    ("ended_at", "talk", "hold"),
    ("wrapped_at", "wrap"),
    ("transferred_at", "to_queue", "to_agent"),
)


def join(one: Visit, other: Visit) -> Visit:
    """Everything that `one` and `other` know; neither is changed."""
    joined = Visit()
    for fields in _EARLIEST:
        _take(
            joined,
            min(_known(fields, one, other), key=lambda visit: _place(visit, fields), default=one),
            fields,
        )
    for fields in _LATEST:
        _take(
            joined,
            max(_known(fields, one, other), key=lambda visit: _place(visit, fields), default=one),
            fields,
        )
    joined.holds = tuple(sorted({*one.holds, *other.holds}))
    joined.resumes = tuple(sorted({*one.resumes, *other.resumes}))
    joined.missed = united_misses(one.missed, other.missed)
    joined.surveys = _union(one.surveys, other.surveys, _survey)
    joined.evaluations = _union(one.evaluations, other.evaluations, _evaluation)
    joined.complaints = _union(one.complaints, other.complaints, _complaint)
    return joined


def _known(fields: tuple[str, ...], *visits: Visit) -> list[Visit]:
    return [visit for visit in visits if getattr(visit, fields[0]) is not None]


def _place(visit: Visit, fields: tuple[str, ...]) -> tuple[Any, ...]:
    values = [getattr(visit, field) for field in fields]
    return values[0], rank(
        *(sorted(value.items()) if isinstance(value, dict) else value for value in values[1:])
    )


def _take(visit: Visit, source: Visit, fields: tuple[str, ...]) -> None:
    for field in fields:
        setattr(visit, field, getattr(source, field))


def _union(
    one: Mapping[str, T] | None, other: Mapping[str, T] | None, both: Callable[[T, T], T]
) -> dict[str, T] | None:
    if one is None or other is None:
        known = one if one is not None else other
        return dict(known) if known is not None else None
    united = dict(one)
    for name, said in other.items():
        united[name] = both(united[name], said) if name in united else said
    return united


def _survey(one: Survey, other: Survey) -> Survey:
    answers = [said for said in (one, other) if said.answered_at is not None]
    last = max(
        answers, key=lambda said: (said.answered_at, said.score, said.best, said.worst), default=one
    )
    asked = [said.offered_at for said in (one, other) if said.offered_at is not None]
    queues = [said.queue for said in (one, other) if said.queue is not None]
    kind = min(one.kind, other.kind)
    queue = min(queues, default=None)
    offered_at = min(asked, default=None)
    return msgspec.structs.replace(last, kind=kind, queue=queue, offered_at=offered_at)


def _evaluation(one: Evaluation, other: Evaluation) -> Evaluation:
    return max(one, other, key=lambda said: rank(*msgspec.structs.astuple(said)))


def _complaint(one: Complaint, other: Complaint) -> Complaint:
    united = {*one.statements, *other.statements}
    return Complaint(tuple(sorted(united, key=lambda said: rank(*msgspec.structs.astuple(said)))))
