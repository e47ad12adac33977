"""Definitions of the alerts service for tests: bodies in, what is in force out."""

from collections.abc import Sequence
from typing import Any

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident, IncidentState, Subject
from floorpulse.definitions.domain.bodies import CalendarBody, Kind, TenantBody
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.domain.in_force import Version
from floorpulse.definitions.domain.on_call import (
    EscalationBody,
    EscalationStep,
    EscalationTarget,
    RotaBody,
    Severity,
)
from floorpulse.definitions.domain.receiver_terms import ReceiverBody, RobotChannel, SmsChannel
from floorpulse.definitions.domain.rule_terms import RuleBody, ThresholdCondition
from floorpulse.definitions.domain.terms import Body

TENANT = "t"
KINDS: dict[type[Body], Kind] = {
    CalendarBody: Kind.CALENDAR,
    TenantBody: Kind.TENANT,
    EscalationBody: Kind.ESCALATION,
    ReceiverBody: Kind.RECEIVER,
    RotaBody: Kind.ROTA,
    RuleBody: Kind.RULE,
}


def book(*bodies: Body, tenant: str = TENANT) -> Definitions:
    """These definitions in force, each in its first version."""
    return Definitions(
        (Version(tenant, KINDS[type(one)], getattr(one, "id", ""), 1, one) for one in bodies), 1
    )


def receiver(name: str, *, sms: bool = True, slack: bool = False) -> ReceiverBody:
    """Somebody with a telephone, a room, or neither."""
    return ReceiverBody(
        id=name,
        names={"en": name},
        sms=SmsChannel(vendor="twilio", to=["+4930000"]) if sms else None,
        slack=RobotChannel(url="room") if slack else None,
    )


def step(*targets: str, wait: int = 5, **more: Any) -> EscalationStep:
    """A step to these receivers; `rota:x` is a rota."""
    found = [
        EscalationTarget(rota=name.removeprefix("rota:"))
        if name.startswith("rota:")
        else EscalationTarget(receiver=name)
        for name in targets
    ]
    return EscalationStep(targets=found, wait=wait, **more)


def policy(*steps: EscalationStep, repeat: int = 0, **more: Any) -> EscalationBody:
    """A ladder."""
    return EscalationBody(id="ladder", steps=list(steps), repeat=repeat, **more)


def rule(name: str = "calls", **more: Any) -> RuleBody:
    """A rule on offered contacts, whose policy is `ladder`."""
    given: dict[str, Any] = {
        "names": {"en": "Calls", "zh": "来电"},
        "threshold": ThresholdCondition(kpi="offered", fire_above=1),
        "escalation": "ladder",
        **more,
    }
    return RuleBody(id=name, **given)


def incident(ladder: EscalationBody | None = None, **more: Any) -> Incident:
    """An incident that has just opened."""
    given: dict[str, Any] = {
        "id": "i1",
        "subject": Subject(TENANT, "calls", "orders", "voice"),
        "severity": Severity.WARNING,
        "state": IncidentState.FIRING,
        "opened_at": 1_000_000,
        "names": {"en": "Calls"},
        "figure": Figure("offered", 3.0),
        "policy": ladder,
        "rule_version": "calls@1",
        **more,
    }
    return Incident(**given)


class People:
    """Who is on call, as a test says: targets by receiver, and calendars that are closed."""

    def __init__(
        self, absent: Sequence[str] = (), closed: Sequence[str] = (), ways: Sequence[str] = ("sms",)
    ) -> None:
        self._absent = absent
        self._closed = closed
        self._ways = ways

    def targets(self, asked: EscalationStep) -> tuple[str, ...]:
        names = [one.receiver or one.rota or "" for one in asked.targets]
        return tuple(way for name in names for way in self.ways(name))

    def ways(self, receiver: str) -> tuple[str, ...]:
        known = () if receiver in self._absent else self._ways
        return tuple(f"{receiver}/{way}" for way in known)

    def is_open(self, calendar: str) -> bool:
        return calendar not in self._closed
