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

from floorpulse.alerts.domain.alertmanager_out import OURS
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.definitions.domain.on_call import Severity

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

Status = Literal["firing", "resolved"]
Aware = Annotated[datetime, Meta(tz=True)]


class ToldAlert(msgspec.Struct, frozen=True, rename="camel"):
    """One alert of a webhook's body."""

    status: Status
    labels: dict[str, str]
    starts_at: Aware
    fingerprint: str
    annotations: dict[str, str] = {}


class WebhookBody(msgspec.Struct, frozen=True, rename="camel"):
    """A group of alerts as Alertmanager's webhook tells it, version 4; keys that are not named here
    are ignored, for versions add some.
    """

    version: Literal["4"]
    group_key: str
    receiver: str
    alerts: list[ToldAlert]
    truncated_alerts: int = 0


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
    """What is kept of an alert that was told; `starts_at` is epoch milliseconds.

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
    revision: int = 1
    handled: int = 0


def is_ours(alert: ToldAlert) -> bool:
    """Whether it is an incident of ours that was pushed there: it must not become another one."""
    return OURS in alert.labels


def heard(
    known: KnownAlert | None, tenant: str, body: WebhookBody, alert: ToldAlert
) -> KnownAlert | None:
    """What is kept once `alert` was told; None where that says nothing new.

    A resolved alert stays resolved until another begin is told: another group, or a repeated post,
    may tell it as firing late. One that was only found gone fires again by its old begin. What was
    missed by that, the next look finds.
    """
    begin = milliseconds(alert.starts_at)
    if known is not None and not _is_news(known, begin, alert.status):
        return None
    return KnownAlert(
        tenant,
        alert.fingerprint,
        body.receiver,
        body.group_key,
        begin,
        alert.status,
        Reason.TOLD_BY_ALERTMANAGER,
        alert.labels,
        alert.annotations,
        1 if known is None else known.revision + 1,
        0 if known is None else known.handled,
    )


def _is_news(known: KnownAlert, begin: int, status: Status) -> bool:
    if begin != known.starts_at:
        return begin > known.starts_at
    if status == "resolved":
        return known.status == "firing"
    return known.status == "resolved" and known.reason is Reason.GONE_FROM_ALERTMANAGER


def reconciled(
    known: Iterable[KnownAlert], present: Mapping[str, PresentAlert], *, absence_counts: bool
) -> list[KnownAlert]:
    """What changes by a look that began after `known` was read.

    Absence counts only where Alertmanager has run for long enough to have been told everything
    again. An alert that is silenced or inhibited stays as it is: it neither resolves nor fires.
    """
    changed = (_looked_at(one, present.get(one.fingerprint), absence_counts) for one in known)
    return [one for one in changed if one is not None]


def _looked_at(
    known: KnownAlert,
    present: PresentAlert | None,
    absence_counts: bool,  # noqa: FBT001  told by name above
) -> KnownAlert | None:
    fires = known.status == "firing"
    if present is None:
        return (
            _changed(known, "resolved", Reason.GONE_FROM_ALERTMANAGER)
            if (fires and absence_counts)
            else None
        )
    if fires or present.status.state != "active" or not _is_routed(present, known.receiver):
        return None
    return replace(
        _changed(known, "firing", Reason.TOLD_BY_ALERTMANAGER),
        starts_at=milliseconds(present.starts_at),
        labels=present.labels,
        annotations=present.annotations,
    )


def _changed(known: KnownAlert, status: Status, reason: Reason) -> KnownAlert:
    return replace(known, status=status, reason=reason, revision=known.revision + 1)


def _is_routed(present: PresentAlert, receiver: str) -> bool:
    return any(one.name == receiver for one in present.receivers)


def severity_of(labels: Mapping[str, str]) -> Severity:
    """How bad an alert is, by its label `severity`."""
    return SEVERITIES.get(labels.get("severity", "").strip().lower(), Severity.WARNING)


def names_of(alert: KnownAlert) -> dict[str, str]:
    """What the incident is called: the annotation `summary`, else the label `alertname`."""
    name = alert.annotations.get("summary") or alert.labels.get("alertname") or alert.fingerprint
    return {"en": name}


def milliseconds(at: datetime) -> int:
    """An instant as epoch milliseconds."""
    return int(at.timestamp() * 1000)
