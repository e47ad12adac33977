"""What a contract cannot mean: names that it does not have, days without a phase, tiers that
overlap, targets that cannot be met or missed, caps of nothing.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from zoneinfo import available_timezones

from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.contract_days import day_mistakes
from floorpulse.definitions.domain.contract_metrics import any_tiers, metric_mistakes
from floorpulse.definitions.domain.contract_terms import (
    BillableBody,
    BillingBody,
    ContractBody,
    ContractScope,
)
from floorpulse.definitions.domain.contract_tiers import cap_mistakes, unknown_ids
from floorpulse.definitions.domain.contract_words import Per
from floorpulse.definitions.domain.floor import Floor, since
from floorpulse.definitions.domain.instants import nearest_zone
from floorpulse.definitions.domain.mistakes import DefinitionMistake, meant
from floorpulse.definitions.domain.shape import Entry

_ONLY = {
    "billable": (Per.CONTACT, Per.HANDLED_MINUTE),
    "time": (Per.HANDLED_MINUTE,),
    "increment": (Per.HANDLED_MINUTE,),
    "least": (Per.HANDLED_MINUTE,),
    "seats": (Per.SEAT_HOUR,),
}
"""Fields of billing rules that mean something of some rules only"""
_USUAL = {"billable": BillableBody(), "time": "handle", "seats": "present"}
_LISTS = {
    "phases": "phase",
    "metrics": "metric",
    "billing": "billing rule",
    "exemptions": "exemption",
}


def impossible_contracts(floor: Floor) -> Iterator[DefinitionMistake]:
    """What the contracts of a tenant cannot mean."""
    for entry in floor.of(Kind.CONTRACT):
        body = entry.body
        assert isinstance(body, ContractBody)  # noqa: S101  for the type checker: the kind says so
        following = floor.after(entry)
        yield from _own(entry, body)
        yield from day_mistakes(entry, body, None if following is None else since(following))
        yield from metric_mistakes(entry, body)
        if following is not None:
            yield from _amended(body, following)


def _own(entry: Entry, body: ContractBody) -> Iterator[DefinitionMistake]:
    if body.zone is not None and body.zone not in available_timezones():
        yield entry.mistake("zone", f"{body.zone!r} is no IANA time zone", nearest_zone(body.zone))
    for name, called in _LISTS.items():
        yield from _twins(entry, name, called, [one.id for one in getattr(body, name)])
    yield from _scopes(entry, body)
    yield from _names(entry, body)
    for place, rule in enumerate(body.billing):
        yield from _rule(entry, f"billing[{place}]", rule)
    yield from _minimum(entry, body)
    yield from _caps(entry, body)
    beyond = body.beyond_forecast
    if beyond is not None and Decimal(beyond.times) < 1:
        problem = f"{beyond.times} times the forecast is what everybody had to expect"
        yield entry.mistake("beyond_forecast.times", problem, 'write "1" or more, such as "1.15"')


def _twins(entry: Entry, name: str, called: str, ids: Sequence[str]) -> Iterator[DefinitionMistake]:
    for place, one in enumerate(ids):
        if one in ids[:place]:
            problem = f"there is another {called} {one!r}"
            yield entry.mistake(f"{name}[{place}].id", problem, "give it another id")


def _scopes(entry: Entry, body: ContractBody) -> Iterator[DefinitionMistake]:
    for path, scope in scopes_of(body):
        for name in ("queues", "channels", "sites"):
            said = getattr(scope, name)
            if len(set(said)) < len(said):
                one = name.removesuffix("s")
                yield entry.mistake(f"{path}.{name}", f"names a {one} twice", "write each once")


def scopes_of(body: ContractBody) -> Iterator[tuple[str, ContractScope]]:
    """The scopes in a contract: its own, those of its metrics and billing rules."""
    yield "scope", body.scope
    for name in ("metrics", "billing"):
        for place, one in enumerate(getattr(body, name)):
            yield f"{name}[{place}].scope", one.scope


def _names(entry: Entry, body: ContractBody) -> Iterator[DefinitionMistake]:
    """Names of metrics that the contract does not have."""
    metrics = [one.id for one in body.metrics]
    for place, phase in enumerate(body.phases):
        for name in phase.metrics:
            if name not in metrics:
                remedy = meant(name, metrics, "write a metric first")
                problem = f"the contract has no metric {name!r}"
                yield entry.mistake(f"phases[{place}].metrics.{name}", problem, remedy)
    for place, exemption in enumerate(body.exemptions):
        path = f"exemptions[{place}].metrics"
        yield from unknown_ids(entry, path, "metric", exemption.metrics, metrics)
    if body.beyond_forecast is not None:
        named = body.beyond_forecast.metrics
        yield from unknown_ids(entry, "beyond_forecast.metrics", "metric", named, metrics)


def _rule(entry: Entry, path: str, rule: BillingBody) -> Iterator[DefinitionMistake]:
    if not Decimal(rule.rate):
        yield entry.mistake(f"{path}.rate", "comes to nothing", "write a rate, or no rule")
    for name, kinds in _ONLY.items():
        if rule.per not in kinds and getattr(rule, name) != _USUAL.get(name):
            problem = f"means nothing of a rule by the {rule.per.replace('_', ' ')}"
            remedy = f"leave it out: it is for {' and '.join(kinds)}"
            yield entry.mistake(f"{path}.{name}", problem, remedy)
    billable = rule.billable
    if billable.without_short is not None and billable.contacts != "offered":
        problem = "who was answered did not give up"
        remedy = "leave it out, or write `contacts: offered`"
        yield entry.mistake(f"{path}.billable.without_short", problem, remedy)
    if billable.contacts == "offered" and rule.per is Per.HANDLED_MINUTE:
        problem = "who was not answered has no minutes"
        yield entry.mistake(f"{path}.billable.contacts", problem, "write answered or handled")


def _minimum(entry: Entry, body: ContractBody) -> Iterator[DefinitionMistake]:
    if body.minimum is None:
        return
    if not Decimal(body.minimum.amount):
        yield entry.mistake("minimum.amount", "comes to nothing", "write more, or no minimum")
    known = [one.id for one in body.billing]
    yield from unknown_ids(entry, "minimum.rules", "billing rule", body.minimum.rules, known)


def _caps(entry: Entry, body: ContractBody) -> Iterator[DefinitionMistake]:
    for name, cap in (("penalties", body.caps.penalties), ("bonuses", body.caps.bonuses)):
        charges = (
            getattr(metric, name) or any_tiers(body, metric.id, name) for metric in body.metrics
        )
        streaks = name == "penalties" and any(metric.streaks for metric in body.metrics)
        bounds = any(charges) or streaks
        yield from cap_mistakes(entry, f"caps.{name}", cap, name, bounds=bounds)


def _amended(body: ContractBody, following: Entry) -> Iterator[DefinitionMistake]:
    """What a later version must not change: a statement has one client and one currency."""
    for name in ("client", "currency", "zone", "period"):
        was = getattr(body, name)
        if getattr(following.body, name) != was:
            problem = f"changes the {name} of the contract, {was or 'the tenant’s'} before"
            yield following.mistake(name, problem, "write a contract of its own, with another id")
