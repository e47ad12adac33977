"""Complaints by how long they took to close: who was in time, of those closed and of those that are
overdue.
"""

from floorpulse.contracts.cells import Histogram
from floorpulse.counting.histograms import HOUR, buckets, count_within
from floorpulse.kpis.figures import Measure, MomentFigures, SpanFigures, Value, count, share
from floorpulse.kpis.policies import ServiceLevelPolicy

DAY_HOURS = 24
CLOSED_WITHIN = 7
"""Days a complaint may take unless the question says otherwise"""
DAYS = (1, 3, 7, 15, 30)
"""The limits that can be asked for: 3 days are a summary resolution under UK FCA DISP 1.5, 15 days
those of China's banks and insurers.
"""


def complaints_open(figures: MomentFigures, _: ServiceLevelPolicy) -> Value:
    """Complaints received and not closed at a moment."""
    return count(len(figures.complaints))


def closed_within(days: int) -> Measure:
    """The share of a span's complaints closed within `days` × 24 hours of their receipt.

    One that is open beyond the limit counts as missed before it is closed; one that is open and in
    time counts not at all yet.
    """

    def measure(figures: SpanFigures, _: ServiceLevelPolicy) -> Value:
        closed = sum(number for _, number in buckets(figures.cells, Histogram.COMPLAINT_CLOSING))
        overdue = sum(age > days * DAY_HOURS * HOUR for age in figures.complaints)
        return share(
            count_within(figures.cells, Histogram.COMPLAINT_CLOSING, days * DAY_HOURS, "le"),
            closed + overdue,
        )

    return measure
