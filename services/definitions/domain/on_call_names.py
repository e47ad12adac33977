"""Which other definitions rules, escalation policies and rotas name, and where."""

from collections.abc import Iterator

from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.on_call import EscalationBody, RotaBody
from floorpulse.definitions.domain.rule_terms import RuleBody
from floorpulse.definitions.domain.terms import Grouping

Named = tuple[str, Kind, str | None]
"""The path of a field, the kind it names, the id; None where it names nothing"""


def named_on_call(body: RuleBody | EscalationBody | RotaBody) -> Iterator[Named]:
    """The names of other definitions in a body."""
    match body:
        case RuleBody():
            yield from _of_rule(body)
        case EscalationBody():
            yield from _of_escalation(body)
        case RotaBody():  # pragma: no branch  mypy knows that no fourth is left
            yield from _of_rota(body)


def _of_rule(body: RuleBody) -> Iterator[Named]:
    scope = body.scope
    groups = [(Kind(grouping.plural), scope.groups(grouping)) for grouping in Grouping]
    for kind, names in ((Kind.QUEUE, scope.queues), *groups):
        for number, name in enumerate(names):
            yield f"scope.{kind}[{number}]", kind, name
    if body.tier is not None:
        yield "tier.contract", Kind.CONTRACT, body.tier.contract
    yield "calendar", Kind.CALENDAR, body.calendar
    yield "escalation", Kind.ESCALATION, body.escalation


def _of_escalation(body: EscalationBody) -> Iterator[Named]:
    for level, step in enumerate(body.steps):
        for number, target in enumerate(step.targets):
            yield f"steps[{level}].targets[{number}].rota", Kind.ROTA, target.rota
            yield f"steps[{level}].targets[{number}].receiver", Kind.RECEIVER, target.receiver
        yield f"steps[{level}].only_during", Kind.CALENDAR, step.only_during


def _of_rota(body: RotaBody) -> Iterator[Named]:
    for number, member in enumerate(body.members):
        yield f"members[{number}]", Kind.RECEIVER, member
    for number, override in enumerate(body.overrides):
        yield f"overrides[{number}].member", Kind.RECEIVER, override.member
    yield "calendar", Kind.CALENDAR, body.calendar
