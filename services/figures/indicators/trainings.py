"""The effect of a training, read from the visits of its windows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import Span
from floorpulse.counting.days import first_instant
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.definitions.domain.indicator_terms import TrainingBody, bound_of
from floorpulse.definitions.domain.indicators_in_force import trainings
from floorpulse.figures.agents.performance import Performance
from floorpulse.figures.agents.reading import AgentReading
from floorpulse.figures.agents.spread import Samples, Spread
from floorpulse.figures.indicators.effect import (
    AFTER,
    BEFORE,
    DURING,
    MIX_CHANGED,
    Caution,
    Change,
    Effect,
    Strata,
    change,
    effect,
    looks_like_regression,
    mix_shift,
    regression,
)
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.selection import By, Selection
from floorpulse.figures.tenant_view import Floors, TenantView
from floorpulse.kpis.catalogue import BY_AGENT, SpanKpi


@dataclass(frozen=True)
class TrainingQuery:
    """Which training; days before and after where other windows are asked for than registered."""

    tenant: str
    training: str
    before: int | None
    after: int | None
    zone: ZoneInfo


@dataclass(frozen=True)
class TrainingWindows:
    """The spans that are compared, and that of the training between them."""

    before: Span
    during: Span
    after: Span


@dataclass(frozen=True)
class Found:
    """What is told of a training and a KPI."""

    kpi: SpanKpi
    trained: Change
    untrained: Change
    effect: Effect | None
    regression: float | None
    mix_shift: float
    cautions: tuple[Caution, ...]


@dataclass(frozen=True)
class TrainingEffect:
    """What is told of a training."""

    name: str
    body: TrainingBody
    windows: TrainingWindows
    found: list[Found]
    as_of: int


@dataclass(frozen=True)
class _Groups:
    """The agents who were trained, and those of their teams who were not."""

    trained: tuple[str, ...]
    untrained: tuple[str, ...]


class Trainings:
    """Answers from the visits and states of agents, all under the policies of the training's day:
    another definition must not look like an effect.
    """

    def __init__(self, floors: Floors, reading: AgentReading) -> None:
        self._floors = floors
        self._reading = reading

    async def effect(self, query: TrainingQuery) -> TrainingEffect:
        """The effect of a training that is defined. KeyError where it is not."""
        view = self._floors.view(query.tenant)
        name, body = trainings(view.known)[query.training]
        windows = _windows(query, body, view.zone)
        terms = AS_IN_FORCE.terms(view.known, windows.during.begin)
        kpis = [BY_AGENT[metric] for metric in body.metrics]
        samples = Samples(terms, kpis)
        selection = Selection(view.tenant, tuple(body.queues), tuple(body.channels), By.TOTAL)
        spans = [windows.before, windows.during, windows.after]
        performance = await self._reading.performance(selection, spans, heard=samples.take)
        groups = _groups(body, performance)
        general = tuple(_cautions(view, query, body, windows, groups))
        over = _over(performance)
        found = [_found(kpi, groups, samples, over, general) for kpi in kpis]
        return TrainingEffect(name, body, windows, found, view.as_of)


def _windows(query: TrainingQuery, body: TrainingBody, zone: ZoneInfo) -> TrainingWindows:
    first = body.day_held
    over = body.day_over
    edges = (
        first - timedelta(days=query.before or body.before),
        first,
        over,
        over + timedelta(days=query.after or body.after),
    )
    a, b, c, d = (first_instant(day, zone) for day in edges)
    return TrainingWindows(Span(a, b), Span(b, c), Span(c, d))


def _groups(body: TrainingBody, performance: Performance) -> _Groups:
    """Who belongs to which: by the teams before the training, of newcomers those they came to."""
    teams: dict[str, str] = {}
    for span in (AFTER, DURING, BEFORE):
        teams |= {
            agent: membership.team for agent, membership, _ in performance.of(span)
            if membership.team or agent not in teams
        }  # fmt: skip
    bound = bound_of(body)
    trained = {agent for agent, team in teams.items() if bound.holds(agent, team)}
    theirs = {teams[agent] for agent in trained} - {""}
    untrained = {agent for agent, team in teams.items() if team in theirs} - trained
    return _Groups(tuple(sorted(trained)), tuple(sorted(untrained)))


def _over(performance: Performance) -> list[QueueChannel]:
    return sorted({
        queue_channel
        for span in (BEFORE, AFTER)
        for _, _, work in performance.of(span)
        for queue_channel in work.counted
    })  # fmt: skip


def _strata(
    kpi: SpanKpi, agents: Iterable[str], samples: Samples, over: list[QueueChannel]
) -> list[Strata]:
    return [
        {
            one: (samples.of(kpi, [agent], [one], BEFORE), samples.of(kpi, [agent], [one], AFTER))
            for one in over
        }
        for agent in agents
    ]


def _before(
    kpi: SpanKpi, agents: Iterable[str], samples: Samples, over: list[QueueChannel]
) -> dict[str, Spread]:
    told = {agent: samples.of(kpi, [agent], over, BEFORE) for agent in agents}
    return {agent: spread for agent, spread in told.items() if spread.d > 0}


def _found(
    kpi: SpanKpi,
    groups: _Groups,
    samples: Samples,
    over: list[QueueChannel],
    general: tuple[Caution, ...],
) -> Found:
    strata = _strata(kpi, groups.trained, samples, over)
    trained = change(strata)
    untrained = change(_strata(kpi, groups.untrained, samples, over))
    chosen = _before(kpi, groups.trained, samples, over)
    own = regression(chosen, chosen | _before(kpi, groups.untrained, samples, over))
    shift = mix_shift(strata)
    told = {
        Caution.NOTHING_TO_COMPARE: trained.change is None,
        Caution.NO_CONTROL: untrained.change is None,
        Caution.FEW_AGENTS: trained.change is not None and trained.interval is None,
        Caution.REGRESSION_TO_THE_MEAN: looks_like_regression(own, trained.change, kpi.better),
        Caution.MIX_CHANGED: shift > MIX_CHANGED,
    }
    cautions = (*(caution for caution, holds in told.items() if holds), *general)
    return Found(kpi, trained, untrained, effect(trained, untrained), own, shift, cautions)


def _cautions(
    view: TenantView,
    query: TrainingQuery,
    body: TrainingBody,
    windows: TrainingWindows,
    groups: _Groups,
) -> Iterator[Caution]:
    if view.as_of < windows.after.end:
        yield Caution.NOT_OVER
    if _others(view.known, body, windows, groups, view.zone):
        yield Caution.OTHER_TRAINING
    told = ((query.before, body.before), (query.after, body.after))
    if any(asked not in (None, registered) for asked, registered in told):
        yield Caution.OTHER_WINDOWS


def _others(
    known: TenantDefinitions,
    body: TrainingBody,
    windows: TrainingWindows,
    groups: _Groups,
    zone: ZoneInfo,
) -> bool:
    """Whether another training of any of the compared agents lies in the windows."""
    everybody = {*groups.trained, *groups.untrained}
    for _, other in trainings(known).values():
        held = first_instant(other.day_held, zone)
        within = windows.before.begin <= held < windows.after.end
        same_team = other.team is not None and other.team == body.team
        if other.id != body.id and within and (same_team or not everybody.isdisjoint(other.agents)):
            return True
    return False
