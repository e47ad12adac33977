"""Incidents, timelines and notices as rows, and back."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import msgspec
from sqlalchemy import RowMapping

from floorpulse.alerts.domain.decisions import IncidentEvent, OwedNotice
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident, IncidentState, Subject
from floorpulse.alerts.domain.notices import NoticeState
from floorpulse.alerts.domain.rotas import Span
from floorpulse.alerts.domain.silences import Matcher, Silence
from floorpulse.alerts.domain.tasks import Task
from floorpulse.definitions.domain.on_call import EscalationBody, Severity

Row = RowMapping | Mapping[str, Any]


class IncidentBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """What of an incident no query asks for: the column `body`."""

    names: dict[str, str]
    figure: Figure
    rule_version: str
    policy: EscalationBody | None = None
    runbook: str | None = None
    labels: dict[str, str] = {}
    passed_over: bool = False
    exhausted: bool = False
    tasks: tuple[Task, ...] = ()


COLUMNS = (
    "id", "level", "round", "opened_at", "resolved_at", "next_at", "owner", "acknowledged_until",
    "snoozed_until", "silenced", "flapping", "revision",
)  # fmt: skip
"""Fields that are columns of the same name"""


def incident_row(incident: Incident) -> dict[str, Any]:
    """The row of an incident."""
    body = IncidentBody(
        incident.names,
        incident.figure,
        incident.rule_version,
        incident.policy,
        incident.runbook,
        incident.labels,
        incident.passed_over,
        incident.exhausted,
        incident.tasks,
    )
    return {
        **{name: getattr(incident, name) for name in COLUMNS},
        **asdict(incident.subject),
        "severity": str(incident.severity),
        "state": str(incident.state),
        "body": msgspec.to_builtins(body),
    }


def incident_of(row: Row) -> Incident:
    """The incident of a row."""
    body = msgspec.convert(row["body"], IncidentBody)
    subject = Subject(row["tenant"], row["rule"], row["queue"], row["channel"], row["key"])
    return Incident(
        **{name: row[name] for name in COLUMNS},
        subject=subject,
        severity=Severity(row["severity"]),
        state=IncidentState(row["state"]),
        names=body.names,
        figure=body.figure,
        policy=body.policy,
        rule_version=body.rule_version,
        runbook=body.runbook,
        labels=body.labels,
        passed_over=body.passed_over,
        exhausted=body.exhausted,
        tasks=body.tasks,
    )


def event_rows(
    incident: str, after: int, events: Iterable[IncidentEvent]
) -> Iterable[dict[str, Any]]:
    """Rows of a timeline whose last number is `after`."""
    for number, event in enumerate(events, after + 1):
        yield {
            "incident": incident,
            "number": number,
            "at": event.at,
            "reason": str(event.reason),
            "state": str(event.state),
            "level": event.level,
            "actor": event.actor,
            "body": msgspec.to_builtins(event.details),
        }


def notice_row(incident: Incident, owed: OwedNotice, now: int) -> dict[str, Any]:
    """The row of a notice that is due at once."""
    return {
        "incident": incident.id,
        "kind": str(owed.kind),
        "step": owed.step,
        "target": owed.target,
        "tenant": incident.subject.tenant,
        "state": str(NoticeState.PENDING),
        "created_at": now,
        "due_at": now,
        "body": {"state": str(incident.state), "figure": msgspec.to_builtins(incident.figure)},
    }


def silence_row(silence: Silence) -> dict[str, Any]:
    """The row of a silence."""
    return {
        "id": silence.id,
        "tenant": silence.tenant,
        "matchers": msgspec.to_builtins(silence.matchers),
        "begins_at": silence.begins_at,
        "ends_at": silence.ends_at,
        "author": silence.author,
        "comment": silence.comment,
        "created_at": silence.created_at,
    }


def silence_of(row: Row) -> Silence:
    """The silence of a row."""
    matchers = msgspec.convert(row["matchers"], tuple[Matcher, ...])
    return Silence(**{**row, "matchers": matchers})


def span_of(row: Row) -> Span:
    """The span of an override's row."""
    return Span(row["begins_at"], row["ends_at"], row["member"])
