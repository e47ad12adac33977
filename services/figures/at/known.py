"""A visit as it was known at an instant: what happened later is taken out of it.

offered ─── wait ───► answered ──── talk ────► ended ── wrap ──► wrapped
                 │                   │
at this instant it waits      at this one it is in progress

Time is event time: an event that came in late counts from when it happened on. Feedback is left
out: it comes in for weeks, and counts by its own time.
"""

from floorpulse.contracts.visits import Visit, offer_at, queue_of


def last_told(visit: Visit) -> int:
    """When the last thing happened that is known of the stay itself, epoch milliseconds; 0 where
    nothing but an offer is known.
    """
    return max(
        visit.answered_at or 0,
        visit.ended_at or 0,
        visit.wrapped_at or 0,
        visit.abandoned_at or 0,
        visit.left_at or 0,
        visit.transferred_at or 0,
        *(one.at for one in visit.missed),
    )


def known_at(visit: Visit, at: int) -> Visit | None:
    """The stay as it stood at an instant (epoch milliseconds); None where it had not begun, or its
    begin is not known.
    """
    offered = offer_at(visit)
    if offered is None or offered > at:
        return None
    then = Visit(offered_at=offered, queue=queue_of(visit), channel=visit.channel)
    then.missed = tuple(one for one in visit.missed if one.at <= at)
    if _happened(visit.answered_at, at):
        then.answered_at = visit.answered_at
        then.answered_wait = visit.answered_wait
        _handle(then, visit, at)
    if _happened(visit.abandoned_at, at):
        then.abandoned_at = visit.abandoned_at
        then.abandoned_wait = visit.abandoned_wait
    if _happened(visit.left_at, at):
        then.left_at = visit.left_at
        then.left_reason = visit.left_reason
        then.left_wait = visit.left_wait
    return then


def _handle(then: Visit, visit: Visit, at: int) -> None:
    """What had happened since the answer."""
    then.agent = visit.agent
    then.holds = tuple(held for held in visit.holds if held <= at)
    then.resumes = tuple(resumed for resumed in visit.resumes if resumed <= at)
    if _happened(visit.transferred_at, at):
        then.transferred_at = visit.transferred_at
    if not _happened(visit.ended_at, at):
        return
    then.ended_at = visit.ended_at
    then.talk = visit.talk
    then.hold = visit.hold
    if visit.wrapped_at is None or visit.wrapped_at <= at:
        then.wrapped_at = visit.wrapped_at
        then.wrap = visit.wrap


def _happened(when: int | None, at: int) -> bool:
    return when is not None and when <= at
