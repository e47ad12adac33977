"""What Alertmanager tells, and what is believed of it: which of its alerts fire.

    webhook ──► told firing ──► told resolved
    look    ──► absent: gone ──► present again: firing

An alert that was told as firing and ends while it is silenced, muted or inhibited is never told as
resolved, and its next outbreak may not be told either. So each minute the alerts that were told are
held against those that Alertmanager has. What it tells may come twice, late and in another order;
what is kept of an alert is what it says last, by its own begin.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from floorpulse.alerts.domain.alert import Transition, TransitionKind
from floorpulse.alerts.domain.alertmanager_out import OURS, instant
from floorpulse.alerts.domain.descriptions import Description
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.definitions.domain.on_call import EscalationBody, Severity

RULE = "alertmanager"
"""What stands for the rule of incidents that Alertmanager told"""
SEVERITIES = {
    "critical": Severity.CRITICAL,
    "page": Severity.CRITICAL,
    "error": Severity.CRITICAL,
    "high": Severity.CRITICAL,
    "warning": Severity.WARNING,
    "info": Severity.INFO,
    "information": Severity.INFO,
    "low": Severity.INFO,
    "none": Severity.INFO,
}
"""What the label `severity` means; whatever else it says is a warning"""

MOST_WORDS = 64
"""Labels of an alert that are kept, and annotations"""
LONGEST = 1000
"""Characters of each that are kept"""

Status = Literal["firing", "resolved"]
Aware = Annotated[datetime, Meta(tz=True, examples=["2026-11-11T09:30:00+08:00"])]


class ToldAlert(msgspec.Struct, frozen=True, rename="camel"):
    """One alert of a webhook's body."""

    status: Status
    labels: Annotated[dict[str, str], Meta(examples=[{"alertname": "DiskFull"}])]
    starts_at: Aware
    fingerprint: Annotated[str, Meta(examples=["02e8b4b3d1a5c6f7"])]
    annotations: dict[str, str] = {}


class WebhookBody(msgspec.Struct, frozen=True, rename="camel"):
    """A group of alerts as Alertmanager's webhook tells it, version 4; keys that are not named here
    are ignored, for versions add some.
    """

    version: Literal["4"]
    group_key: Annotated[str, Meta(examples=['{}:{alertname="DiskFull"}'])]
    receiver: Annotated[str, Meta(examples=["floorpulse"])]
    alerts: list[ToldAlert]
    truncated_alerts: Annotated[int, Meta(ge=0)] = 0


class PresentStatus(msgspec.Struct, frozen=True):
    """Whether an alert is held back: `active`, `suppressed` or `unprocessed`."""

    state: str


class PresentReceiver(msgspec.Struct, frozen=True):
    """One of the receivers that an alert is routed to."""

    name: str


class PresentAlert(msgspec.Struct, frozen=True, rename="camel"):
    """One alert of `GET /api/v2/alerts`; resolved ones are not among them."""

    fingerprint: str
    labels: dict[str, str]
    starts_at: Aware
    status: PresentStatus
    receivers: list[PresentReceiver]
    annotations: dict[str, str] = {}


@dataclass(frozen=True)
class KnownAlert:
    """What is kept of an alert that was told; `starts_at` is its begin as Alertmanager tells it,
    `changed_at` when this became known; both epoch milliseconds.

    `revision` grows with each change, `handled` is the revision that incidents know of.
    """

    tenant: str
    fingerprint: str
    receiver: str
    group_key: str
    starts_at: int
    status: Status
    reason: Reason
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    changed_at: int
    revision: int = 1
    handled: int = 0


def is_ours(alert: ToldAlert) -> bool:
    """Whether it is an incident of ours that was pushed there: it must not become another one."""
    return OURS in alert.labels


def heard(
    known: KnownAlert | None, tenant: str, body: WebhookBody, alert: ToldAlert, at: int
) -> KnownAlert | None:
    """What is kept once `alert` was told at `at`; None where that says nothing new.

    A resolved alert stays resolved until another begin is told: another group, or a repeated post,
    may tell it as firing late. One that was only found gone fires again by its old begin. What was
    missed by that, the next look finds.
    """
    begin = milliseconds(alert.starts_at)
    if known is not None and not _is_news(known, begin, alert.status):
        return None
    return KnownAlert(
        tenant,
        kept_name(alert),
        _plain(body.receiver),
        _plain(body.group_key),
        begin,
        alert.status,
        Reason.TOLD_BY_ALERTMANAGER,
        kept(alert.labels),
        kept(alert.annotations),
        at,
        1 if known is None else known.revision + 1,
        0 if known is None else known.handled,
    )


def kept_name(alert: ToldAlert) -> str:
    """The fingerprint by which an alert is kept, and found again."""
    return _plain(alert.fingerprint)


def kept(words: Mapping[str, str]) -> dict[str, str]:
    """Labels or annotations as they are kept: so many, so long, without the sign that PostgreSQL
    does not store.
    """
    return {_plain(name): _plain(words[name]) for name in sorted(words)[:MOST_WORDS]}


def _plain(text: str) -> str:
    return text.replace("\0", "")[:LONGEST]


def _is_news(known: KnownAlert, begin: int, status: Status) -> bool:
    if begin != known.starts_at:
        return begin > known.starts_at
    if status == "resolved":
        return known.status == "firing"
    return known.status == "resolved" and known.reason is Reason.GONE_FROM_ALERTMANAGER


def reconciled(
    known: Iterable[KnownAlert],
    present: Mapping[str, PresentAlert],
    at: int,
    *,
    absence_counts: bool,
) -> list[KnownAlert]:
    """What changes by a look at `at`, that began after `known` was read.

    Absence counts only where Alertmanager has run for long enough to have been told everything
    again. An alert that is silenced or inhibited stays as it is: it neither resolves nor fires.
    """
    changed = []
    for one in known:
        there = present.get(one.fingerprint)
        if there is None and one.status == "firing" and absence_counts:
            changed.append(_changed(one, "resolved", Reason.GONE_FROM_ALERTMANAGER, at))
        elif there is not None and one.status == "resolved" and _fires(there, one.receiver):
            changed.append(_again(one, there, at))
    return changed


def _fires(present: PresentAlert, receiver: str) -> bool:
    """Whether Alertmanager would tell it to us: not held back, and routed to our receiver."""
    return present.status.state == "active" and any(
        one.name == receiver for one in present.receivers
    )


def _again(known: KnownAlert, present: PresentAlert, at: int) -> KnownAlert:
    return replace(
        _changed(known, "firing", Reason.TOLD_BY_ALERTMANAGER, at),
        starts_at=milliseconds(present.starts_at),
        labels=kept(present.labels),
        annotations=kept(present.annotations),
    )


def _changed(known: KnownAlert, status: Status, reason: Reason, at: int) -> KnownAlert:
    return replace(known, status=status, reason=reason, changed_at=at, revision=known.revision + 1)


def severity_of(labels: Mapping[str, str]) -> Severity:
    """How bad an alert is, by its label `severity`."""
    return SEVERITIES.get(labels.get("severity", "").strip().lower(), Severity.WARNING)


def names_of(alert: KnownAlert) -> dict[str, str]:
    """What the incident is called: the annotation `summary`, else the label `alertname`."""
    name = alert.annotations.get("summary") or alert.labels.get("alertname") or alert.fingerprint
    return {"en": name}


def transition_of(alert: KnownAlert) -> Transition:
    """What its incident is told. It counts from when we knew: an alert that was thought gone and
    fires again by its old begin is another incident.
    """
    fires = alert.status == "firing"
    return Transition(
        Subject(alert.tenant, RULE, key=alert.fingerprint),
        RULE,
        alert.reason,
        figure_of(alert),
        alert.changed_at,
        TransitionKind.FIRE if fires else TransitionKind.RESOLVE,
    )


def figure_of(alert: KnownAlert) -> Figure:
    """What stands in the place of a figure: the alert's labels and its description."""
    said = alert.annotations.get("description")
    told = {name: value for name, value in sorted(alert.labels.items()) if name != "severity"}
    return Figure(
        kpi=RULE,
        value=None,
        begin=instant(alert.starts_at).isoformat(),
        details=told | ({"description": said} if said else {}),
    )


def description_of(alert: KnownAlert, policy: EscalationBody | None) -> Description:
    """What its incident is: how bad, what it is called, who is told."""
    return Description(
        severity_of(alert.labels),
        names_of(alert),
        policy,
        alert.annotations.get("runbook_url"),
        dict(alert.labels),
    )


def milliseconds(at: datetime) -> int:
    """An instant as epoch milliseconds."""
    return int(at.timestamp() * 1000)
