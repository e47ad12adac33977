"""Surveys and evaluations by the contact's own time instead of their submission: the same formulas
over the cells kept for that.
"""

from floorpulse.contracts.cells import BUCKETS, BY_CONTACT, Cell, Cells, Histogram
from floorpulse.kpis.figures import Measure, SpanFigures, Value
from floorpulse.kpis.policies import ServiceLevelPolicy

_COUNTS = {cell: Cell(cell - BY_CONTACT) for cell in Cell if cell.name.startswith("CONTACT_")}
_HISTOGRAMS = {
    Histogram.CONTACT_CSAT: Histogram.CSAT,
    Histogram.CONTACT_NPS: Histogram.NPS,
    Histogram.CONTACT_QA_SCORE: Histogram.QA_SCORE,
}
_MOVED = frozenset(_COUNTS.values())


def by_contact(measure: Measure) -> Measure:
    """The formula over what the contacts of the span brought, whenever it came in."""

    def measured(figures: SpanFigures, policy: ServiceLevelPolicy) -> Value:
        return measure(figures._replace(cells=attributed(figures.cells)), policy)

    return measured


def attributed(cells: Cells) -> Cells:
    """The cells with counts by contact in the place of those by submission."""
    found: Cells = {}
    for code, amount in cells.items():
        place = _place(code)
        if place is not None:
            found[place] = amount
    return found


def _place(code: int) -> int | None:
    if code < BUCKETS:
        return _COUNTS.get(code, None if code in _MOVED else code)  # type: ignore[call-overload, no-any-return]  # cells are their codes
    histogram = Histogram(code - code % BUCKETS)
    if histogram in _HISTOGRAMS:
        return _HISTOGRAMS[histogram] + code % BUCKETS
    return None if histogram in _HISTOGRAMS.values() else code
