"""What definitions mean together: names that exist, values that are possible, dates that are
days.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from zoneinfo import available_timezones

from floorpulse.contracts.horizons import most_of
from floorpulse.definitions.domain.bodies import (
    CalendarBody,
    ChannelBody,
    Kind,
    QaBody,
    QueueBody,
    ServiceLevelBody,
    SourceBody,
    TargetBody,
    TenantBody,
)
from floorpulse.definitions.domain.calendars import hours_of
from floorpulse.definitions.domain.contract_meaning import impossible_contracts
from floorpulse.definitions.domain.escalation_meaning import impossible_escalation, impossible_rota
from floorpulse.definitions.domain.floor import CALLED, Floor, since
from floorpulse.definitions.domain.indicator_meaning import impossible_indicator
from floorpulse.definitions.domain.indicator_terms import (
    AgentTargetBody,
    BindingBody,
    TrainingBody,
)
from floorpulse.definitions.domain.instants import is_day, nearest_zone
from floorpulse.definitions.domain.mistakes import DefinitionMistake, meant
from floorpulse.definitions.domain.on_call import EscalationBody, RotaBody
from floorpulse.definitions.domain.receiver_meaning import impossible_receiver
from floorpulse.definitions.domain.receiver_terms import ReceiverBody
from floorpulse.definitions.domain.report_meaning import impossible_report
from floorpulse.definitions.domain.report_terms import ReportBody
from floorpulse.definitions.domain.rule_meaning import impossible_rule
from floorpulse.definitions.domain.rule_terms import RuleBody
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.source_meaning import impossible_source
from floorpulse.definitions.domain.terms import Comparison, Grouping, Scope
from floorpulse.kpis.catalogue import ASKED, CATALOGUE, MomentKpi
from floorpulse.kpis.policies import OF_SHORT
from floorpulse.kpis.units import Better, Unit

BUILT_IN = "default"
_WORSE = {Better.HIGHER: Comparison.AT_MOST, Better.LOWER: Comparison.AT_LEAST}


def meaningless(
    floor: Floor, misshapen: AbstractSet[tuple[Kind, str]]
) -> Iterator[DefinitionMistake]:
    """What cannot be meant so; what is `misshapen` exists, and is complained about elsewhere."""
    yield from _strangers(floor, misshapen)
    yield from _twins(floor)
    for entry in floor.entries:
        yield from _impossible(entry)
    yield from impossible_contracts(floor)


def _strangers(
    floor: Floor, misshapen: AbstractSet[tuple[Kind, str]]
) -> Iterator[DefinitionMistake]:
    for one in floor.references():
        if (one.kind, one.id) in misshapen:
            continue
        known = floor.versions[one.kind]
        if one.id not in known:
            problem = f"there is no {CALLED[one.kind]} {one.id!r}"
            yield one.entry.mistake(
                one.path, problem, meant(one.id, known, f"define it under `{one.kind.value}:`")
            )
        elif (begins := since(known[one.id][0])) > since(one.entry) and is_day(begins):
            problem = f"{one.id!r} is in force from {begins} on only"
            yield one.entry.mistake(
                one.path,
                problem,
                f"say `valid_from: {begins}` here too, or give {one.id!r} an earlier version",
            )


def _twins(floor: Floor) -> Iterator[DefinitionMistake]:
    for versions in (known for kind in floor.versions.values() for known in kind.values()):
        first: dict[str, Entry] = {}
        for one in versions:
            twin = first.setdefault(since(one), one)
            if twin is not one:
                where = f"{twin.file}:{twin.place.line}"
                problem = f"is defined twice for the same days, first in {where}"
                yield one.mistake("", problem, "give it another id, or a `valid_from` of its own")


def _impossible(entry: Entry) -> Iterator[DefinitionMistake]:
    body = entry.body
    if body.valid_from is not None:
        yield from _no_day(entry, "valid_from", body.valid_from)
    if entry.id == BUILT_IN:
        yield entry.mistake(
            "id", f"{BUILT_IN!r} names what holds where nothing is defined", "give it another id"
        )
    yield from _impossible_body(entry)


def _impossible_body(entry: Entry) -> Iterator[DefinitionMistake]:
    body = entry.body
    match body:
        case TenantBody(zone=str(zone)):
            yield from _no_zone(entry, zone)
        case CalendarBody():
            yield from _no_calendar(entry, body)
        case ServiceLevelBody():
            yield from _no_service_level(entry, body)
        case QaBody():
            yield from _no_mark(entry, body)
        case ChannelBody():
            yield from _no_horizon(entry, body)
        case QueueBody():
            yield from _no_queue(entry, body)
        case TargetBody():
            yield from _no_target(entry, body)
        case _:
            yield from _impossible_beside(entry)


def _impossible_beside(entry: Entry) -> Iterator[DefinitionMistake]:
    """Of sources, of who is on call, of reports."""
    body = entry.body
    match body:
        case SourceBody():
            yield from impossible_source(entry, body)
        case RuleBody():
            yield from impossible_rule(entry, body)
        case EscalationBody():
            yield from impossible_escalation(entry, body)
        case RotaBody():
            yield from impossible_rota(entry, body)
        case ReceiverBody():
            yield from impossible_receiver(entry, body)
        case ReportBody():
            yield from impossible_report(entry, body)
        case AgentTargetBody() | BindingBody() | TrainingBody():
            yield from impossible_indicator(entry, body)
        case _:
            return


def _no_day(entry: Entry, path: str, day: str) -> Iterator[DefinitionMistake]:
    if not is_day(day):
        yield entry.mistake(
            path, f"{day} is no day of any calendar", "write year-month-day, such as 2026-10-01"
        )


def _no_zone(entry: Entry, zone: str) -> Iterator[DefinitionMistake]:
    if zone not in available_timezones():
        yield entry.mistake("zone", f"{zone!r} is no IANA time zone", nearest_zone(zone))


def _no_calendar(entry: Entry, body: CalendarBody) -> Iterator[DefinitionMistake]:
    for section in ("holidays", "workdays", "exceptions"):
        for day in getattr(body, section):
            yield from _no_day(entry, f"{section}.{day}", day)
    for section in ("hours", "exceptions"):
        for day, hours in getattr(body, section).items():
            yield from _no_hours(entry, f"{section}.{day}", hours)


def _no_hours(entry: Entry, path: str, hours: list[str]) -> Iterator[DefinitionMistake]:
    known = []
    for text in hours:
        try:
            known.append(hours_of(text))
        except ValueError as wrong:
            remedy = (
                "write from-to within one day; split a night at midnight: 22:00-24:00, and "
                "00:00-06:00 on the next day"
            )
            yield entry.mistake(path, str(wrong), remedy)
    for one, other in zip(sorted(known), sorted(known)[1:], strict=False):
        if other.since < one.until:
            yield entry.mistake(path, f"{', '.join(hours)} overlap", "write each minute once")
            return


def _no_service_level(entry: Entry, body: ServiceLevelBody) -> Iterator[DefinitionMistake]:
    if body.formula in OF_SHORT and body.short >= body.threshold:
        problem = f"S {body.short} is not below T {body.threshold}, as {body.formula} wants it"
        field = "short" if "short" in entry.place.plain() else "threshold"
        yield entry.mistake(
            field, problem, "write a shorter S, a longer T, or a formula of V1 to V4"
        )


def _no_horizon(entry: Entry, body: ChannelBody) -> Iterator[DefinitionMistake]:
    most = most_of(body.id)
    for path, said, longest in (
        ("longest_wait", body.longest_wait, most.wait // 1000),
        ("longest_conversation", body.longest_conversation, most.conversation // 1000),
    ):
        if said is not None and said > longest:
            problem = f"{said} s is longer than open visits of {body.id} are kept in mind"
            yield entry.mistake(path, problem, f"write up to {longest}")


def _no_mark(entry: Entry, body: QaBody) -> Iterator[DefinitionMistake]:
    if round(body.pass_mark, 1) != body.pass_mark:
        yield entry.mistake(
            "pass_mark",
            f"{body.pass_mark:g} is finer than a tenth of a point",
            f"write {round(body.pass_mark, 1):g}",
        )


def _no_queue(entry: Entry, body: QueueBody) -> Iterator[DefinitionMistake]:
    if len(set(body.channels)) < len(body.channels):
        yield entry.mistake("channels", "names a channel twice", "write each once")
    for channel in body.service_level_of.keys() - set(body.channels):
        remedy = f"add {channel} to `channels`, or leave its policy out"
        yield entry.mistake(
            f"service_level_of.{channel}", f"the queue has no channel {channel}", remedy
        )


def _no_target(entry: Entry, body: TargetBody) -> Iterator[DefinitionMistake]:
    kpi = ASKED.get(body.metric)
    if kpi is None:
        yield entry.mistake(
            "metric", f"{body.metric!r} is no KPI", meant(body.metric, CATALOGUE, "")
        )
        return
    if isinstance(kpi, MomentKpi):
        yield entry.mistake(
            "metric",
            f"{kpi.id} tells of one moment, no target spans one",
            "write a KPI that is counted over a span",
        )
    if kpi.needs:
        yield entry.mistake(
            "metric",
            f"{kpi.id} is not counted minute by minute, so hours cannot be told apart",
            "write another",
        )
    if kpi.unit is Unit.RATIO and not 0 < body.value <= 1:
        yield entry.mistake(
            "value",
            f"{body.value:g} is no share",
            f"write {body.value / 100:g}" if body.value > 1 else "write 0.8",
        )
    if _WORSE.get(kpi.better) is body.comparison:
        other = next(one for one in Comparison if one is not body.comparison)
        yield entry.mistake(
            "comparison",
            f"{kpi.id} {body.comparison} a value promises to be worse",
            f"write {other}",
        )
    yield from _no_scope(entry, body.scope)


def _no_scope(entry: Entry, scope: Scope) -> Iterator[DefinitionMistake]:
    names = (scope.queue, *map(scope.group, Grouping))
    if sum(name is not None for name in names) > 1:
        remedy = "name one queue, team, site or client; write a target for each"
        yield entry.mistake("scope", "names more than one", remedy)
    if len(set(scope.channels)) < len(scope.channels):
        yield entry.mistake("scope.channels", "names a channel twice", "write each once")
