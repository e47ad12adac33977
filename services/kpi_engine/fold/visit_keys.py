"""The visit that an event belongs to."""

from floorpulse.contracts.events import (
    AgentMissed,
    AnyEvent,
    ComplaintClosed,
    ComplaintOpened,
    QaRetracted,
    QaScored,
    SurveyAnswered,
    SurveyOffered,
)
from floorpulse.contracts.visits import VisitKey
from floorpulse.kpi_engine.fold.feedback import CONTACT

_OWN_NAME = {
    QaScored: ("evaluation:", "evaluation"),
    QaRetracted: ("evaluation:", "evaluation"),
    SurveyOffered: ("survey:", "survey"),
    SurveyAnswered: ("survey:", "survey"),
    ComplaintOpened: ("complaint:", "complaint"),
    ComplaintClosed: ("complaint:", "complaint"),
}


def visit_key(event: AnyEvent) -> VisitKey:
    """The visit an event of a contact or about one belongs to.

    A survey, evaluation or complaint without a visit goes into its contact's record, numbered 0;
    one without a contact has such a record of its own. So has a miss without a visit, numbered 1:
    it is about no visit.
    """
    contact = event.contact  # type: ignore[union-attr]  # agent states have no visit and are not asked about
    if contact is not None and event.visit is not None:  # type: ignore[union-attr]
        return event.tenant, contact, event.visit  # type: ignore[union-attr, return-value]
    if type(event) is AgentMissed:
        return event.tenant or "", f"missed:{event.agent}:{event.at}", 1
    if contact is not None:
        return event.tenant, contact, CONTACT  # type: ignore[return-value]
    prefix, name = _OWN_NAME[type(event)]
    return event.tenant, prefix + getattr(event, name), CONTACT  # type: ignore[return-value]
