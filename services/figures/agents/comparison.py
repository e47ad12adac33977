"""Agents beside the benchmark of their peers: each KPI of each agent, that of the benchmark agents
together, how far apart they are, and whether that is more than chance.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from floorpulse.contracts.cells import Cell
from floorpulse.figures.agents.benchmark import Eligibility, Minimum, Ranking, Record, Volume
from floorpulse.figures.agents.peers import Alike, Peers, PeerWork
from floorpulse.figures.agents.performance import Work
from floorpulse.figures.agents.rows import AGENT_COLUMNS, AgentRow, Who, agent_rows, seen
from floorpulse.figures.agents.spread import Measured, Samples, certain, difference
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
    "distance_low",
    "distance_high",
    "certain",
    "behind",
    "judged_quality",
    "volume",
    "candidates",
    "small",
)
"""The columns of the comparison as CSV, in order."""


class BenchmarkRow(AgentRow, frozen=True, kw_only=True, gc=False):
    """A figure of an agent beside that of the benchmark agents among its peers: those of the
    row's client, team and channel.
    """

    standing: Annotated[Eligibility, Meta(description="`few_…`: did too little to be judged")]
    benchmark: Annotated[
        float | None,
        Meta(
            description="of the benchmark agents together; of a count their mean", examples=[212.5]
        ),
    ]
    distance: Annotated[float | None, Meta(description="value − benchmark", examples=[31.0])]
    distance_low: Annotated[
        float | None,
        Meta(
            description="95 % interval of the distance: Newcombe's of shares, Welch's of means; "
            "null of counts, quantiles and times, of fewer than three contacts, and for benchmark "
            "agents, who are part of what they are compared with",
            examples=[12.5],
        ),
    ]
    distance_high: Annotated[float | None, Meta(examples=[49.5])]
    certain: Annotated[
        bool | None, Meta(description="whether the interval leaves out 0: more than chance")
    ]
    behind: Annotated[
        bool | None,
        Meta(
            description="whether that is to the worse; null where no direction is better, or "
            "nothing can be said"
        ),
    ]
    judged_quality: Annotated[
        float | None,
        Meta(
            description="what the agent's quality was judged by: as if it had 20 more answers at "
            "the mean of its peers; null of agents who are not judged",
            examples=[0.83],
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
    """What quality is judged by, how much an agent must have done, and what peers have in
    common.
    """

    quality: SpanKpi
    minimum: Minimum
    among: tuple[Alike, ...]


@dataclass(frozen=True, order=True)
class PeerPlace:
    """Where a row stands in an answer: the peers, the agent, the KPI's number in the question."""

    peers: Peers
    agent: str
    kpi: int


@dataclass(frozen=True)
class Field:
    """Agents who are compared with one another: their work over one span, in the selected queues
    and channels that they share, under the terms of the span.
    """

    selection: Selection
    terms: PoliciesInForce
    peers: Peers
    works: Mapping[str, PeerWork]
    samples: Samples

    def shown(self, agent: str) -> RowInput:
        """What the figures of one of them are made of."""
        return self._labelled(seen(self.selection, Who(agent), self.works[agent].work, self.terms))

    def together(self, agents: set[str]) -> RowInput:
        """The same of several."""
        work = Work()
        for agent in agents:
            work.include(self.works[agent].work)
        return seen(self.selection, Who(), work, self.terms)

    def measured(self, kpi: SpanKpi, value: Value, agents: set[str]) -> Measured:
        """A figure of some of them, and how its contacts differ."""
        over = sorted({one for agent in agents for one in self.works[agent].over})
        return Measured(value, self.samples.of(kpi, agents, over))

    def _labelled(self, shown: RowInput) -> RowInput:
        labels = shown.labels
        own = labels._replace(
            team=self.peers.team or labels.team,
            client=self.peers.client or labels.client,
            channel=self.peers.channel or labels.channel,
        )
        return shown._replace(labels=own)


def record_of(field: Field, contest: Contest, agent: str) -> Record:
    """What one agent is judged by; of its hours as many as its share of handling time tells."""
    shown = field.shown(agent)
    judged = value_of(contest.quality, shown.counted, shown.parts)
    staff = shown.counted.staff
    is_told = not staff.get("unknown")
    logged_in = sum(staff.get(state, 0) for state in LOGGED_IN) if is_told else 0
    share = field.works[agent].share
    return Record(
        shown.counted.of(Cell.HANDLED),
        logged_in * share.numerator // share.denominator,
        judged.value,
        int(judged.denominator or 0),
    )


def compared(
    frame: Frame, question: Question, field: Field, found: Ranking
) -> Iterator[tuple[PeerPlace, BenchmarkRow]]:
    """Each agent's rows, with their places."""
    best = {agent for agent in field.works if found.standings[agent] is Eligibility.BENCHMARK}
    marks = [
        _Mark(field.measured(kpi, answer.value, best), len(best))
        for kpi, answer in zip(
            span_kpis(question), answers(question, field.together(best)), strict=True
        )
    ]
    for agent in field.works:
        shown = field.shown(agent)
        values = [answer.value for answer in answers(question, shown)]
        told = agent_rows(frame, Interval.ALL, question, Who(agent), shown)
        for number, row in enumerate(told):
            kpi = span_kpis(question)[number]
            apart = (
                None
                if agent in best
                else difference(
                    field.measured(kpi, values[number], {agent}), marks[number].measured
                )
            )
            place = PeerPlace(field.peers, agent, number)
            yield place, _row(row, marks[number], apart, kpi.better, found)


def span_kpis(question: Question) -> list[SpanKpi]:
    """The KPIs of a question: agents have none of a moment."""
    return [kpi for kpi in question.kpis if isinstance(kpi, SpanKpi)]


@dataclass(frozen=True)
class _Mark:
    """A figure of the benchmark agents together, and how many they are."""

    measured: Measured
    agents: int

    @property
    def value(self) -> float | None:
        """The benchmark: a count by agent, all else as it is."""
        together = self.measured.value
        if not self.agents or together.value is None:
            return None
        return together.value / self.agents if together.denominator is None else together.value


def _row(
    row: AgentRow,
    mark: _Mark,
    apart: tuple[float, float] | None,
    better: Better,
    found: Ranking,
) -> BenchmarkRow:
    benchmark = mark.value
    distance = None if benchmark is None or row.value is None else row.value - benchmark
    behind = (
        None
        if distance is None or better is Better.NEITHER
        else (distance < 0) is (better is Better.HIGHER) and distance != 0
    )
    return BenchmarkRow(
        **msgspec.structs.asdict(row),
        standing=found.standings[row.agent or ""],
        benchmark=benchmark,
        distance=distance,
        distance_low=None if apart is None else apart[0],
        distance_high=None if apart is None else apart[1],
        certain=certain(apart),
        behind=behind,
        judged_quality=found.judged.get(row.agent or ""),
        volume=found.volume,
        candidates=found.candidates,
        small=found.small,
    )
