"""What targets of agents, bindings and trainings can mean: somebody they are about, days in order,
KPIs that agents have.
"""

from collections.abc import Iterator, Sequence

from floorpulse.definitions.domain.indicator_terms import (
    AgentTargetBody,
    BindingBody,
    Period,
    TrainingBody,
)
from floorpulse.definitions.domain.instants import is_day
from floorpulse.definitions.domain.mistakes import DefinitionMistake, meant
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.terms import Comparison
from floorpulse.kpis.catalogue import BY_AGENT, SpanKpi
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.units import Better, Unit

IndicatorBody = AgentTargetBody | BindingBody | TrainingBody
_WORSE = {Better.HIGHER: Comparison.AT_MOST, Better.LOWER: Comparison.AT_LEAST}
_MOST_HOURS = {Period.DAY: 24, Period.WEEK: 168, Period.MONTH: 744}


def impossible_indicator(entry: Entry, body: IndicatorBody) -> Iterator[DefinitionMistake]:
    """What cannot be meant so."""
    if body.team is None and not body.agents:
        yield entry.mistake("", "is about nobody", "name a `team`, or `agents`")
    yield from _twice(entry, "agents", body.agents)
    match body:
        case AgentTargetBody():
            yield from _no_agent_target(entry, body)
        case BindingBody():
            yield from _no_days(entry, ("since", body.since), ("until", body.until))
        case TrainingBody():  # pragma: no branch  mypy knows that no fourth is left
            yield from _no_training(entry, body)


def _twice(entry: Entry, path: str, names: Sequence[str]) -> Iterator[DefinitionMistake]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield entry.mistake(f"{path}[{number}]", f"names {name!r} twice", "write each once")


def _no_days(
    entry: Entry, first: tuple[str, str], last: tuple[str, str | None]
) -> Iterator[DefinitionMistake]:
    told = [(path, day) for path, day in (first, last) if day is not None]
    wrong = [(path, day) for path, day in told if not is_day(day)]
    for path, day in wrong:
        yield entry.mistake(
            path, f"{day} is no day of any calendar", "write year-month-day, such as 2026-10-01"
        )
    if not wrong and last[1] is not None and last[1] < first[1]:
        yield entry.mistake(
            last[0], f"{last[1]} is before {first[1]}", f"write a day from {first[1]} on"
        )


def _no_kpi(entry: Entry, path: str, name: str) -> Iterator[DefinitionMistake]:
    if name not in BY_AGENT:
        yield entry.mistake(path, f"{name!r} is no KPI of agents", meant(name, BY_AGENT, ""))


def _no_agent_target(entry: Entry, body: AgentTargetBody) -> Iterator[DefinitionMistake]:
    yield from _twice(entry, "queues", body.queues)
    yield from _twice(entry, "channels", body.channels)
    if body.hours is not None and body.hours > _MOST_HOURS[body.window]:
        yield entry.mistake(
            "hours",
            f"a {body.window} has not so many hours",
            f"write up to {_MOST_HOURS[body.window]}",
        )
    kpi = BY_AGENT.get(body.metric)
    if kpi is None:
        yield from _no_kpi(entry, "metric", body.metric)
        return
    yield from _no_value(entry, body, kpi)


def _no_value(entry: Entry, body: AgentTargetBody, kpi: SpanKpi) -> Iterator[DefinitionMistake]:
    if kpi.unit is Unit.RATIO and not 0 < body.value <= 1:
        remedy = f"write {body.value / 100:g}" if body.value > 1 else "write 0.8"
        yield entry.mistake("value", f"{body.value:g} is no share", remedy)
    if _WORSE.get(kpi.better) is body.comparison:
        other = next(one for one in Comparison if one is not body.comparison)
        yield entry.mistake(
            "comparison",
            f"{kpi.id} {body.comparison} a value aims at being worse",
            f"write {other}",
        )
    if Need.AGENT_TIME in kpi.needs and body.channels:
        yield entry.mistake(
            "channels", f"{kpi.id} is time, which channels do not tell apart", "leave it out"
        )


def _no_training(entry: Entry, body: TrainingBody) -> Iterator[DefinitionMistake]:
    yield from _no_days(entry, ("day", body.day), ("last", body.last))
    yield from _twice(entry, "queues", body.queues)
    yield from _twice(entry, "channels", body.channels)
    yield from _twice(entry, "metrics", body.metrics)
    for number, name in enumerate(body.metrics):
        yield from _no_kpi(entry, f"metrics[{number}]", name)
