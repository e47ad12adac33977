"""The definitions of the alerts service: rules, escalation policies, rotas, receivers.

rule ──► names an escalation policy ──► whose steps name rotas and receivers ──► a rota's members
are receivers ──► a receiver has ways to be reached
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from floorpulse.contracts.events import Channel
from floorpulse.definitions.domain.terms import (
    Body,
    Day,
    Grouping,
    Id,
    Label,
    Names,
    QueueId,
    Ratio,
)

Wait = Annotated[
    int, Meta(ge=0, le=604_800, description="whole seconds, 0 to 604800", examples=[300])
]
Count = Annotated[
    int, Meta(ge=1, le=1_000_000, description="a whole number from 1 on", examples=[10])
]
Days = Annotated[int, Meta(ge=2, le=92, description="days, 2 to 92", examples=[3])]
Weeks = Annotated[int, Meta(ge=1, le=26, description="weeks, 1 to 26", examples=[4])]
Times = Annotated[float, Meta(gt=1, le=1000, description="a factor above 1", examples=[2.0])]
Address = Annotated[
    str, Meta(min_length=1, max_length=2000, description="an address", examples=["ops@example.org"])
]
NOT_IN_FILES = (
    "give the secret to the operator for FLOORPULSE_ALERTS__SECRETS, change it at the service if "
    "others could read this file, and write its name here, such as ops-room-robot"
)
"""What to do about a secret that stands in a file; the secret itself is never repeated"""
SecretName = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$",
        description="the name of a secret that the operator keeps outside of the definitions",
        examples=["ops-room-robot"],
        extra={"secret": NOT_IN_FILES},
    ),
]
FieldPath = Annotated[
    str,
    Meta(
        pattern=r"^[^.\s]+(\.[^.\s]+)*$",
        max_length=200,
        description="steps through a JSON body, joined by dots",
        examples=["issue.fields.status.name"],
    ),
]
KpiId = Annotated[
    str, Meta(min_length=1, description="a KPI of the catalogue", examples=["service_level"])
]
WindowName = Literal["5m", "15m", "30m", "60m", "today"]
LocalTime = Annotated[
    str, Meta(pattern=r"^\d{2}:\d{2}$", description="a wall-clock time", examples=["09:00"])
]
LocalInstant = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$",
        description="a day and wall-clock time in the rota's zone",
        examples=["2026-11-11T00:00"],
    ),
]


class Part(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """Base: a group of fields within a definition."""


# ------------------------------------------------------------- rules


class Severity(StrEnum):
    """How bad a breach is; the value stands in messages, metrics and labels."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class RuleScope(Part, frozen=True, kw_only=True):
    """The queues that a rule watches, each by itself; all of the tenant where nothing is named.

    A queue must be among `queues`, of one of `teams`, at one of `sites` and of one of `clients`,
    where these are given. `total` watches the sum of the queues instead.
    """

    queues: Annotated[list[QueueId], Meta(description="queues by name")] = []
    channels: Annotated[list[Channel], Meta(description="only contacts of these channels")] = []
    teams: Annotated[list[Id], Meta(description="the queues of these teams")] = []
    sites: Annotated[list[Id], Meta(description="the queues of these sites")] = []
    clients: Annotated[list[Id], Meta(description="the queues of these clients")] = []
    total: Annotated[bool, Meta(description="watch the sum of these queues, not each")] = False

    def groups(self, grouping: Grouping) -> Sequence[str]:
        """The teams, sites or clients that it names."""
        named: Sequence[str] = getattr(self, grouping.plural)
        return named

    @property
    def everywhere(self) -> bool:
        """Whether it names neither queues nor groups of them."""
        return not self.queues and not any(map(self.groups, Grouping))


class ThresholdCondition(Part, frozen=True, kw_only=True):
    """A KPI beyond a bound: it fires beyond one bound and clears beyond another (hysteresis).

    A ratio fires only on so many contacts, and only where even the favourable end of its 95 %
    Wilson interval is beyond the bound.
    """

    kpi: KpiId
    window: Annotated[WindowName, Meta(description="5m, 15m, 30m, 60m or today")] = "15m"
    fire_below: Annotated[float | None, Meta(description="fires below this value")] = None
    fire_above: Annotated[float | None, Meta(description="fires above this value")] = None
    clear_above: Annotated[
        float | None, Meta(description="clears from this value on; `fire_below` where left out")
    ] = None
    clear_below: Annotated[
        float | None, Meta(description="clears from this value down; `fire_above` where left out")
    ] = None
    min_volume: Annotated[
        Count | None, Meta(description="contacts that a ratio needs to be judged; 10 unless given")
    ] = None


class AbandonsCondition(Part, frozen=True, kw_only=True):
    """So many contacts in a row gave up: for queues too small for a ratio."""

    in_a_row: Annotated[Count, Meta(description="abandoned, none answered between", examples=[3])]


class RecoveryCondition(Part, frozen=True, kw_only=True):
    """Whether the half hour can still keep its service level.

    `lost`: not even if everybody to come is answered in time. `at_risk`: not with the agents that
    are there (Erlang A on forecast and staff).
    """

    when: Annotated[Literal["lost", "at_risk"], Meta(description="lost or at_risk")] = "at_risk"


class StreakCondition(Part, frozen=True, kw_only=True):
    """A KPI beyond a bound on so many business days one after the other."""

    kpi: KpiId
    days: Days = 3
    fire_below: Annotated[float | None, Meta(description="fires below this value")] = None
    fire_above: Annotated[float | None, Meta(description="fires above this value")] = None
    min_volume: Annotated[Count | None, Meta(description="contacts that a day needs")] = None


class SpikeCondition(Part, frozen=True, kw_only=True):
    """A count far above what the same weekday and interval had in the weeks before."""

    kpi: Annotated[KpiId, Meta(examples=["complaints"])]
    window: Annotated[WindowName, Meta(description="5m, 15m, 30m, 60m or today")] = "60m"
    times: Annotated[Times, Meta(description="so many times the median of before")] = 2.0
    weeks: Weeks = 4
    min_volume: Annotated[Count, Meta(description="fewer than this never fire")] = 5


class ConcentrationCondition(Part, frozen=True, kw_only=True):
    """One agent or one reason holds more than a share of the complaints of a window."""

    by: Annotated[Literal["agent", "reason"], Meta(description="agent or reason")]
    window: Annotated[WindowName, Meta(description="5m, 15m, 30m, 60m or today")] = "today"
    share: Ratio = 0.5
    min_volume: Annotated[Count, Meta(description="complaints that must be there")] = 5


class TierCondition(Part, frozen=True, kw_only=True):
    """A penalty tier of a contract is about to be reached: it holds at the end of the running
    window if the forecast comes true, or nearly does.
    """

    contract: Id
    metric: Annotated[Id | None, Meta(description="a metric of it; each where none is said")] = None
    margin: Annotated[
        float,
        Meta(
            ge=0,
            description="fires so near to a tier already, in the unit of the KPI",
            examples=[0.01],
        ),
    ] = 0.0


class StalenessCondition(Part, frozen=True, kw_only=True):
    """The figures of a queue are old: no KPI rule of it fires or resolves meanwhile."""


class RuleBody(Body, frozen=True, kw_only=True):
    """When somebody is told: exactly one condition, for whom, how long, how bad."""

    id: Id
    names: Names
    scope: RuleScope = RuleScope()
    threshold: ThresholdCondition | None = None
    abandons: AbandonsCondition | None = None
    recovery: RecoveryCondition | None = None
    streak: StreakCondition | None = None
    spike: SpikeCondition | None = None
    concentration: ConcentrationCondition | None = None
    tier: TierCondition | None = None
    staleness: StalenessCondition | None = None
    pending: Annotated[
        Wait, Meta(description="seconds that the breach must last before it fires")
    ] = msgspec.field(default=0, name="for")
    keep_firing_for: Annotated[
        Wait, Meta(description="seconds that it must be clear before it resolves")
    ] = 0
    min_breaches: Annotated[
        Count, Meta(description="minutes in a row that a breach must touch")
    ] = 1
    min_clears: Annotated[Count, Meta(description="minutes in a row that it must be clear in")] = 1
    severity: Annotated[Severity, Meta(description="critical, warning or info")] = Severity.WARNING
    calendar: Annotated[
        Id | None,
        Meta(description="holds only within these hours; the queue's calendar unless given"),
    ] = None
    escalation: Annotated[
        Id | None, Meta(description="who is told, and who next; the tenant's unless given")
    ] = None
    runbook: Annotated[Address | None, Meta(description="the page that says what to do")] = None
    labels: Annotated[
        dict[Id, Label], Meta(description="words that silences and bridges match")
    ] = {}


# ------------------------------------------------------------- escalation


class EscalationTarget(Part, frozen=True, kw_only=True):
    """Whom a step tells: a receiver (a person, a room, a webhook), or who is on call in a rota."""

    rota: Id | None = None
    receiver: Id | None = None


class EscalationStep(Part, frozen=True, kw_only=True):
    """One level: whom it tells, and how long it waits for an acknowledgement before the next."""

    targets: Annotated[list[EscalationTarget], Meta(min_length=1, description="whom it tells")]
    wait: Annotated[Wait, Meta(description="seconds until the next step")] = 300
    only_during: Annotated[
        Id | None, Meta(description="a calendar: outside of it the step is passed over")
    ] = None
    skip_if_empty: Annotated[
        bool, Meta(description="go on at once where nobody is on call; else wait all the same")
    ] = True


class Acknowledgement(Part, frozen=True, kw_only=True):
    """How long an acknowledgement holds before the climb goes on, by severity."""

    critical: Wait = 1800
    warning: Wait = 7200
    info: Wait = 28_800


class EscalationBody(Body, frozen=True, kw_only=True):
    """A ladder of steps; `repeat` is how often it begins again while nobody acknowledges."""

    id: Id
    steps: Annotated[list[EscalationStep], Meta(min_length=1, description="levels, first to last")]
    repeat: Annotated[int, Meta(ge=0, le=20, description="rounds after the first")] = 2
    acknowledgement: Acknowledgement = Acknowledgement()
    tell_resolved: Annotated[bool, Meta(description="tell whoever was told that it is over")] = True


class RotaOverride(Part, frozen=True, kw_only=True):
    """A span in which somebody else is on call."""

    begin: LocalInstant
    end: LocalInstant
    member: Id


class RotaBody(Body, frozen=True, kw_only=True):
    """Who is on call when: members take turns at the hand-over time, in the order of the list."""

    id: Id
    names: Names
    zone: Annotated[str | None, Meta(description="IANA time zone; the tenant's unless given")] = (
        None
    )
    starts: Annotated[Day, Meta(description="the first member's first day")]
    handover: LocalTime = "09:00"
    turn: Annotated[Literal["day", "week"], Meta(description="how long a turn is")] = "week"
    members: Annotated[list[Id], Meta(description="receivers, in turn")] = []
    calendar: Annotated[
        Id | None, Meta(description="on call only within these hours; always unless given")
    ] = None
    overrides: list[RotaOverride] = []
    ical: Annotated[
        Address | None,
        Meta(description="an iCal feed instead of turns: its events' summaries name receivers"),
    ] = None


# ------------------------------------------------------------- receivers


class RobotChannel(Part, frozen=True, kw_only=True):
    """A robot of a chat room: the secret is its webhook URL (or key), `signing` what signs."""

    url: SecretName
    signing: SecretName | None = None


class WeComAppChannel(Part, frozen=True, kw_only=True):
    """An application of WeCom that writes to people."""

    corporation: Address
    agent: Annotated[int, Meta(ge=1, description="AgentId of the application")]
    secret: SecretName
    to: Annotated[list[Address], Meta(min_length=1, description="user ids")]


class PagerDutyChannel(Part, frozen=True, kw_only=True):
    """A service of PagerDuty, by Events API v2."""

    routing_key: SecretName


class EmailChannel(Part, frozen=True, kw_only=True):
    """Mail over the installation's SMTP server."""

    to: Annotated[list[Address], Meta(min_length=1, description="addresses")]


class SmsChannel(Part, frozen=True, kw_only=True):
    """Text messages by a vendor whose account is the operator's setting."""

    vendor: Annotated[Literal["twilio", "alibaba", "tencent"], Meta(description="the vendor")]
    to: Annotated[list[Address], Meta(min_length=1, description="numbers, E.164")]


class WebhookChannel(Part, frozen=True, kw_only=True):
    """A signed POST after Standard Webhooks."""

    url: Address
    signing: SecretName


class TaskAnswer(Part, frozen=True, kw_only=True):
    """Where a tracker's answer has what it made: steps through its JSON, joined by dots."""

    id: FieldPath = "id"
    url: Annotated[FieldPath | None, Meta(description="of the page of the task")] = None
    state: Annotated[FieldPath | None, Meta(description="of the state it begins in")] = None


class TaskCallback(Part, frozen=True, kw_only=True):
    """How a tracker tells what became of a task: what proves that it is the tracker, and where its
    body has what.
    """

    proof: Annotated[
        Literal["standard", "hub", "jiandaoyun", "bearer"],
        Meta(
            description="standard: signed after Standard Webhooks; hub: `X-Hub-Signature` with "
            "HMAC-SHA256, as Jira signs; jiandaoyun: `X-JDY-Signature`; bearer: the secret itself "
            "in `Authorization`, for trackers that sign nothing"
        ),
    ] = "standard"
    secret: Annotated[
        SecretName | None, Meta(description="what proves it; `signing` unless given")
    ] = None
    incident: Annotated[
        FieldPath | None, Meta(description="of the incident, where the body names it")
    ] = None
    id: FieldPath = "id"
    url: FieldPath | None = None
    state: FieldPath = "state"
    done: Annotated[list[Label], Meta(description="states in which a task is over")] = []


class TaskChannel(Part, frozen=True, kw_only=True):
    """A tracker in which a breach opens one task: a signed POST of a filled template.

    In `body` and `headers` `{title}` and its like stand for what is told; `{token}`, in `headers`
    only, for the secret of that name.
    """

    url: Address
    signing: SecretName
    token: Annotated[
        SecretName | None, Meta(description="what `{token}` in the headers stands for")
    ] = None
    headers: Annotated[
        dict[str, Label], Meta(description="further headers, such as `Authorization`")
    ] = {}
    body: Annotated[
        dict[str, Any],
        Meta(min_length=1, description="the template, as the tracker wants it"),
    ]
    answer: TaskAnswer = TaskAnswer()
    callback: TaskCallback | None = None


class AppriseChannel(Part, frozen=True, kw_only=True):
    """Any of the services that the library apprise knows; delivery is not confirmed."""

    url: SecretName


class ReceiverBody(Body, frozen=True, kw_only=True):
    """Somebody who can be told: a person, a room or a machine; all the ways that are given are
    used.
    """

    id: Id
    names: Names
    language: Annotated[Literal["en", "zh"], Meta(description="en or zh")] = "en"
    user: Annotated[
        Id | None, Meta(description="id of the API key whose holder acts as this receiver")
    ] = None
    screen: Annotated[
        bool, Meta(description="shown on the messages page of the service itself")
    ] = False
    wecom_robot: RobotChannel | None = None
    wecom_app: WeComAppChannel | None = None
    dingtalk: RobotChannel | None = None
    feishu: RobotChannel | None = None
    slack: RobotChannel | None = None
    teams: RobotChannel | None = None
    pagerduty: PagerDutyChannel | None = None
    email: EmailChannel | None = None
    sms: SmsChannel | None = None
    webhook: WebhookChannel | None = None
    task: TaskChannel | None = None
    apprise: AppriseChannel | None = None
