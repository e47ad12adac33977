"""How an event merges into a visit: commutative, associative, idempotent, so order and repetition
cannot matter.

Every field is one of four joins:

    earliest   offered, answered, abandoned, left; a survey's asking    smallest (at, content) wins
    latest     ended, wrapped, transferred; answers, evaluations        largest (at, content) wins
    union      holds, resumes, statements on a complaint                sorted, without repetition
    name       a survey's queue, named by several events                 smallest name wins

Content breaks ties between different events of one instant, so even those merge to the same visit
in any order.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from floorpulse.contracts import events
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.visits import Complaint, Evaluation, Statement, Survey, Visit


def rank(*parts: Any) -> tuple[tuple[bool, Any], ...]:
    """A total order over tuples in which None stands below everything."""
    return tuple((part is not None, part) if part is not None else (False, 0) for part in parts)


def merge(visit: Visit, event: AnyEvent) -> bool:
    """Merge one event into `visit`, a private copy of the caller's, in place; whether it said
    anything new.
    """
    return _MERGES[type(event)](visit, event)


def _instant(event: AnyEvent) -> int:
    at = event.at
    if not isinstance(at, int):
        message = f"event {event.id} carries its time as text; ingest writes epoch milliseconds"
        raise TypeError(message)
    return at


def _offered(visit: Visit, event: events.ContactOffered) -> bool:
    at = _instant(event)
    known = visit.offered_at
    if known is not None and (at > known or (at == known and _offer(event) >= _known_offer(visit))):
        return False
    visit.offered_at = at
    visit.queue = event.queue
    visit.channel = event.channel
    visit.priority = event.priority
    visit.customer = event.customer
    visit.attributes = event.attributes
    return True


def _offer(event: events.ContactOffered) -> tuple[Any, ...]:
    return rank(
        event.queue, event.channel, event.priority, event.customer, _items(event.attributes)
    )


def _known_offer(visit: Visit) -> tuple[Any, ...]:
    return rank(
        visit.queue, visit.channel, visit.priority, visit.customer, _items(visit.attributes)
    )


def _items(attributes: dict[str, str] | None) -> list[tuple[str, str]] | None:
    return sorted(attributes.items()) if attributes is not None else None


def _answered(visit: Visit, event: events.ContactAnswered) -> bool:
    at = _instant(event)
    known = visit.answered_at
    if known is not None and (
        at > known
        or (at == known and rank(event.agent, event.queue, event.wait_ms) >= _known_answer(visit))
    ):
        return False
    visit.answered_at = at
    visit.agent = event.agent
    visit.answered_queue = event.queue
    visit.answered_wait = event.wait_ms
    return True


def _known_answer(visit: Visit) -> tuple[Any, ...]:
    return rank(visit.agent, visit.answered_queue, visit.answered_wait)


def _abandoned(visit: Visit, event: events.ContactAbandoned) -> bool:
    known = rank(visit.abandoned_queue, visit.abandoned_wait)
    if not _earlier(visit.abandoned_at, known, _instant(event), rank(event.queue, event.wait_ms)):
        return False
    visit.abandoned_at = _instant(event)
    visit.abandoned_queue = event.queue
    visit.abandoned_wait = event.wait_ms
    return True


def _left(visit: Visit, event: events.ContactLeft) -> bool:
    if not _earlier(
        visit.left_at,
        rank(visit.left_reason, visit.left_wait),
        _instant(event),
        rank(event.reason, event.wait_ms),
    ):
        return False
    visit.left_at = _instant(event)
    visit.left_reason = event.reason
    visit.left_wait = event.wait_ms
    return True


def _earlier(
    known: int | None, known_content: tuple[Any, ...], at: int, content: tuple[Any, ...]
) -> bool:
    return known is None or (at, content) < (known, known_content)


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


def _unheard(_visit: Visit, _event: AnyEvent) -> bool:
    return False


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
    known = (visit.surveys or {}).get(event.survey) or Survey(kind=event.kind)
    asked = (
        min(_instant(event), known.offered_at) if known.offered_at is not None else _instant(event)
    )
    return _survey(visit, event, msgspec.structs.replace(known, offered_at=asked))


def _replied(visit: Visit, event: events.SurveyAnswered) -> bool:
    known = (visit.surveys or {}).get(event.survey) or Survey(kind=event.kind)
    said = (_instant(event), event.score, event.best, event.worst)
    if known.answered_at is None or said > (
        known.answered_at,
        known.score,
        known.best,
        known.worst,
    ):
        known = msgspec.structs.replace(
            known, answered_at=said[0], score=event.score, best=event.best, worst=event.worst
        )
    return _survey(visit, event, known)


def _survey(
    visit: Visit, event: events.SurveyOffered | events.SurveyAnswered, survey: Survey
) -> bool:
    named = [name for name in (survey.queue, event.queue) if name is not None]
    merged = msgspec.structs.replace(
        survey, kind=min(survey.kind, event.kind), queue=min(named, default=None)
    )
    if (visit.surveys or {}).get(event.survey) == merged:
        return False
    visit.surveys = {**(visit.surveys or {}), event.survey: merged}
    return True


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
    events.ContactAmended: _unheard,
    events.ContactRetracted: _unheard,
    events.QaScored: _scored,
    events.QaRetracted: _retracted,
    events.SurveyOffered: _asked,
    events.SurveyAnswered: _replied,
    events.ComplaintOpened: _complained,
    events.ComplaintClosed: _complained,
}
