"""What people do with a contact at risk: take it, call the customer, settle or dismiss it.

         open   called   settled   dismissed
claim      ●       ●        –          –        whoever does it last has it
called     ●       ●        –          –
settle     ●       ●        –          –
dismiss    ●       ●        –          –        it does not come back that day
comment    ●       ●        ●          ●
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from floorpulse.alerts.domain.contacts_at_risk import RiskFound

LONGEST_COMMENT = 2000


class FollowUpState(StrEnum):
    """How far somebody has seen to a contact at risk."""

    OPEN = "open"
    CALLED = "called"
    SETTLED = "settled"
    DISMISSED = "dismissed"


class FollowUp(StrEnum):
    """What somebody does with it."""

    CLAIM = "claim"
    CALLED = "called"
    SETTLE = "settle"
    DISMISS = "dismiss"
    COMMENT = "comment"


LEADS_TO = {
    FollowUp.CALLED: FollowUpState.CALLED,
    FollowUp.SETTLE: FollowUpState.SETTLED,
    FollowUp.DISMISS: FollowUpState.DISMISSED,
}
BEING_SEEN_TO = (FollowUpState.OPEN, FollowUpState.CALLED)


@dataclass(frozen=True)
class ListedContact:
    """A line of a day's list; instants are epoch milliseconds."""

    tenant: str
    day: date
    contact: str
    queue: str
    reasons: tuple[RiskFound, ...]
    state: FollowUpState
    owner: str | None
    due_at: int
    updated_at: int
    comment: str


@dataclass(frozen=True)
class Done:
    """What was done, by whom, and what they said."""

    what: FollowUp
    by: str
    comment: str = ""


@dataclass(frozen=True)
class FollowUpRefused:
    """It cannot be done with a contact in this state."""

    what: FollowUp
    state: FollowUpState


def followed_up(listed: ListedContact, done: Done, now: int) -> ListedContact | FollowUpRefused:
    """The line afterwards; whoever claims a contact, or acts on one that nobody has, has it."""
    if done.what is not FollowUp.COMMENT and listed.state not in BEING_SEEN_TO:
        return FollowUpRefused(done.what, listed.state)
    changed = replace(listed, updated_at=now, comment=done.comment or listed.comment)
    if done.what is FollowUp.COMMENT:
        return changed
    owner = done.by if done.what is FollowUp.CLAIM or listed.owner is None else listed.owner
    return replace(changed, owner=owner, state=LEADS_TO.get(done.what, listed.state))
