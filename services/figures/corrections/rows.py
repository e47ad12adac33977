"""Corrections as rows: one for each KPI whose final figure changed, with what it was and what it
became.
"""

from collections.abc import Iterator, Sequence

import msgspec

from services.contracts.cells import Cells
from services.kpis.catalogue import Kpi, SpanKpi
from services.kpis.figures import SpanFigures, Value
from services.kpis.inputs import Need
from services.kpis.policies import ServiceLevelPolicy

COLUMNS = (
    "time",
    "end",
    "tenant",
    "queue",
    "channel",
    "kpi",
    "old_value",
    "old_numerator",
    "old_denominator",
    "new_value",
    "new_numerator",
    "new_denominator",
    "source",
    "event",
    "type",
    "recorded_at",
    "definition",
)
"""The columns of corrections as CSV, in order."""


class CorrectionRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One figure of one queue and channel over a quarter hour, before and after a correction."""

    time: str
    end: str
    tenant: str
    queue: str
    channel: str
    kpi: str
    old_value: float | None
    old_numerator: float | None
    old_denominator: float | None
    new_value: float | None
    new_numerator: float | None
    new_denominator: float | None
    source: str
    event: str
    type: str
    recorded_at: str
    definition: str


def changed(
    kpis: Sequence[Kpi], policy: ServiceLevelPolicy, old: Cells, new: Cells
) -> Iterator[tuple[int, Kpi, Value, Value]]:
    """The KPIs that differ between two states of the final cells under a policy, each with its
    number among them.

    Neither gauges nor what compares with a plan: it says nothing new beside its counts.
    """
    before = SpanFigures(old)
    after = SpanFigures(new)
    for number, kpi in enumerate(kpis):
        if not isinstance(kpi, SpanKpi) or Need.PLAN in kpi.needs:
            continue
        was = kpi.measure(before, policy)
        became = kpi.measure(after, policy)
        if was != became:
            yield number, kpi, was, became
