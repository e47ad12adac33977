"""Agents beside the benchmark: each KPI of each agent, that of the benchmark agents together, and
how far apart they are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from floorpulse.contracts.cells import Cell
from floorpulse.figures.agents.benchmark import Eligibility, Minimum, Ranking, Record, Volume
from floorpulse.figures.agents.performance import Work
from floorpulse.figures.agents.rows import AGENT_COLUMNS, AgentRow, Who, agent_rows, seen
from floorpulse.figures.by_policy import value_of
from floorpulse.figures.intervals import Interval
from floorpulse.figures.policies_in_force import PoliciesInForce
from floorpulse.figures.rows import Frame, Question, RowInput, answers
from floorpulse.figures.selection import Selection
from floorpulse.kpis.catalogue import SpanKpi
from floorpulse.kpis.figures import Value
from floorpulse.kpis.formulas.staffing import LOGGED_IN
from floorpulse.kpis.units import Better

BENCHMARK_COLUMNS = (
    *AGENT_COLUMNS,
    "standing",
    "benchmark",
    "distance",
    "behind",
    "volume",
    "candidates",
    "small",
)
"""The columns of the comparison as CSV, in order."""


class BenchmarkRow(AgentRow, frozen=True, kw_only=True, gc=False):
    """A figure of an agent beside that of the benchmark agents."""

    standing: Annotated[Eligibility, Meta(description="`few_…`: did too little to be judged")]
    benchmark: Annotated[
        float | None,
        Meta(
            description="of the benchmark agents together; of a count their mean", examples=[212.5]
        ),
    ]
    distance: Annotated[float | None, Meta(description="value − benchmark", examples=[31.0])]
    behind: Annotated[
        bool | None,
        Meta(
            description="whether that is to the worse; null where no direction is better, or "
            "nothing can be said"
        ),
    ]
    volume: Annotated[
        Volume,
        Meta(
            description="what volume was judged by; the count where somebody's hours are not known"
        ),
    ]
    candidates: Annotated[int, Meta(description="how many did enough to be judged", examples=[42])]
    small: Annotated[
        bool,
        Meta(description="fewer than ten were: the benchmark is one agent, and may be chance"),
    ]


@dataclass(frozen=True)
class Contest:
    """What quality is judged by, and how much an agent must have done."""

    quality: SpanKpi
    minimum: Minimum


@dataclass(frozen=True)
class Field:
    """All who are compared: their work over one span, in the selected queues and channels, under
    the terms of the span.
    """

    selection: Selection
    terms: PoliciesInForce
    works: Mapping[Who, Work]

    def shown(self, who: Who) -> RowInput:
        """What the figures of one of them are made of."""
        return seen(self.selection, who, self.works[who], self.terms)

    def together(self, whom: set[Who]) -> RowInput:
        """The same of several."""
        work = Work()
        for who in whom:
            work.include(self.works[who])
        return seen(self.selection, Who(), work, self.terms)


def record_of(field: Field, contest: Contest, who: Who) -> Record:
    """What one agent is judged by."""
    shown = field.shown(who)
    judged = value_of(contest.quality, shown.counted, shown.parts)
    staff = shown.counted.staff
    is_told = not staff.get("unknown")
    logged_in = sum(staff.get(state, 0) for state in LOGGED_IN) if is_told else 0
    return Record(
        shown.counted.of(Cell.HANDLED), logged_in, judged.value, int(judged.denominator or 0)
    )


def compared(
    frame: Frame, question: Question, field: Field, found: Ranking, behind: Who | None = None
) -> Iterator[tuple[Who, int, BenchmarkRow]]:
    """Each agent's rows, with the KPI's number in the question; from the agent `behind` on."""
    best = {who for who in field.works if found.standings[who.agent] is Eligibility.BENCHMARK}
    marks = [_mark(answer.value, len(best)) for answer in answers(question, field.together(best))]
    for who in field.works:
        if behind is not None and who < behind:
            continue
        for number, row in enumerate(
            agent_rows(frame, Interval.ALL, question, who, field.shown(who))
        ):
            yield who, number, _row(row, marks[number], question.kpis[number].better, found)


def _mark(together: Value, agents: int) -> float | None:
    """The benchmark: a count by agent, all else as it is."""
    if not agents or together.value is None:
        return None
    return together.value / agents if together.denominator is None else together.value


def _row(row: AgentRow, mark: float | None, better: Better, found: Ranking) -> BenchmarkRow:
    distance = None if mark is None or row.value is None else row.value - mark
    behind = (
        None
        if distance is None or better is Better.NEITHER
        else (distance < 0) is (better is Better.HIGHER) and distance != 0
    )
    return BenchmarkRow(
        **msgspec.structs.asdict(row),
        standing=found.standings[row.agent or ""],
        benchmark=mark,
        distance=distance,
        behind=behind,
        volume=found.volume,
        candidates=found.candidates,
        small=found.small,
    )
