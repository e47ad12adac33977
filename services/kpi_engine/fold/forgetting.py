"""Which visits leave memory: the oldest of those that are durable and not going on.

    oldest, durable, over ─► forgotten           younger, dirty or going on ─► stays
                                 └─► `since`: what happens from then on may begin a new visit

The records of a contact whose feedback is in memory (one of `chains`) leave together.
"""

from floorpulse.contracts.visits import Visit, VisitKey, is_open
from floorpulse.kpi_engine.fold.evidence import told_of
from floorpulse.kpi_engine.fold.feedback import CONTACT, latest
from floorpulse.kpi_engine.fold.packed import ContactKey
from floorpulse.kpi_engine.fold.panes import NEVER
from floorpulse.kpi_engine.fold.visits import Visits


def forget_oldest(visits: Visits, most: int, before: int) -> None:
    """Forget the oldest beyond `most` that are durable and not going on.

    Those are over, or so old that their end must have been lost. What happened before `before`
    may be theirs then: of a visit that is over no more than up to its outcome, of one without
    its end anything.
    """
    number = len(visits.rows) + len(visits.packed)
    if number <= most:
        return
    going_on = len(visits.presence) - len(visits.presence.absent)
    wanted = number - going_on - most * 3 // 4
    if wanted <= most // 4:
        return
    _forget_oldest(visits, wanted, before)
    chains = visits.chains
    free = [contact for contact in chains.numbers if _is_chain_free(visits, contact, before)]
    for contact in free:
        chains.asked.discard(contact)
        for number in chains.numbers.pop(contact):
            _forget(visits, (*contact, number), before)


def _forget_oldest(visits: Visits, wanted: int, before: int) -> None:
    """Forget so many visits that may go, and all that are as old as the last of them."""
    chains = visits.chains
    talks_since = visits.presence.since
    free = [
        (_last(key, visit), key)
        for key, visit in visits.rows.items()
        if _is_free(visits, key, visit) and key[:2] not in chains
    ]
    oldest = sorted([*(last for last, _ in free), *visits.packed.lasts(talks_since)])
    until = oldest[:wanted][-1] if oldest else NEVER
    for last, key in free:
        if last <= until:
            _forget(visits, key, before)
    since = visits.packed.trim(talks_since, until, before)
    visits.since = max(visits.since, since)


def _is_free(visits: Visits, key: VisitKey, visit: Visit) -> bool:
    """Whether a visit is durable and not going on."""
    return key not in visits.dirty and not visits.presence.holds(visit)


def _is_chain_free(visits: Visits, contact: ContactKey, before: int) -> bool:
    """Whether all records of a contact may leave memory."""
    keys = [(*contact, number) for number in visits.chains.numbers[contact]]
    return visits.chains.may_go(contact, before) and all(
        _is_free(visits, key, visits.rows[key]) for key in keys
    )


def _forget(visits: Visits, key: VisitKey, before: int) -> None:
    visit = visits.rows.pop(key)
    if key[2] != CONTACT:
        visits.contacts.forget(key)
    last = _last(key, visit)
    is_lost = is_open(told_of(visit))
    visits.since = max(visits.since, before if is_lost else min(last + 1, before))


def _last(key: VisitKey, visit: Visit) -> int:
    """The last instant at which a visit may have begun; of feedback, that of the latest."""
    told = told_of(visit)
    if key[2] == CONTACT:
        return latest(told) or NEVER
    return max(told.offered_at or NEVER, told.answered_at or NEVER, told.abandoned_at or NEVER)
