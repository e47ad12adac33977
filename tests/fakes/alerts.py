"""Builders of incidents and messages."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident, IncidentState, Subject
from floorpulse.alerts.domain.messages.compose import Links, MessageContext
from floorpulse.alerts.domain.notices import Message, NoticeKey, NoticeKind
from floorpulse.definitions.domain.on_call import (
    EscalationBody,
    EscalationStep,
    EscalationTarget,
    Severity,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
OPENED = 1_794_360_720_000
"""2026-11-11 09:32 in Shanghai"""
MINUTE = 60_000


def policy(steps: int = 3) -> EscalationBody:
    """A ladder of so many steps, each to the receiver `zhang`."""
    step = EscalationStep(targets=[EscalationTarget(receiver="zhang")])
    return EscalationBody(id="ladder", steps=[step] * steps)


def figure(**said: Any) -> Figure:
    """A service level of 181 in 250, judged against 80 %."""
    return replace_struct(
        Figure(
            kpi="service_level",
            value=0.724,
            numerator=181,
            denominator=250,
            low=0.6654,
            high=0.7758,
            definition="voice-80-20@3",
            window="15m",
            bound=0.8,
        ),
        **said,
    )


def replace_struct(one: Figure, **said: Any) -> Figure:
    """The figure with other fields."""
    fields = {name: getattr(one, name) for name in one.__struct_fields__}
    return Figure(**(fields | said))


def incident(**said: Any) -> Incident:
    """A service level of the orders queue that is too low, told on the first of three steps."""
    one = Incident(
        id="i1",
        subject=Subject("demo", "orders-low", "orders", "voice"),
        severity=Severity.CRITICAL,
        state=IncidentState.FIRING,
        opened_at=OPENED,
        names={"en": "Service level low", "zh": "服务水平过低"},
        figure=figure(),
        policy=policy(),
        rule_version="orders-low@2",
        runbook="https://wiki.example.org/orders",
        level=1,
        next_at=OPENED + 5 * MINUTE,
    )
    return replace(one, **said)


def context(**said: Any) -> MessageContext:
    """An English reader, a minute after the incident opened."""
    one = MessageContext(
        language="en",
        zone=SHANGHAI,
        now=OPENED + MINUTE,
        queue="Orders",
        told=("Zhang Wei",),
        links=Links(
            acknowledge="https://floor.example.org/alerts/act/abc",
            alert="https://floor.example.org/alerts?incident=i1",
            wall="https://floor.example.org/wallboard",
        ),
    )
    return replace(one, **said)


def key(kind: NoticeKind = NoticeKind.OPENED, target: str = "zhang/sms") -> NoticeKey:
    """The notice of the first step."""
    return NoticeKey("i1", kind, 1, target)


def message(**said: Any) -> Message:
    """A message as channels get it."""
    one = Message(
        key="i1.opened.1.zhang/sms",
        incident="i1",
        kind=NoticeKind.OPENED,
        severity="critical",
        language="en",
        title="Critical: Service level low, Orders (voice): 72.4%",
        lines=(("What", "Service level low"), ("How bad", "72.4%, threshold 80.0%")),
        links=(("Acknowledge", "https://floor.example.org/alerts/act/abc"),),
        facts={"tenant": "demo", "queue": "orders"},
        short={
            "severity": "Critical",
            "rule": "Service level low",
            "where": "Orders (voice)",
            "value": "72.4%",
            "threshold": "80.0%",
            "since": "09:32",
        },
    )
    return replace(one, **said)
