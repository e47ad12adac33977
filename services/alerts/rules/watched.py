"""Rules in force, as they are evaluated: what each reads, and the subjects that it watches.

rule ──► group: rows of the same channels, read together
     └─► subjects: a queue each, or their sum ──► places: rows of a group, with their alerts
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property
from typing import NamedTuple

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.alerts.domain.alert_rule import AlertRule, alert_rule
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import Window
from floorpulse.definitions.domain.calendars import Calendar
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.on_call_in_force import OnCallInForce
from floorpulse.definitions.domain.rule_terms import RuleBody, RuleScope
from floorpulse.figures.contracts.slices import contract_queues
from floorpulse.figures.selection import By, RowKey, Selection
from floorpulse.kpis.catalogue import ASKED
from floorpulse.kpis.inputs import Need

log: BoundLogger = structlog.get_logger(__name__)

TOLD_BY_BOARD = Need.THROUGHPUT | Need.AGENTS
"""What a KPI may need and still change with the board's news alone"""


class Read(Enum):
    """Where the figure of a rule comes from, which says when it may have changed."""

    BOARD = auto()
    """Panes, gauges, agents: with news and with instants that are known ahead"""
    CLOCK = auto()
    """What moves with the clock or is looked up: every few seconds"""
    RECOVERY = auto()
    ABANDONS = auto()
    STALENESS = auto()
    TABLES = auto()
    """Days and weeks before: every few minutes"""


class GroupKey(NamedTuple):
    """Rows that are read together."""

    read: Read
    selection: Selection


@dataclass(frozen=True, eq=False)
class WatchedRule:
    """A rule in force: `version` is its name with its number."""

    version: str
    body: RuleBody
    timing: AlertRule
    read: Read
    window: Window

    @property
    def id(self) -> str:
        """Its id."""
        return self.body.id


@dataclass(frozen=True, eq=False)
class WatchedAlert:
    """One rule and one of its subjects; `calendar` None is always open."""

    rule: WatchedRule
    subject: Subject
    calendar: Calendar | None


@dataclass(frozen=True, eq=False)
class WatchedPlace:
    """What a row stands for, and the alerts that are judged by it, over whatever window; `queues`
    are those that it sums over.
    """

    group: GroupKey
    row_key: RowKey
    queues: Sequence[str]
    alerts: list[WatchedAlert] = field(default_factory=list)

    @cached_property
    def inactive(self) -> Sequence[bool]:
        """That none of its alerts is active, once all are there."""
        return [False] * len(self.alerts)


def watched_rules(in_force: InForce) -> list[WatchedRule]:
    """The rules in force, by id; those of a newer version, about a KPI that this one does not know,
    are left out and logged.
    """
    rules = [one for _, one in sorted(OnCallInForce(in_force).rules.items())]
    return [_watched(one.name, one.body) for one in rules if _is_understood(one.name, one.body)]


def _is_understood(name: str, body: RuleBody) -> bool:
    for condition in (body.threshold, body.spike, body.streak):
        if condition is not None and condition.kpi not in ASKED:
            log.error("rule_not_understood", rule=name, kpi=condition.kpi)
            return False
    return True


def _watched(version: str, body: RuleBody) -> WatchedRule:
    return WatchedRule(version, body, alert_rule(version, body), read_of(body), window_of(body))


def read_of(body: RuleBody) -> Read:
    """Where a rule's figure comes from."""
    if body.threshold is not None:
        needs = ASKED[body.threshold.kpi].needs
        return Read.CLOCK if needs & ~TOLD_BY_BOARD else Read.BOARD
    if body.recovery is not None:
        return Read.RECOVERY
    if body.abandons is not None:
        return Read.ABANDONS
    return Read.STALENESS if body.staleness is not None else Read.TABLES


def window_of(body: RuleBody) -> Window:
    """The window that a rule looks at; half an hour where it names none."""
    for condition in (body.threshold, body.spike, body.concentration):
        if condition is not None:
            return Window(condition.window)
    return Window.M30


# ------------------------------------------------------------- subjects


def places_of(
    tenant: str,
    in_force: InForce,
    rules: Iterable[WatchedRule],
    queue_channels: Sequence[QueueChannel],
) -> list[WatchedPlace]:
    """The places of a floor's queues and channels that rules watch."""
    places: dict[tuple[GroupKey, RowKey], WatchedPlace] = {}
    on_call = OnCallInForce(in_force)
    for rule in rules:
        for place, alert in _alerts(tenant, on_call, rule, queue_channels):
            known = places.setdefault((place.group, place.row_key), place)
            known.alerts.append(alert)
    return list(places.values())


def _alerts(
    tenant: str, on_call: OnCallInForce, rule: WatchedRule, queue_channels: Sequence[QueueChannel]
) -> Iterator[tuple[WatchedPlace, WatchedAlert]]:
    scope = rule.body.scope
    if rule.body.tier is not None:
        yield from _of_contract(tenant, on_call, (rule, rule.body.tier.contract), queue_channels)
        return
    queues = watched_queues(on_call, scope, queue_channels)
    channels = tuple(scope.channels)
    channel = channels[0] if len(channels) == 1 else ""
    if scope.total:
        named = () if scope.everywhere else tuple(queues)
        group = GroupKey(rule.read, Selection(tenant, named, channels, By.TOTAL))
        if queues:
            subject = Subject(tenant, rule.id, "", channel)
            yield WatchedPlace(group, RowKey(), queues), _alert(on_call, rule, subject)
        return
    group = GroupKey(rule.read, Selection(tenant, (), channels, By.QUEUE))
    for queue in queues:
        subject = Subject(tenant, rule.id, queue, channel)
        yield WatchedPlace(group, RowKey(queue), (queue,)), _alert(on_call, rule, subject)


def _of_contract(
    tenant: str,
    on_call: OnCallInForce,
    watched: tuple[WatchedRule, str],
    queue_channels: Sequence[QueueChannel],
) -> Iterator[tuple[WatchedPlace, WatchedAlert]]:
    """One place over all queues of a contract."""
    rule, contract = watched
    queues = contract_queues(on_call.in_force, contract, queue_channels)
    if queues:
        group = GroupKey(rule.read, Selection(tenant, tuple(queues), (), By.TOTAL))
        alert = _alert(on_call, rule, Subject(tenant, rule.id))
        yield WatchedPlace(group, RowKey(), queues), alert


def watched_queues(
    on_call: OnCallInForce, scope: RuleScope, queue_channels: Sequence[QueueChannel]
) -> list[str]:
    """The floor's queues that a scope names, sorted: those of the teams, sites and clients that it
    names, with contacts of its channels.
    """
    return sorted(
        {
            queue
            for _, queue, channel in queue_channels
            if (not scope.channels or channel in scope.channels) and on_call.watches(scope, queue)
        }
    )


def _alert(on_call: OnCallInForce, rule: WatchedRule, subject: Subject) -> WatchedAlert:
    return WatchedAlert(rule, subject, on_call.calendar(rule.body, subject.queue))
