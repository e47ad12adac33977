"""Counts what only panes tell of a part: metrics that are no service level, by half hours, in the
opening hours of their calendars.

slices    ├──────────┼──────────┼──────────┤
open          ├────────────────────┤
spans     ├───┼──────┼──────────┼──┼───────┤      read by these; a slice sums those of its open ones

Satisfaction and quality are judged under the policies of their queues: counts are kept apart by
policy, and numerators and denominators are added.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from floorpulse.contracts.cells import LEFT, Cell, Cells, add
from floorpulse.definitions.domain.contracts import Metric
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.kpis.catalogue import OVER_SPANS
from floorpulse.kpis.figures import SpanFigures
from floorpulse.kpis.policies import ServiceLevelPolicy
from floorpulse.reports.domain.contract_hours import ContractHours
from floorpulse.reports.domain.part_tally import Cut, PartTally

OUTCOMES = (Cell.ANSWERED, Cell.ABANDONED, *LEFT.values())


class PaneCounts(NamedTuple):
    """What a metric counted in a slice: numerator and denominator (0 of a count)."""

    numerator: float
    denominator: float


NOTHING = PaneCounts(0, 0)


class PaneTally:
    """The counts of some parts; `spans` are what is to be read, contiguous and ascending."""

    def __init__(
        self, tallies: Sequence[PartTally], known: TenantDefinitions, hours: ContractHours
    ) -> None:
        self._tallies = [(one, _metrics(one)) for one in tallies]
        self._known = known
        self._hours = hours
        self._cells: dict[tuple[int, str, int, ServiceLevelPolicy], Cells] = {}
        self.spans = self._edged() if any(metrics for _, metrics in self._tallies) else []

    def _edged(self) -> list[Cut]:
        edges = {edge for one, _ in self._tallies for cut in one.slices for edge in cut}
        first = min(edges)
        last = max(edges)
        for _, metrics in self._tallies:
            for calendar in {metric.calendar for metric in metrics if metric.calendar}:
                edges.update(at for at in self._hours.edges(calendar) if first < at < last)
        return [Cut(begin, end) for begin, end in pairwise(sorted(edges))]

    def add(self, number: int, queue: str, channel: str, panes: Iterable[Cells]) -> None:
        """Count panes of a queue and channel that lie in the span with this number."""
        at = self.spans[number].begin
        in_force = self._known.at(at)
        cells: Cells | None = None
        for index, (tally, metrics) in enumerate(self._tallies):
            if not tally.part.begin <= at < tally.part.end:
                continue
            place = bisect_right(tally.slices, (at, tally.part.end)) - 1
            for metric in metrics:
                if not self._hours.is_open(metric.calendar, at):
                    continue
                if tally.reach.has(metric.scope, in_force, queue, channel):
                    cells = _summed(panes) if cells is None else cells
                    policy = in_force.policy(queue, channel)
                    add(self._cells.setdefault((index, metric.id, place, policy), {}), cells)

    def counts(self) -> dict[tuple[int, str, int], PaneCounts]:
        """Numerator and denominator by part (its index), metric and slice."""
        found: dict[tuple[int, str, int], PaneCounts] = {}
        kpis = {
            (index, metric.id): metric.kpi
            for index, (_, metrics) in enumerate(self._tallies)
            for metric in metrics
        }
        for (index, metric, place, policy), cells in self._cells.items():
            offered, ended = (sum(cells.get(one, 0) for one in of) for of in _OFFERED_ENDED)
            figures = SpanFigures(cells, unresolved=offered - ended)
            value = OVER_SPANS[kpis[index, metric]].measure(figures, policy)
            before = found.get((index, metric, place), NOTHING)
            found[index, metric, place] = PaneCounts(
                before.numerator + (value.numerator or 0),
                before.denominator + (value.denominator or 0),
            )
        return found


_OFFERED_ENDED = ((Cell.OFFERED,), OUTCOMES)


def _metrics(tally: PartTally) -> list[Metric]:
    return [one.metric for one in tally.metrics if one.metric.policy is None]


def _summed(panes: Iterable[Cells]) -> Cells:
    total: Cells = {}
    for cells in panes:
        add(total, cells)
    return total
