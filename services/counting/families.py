"""Families of counts: which cells of a pane become final together, and how long after its end.

pane ├────┤── 2 min ──► completions final ──── 15 min ────► offers final          maturing: never
     start end

Counts of surveys and evaluations by the contact's own time, verdicts on complaints and their
closing come in for weeks, and a contact may go on to another queue or be called back: they mature,
and a change of them is no correction.
"""

from enum import IntFlag

from floorpulse.contracts.cells import BUCKETS, Cell, Cells, Histogram


class Family(IntFlag):
    """A family of counts, which become final together."""

    OFFER = 1
    COMPLETION = 2
    MATURING = 4


_OF_HISTOGRAM = {
    Histogram.ANSWERED_WAIT: Family.OFFER,
    Histogram.ABANDONED_WAIT: Family.OFFER,
    Histogram.HANDLE_TIME: Family.COMPLETION,
    Histogram.CSAT: Family.COMPLETION,
    Histogram.NPS: Family.COMPLETION,
    Histogram.CONTACT_CSAT: Family.MATURING,
    Histogram.CONTACT_NPS: Family.MATURING,
    Histogram.COMPLAINT_CLOSING: Family.MATURING,
    Histogram.RETURN_GAP: Family.OFFER,
    Histogram.QA_SCORE: Family.COMPLETION,
    Histogram.CONTACT_QA_SCORE: Family.MATURING,
}


def family_of(code: int) -> Family:
    """The family of a cell or of a histogram's bucket."""
    if code >= BUCKETS:
        return _OF_HISTOGRAM[Histogram(code - code % BUCKETS)]
    if code < Cell.HANDLED:
        return Family.OFFER
    return Family.COMPLETION if code < Cell.COMPLAINTS_LIABLE else Family.MATURING


def only(cells: Cells, families: Family) -> Cells:
    """The cells of these families."""
    return {code: amount for code, amount in cells.items() if family_of(code) & families}
