"""The work of some agents together, over spans whose policies may differ.

march   ann  12 of 15 under strict@1 ─┐
april   ann   9 of 10 under strict@2 ─┴─►  21 of 25, definition strict@1+strict@2
"""

from collections import Counter
from collections.abc import Iterable

from floorpulse.contracts.agents import StateNow
from floorpulse.contracts.cells import Cells, add
from floorpulse.figures.agents.performance import Work
from floorpulse.figures.by_policy import Parted, by_policy, definition_of, value_of
from floorpulse.figures.policies_in_force import PoliciesInForce
from floorpulse.kpis.catalogue import SpanKpi
from floorpulse.kpis.figures import SpanFigures, Value
from floorpulse.kpis.formulas.staffing import LOGGED_IN
from floorpulse.kpis.policies import ServiceLevelPolicy


class Tally:
    """Work that is taken in under the policies of its own time; figures of it come out."""

    def __init__(self, usual: ServiceLevelPolicy) -> None:
        """`usual` judges where nothing was counted."""
        self._usual = usual
        self._cells: dict[ServiceLevelPolicy, Cells] = {}
        self._staff: Counter[StateNow] = Counter()
        self._breaks: Counter[str] = Counter()

    def include(self, work: Work, terms: PoliciesInForce) -> None:
        """Take in what an agent did."""
        for policy, theirs in by_policy(terms, sorted(work.counted)):
            add(self._cells.setdefault(policy, {}), work.cells(theirs))
        self._staff.update(work.staff)
        self._breaks.update(work.breaks)

    @property
    def logged_in(self) -> int | None:
        """Milliseconds at work; None where nobody told states."""
        if self._staff.get("unknown") or not self._staff:
            return None
        return sum(self._staff.get(state, 0) for state in LOGGED_IN)

    def value(self, kpi: SpanKpi) -> Value:
        """A KPI of all that was taken in."""
        return value_of(kpi, self._whole(), self._parts())

    def definition(self, kpi: SpanKpi) -> str:
        """The definitions that it was computed with."""
        return definition_of(kpi, [part.policy for part in self._parts()])

    def _whole(self) -> SpanFigures:
        cells: Cells = {}
        for some in self._cells.values():
            add(cells, some)
        return SpanFigures(cells, staff=self._staff, breaks=self._breaks)

    def _parts(self) -> list[Parted]:
        if len(self._cells) < 2:  # noqa: PLR2004  one policy, or nothing counted
            policy = next(iter(self._cells), self._usual)
            return [Parted(policy, self._whole())]
        return [Parted(policy, SpanFigures(cells)) for policy, cells in self._cells.items()]


def tally_of(works: Iterable[Work], terms: PoliciesInForce) -> Tally:
    """The work of some agents over one span."""
    tally = Tally(terms.policy("", ""))
    for work in works:
        tally.include(work, terms)
    return tally
