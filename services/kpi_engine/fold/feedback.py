"""Which visit feedback is about that names a contact and no visit: the last that was offered at or
before it, or the first where all were offered later, by a clock that is ahead of the feedback's.

    visit 1 offered ──── visit 2 offered ──── survey ──── visit 3 offered
                         └── is about this one ◄┘

Event time decides, so it does not matter which of them was heard of first. Where the feedback names
an agent or a queue, only visits of that agent or queue are asked. Feedback that finds no visit
stays with the contact, in the record numbered 0, and counts for the queue that it names itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from floorpulse.contracts.feedback import Evaluation, Survey
from floorpulse.contracts.visits import Evidence, Visit, offer_at, queue_of
from floorpulse.kpi_engine.fold.evidence import evidence_of, restated

CONTACT = 0
"""The number of the record that holds a contact's feedback without a visit"""

replace = msgspec.structs.replace


def latest(feedback: Visit) -> int | None:
    """The latest instant by which a piece of this feedback looks for its visit."""
    return max((at for at, _, _ in _pieces(feedback) if at is not None), default=None)


def attached(visit: Visit) -> Visit | None:
    """The feedback without a number that was found to be about this visit."""
    return None if visit.evidence is None else visit.evidence.attached


def attach(visit: Visit, feedback: Visit | None) -> Visit:
    """The visit with this feedback in place of what was attached to it."""
    return restated(replace(evidence_of(visit), attached=feedback))


def homeless(told: Visit, rest: Visit | None) -> Visit:
    """The contact's record: all that was `told`, of which the `rest` found no visit."""
    if rest == told:
        return told
    return replace(rest or Visit(), evidence=Evidence(told))


def placed(told: Visit, visits: Mapping[int, Visit]) -> dict[int, Visit]:
    """The feedback that was `told` of a contact, by the number of the visit it is about; number 0
    for the rest.
    """
    found: dict[int, Visit] = {}
    offers = sorted(
        (at, number) for number, visit in visits.items() if (at := offer_at(visit)) is not None
    )
    for at, fits, (kind, name, said) in _pieces(told):
        fitting = [(offered, one) for offered, one in offers if fits(visits[one])]
        home = found.setdefault(_about_which(at, fitting), Visit())
        setattr(home, kind, {**(getattr(home, kind) or {}), name: said})
    return found


def _about_which(at: int | None, offers: Sequence[tuple[int, int]]) -> int:
    """Of these visits, by when they were offered and their numbers, the one that feedback of an
    instant is about.
    """
    before = [one for offered, one in offers if at is not None and offered <= at]
    if before:
        return before[-1]
    return offers[0][1] if offers else CONTACT


def _pieces(
    told: Visit,
) -> Iterator[tuple[int | None, Callable[[Visit], bool], tuple[str, str, Any]]]:
    """Each piece of feedback: its instant, which visits it may be about, and where it stands."""
    for name, survey in (told.surveys or {}).items():
        yield survey.at, _of(survey), ("surveys", name, survey)
    for name, evaluation in (told.evaluations or {}).items():
        yield evaluation.at, _of(evaluation), ("evaluations", name, evaluation)
    for name, complaint in (told.complaints or {}).items():
        opened = complaint.opened_at
        at = complaint.closed_at if opened is None else opened
        yield (
            at,
            _about(complaint.last("agent"), complaint.last("queue")),
            (
                "complaints",
                name,
                complaint,
            ),
        )


def _of(said: Survey | Evaluation) -> Callable[[Visit], bool]:
    return _about(said.agent, said.queue)


def _about(agent: str | None, queue: str | None) -> Callable[[Visit], bool]:
    def fits(visit: Visit) -> bool:
        return (agent is None or visit.agent == agent) and (
            queue is None or queue_of(visit) == queue
        )

    return fits
