"""What a visit adds to which pane: the specification of every count, and the oracle the fold is
held against.

family                      pane of
offer (offered … waits)     the offer
handle (handled, spans)     the completion: wrapped, else ended
missed                      the instant at which an agent did not take the contact
survey, evaluation          its submission, and again (CONTACT_…) the contact's offer
complaint                   its receipt
"""

from collections.abc import Iterable, Mapping

from floorpulse.contracts.cells import (
    BUCKETS,
    BY_CONTACT,
    COMPLAINTS,
    LEFT,
    Cell,
    Cells,
    Histogram,
    add,
)
from floorpulse.contracts.events import SurveyKind
from floorpulse.contracts.feedback import Complaint, Evaluation, Survey
from floorpulse.contracts.updates import PaneKey
from floorpulse.contracts.visits import (
    Visit,
    completed_at,
    hold_of,
    offer_at,
    queue_of,
    talk_of,
    wait_of,
    wrap_of,
)
from floorpulse.counting.histograms import hour_bucket, points_bucket, score_bucket, span_bucket

Contributions = dict[PaneKey, Cells]


def contributions(tenant: str, visit: Visit, length: int) -> Contributions:
    """Everything `visit` adds to panes of `length` milliseconds.

    A visit whose queue is unknown adds nothing yet, one whose offer is unknown nothing to offer
    families: an orphan, which heals when the offer arrives.
    """
    panes: Contributions = {}
    queue = queue_of(visit)
    offered = offer_at(visit)
    if queue is not None:
        if offered is not None:
            panes[(tenant, queue, visit.channel, offered - offered % length)] = offer_cells(visit)
        completed = completed_at(visit)
        if completed is not None:
            _put(
                panes,
                (tenant, queue, visit.channel, completed - completed % length),
                handle_cells(visit),
            )
    if visit.surveys or visit.evaluations or visit.complaints or visit.missed:
        _add_feedback(panes, tenant, visit, length)
    return panes


def handling(tenant: str, visit: Visit, length: int) -> Contributions:
    """The part of `contributions` that handling makes."""
    queue = queue_of(visit)
    completed = completed_at(visit)
    if queue is None or completed is None:
        return {}
    return {(tenant, queue, visit.channel, completed - completed % length): handle_cells(visit)}


def feedback(tenant: str, visit: Visit, length: int) -> Contributions:
    """The part of `contributions` that surveys, evaluations, complaints and misses make."""
    panes: Contributions = {}
    _add_feedback(panes, tenant, visit, length)
    return panes


def deltas(before: Contributions, after: Contributions) -> Iterable[tuple[PaneKey, Cells]]:
    """The signed changes that lead from one set of contributions to another."""
    for key, cells in after.items():
        known = before.get(key)
        if known is None:
            yield key, cells
        elif known != cells:
            change = dict(cells)
            add(change, known, -1)
            yield key, change
    for key, cells in before.items():
        if key not in after:
            yield key, {code: -amount for code, amount in cells.items()}


def _put(panes: Contributions, key: PaneKey, cells: Cells) -> None:
    known = panes.setdefault(key, cells)
    if known is not cells:
        add(known, cells)


def offer_cells(visit: Visit) -> Cells:
    """Offered and, once known, the outcome with its wait."""
    wait = wait_of(visit)
    if visit.answered_at is not None and wait is not None:
        return _outcome(Cell.ANSWERED, Cell.ANSWERED_WAIT, wait, Histogram.ANSWERED_WAIT)
    if visit.abandoned_at is not None and wait is not None:
        return _outcome(Cell.ABANDONED, Cell.ABANDONED_WAIT, wait, Histogram.ABANDONED_WAIT)
    if visit.left_reason is not None and wait is not None:
        return _outcome(LEFT[visit.left_reason], Cell.LEFT_WAIT, wait, None)
    return {Cell.OFFERED: 1}


def _outcome(counter: Cell, total: Cell, wait: int, histogram: Histogram | None) -> Cells:
    cells: Cells = {Cell.OFFERED: 1, counter: 1}
    if wait:
        cells[total] = wait
    if histogram is not None:
        cells[histogram + span_bucket(wait)] = 1
    return cells


def handle_cells(visit: Visit) -> Cells:
    """Handled, with talk, hold and wrap."""
    talk = talk_of(visit)
    hold = hold_of(visit)
    wrap = wrap_of(visit)
    cells: Cells = {Cell.HANDLED: 1, Histogram.HANDLE_TIME + span_bucket(talk + hold + wrap): 1}
    held = 1 if hold or visit.holds else 0
    transferred = 1 if visit.transferred_at is not None else 0
    told = 1 if visit.wrap is not None or visit.wrapped_at is not None else 0
    parts = (
        (Cell.TALK, talk),
        (Cell.HOLD, hold),
        (Cell.WRAP, wrap),
        (Cell.HELD, held),
        (Cell.TRANSFERRED, transferred),
        (Cell.WRAP_TOLD, told),
    )
    for cell, amount in parts:
        if amount:
            cells[cell] = amount
    return cells


def _add_feedback(panes: Contributions, tenant: str, visit: Visit, length: int) -> None:
    """Surveys, evaluations, complaints and misses: their own queue where they name one, else the
    visit's.
    """
    home = queue_of(visit)
    offered = offer_at(visit)

    def put(queue: str | None, at: int | None, cells: Cells) -> None:
        if queue is not None and at is not None and cells:
            _put(panes, (tenant, queue, visit.channel, at - at % length), cells)

    for survey in (visit.surveys or {}).values():
        cells = answer_cells(survey)
        put(survey.queue or home, survey.at, {Cell.SURVEY_OFFERED: 1})
        put(survey.queue or home, offered, {Cell.CONTACT_SURVEY_OFFERED: 1, **by_contact(cells)})
        put(survey.queue or home, survey.answered_at, cells)
    for evaluation in (visit.evaluations or {}).values():
        cells = evaluation_cells(evaluation)
        put(evaluation.queue or home, evaluation.at, cells)
        put(evaluation.queue or home, offered, by_contact(cells))
    for complaint in (visit.complaints or {}).values():
        put(complaint.last("queue") or home, complaint.opened_at, complaint_cells(complaint))
    for miss in visit.missed:
        put(miss.queue or home, miss.at, {Cell.MISSED: 1})


SURVEYS: Mapping[SurveyKind, tuple[Cell, Cell, Histogram | None]] = {
    "csat": (Cell.CSAT_COUNT, Cell.CSAT_SUM, Histogram.CSAT),
    "nps": (Cell.NPS_COUNT, Cell.NPS_SUM, Histogram.NPS),
    "fcr": (Cell.FCR_COUNT, Cell.FCR_SUM, None),
    "ces": (Cell.CES_COUNT, Cell.CES_SUM, None),
}
"""By the kind of a survey: what counts its answers, sums up their scores, and has them by score"""
_RENAMED: dict[int, int] = {
    Histogram.CSAT: Histogram.CONTACT_CSAT - Histogram.CSAT,
    Histogram.NPS: Histogram.CONTACT_NPS - Histogram.NPS,
    Histogram.QA_SCORE: Histogram.CONTACT_QA_SCORE - Histogram.QA_SCORE,
}
"""What is added to the codes of a histogram's buckets, by its base"""
RESOLVED = 500


def answer_cells(survey: Survey) -> Cells:
    """One answer: counted, its score summed in thousandths, its place on the scale in the
    histogram.
    """
    if survey.answered_at is None:
        return {}
    counter, total, histogram = SURVEYS[survey.kind]
    bucket = score_bucket(survey.score, survey.worst, survey.best)
    cells: Cells = {counter: 1}
    score = round(survey.score * 1000)
    if score:
        cells[total] = score
    if histogram is not None:
        cells[histogram + bucket] = 1
    if survey.kind == "fcr" and bucket >= RESOLVED:
        cells[Cell.FCR_RESOLVED] = 1
    return cells


def by_contact(cells: Cells) -> Cells:
    """The same counts under the codes of the contact's own time."""
    return {
        code + _RENAMED.get(code - code % BUCKETS, BY_CONTACT): amount
        for code, amount in cells.items()
    }


def evaluation_cells(evaluation: Evaluation) -> Cells:
    """One evaluation in thousandths of a point; a retracted one adds nothing, a calibration stands
    apart.
    """
    score = round(evaluation.score * 1000)
    if evaluation.retracted:
        return {}
    if evaluation.calibration:
        return _positive({Cell.QA_CALIBRATION_COUNT: 1, Cell.QA_CALIBRATION_SUM: score})
    return _positive(
        {
            Cell.QA_COUNT: 1,
            Cell.QA_SUM: score,
            Cell.QA_JUDGED: int(evaluation.passed is not None),
            Cell.QA_PASSED: int(bool(evaluation.passed)),
            Cell.QA_FATAL: int(evaluation.fatal),
            Histogram.QA_SCORE + points_bucket(score, fatal=evaluation.fatal): 1,
        }
    )


def complaint_cells(complaint: Complaint) -> Cells:
    """One complaint by its latest severity and verdict, and how long it took to close, in the pane
    of its receipt.
    """
    liable = complaint.last("liable")
    opened = complaint.opened_at
    settled = complaint.settled_at
    closing = (
        {}
        if opened is None or settled is None
        else {Histogram.COMPLAINT_CLOSING + hour_bucket(settled - opened): 1}
    )
    return closing | _positive(
        {
            COMPLAINTS[complaint.last("severity") or "normal"]: 1,
            Cell.COMPLAINTS_JUDGED: int(liable is not None),
            Cell.COMPLAINTS_LIABLE: int(bool(liable)),
            Cell.COMPLAINTS_CLOSED: int(complaint.closed_at is not None),
        }
    )


def _positive(cells: Cells) -> Cells:
    return {code: amount for code, amount in cells.items() if amount}
