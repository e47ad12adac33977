"""The gauges of a queue in a window: the catalogue's KPIs that have one, each with its sample size.

Feedback comes hours after the contact and rarely: it has no gauges in windows of minutes, where
they would be undefined nearly always.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from floorpulse.board.domain.windows import Window
from floorpulse.contracts.cells import Histogram
from floorpulse.counting.histograms import quantiles
from floorpulse.figures.by_policy import Parted, value_of
from floorpulse.kpis.catalogue import GAUGED, SpanKpi
from floorpulse.kpis.catalogue.entry import KpiGauge
from floorpulse.kpis.figures import SpanFigures
from floorpulse.kpis.units import Group
from floorpulse.query.prometheus.metric_names import QUANTILES, SIZE, SIZED_ELSEWHERE
from floorpulse.query.prometheus.samples import Samples

FEEDBACK = {Group.SATISFACTION, Group.QUALITY, Group.COMPLAINTS}
LONG = {Window.M60, Window.TODAY}
"""The windows of feedback"""


class KpiSeries(NamedTuple):
    """A KPI's metric, and that of its sample size unless another tells it."""

    kpi: SpanKpi
    name: str
    scale: float
    size: str | None


GAUGES: Sequence[tuple[SpanKpi, KpiGauge]] = tuple(
    (kpi, kpi.gauge) for kpi in GAUGED if kpi.gauge is not None
)
RATIOS: Mapping[Window, Sequence[KpiSeries]] = {
    window: tuple(
        KpiSeries(
            kpi,
            gauge.metric,
            gauge.scale,
            None if gauge.metric in SIZED_ELSEWHERE else gauge.metric + SIZE,
        )
        for kpi, gauge in GAUGES
        if gauge.quantile is None and (window in LONG or kpi.group not in FEEDBACK)
    )
    for window in Window
}
QUANTILE_LABELS = sorted(gauge.quantile for _, gauge in GAUGES if gauge.quantile is not None)
RANKS = tuple(map(float, QUANTILE_LABELS))


def put_window(
    page: Samples, subject: str, window: Window, figures: SpanFigures, parts: Sequence[Parted]
) -> None:
    """Add the gauges of a window; `subject` are the labels of its queue."""
    labels = f'{subject},window="{window.value}"'
    for one in RATIOS[window]:
        value = value_of(one.kpi, figures, parts)
        page.put(one.name, labels, None if value.value is None else value.value * one.scale)
        if one.size is not None:
            page.put(one.size, labels, value.denominator)
    waits, _ = quantiles(figures.cells, Histogram.ANSWERED_WAIT, RANKS)
    for quantile, wait in zip(QUANTILE_LABELS, waits, strict=True):
        page.put(QUANTILES, f'{labels},quantile="{quantile}"', wait)
