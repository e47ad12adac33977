"""A tenant's definitions as one: who names whom, which ids there are, which version follows
which.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from floorpulse.definitions.domain.bodies import Kind, QueueBody, TargetBody, TeamBody, TenantBody
from floorpulse.definitions.domain.contract_terms import ContractBody, ContractScope
from floorpulse.definitions.domain.indicator_names import named_indicators
from floorpulse.definitions.domain.indicator_terms import (
    AgentTargetBody,
    BindingBody,
    TrainingBody,
)
from floorpulse.definitions.domain.on_call import EscalationBody, RotaBody
from floorpulse.definitions.domain.on_call_names import named_on_call
from floorpulse.definitions.domain.report_terms import ReportBody
from floorpulse.definitions.domain.rule_terms import RuleBody
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.terms import Body, Grouping

CALLED = {
    Kind.TENANT: "tenant",
    Kind.CALENDAR: "calendar",
    Kind.SITE: "site",
    Kind.TEAM: "team",
    Kind.CLIENT: "client",
    Kind.QUEUE: "queue",
    Kind.SERVICE_LEVEL: "service-level policy",
    Kind.CSAT: "satisfaction policy",
    Kind.QA: "quality policy",
    Kind.TARGET: "target",
    Kind.SOURCE: "source",
    Kind.CHANNEL: "channel",
    Kind.RULE: "rule",
    Kind.ESCALATION: "escalation policy",
    Kind.ROTA: "rota",
    Kind.RECEIVER: "receiver",
    Kind.CONTRACT: "contract",
    Kind.REPORT: "report",
    Kind.AGENT_TARGET: "target of agents",
    Kind.BINDING: "binding",
    Kind.TRAINING: "training",
}
DEFAULTS = {
    "service_level": Kind.SERVICE_LEVEL,
    "csat": Kind.CSAT,
    "qa": Kind.QA,
    "calendar": Kind.CALENDAR,
}
"""Fields of queues whose default the tenant names"""


@dataclass(frozen=True)
class Reference:
    """A field of an entry that names another definition."""

    entry: Entry
    path: str
    kind: Kind
    id: str


@dataclass
class Floor:
    """The entries of one tenant: by kind and id, each with its versions in the order of their
    validity.
    """

    entries: list[Entry] = field(default_factory=list)
    versions: defaultdict[Kind, dict[str, list[Entry]]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def add(self, entry: Entry) -> None:
        """Take in an entry."""
        self.entries.append(entry)
        known = self.versions[entry.kind].setdefault(entry.id, [])
        known.append(entry)
        known.sort(key=since)

    def of(self, kind: Kind) -> Iterator[Entry]:
        """The entries of a kind."""
        return (one for one in self.entries if one.kind is kind)

    def after(self, entry: Entry) -> Entry | None:
        """The version that replaces an entry's."""
        later = [one for one in self.versions[entry.kind][entry.id] if since(one) > since(entry)]
        return later[0] if later else None

    def on(self, day: str) -> "Floor":
        """What is in force on a day; on the empty one, what was ever since."""
        found = Floor()
        for known in (versions for by_id in self.versions.values() for versions in by_id.values()):
            for entry in [one for one in known if since(one) <= day][-1:]:
                found.add(entry)
        return found

    def references(self) -> Iterator[Reference]:
        """Every name of another definition."""
        return (reference for entry in self.entries for reference in references(entry))


def floors(entries: Iterable[Entry]) -> list[Floor]:
    """One floor a tenant."""
    found: defaultdict[str, Floor] = defaultdict(Floor)
    for entry in entries:
        found[entry.tenant].add(entry)
    return list(found.values())


def since(entry: Entry) -> str:
    """The first day of its validity; empty: ever since."""
    return entry.body.valid_from or ""


def references(entry: Entry) -> Iterator[Reference]:
    """The names of other definitions in an entry."""
    for path, kind, name in _named(entry):
        if name is not None:
            yield Reference(entry, path, kind, name)


def _named(entry: Entry) -> Iterator[tuple[str, Kind, str | None]]:
    body = entry.body
    match body:
        case TenantBody():
            yield from ((name, kind, getattr(body, name)) for name, kind in DEFAULTS.items())
            yield "escalation", Kind.ESCALATION, body.escalation
        case QueueBody():
            yield "team", Kind.TEAM, body.team
            yield "client", Kind.CLIENT, body.client
            yield from _of_queue(body)
        case TeamBody():
            yield "site", Kind.SITE, body.site
        case TargetBody():
            yield "calendar", Kind.CALENDAR, body.calendar
            yield "scope.queue", Kind.QUEUE, body.scope.queue
            for grouping in Grouping:
                yield f"scope.{grouping}", Kind(grouping.plural), body.scope.group(grouping)
        case RuleBody() | EscalationBody() | RotaBody():
            yield from named_on_call(body)
        case AgentTargetBody() | BindingBody() | TrainingBody():
            yield from named_indicators(body)
        case _:
            yield from _named_in_reports(body)


def _named_in_reports(body: Body) -> Iterator[tuple[str, Kind, str | None]]:
    match body:
        case ContractBody():
            yield from _of_contract(body)
        case ReportBody():
            yield from _of_report(body)
        case _:
            return


def _of_report(body: ReportBody) -> Iterator[tuple[str, Kind, str | None]]:
    yield "on.queue", Kind.QUEUE, body.on.queue
    yield "on.contract", Kind.CONTRACT, body.on.contract
    yield "calendar", Kind.CALENDAR, body.calendar
    for number, receiver in enumerate(body.receivers):
        yield f"receivers[{number}]", Kind.RECEIVER, receiver


def _of_queue(body: QueueBody) -> Iterator[tuple[str, Kind, str | None]]:
    yield from ((name, kind, getattr(body, name)) for name, kind in DEFAULTS.items())
    yield from (
        (f"service_level_of.{channel}", Kind.SERVICE_LEVEL, one)
        for channel, one in body.service_level_of.items()
    )


def _of_contract(body: ContractBody) -> Iterator[tuple[str, Kind, str | None]]:
    yield "client", Kind.CLIENT, body.client
    yield "calendar", Kind.CALENDAR, body.calendar
    yield from _of_scope("scope", body.scope)
    for place, metric in enumerate(body.metrics):
        yield f"metrics[{place}].calendar", Kind.CALENDAR, metric.calendar
        yield from _of_scope(f"metrics[{place}].scope", metric.scope)
    for place, rule in enumerate(body.billing):
        yield from _of_scope(f"billing[{place}].scope", rule.scope)


def _of_scope(path: str, scope: ContractScope) -> Iterator[tuple[str, Kind, str | None]]:
    for name, kind in (("queues", Kind.QUEUE), ("sites", Kind.SITE)):
        for place, one in enumerate(getattr(scope, name)):
            yield f"{path}.{name}[{place}]", kind, one
