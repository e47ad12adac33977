"""Interlocked KPIs 联动: the figure of a trainer, quality assurer or leader is that of the team, of
the days on which the two were bound.

team east      │ mon │ tue │ wed │ thu │ fri │
li, leader     ├─────┴─────┤                        Σ of monday and tuesday
wang, leader               ├─────┴─────┴────┤       Σ of wednesday to friday
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from zoneinfo import ZoneInfo

from floorpulse.board.domain.windows import Span
from floorpulse.definitions.domain.indicator_terms import Bound, Role, bound_of
from floorpulse.definitions.domain.indicators_in_force import bindings_on
from floorpulse.figures.agents.performance import Performance
from floorpulse.figures.agents.reading import AgentReading
from floorpulse.figures.indicators.periods import days
from floorpulse.figures.indicators.tally import Tally
from floorpulse.figures.intervals import Interval, intervals
from floorpulse.figures.policies_in_force import PoliciesInForce, PoliciesOverTime
from floorpulse.figures.rows import Question
from floorpulse.figures.selection import Selection
from floorpulse.figures.tenant_view import Floors, TenantView
from floorpulse.kpis.catalogue import SpanKpi
from floorpulse.kpis.figures import Value

DAYS = 31
"""Days that are read together"""


@dataclass(frozen=True, order=True)
class Answerable:
    """Somebody in a role."""

    role: Role
    person: str


@dataclass(frozen=True)
class IndicatorQuery:
    """Whose figures are asked for, over which intervals; empty names mean all. The calendar is
    that of the tenant's zone, in which bindings are dated; `zone` is that of the answer's times.
    """

    selection: Selection
    span: Span
    interval: Interval
    zone: ZoneInfo
    question: Question
    roles: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()

    def wants(self, who: Answerable) -> bool:
        """Whether somebody is asked for."""
        told = ((self.roles, who.role), (self.persons, who.person))
        return all(not asked or own in asked for asked, own in told)


@dataclass(eq=False)
class Charge:
    """Whom somebody answered for in an interval: the teams and agents, so many days, their work."""

    tally: Tally
    teams: set[str] = field(default_factory=set)
    agents: set[str] = field(default_factory=set)
    days: int = 0


@dataclass(frozen=True)
class IndicatorFigure:
    """A KPI of somebody over an interval."""

    span: Span
    who: Answerable
    teams: tuple[str, ...]
    agents: int
    days: int
    kpi: SpanKpi
    value: Value
    definition: str
    as_of: int


class Indicators:
    """Answers from the visits and states of agents, day by day."""

    def __init__(self, floors: Floors, reading: AgentReading) -> None:
        self._floors = floors
        self._reading = reading

    async def rows(self, query: IndicatorQuery) -> list[IndicatorFigure]:
        """The rows, in the order of time, role, person and question."""
        view = self._floors.view(query.selection.tenant)
        terms = PoliciesOverTime(query.question.basis, view.known)
        found: list[IndicatorFigure] = []
        for span in intervals(query.span, query.interval, view.zone):
            charges: dict[Answerable, Charge] = {}
            for portion in _portions(span, view.zone):
                spans = [one for _, one in portion]
                performance = await self._reading.performance(query.selection, spans)
                for number, (day, one) in enumerate(portion):
                    bound = _bound(view, query, day, one)
                    _charge(charges, bound, performance, number, terms.at(one.begin))
            found += _figures(query, view, span, charges)
        return found


def _portions(span: Span, zone: ZoneInfo) -> Iterator[list[tuple[str, Span]]]:
    rest = days(span, zone)
    while portion := list(islice(rest, DAYS)):
        yield portion


def _bound(
    view: TenantView, query: IndicatorQuery, day: str, span: Span
) -> dict[Answerable, list[Bound]]:
    """Whom everybody who is asked for answers for on a day."""
    found: defaultdict[Answerable, list[Bound]] = defaultdict(list)
    for body in bindings_on(view.known.at(span.begin), day):
        who = Answerable(body.role, body.person)
        if query.wants(who):
            found[who].append(bound_of(body))
    return found


def _charge(
    charges: dict[Answerable, Charge],
    bound: dict[Answerable, list[Bound]],
    performance: Performance,
    number: int,
    terms: PoliciesInForce,
) -> None:
    """Add a day: an agent who is bound to somebody twice counts once."""
    did = list(performance.of(number))
    for who, theirs in bound.items():
        charge = charges.setdefault(who, Charge(Tally(terms.policy("", ""))))
        charge.days += 1
        charge.teams |= {one.team for one in theirs if one.team is not None}
        for agent, membership, work in did:
            if any(one.holds(agent, membership.team) for one in theirs):
                charge.agents.add(agent)
                charge.tally.include(work, terms)


def _figures(
    query: IndicatorQuery, view: TenantView, span: Span, charges: dict[Answerable, Charge]
) -> Iterator[IndicatorFigure]:
    for who, charge in sorted(charges.items(), key=lambda one: one[0]):
        for kpi in _kpis(query.question.kpis):
            yield IndicatorFigure(
                span,
                who,
                tuple(sorted(charge.teams)),
                len(charge.agents),
                charge.days,
                kpi,
                charge.tally.value(kpi),
                charge.tally.definition(kpi),
                view.as_of,
            )


def _kpis(kpis: Sequence[object]) -> list[SpanKpi]:
    return [kpi for kpi in kpis if isinstance(kpi, SpanKpi)]
