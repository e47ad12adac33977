"""How long agents worked after contacts: a formula over those contacts that told it."""

from floorpulse.contracts.cells import Cell
from floorpulse.kpis.figures import NoValue, SpanFigures, Value, mean
from floorpulse.kpis.policies import ServiceLevelPolicy


def after_contact_work(figures: SpanFigures, _: ServiceLevelPolicy) -> Value:
    """Wrap-up over the handled contacts whose wrap-up was told, seconds; a told 0 counts.

    Null where none was told: a telephone switch that knows no wrap-up is not one without it.
    """
    told = figures.of(Cell.WRAP_TOLD)
    if not told and figures.of(Cell.HANDLED):
        return Value(None, None, 0, reason=NoValue.NO_WRAP_UP)
    return mean(figures.of(Cell.WRAP), told)
