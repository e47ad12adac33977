"""A visit as it was known at an instant of the past: what was told later is left out again.

    offered ─────► answered ─────► ended ─────► wrapped
         at ▲                                              offered, without an outcome: it waits
                          at ▲                             answered: in progress

A survey, an evaluation or a severity that was restated later is known only in its latest version:
of those the past shows the latest one, from its own instant on.
"""

from collections.abc import Iterator

import msgspec

from floorpulse.contracts.feedback import Complaint, Evaluation, Survey
from floorpulse.contracts.visits import Visit


def moments(visit: Visit) -> list[int]:
    """The instants at which something of a visit became known, ascending, each once; epoch
    milliseconds.
    """
    return sorted({at for at in _instants(visit) if at is not None})


def _instants(visit: Visit) -> Iterator[int | None]:
    yield from (visit.offered_at, visit.answered_at, visit.abandoned_at, visit.left_at)
    yield from (visit.ended_at, visit.wrapped_at, visit.transferred_at)
    yield from (*visit.holds, *visit.resumes, *(one.at for one in visit.missed))
    for survey in (visit.surveys or {}).values():
        yield from (survey.offered_at, survey.answered_at)
    yield from (one.at for one in (visit.evaluations or {}).values())
    for complaint in (visit.complaints or {}).values():
        yield from (said.at for said in complaint.statements)


def as_known(visit: Visit, at: int) -> Visit:
    """The visit with only what was known at an instant, itself included."""
    known: dict[str, object] = {}
    for instant, fields in _TOLD:
        told_at: int | None = getattr(visit, instant)
        if told_at is None or told_at > at:
            known.update(fields)
    if visit.holds or visit.resumes:
        known["holds"] = tuple(one for one in visit.holds if one <= at)
        known["resumes"] = tuple(one for one in visit.resumes if one <= at)
    if visit.missed:
        known["missed"] = tuple(one for one in visit.missed if one.at <= at)
    return msgspec.structs.replace(visit, **known, **_feedback(visit, at))


_TOLD: tuple[tuple[str, dict[str, object]], ...] = (
    (
        "offered_at",
        {
            "offered_at": None,
            "queue": None,
            "priority": None,
            "customer": None,
            "attributes": None,
        },
    ),
    (
        "answered_at",
        {"answered_at": None, "agent": None, "answered_queue": None, "answered_wait": None},
    ),
    ("abandoned_at", {"abandoned_at": None, "abandoned_queue": None, "abandoned_wait": None}),
    ("left_at", {"left_at": None, "left_reason": None, "left_wait": None}),
    ("ended_at", {"ended_at": None, "talk": None, "hold": None}),
    ("wrapped_at", {"wrapped_at": None, "wrap": None}),
    ("transferred_at", {"transferred_at": None, "to_queue": None, "to_agent": None}),
)
"""The instant of each event of a visit, and the fields as they are before it"""


def _feedback(visit: Visit, at: int) -> dict[str, object]:
    """Surveys, evaluations and complaints as they were known, of those that have any."""
    found: dict[str, object] = {}
    if visit.surveys:
        asked = ((name, _survey(one, at)) for name, one in visit.surveys.items())
        found["surveys"] = {name: one for name, one in asked if one is not None} or None
    if visit.evaluations:
        found["evaluations"] = _evaluations(visit.evaluations, at) or None
    if visit.complaints:
        found["complaints"] = dict(_complaints(visit.complaints, at)) or None
    return found


def _survey(survey: Survey, at: int) -> Survey | None:
    answered = survey.answered_at is not None and survey.answered_at <= at
    asked = survey.offered_at is not None and survey.offered_at <= at
    if answered:
        return survey if asked else msgspec.structs.replace(survey, offered_at=None)
    return Survey(survey.kind, survey.queue, survey.offered_at) if asked else None


def _evaluations(evaluations: dict[str, Evaluation], at: int) -> dict[str, Evaluation]:
    return {name: one for name, one in evaluations.items() if one.at <= at}


def _complaints(complaints: dict[str, Complaint], at: int) -> Iterator[tuple[str, Complaint]]:
    for name, one in complaints.items():
        said = tuple(statement for statement in one.statements if statement.at <= at)
        if said:
            yield name, Complaint(said)
