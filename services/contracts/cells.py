"""What a pane counts: every counter, sum and histogram bucket has one integer code, so a pane is a
sparse vector.

Panes add, subtract and merge cell by cell. Sums are whole numbers: milliseconds for spans,
thousandths for scores. Nothing here is a ratio, a threshold or a target: readers apply those.
"""

from enum import IntEnum

from floorpulse.contracts.events import LeftReason, Severity

Cells = dict[int, int]
"""Code of a `Cell` or of a histogram bucket → signed whole number; a missing code is 0."""

BUCKETS = 1 << 20


class Cell(IntEnum):
    """The counters and sums. Codes are stored: never renumber, only add.

    Offer families stand in the pane of the offer, handle families in the pane of the completion,
    `MISSED` in the pane of the instant at which an agent did not take the contact, surveys and
    evaluations once in the pane of their submission and once (`CONTACT_…`) in the pane of the
    contact's offer, complaints in the pane of their receipt. Whole contacts (`WHOLE_…`) are told as
    a difference, which may be negative: what a contact of several stays counts, in the pane of its
    first offer, less what each of its stays counts in its own.
    """

    OFFERED = 1
    ANSWERED = 2
    ABANDONED = 3
    ANSWERED_WAIT = 4
    ABANDONED_WAIT = 5
    LEFT_WAIT = 6
    CUSTOMER_KNOWN = 7
    LEFT_OVERFLOW = 10
    LEFT_TIMEOUT = 11
    LEFT_CALLBACK = 12
    LEFT_KEY = 13
    LEFT_CLOSED = 14
    LEFT_EMPTY = 15
    LEFT_OTHER = 16
    HANDLED = 20
    TALK = 21
    HOLD = 22
    WRAP = 23
    HELD = 24
    TRANSFERRED = 25
    WRAP_TOLD = 26
    MISSED = 27
    SURVEY_OFFERED = 30
    CSAT_COUNT = 31
    CSAT_SUM = 32
    NPS_COUNT = 33
    NPS_SUM = 34
    FCR_COUNT = 35
    FCR_SUM = 36
    CES_COUNT = 37
    CES_SUM = 38
    FCR_RESOLVED = 39
    QA_COUNT = 40
    QA_SUM = 41
    QA_JUDGED = 42
    QA_PASSED = 43
    QA_FATAL = 44
    QA_CALIBRATION_COUNT = 45
    QA_CALIBRATION_SUM = 46
    COMPLAINTS_LOW = 50
    COMPLAINTS_NORMAL = 51
    COMPLAINTS_HIGH = 52
    COMPLAINTS_CRITICAL = 53
    COMPLAINTS_LIABLE = 54
    COMPLAINTS_JUDGED = 55
    COMPLAINTS_CLOSED = 56
    CONTACT_SURVEY_OFFERED = 130
    CONTACT_CSAT_COUNT = 131
    CONTACT_CSAT_SUM = 132
    CONTACT_NPS_COUNT = 133
    CONTACT_NPS_SUM = 134
    CONTACT_FCR_COUNT = 135
    CONTACT_FCR_SUM = 136
    CONTACT_CES_COUNT = 137
    CONTACT_CES_SUM = 138
    CONTACT_FCR_RESOLVED = 139
    CONTACT_QA_COUNT = 140
    CONTACT_QA_SUM = 141
    CONTACT_QA_JUDGED = 142
    CONTACT_QA_PASSED = 143
    CONTACT_QA_FATAL = 144
    CONTACT_QA_CALIBRATION_COUNT = 145
    CONTACT_QA_CALIBRATION_SUM = 146
    WHOLE_OFFERED = 200
    WHOLE_ANSWERED = 201
    WHOLE_LOST = 202
    WHOLE_WAIT = 203
    WHOLE_CALLBACKS = 204
    CALLBACKS_KEPT = 205


BY_CONTACT = Cell.CONTACT_SURVEY_OFFERED - Cell.SURVEY_OFFERED
"""Added to a survey or evaluation code, it names the same count by the contact's own time."""


class Histogram(IntEnum):
    """The histograms; a bucket's code is the histogram's base plus the bucket's index.

    `COMPLAINT_CLOSING` stands in the pane of the complaint's receipt and goes by hours, as does
    `RETURN_GAP`, which no pane
    holds: like `CUSTOMER_KNOWN` it is counted from the visits when it is asked for. `QA_SCORE` goes
    by tenths of a point.
    """

    ANSWERED_WAIT = 1 * BUCKETS
    ABANDONED_WAIT = 2 * BUCKETS
    HANDLE_TIME = 3 * BUCKETS
    CSAT = 4 * BUCKETS
    NPS = 5 * BUCKETS
    CONTACT_CSAT = 6 * BUCKETS
    CONTACT_NPS = 7 * BUCKETS
    COMPLAINT_CLOSING = 8 * BUCKETS
    RETURN_GAP = 9 * BUCKETS
    QA_SCORE = 10 * BUCKETS
    CONTACT_QA_SCORE = 11 * BUCKETS


LEFT: dict[LeftReason, Cell] = {
    "overflow": Cell.LEFT_OVERFLOW,
    "timeout": Cell.LEFT_TIMEOUT,
    "callback": Cell.LEFT_CALLBACK,
    "key": Cell.LEFT_KEY,
    "closed": Cell.LEFT_CLOSED,
    "empty": Cell.LEFT_EMPTY,
    "other": Cell.LEFT_OTHER,
}

HANDLING = (Cell.TALK, Cell.HOLD, Cell.WRAP)
"""What an agent's time on a contact is made of"""

COMPLAINTS: dict[Severity, Cell] = {
    "low": Cell.COMPLAINTS_LOW,
    "normal": Cell.COMPLAINTS_NORMAL,
    "high": Cell.COMPLAINTS_HIGH,
    "critical": Cell.COMPLAINTS_CRITICAL,
}


def difference(after: Cells, before: Cells) -> Cells:
    """What must be added to `before` to have `after`."""
    known = before.get
    change = {
        code: amount - before[code] if code in before else amount
        for code, amount in after.items()
        if known(code) != amount
    }
    if not before.keys() <= after.keys():
        change |= {code: -amount for code, amount in before.items() if code not in after}
    return change


def add(into: Cells, cells: Cells, times: int = 1) -> None:
    """Add `times` × `cells` to `into` in place; a cell that becomes 0 disappears, so equal panes
    are equal dicts.
    """
    for code, amount in cells.items():
        total = into.get(code, 0) + times * amount
        if total:
            into[code] = total
        else:
            into.pop(code, None)
