"""Bodies of visits: the contacts behind a number."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, Meta, UnsetType

from floorpulse.contracts.feedback import Complaint, Evaluation, Survey
from floorpulse.contracts.visits import (
    Outcome,
    hold_of,
    outcome,
    queue_of,
    talk_of,
    wait_of,
    wrap_of,
)
from floorpulse.counting.whole_contacts import (
    Callback,
    ContactOutcome,
    callback,
    contact_outcome,
    stays_of,
    whole_wait,
)
from floorpulse.figures.timestamps import Instant, text, text_or_none
from floorpulse.figures.visits.drilldown import JudgedVisit
from floorpulse.figures.visits.missed import MissReason
from floorpulse.query.api.schemas import Next


class Opinion(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Surveys, evaluations or complaints of a visit, in brief."""

    id: Annotated[str, Meta(examples=["s-1"])]
    kind: Annotated[str, Meta(examples=["csat"])]
    at: Instant | None
    score: Annotated[float | None, Meta(examples=[4])] = None
    verdict: Annotated[
        str | None, Meta(description="of evaluations and complaints", examples=["passed"])
    ] = None


class VisitRow(msgspec.Struct, frozen=True, kw_only=True):
    """One stay of one contact in one queue. `agent` is there with the scope agents:read only."""

    contact: Annotated[str, Meta(examples=["c-1"])]
    visit: Annotated[int, Meta(description="number of the contact's stay", examples=[1])]
    queue: Annotated[str | None, Meta(examples=["sales"])]
    channel: Annotated[str, Meta(examples=["voice"])]
    agent: Annotated[str | UnsetType | None, Meta(examples=["a-7"])] = UNSET
    offered: Instant
    answered: Instant | None
    abandoned: Instant | None
    left: Instant | None
    ended: Instant | None
    wait: Annotated[
        float | None, Meta(description="seconds; null while there is no outcome", examples=[12.5])
    ]
    talk: Annotated[float, Meta(description="seconds", examples=[180])]
    hold: Annotated[float, Meta(description="seconds", examples=[0])]
    wrap: Annotated[float, Meta(description="seconds", examples=[25])]
    outcome: Outcome | None
    reason: Annotated[
        str | None, Meta(description="why it left by another door", examples=["overflow"])
    ]
    missed: Annotated[
        bool, Meta(description="whether it lowers the service level under the definition")
    ]
    missed_because: Annotated[
        MissReason | None,
        Meta(description="why it does; null where it does not", examples=["answered_late"]),
    ]
    beyond: Annotated[
        int | None,
        Meta(
            description="seconds beyond which its wait lowers the service level, T or S; null "
            "where it does not, and where every wait would",
            examples=[20],
        ),
    ]
    definition: Annotated[str, Meta(examples=["default@1"])]
    surveys: list[Opinion]
    evaluations: list[Opinion]
    complaints: list[Opinion]


VISIT_COLUMNS = VisitRow.__struct_fields__[:-3]
"""The columns of visits as CSV; surveys, evaluations and complaints stand in JSON only."""


class VisitsAnswer(msgspec.Struct):
    """A page of visits."""

    rows: list[VisitRow]
    next: Next


class ContactAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One contact as a whole, and all its stays in the order of their offers."""

    contact: Annotated[str, Meta(examples=["c-1"])]
    queue: Annotated[str | None, Meta(description="that of its first offer", examples=["sales"])]
    channel: Annotated[str, Meta(examples=["voice"])]
    offered: Annotated[Instant, Meta(description="its first offer")]
    outcome: Annotated[
        ContactOutcome | None,
        Meta(
            description="answered at last, lost, or promised a callback; null while it waits",
            examples=["answered"],
        ),
    ]
    wait: Annotated[
        float,
        Meta(
            description="seconds in all queues and on the way from one to the next, up to the last "
            "outcome",
            examples=[150],
        ),
    ]
    callback: Annotated[
        Callback | None, Meta(description="whether it was promised one, and spoken with after that")
    ]
    rows: list[VisitRow]


def visit_row(judged: JudgedVisit, zone: ZoneInfo, *, agents: bool) -> VisitRow:
    """A visit; its agent only where the caller may know agents."""
    stored = judged.stored
    visit = judged.stored.visit
    wait = wait_of(visit)
    miss = judged.miss
    return VisitRow(
        contact=stored.contact,
        visit=stored.number,
        queue=queue_of(visit),
        channel=visit.channel,
        agent=visit.agent if agents else UNSET,
        offered=text(stored.offered_at, zone),
        answered=text_or_none(visit.answered_at, zone),
        abandoned=text_or_none(visit.abandoned_at, zone),
        left=text_or_none(visit.left_at, zone),
        ended=text_or_none(visit.ended_at, zone),
        wait=None if wait is None else wait / 1000,
        talk=talk_of(visit) / 1000,
        hold=hold_of(visit) / 1000,
        wrap=wrap_of(visit) / 1000,
        outcome=outcome(visit),
        reason=visit.left_reason,
        missed=miss is not None,
        missed_because=None if miss is None else miss.reason,
        beyond=None if miss is None else miss.beyond,
        definition=judged.definition,
        surveys=_opinions(visit.surveys, zone),
        evaluations=_opinions(visit.evaluations, zone),
        complaints=_opinions(visit.complaints, zone),
    )


def contact_answer(found: Sequence[JudgedVisit], zone: ZoneInfo, *, agents: bool) -> ContactAnswer:
    """A contact of these visits, of which there is one at least, in the order of their offers."""
    first = found[0].stored
    stays = stays_of({one.stored.number: one.stored.visit for one in found})
    return ContactAnswer(
        contact=first.contact,
        queue=queue_of(first.visit),
        channel=first.visit.channel,
        offered=text(first.offered_at, zone),
        outcome=contact_outcome(stays) if stays else None,
        wait=whole_wait(stays) / 1000,
        callback=callback(stays),
        rows=[visit_row(one, zone, agents=agents) for one in found],
    )


def _opinions(
    known: Mapping[str, Survey | Evaluation | Complaint] | None, zone: ZoneInfo
) -> list[Opinion]:
    return [_opinion(name, one, zone) for name, one in sorted((known or {}).items())]


def _opinion(name: str, one: Survey | Evaluation | Complaint, zone: ZoneInfo) -> Opinion:
    match one:
        case Survey():
            return _survey(name, one, zone)
        case Evaluation():
            kind = "calibration" if one.calibration else "evaluation"
            at = text(one.at, zone)
            return Opinion(id=name, kind=kind, at=at, score=one.score, verdict=_verdict(one))
        case Complaint():
            severity = one.last("severity") or "normal"
            liable = one.last("liable")
            verdict = None if liable is None else "liable" if liable else "not liable"
            at_or_none = text_or_none(one.opened_at, zone)
            return Opinion(id=name, kind=severity, at=at_or_none, verdict=verdict)


def _survey(name: str, one: Survey, zone: ZoneInfo) -> Opinion:
    answered = one.answered_at is not None
    at = text_or_none(one.answered_at if answered else one.offered_at, zone)
    return Opinion(id=name, kind=one.kind, at=at, score=one.score if answered else None)


def _verdict(one: Evaluation) -> str | None:
    if one.retracted:
        return "retracted"
    if one.fatal:
        return "fatal"
    return None if one.passed is None else "passed" if one.passed else "failed"
