"""Customers who come back: visits whose customer had another contact in the same queue shortly
before.

earlier contact ├──┤ ◄──── gap, offer to offer ────► ├──┤ this visit: repeated within N hours if gap
≤ N

A gap belongs to the later visit, whatever channel either came by. Further visits of the same
contact, such as a transfer that comes back, are no repetition. Nor is a visit by the channel
`callback`, in which the centre calls: it neither repeats nor is repeated. A customer is the
pseudonym that ingest made; without one a visit is not in the denominator.
"""

from floorpulse.contracts.cells import Cell, Histogram
from floorpulse.counting.histograms import count_within
from floorpulse.kpis.figures import Measure, SpanFigures, Value, share
from floorpulse.kpis.policies import ServiceLevelPolicy

WITHIN_HOURS = 24
"""Hours within which a contact counts as repeated unless the question says otherwise"""
HOURS = (24, 72, 168)
"""The limits that can be asked for"""
LOOK_BACK = 168
"""Hours before a visit in which an earlier contact is looked for"""


def repeated_within(hours: int) -> Measure:
    """The share of visits, of those whose customer is known, that came within `hours` of the
    customer's last contact.
    """

    def measure(figures: SpanFigures, _: ServiceLevelPolicy) -> Value:
        return share(
            count_within(figures.cells, Histogram.RETURN_GAP, hours, "le"),
            figures.of(Cell.CUSTOMER_KNOWN),
        )

    return measure
