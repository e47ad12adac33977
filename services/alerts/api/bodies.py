"""Bodies of incidents: what the routes answer, one struct each."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from floorpulse.alerts.domain.decisions import IncidentEvent
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident, IncidentState
from floorpulse.alerts.domain.notices import NoticeKind, NoticeState
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.tasks import Task
from floorpulse.alerts.reading.ports import NoticeCounts, StoredNotice
from floorpulse.alerts.reading.trends import Trend
from floorpulse.definitions.domain.names import name_in
from floorpulse.definitions.domain.on_call import Severity
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.timestamps import Instant, text, text_or_none
from floorpulse.kpis.catalogue import ASKED
from floorpulse.kpis.units import Unit

Next = Annotated[
    str | None,
    Meta(description="cursor of the next page; null on the last", examples=["k8QIjTkxNzQ2MA"]),
]
Counted = Annotated[int, Meta(ge=0, examples=[2])]


class TaskRow(msgspec.Struct, frozen=True, kw_only=True):
    """A task that an incident opened in a tracker, as the tracker told it last."""

    receiver: Annotated[str, Meta(examples=["ops-jira"])]
    id: Annotated[str | None, Meta(description="how the tracker calls it", examples=["OPS-12"])]
    url: Annotated[str | None, Meta(examples=["https://jira.example.org/browse/OPS-12"])]
    state: Annotated[
        str | None, Meta(description="in the tracker's own words", examples=["In Progress"])
    ]
    done: Annotated[bool, Meta(description="whether nothing more is to be done")]
    at: Instant


class IncidentRow(msgspec.Struct, frozen=True, kw_only=True):
    """An incident: one breach of one rule. `en` and `zh` are the rule's names."""

    incident: Annotated[str, Meta(examples=["019d2c3a4b5e6f7a8b9c0d1"])]
    rule: Annotated[str, Meta(examples=["voice-level"])]
    en: Annotated[str, Meta(examples=["Service level of voice is low"])]
    zh: Annotated[str, Meta(examples=["语音服务水平低"])]
    severity: Severity
    state: IncidentState
    queue: Annotated[str | None, Meta(description="null where summed over", examples=["sales"])]
    queue_en: Annotated[str | None, Meta(examples=["Sales"])]
    queue_zh: Annotated[str | None, Meta(examples=["销售"])]
    channel: Annotated[str | None, Meta(examples=["voice"])]
    key: Annotated[
        str | None,
        Meta(
            description="what else it is about: an agent, a reason, an alert's fingerprint",
            examples=["ann"],
        ),
    ]
    level: Annotated[int, Meta(description="the step that was told last; 0: none", examples=[1])]
    steps: Annotated[
        int, Meta(description="steps of its escalation policy; 0: it has none", examples=[3])
    ]
    round: Annotated[int, Meta(description="how often the ladder began again", examples=[0])]
    opened_at: Instant
    resolved_at: Instant | None
    next_at: Annotated[
        Instant | None,
        Meta(description="when the next step is told, or an acknowledgement or snooze ends"),
    ]
    owner: Annotated[str | None, Meta(description="who has it", examples=["zhang"])]
    acknowledged_until: Instant | None
    snoozed_until: Instant | None
    silenced: bool
    flapping: bool
    stale: Annotated[
        bool, Meta(description="the queue's figures are old: it neither fires nor resolves")
    ]
    kpi_en: Annotated[str | None, Meta(description="null of no KPI", examples=["Service level"])]
    kpi_zh: Annotated[str | None, Meta(examples=["服务水平"])]
    unit: Annotated[Unit | None, Meta(description="of the figure", examples=["ratio"])]
    figure: Annotated[
        dict[str, Any],
        Meta(
            description="the figure that fired, a row of live figures: kpi, value, numerator, "
            "denominator, low, high, definition, window, begin, end, as_of; `bound` is what it is "
            "held against, `details` what the condition adds",
            examples=[{"kpi": "service_level", "value": 0.62, "window": "15m", "bound": 0.75}],
        ),
    ]
    sent: Annotated[Counted, Meta(description="notices that a channel took")]
    owed: Annotated[Counted, Meta(description="notices that are still to be sent")]
    failed: Annotated[Counted, Meta(description="notices that no channel will take")]
    tasks: list[TaskRow]
    runbook: Annotated[str | None, Meta(examples=["https://example.org/level"])]
    labels: Annotated[dict[str, str], Meta(examples=[{"shift": "late"}])]
    revision: Annotated[int, Meta(description="grows with every change", examples=[3])]


class IncidentsAnswer(msgspec.Struct):
    """A page of incidents, the newest first."""

    rows: list[IncidentRow]
    next: Next


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a timeline: why the incident changed, and what it was then."""

    number: Annotated[int, Meta(ge=1, examples=[1])]
    at: Instant
    reason: Reason
    state: IncidentState
    level: Annotated[int, Meta(examples=[1])]
    actor: Annotated[
        str | None, Meta(description="who did it, where a person did", examples=["zhang"])
    ]
    comment: Annotated[str, Meta(examples=["Two agents come from chat"])]
    owner: Annotated[str | None, Meta(examples=["zhang"])]
    until: Instant | None
    targets: Annotated[
        tuple[str, ...],
        Meta(description="who is told by it, receiver/channel", examples=[["zhang/sms"]]),
    ]
    figure: Annotated[dict[str, Any] | None, Meta(examples=[{"kpi": "waiting", "value": 9}])]


class NoticeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A message owed to one receiver by one channel."""

    kind: NoticeKind
    step: Annotated[int, Meta(examples=[1])]
    receiver: Annotated[str, Meta(examples=["zhang"])]
    channel: Annotated[str, Meta(examples=["sms"])]
    state: NoticeState
    created_at: Instant
    due_at: Instant | None
    sent_at: Instant | None
    attempts: Annotated[int, Meta(examples=[1])]
    said: Annotated[str, Meta(description="what the channel answered last", examples=["ok"])]


class TrendPoint(msgspec.Struct, frozen=True):
    """The figure over one interval of history; `n` is what it counts of, null of counts."""

    time: Instant
    end: Instant
    value: Annotated[float | None, Meta(examples=[0.62])]
    n: Annotated[float | None, Meta(examples=[50])]


class IncidentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """All about one incident."""

    incident: IncidentRow
    may: Annotated[
        list[str],
        Meta(description="what can be done with it now", examples=[["ack", "snooze", "comment"]]),
    ]
    events: list[EventRow]
    notices: list[NoticeRow]
    trend: list[TrendPoint]
    interval: Annotated[str, Meta(description="length of the trend's points", examples=["5m"])]


OPEN = ["ack", "snooze", "reassign", "resolve", "comment"]
MAY = {
    IncidentState.FIRING: OPEN,
    IncidentState.ACKNOWLEDGED: [*OPEN, "unack"],
    IncidentState.RESOLVED: ["comment"],
}
"""What people can do by state: the routes of the same names"""


def incident_row(incident: Incident, counts: NoticeCounts, view: TenantView) -> IncidentRow:
    """An incident as it stands."""
    subject = incident.subject
    queue_en, queue_zh = queue_names(view, subject.queue)
    zone = view.zone
    kpi = ASKED.get(incident.figure.kpi)
    return IncidentRow(
        incident=incident.id,
        rule=subject.rule,
        en=name_in("en", incident.names, subject.rule),
        zh=name_in("zh", incident.names, subject.rule),
        severity=incident.severity,
        state=incident.state,
        queue=subject.queue or None,
        queue_en=queue_en,
        queue_zh=queue_zh,
        channel=subject.channel or None,
        key=subject.key or None,
        level=incident.level,
        steps=0 if incident.policy is None else len(incident.policy.steps),
        round=incident.round,
        opened_at=text(incident.opened_at, zone),
        resolved_at=text_or_none(incident.resolved_at, zone),
        next_at=text_or_none(incident.next_at, zone),
        owner=incident.owner,
        acknowledged_until=text_or_none(incident.acknowledged_until, zone),
        snoozed_until=text_or_none(incident.snoozed_until, zone),
        silenced=incident.silenced,
        flapping=incident.flapping,
        stale=incident.resolved_at is None and _stale(view, subject.queue),
        kpi_en=None if kpi is None else kpi.en,
        kpi_zh=None if kpi is None else kpi.zh,
        unit=None if kpi is None else kpi.unit,
        figure=msgspec.to_builtins(incident.figure),
        sent=counts.sent,
        owed=counts.owed,
        failed=counts.failed,
        tasks=[task_row(one, zone) for one in incident.tasks],
        runbook=incident.runbook,
        labels=incident.labels,
        revision=incident.revision,
    )


def task_row(task: Task, zone: ZoneInfo) -> TaskRow:
    """A task as its tracker told it last."""
    return TaskRow(
        receiver=task.receiver,
        id=task.id or None,
        url=task.url,
        state=task.state or None,
        done=task.done,
        at=text(task.at, zone),
    )


def queue_names(view: TenantView, queue: str) -> tuple[str | None, str | None]:
    """The names of a queue in English and Chinese; None of all queues together."""
    if not queue:
        return None, None
    known = view.known.at(view.now).queue(queue)
    names = {} if known is None else known.names
    return name_in("en", names, queue), name_in("zh", names, queue)


def _stale(view: TenantView, queue: str) -> bool:
    return view.stale or queue in view.silent.standing


def event_row(number: int, event: IncidentEvent, zone: ZoneInfo) -> EventRow:
    """An entry of a timeline."""
    details = event.details
    return EventRow(
        number=number,
        at=text(event.at, zone),
        reason=event.reason,
        state=event.state,
        level=event.level,
        actor=event.actor,
        comment=details.comment,
        owner=details.owner,
        until=text_or_none(details.until, zone),
        targets=details.targets,
        figure=_figure(details.figure),
    )


def _figure(figure: Figure | None) -> dict[str, Any] | None:
    return None if figure is None else msgspec.to_builtins(figure)


def notice_row(notice: StoredNotice, zone: ZoneInfo) -> NoticeRow:
    """A notice as far as it has come."""
    receiver, _, channel = notice.key.target.partition("/")
    return NoticeRow(
        kind=notice.key.kind,
        step=notice.key.step,
        receiver=receiver,
        channel=channel,
        state=notice.state,
        created_at=text(notice.created_at, zone),
        due_at=text_or_none(notice.due_at, zone),
        sent_at=text_or_none(notice.sent_at, zone),
        attempts=notice.attempts,
        said=notice.said,
    )


def trend_points(trend: Trend) -> list[TrendPoint]:
    """The points of a trend."""
    return [TrendPoint(row.time, row.end, row.value, row.denominator) for row in trend.rows]
