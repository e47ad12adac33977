"""How an event merges into a visit: commutative, associative, idempotent, so order and repetition
cannot matter.

Every field is one of four joins:

    earliest   offered, answered, abandoned, left; a survey's asking    smallest (at, content) wins
    latest     ended, wrapped, transferred; answers, evaluations        largest (at, content) wins
    union      holds, resumes, misses, statements on a complaint        sorted, without repetition
    name       a survey's queue and agent, named by several events       smallest name wins

Content breaks ties between different events of one instant, so even those merge to the same visit
in any order. Where a visit is amended, something of it taken back, or told once more otherwise, its
`evidence` keeps what is needed for that (`evidence.py`).
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import msgspec

from floorpulse.contracts import events
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.feedback import Complaint, Evaluation, Statement, Survey
from floorpulse.contracts.visits import Evidence, Miss, Visit
from floorpulse.kpi_engine.fold.evidence import (
    EARLIEST,
    LATEST,
    amendment,
    evidence_of,
    join_evidence,
    place,
    restated,
    retraction,
    take,
    told_of,
    united_misses,
)
from floorpulse.kpi_engine.fold.rank import rank


def merge(visit: Visit, event: AnyEvent) -> bool:
    """Merge one event into `visit`, a private copy of the caller's, in place; whether it said
    anything new.
    """
    if visit.evidence is None:
        kind = type(event)
        fields = _ONLY_ONCE.get(kind)
        step = _MERGES.get(kind)
        if step is not None and (fields is None or getattr(visit, fields[0]) is None):
            return step(visit, event)
    return _merge_evidence(visit, event)


def repeats(visit: Visit, event: AnyEvent) -> bool:
    """Whether the event says once more just what is told of the visit; False where only `merge`
    would find that out.
    """
    told = _TOLD.get(type(event))
    return told is not None and told[0](told_of(visit)) == told[1](event)


def _said(event: AnyEvent) -> Evidence:
    """What one event says, by itself."""
    if isinstance(event, events.ContactAmended):
        return amendment(event)
    if isinstance(event, events.ContactRetracted):
        return retraction(event)
    told = Visit()
    _MERGES[type(event)](told, event)
    return Evidence(told)


def _merge_evidence(visit: Visit, event: AnyEvent) -> bool:
    """The general way of `merge`, right for any visit and event."""
    said = _said(event)
    fields = _ONLY_ONCE.get(type(event))
    if fields is not None and place(told_of(visit), fields) == place(said.told, fields):
        return False
    became = restated(join_evidence(evidence_of(visit), said))
    if became == visit:
        return False
    take(visit, became, Visit.__struct_fields__)
    return True


def _instant(event: AnyEvent) -> int:
    at = event.at
    if not isinstance(at, int):
        message = f"event {event.id} carries its time as text; ingest writes epoch milliseconds"
        raise TypeError(message)
    return at


def _offered(visit: Visit, event: events.ContactOffered) -> bool:
    visit.offered_at = _instant(event)
    visit.queue = event.queue
    visit.channel = event.channel
    visit.priority = event.priority
    visit.customer = event.customer
    visit.attributes = event.attributes
    return True


def _answered(visit: Visit, event: events.ContactAnswered) -> bool:
    visit.answered_at = _instant(event)
    visit.agent = event.agent
    visit.answered_queue = event.queue
    visit.answered_wait = event.wait_ms
    return True


def _abandoned(visit: Visit, event: events.ContactAbandoned) -> bool:
    visit.abandoned_at = _instant(event)
    visit.abandoned_queue = event.queue
    visit.abandoned_wait = event.wait_ms
    return True


def _left(visit: Visit, event: events.ContactLeft) -> bool:
    visit.left_at = _instant(event)
    visit.left_reason = event.reason
    visit.left_wait = event.wait_ms
    return True


def _held(visit: Visit, event: events.ContactHeld) -> bool:
    known = visit.holds
    visit.holds = _union(visit.holds, _instant(event))
    return visit.holds is not known


def _resumed(visit: Visit, event: events.ContactResumed) -> bool:
    known = visit.resumes
    visit.resumes = _union(visit.resumes, _instant(event))
    return visit.resumes is not known


def _union(known: tuple[int, ...], at: int) -> tuple[int, ...]:
    return known if at in known else tuple(sorted((*known, at)))


def _transferred(visit: Visit, event: events.ContactTransferred) -> bool:
    new = (_instant(event), *rank(event.to_queue, event.to_agent))
    if visit.transferred_at is not None and new <= (
        visit.transferred_at,
        *rank(visit.to_queue, visit.to_agent),
    ):
        return False
    visit.transferred_at = _instant(event)
    visit.to_queue = event.to_queue
    visit.to_agent = event.to_agent
    return True


def _ended(visit: Visit, event: events.ContactEnded) -> bool:
    at = _instant(event)
    known = visit.ended_at
    if known is not None and (
        at < known
        or (at == known and rank(event.talk_ms, event.hold_ms) <= rank(visit.talk, visit.hold))
    ):
        return False
    visit.ended_at = at
    visit.talk = event.talk_ms
    visit.hold = event.hold_ms
    return True


def _wrapped(visit: Visit, event: events.ContactWrapped) -> bool:
    at = _instant(event)
    known = visit.wrapped_at
    if known is not None and (
        at < known or (at == known and rank(event.wrap_ms) <= rank(visit.wrap))
    ):
        return False
    visit.wrapped_at = at
    visit.wrap = event.wrap_ms
    return True


def _missed(visit: Visit, event: events.AgentMissed) -> bool:
    miss = Miss(_instant(event), event.agent, event.queue)
    if miss in visit.missed:
        return False
    visit.missed = united_misses(visit.missed, (miss,))
    return True


def _scored(visit: Visit, event: events.QaScored) -> bool:
    said = Evaluation(
        at=_instant(event),
        score=event.score,
        fatal=event.fatal,
        calibration=event.calibration,
        passed=event.passed,
        queue=event.queue,
        agent=event.agent,
        form=event.form,
        evaluator=event.evaluator,
    )
    return _evaluate(visit, event.evaluation, said)


def _retracted(visit: Visit, event: events.QaRetracted) -> bool:
    return _evaluate(
        visit,
        event.evaluation,
        Evaluation(at=_instant(event), retracted=True, queue=event.queue, agent=event.agent),
    )


def _evaluate(visit: Visit, name: str, said: Evaluation) -> bool:
    known = (visit.evaluations or {}).get(name)
    if known is not None and rank(*msgspec.structs.astuple(said)) <= rank(
        *msgspec.structs.astuple(known)
    ):
        return False
    visit.evaluations = {**(visit.evaluations or {}), name: said}
    return True


def _asked(visit: Visit, event: events.SurveyOffered) -> bool:
    known = _known_survey(visit, event)
    at = _instant(event)
    if known.offered_at is not None:
        at = min(at, known.offered_at)
    answer = known.answered_at, known.score, known.best, known.worst
    return _survey(visit, event, known, (at, *answer))


def _replied(visit: Visit, event: events.SurveyAnswered) -> bool:
    known = _known_survey(visit, event)
    said = _instant(event), event.score, event.best, event.worst
    if known.answered_at is not None:
        said = max((known.answered_at, known.score, known.best, known.worst), said)
    return _survey(visit, event, known, (known.offered_at, *said))


def _known_survey(visit: Visit, event: events.SurveyOffered | events.SurveyAnswered) -> Survey:
    return (visit.surveys or {}).get(event.survey) or Survey(kind=event.kind)


def _survey(
    visit: Visit,
    event: events.SurveyOffered | events.SurveyAnswered,
    known: Survey,
    said: tuple[int | None, int | None, float, float, float],
) -> bool:
    """Give the visit a survey whose asking and last answer are `said`."""
    merged = Survey(
        min(known.kind, event.kind),
        _smallest(known.queue, event.queue),
        *said,
        _smallest(known.agent, event.agent),
    )
    surveys = visit.surveys or {}
    if surveys.get(event.survey) == merged:
        return False
    visit.surveys = {**surveys, event.survey: merged}
    return True


def _smallest(known: str | None, name: str | None) -> str | None:
    if known is None or name is None:
        return name if known is None else known
    return min(known, name)


def _complained(visit: Visit, event: events.ComplaintOpened | events.ComplaintClosed) -> bool:
    said = Statement(
        at=_instant(event),
        closing=isinstance(event, events.ComplaintClosed),
        severity=event.severity,
        category=event.category,
        origin=event.origin,
        valid=event.valid,
        liable=event.liable,
        queue=event.queue,
        agent=event.agent,
    )
    known = (visit.complaints or {}).get(event.complaint) or Complaint()
    if said in known.statements:
        return False
    ordered = sorted((*known.statements, said), key=lambda one: rank(*msgspec.structs.astuple(one)))
    visit.complaints = {**(visit.complaints or {}), event.complaint: Complaint(tuple(ordered))}
    return True


_MERGES: dict[type, Callable[[Visit, Any], bool]] = {
    events.ContactOffered: _offered,
    events.ContactAnswered: _answered,
    events.ContactAbandoned: _abandoned,
    events.ContactLeft: _left,
    events.ContactHeld: _held,
    events.ContactResumed: _resumed,
    events.ContactTransferred: _transferred,
    events.ContactEnded: _ended,
    events.ContactWrapped: _wrapped,
    events.AgentMissed: _missed,
    events.QaScored: _scored,
    events.QaRetracted: _retracted,
    events.SurveyOffered: _asked,
    events.SurveyAnswered: _replied,
    events.ComplaintOpened: _complained,
    events.ComplaintClosed: _complained,
}
"""Plain merges, into a visit without evidence"""
_ONLY_ONCE: dict[type, tuple[str, ...]] = {
    events.ContactOffered: EARLIEST["visit"],
    events.ContactAnswered: EARLIEST["answered"],
    events.ContactAbandoned: EARLIEST["abandoned"],
    events.ContactLeft: EARLIEST["left"],
}
"""The fields that these say, whose plain merge is right only while nothing is known of them"""
_TOLD: dict[type, tuple[Callable[[Visit], Any], Callable[[Any], Any]]] = {
    events.ContactOffered: (
        attrgetter(*EARLIEST["visit"]),
        attrgetter("at", "queue", "channel", "priority", "customer", "attributes"),
    ),
    events.ContactAnswered: (
        attrgetter(*EARLIEST["answered"]),
        attrgetter("at", "agent", "queue", "wait_ms"),
    ),
    events.ContactAbandoned: (
        attrgetter(*EARLIEST["abandoned"]),
        attrgetter("at", "queue", "wait_ms"),
    ),
    events.ContactEnded: (attrgetter(*LATEST["ended"]), attrgetter("at", "talk_ms", "hold_ms")),
    events.ContactWrapped: (attrgetter(*LATEST["wrapped"]), attrgetter("at", "wrap_ms")),
}
"""What a visit and an event say of the same thing"""
