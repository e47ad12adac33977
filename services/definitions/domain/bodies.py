"""What a file of definitions may say: one frozen struct a kind; the JSON Schema for editors is
generated from them.
"""

from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from floorpulse.contracts.events import Channel
from floorpulse.counting.histograms import Boundary
from floorpulse.definitions.domain.source_terms import (
    Activities,
    AfterWork,
    ForeignTypeBody,
    Ids,
    Named,
    ScaleBody,
    SecretReference,
    Url,
    Vendor,
)
from floorpulse.definitions.domain.terms import (
    Believed,
    Body,
    Comparison,
    Day,
    Id,
    Label,
    Names,
    Opening,
    Patience,
    Points,
    QueueId,
    Ratio,
    Scope,
    Seconds,
    Silence,
    SourceId,
    StatesLast,
    Stretch,
    Weekday,
)
from floorpulse.kpis.policies import Clock, Formula


class Kind(StrEnum):
    """The kinds of definitions; the value is the section of a file that holds them."""

    TENANT = "about"
    CALENDAR = "calendars"
    SITE = "sites"
    TEAM = "teams"
    CLIENT = "clients"
    QUEUE = "queues"
    SERVICE_LEVEL = "service_levels"
    CSAT = "csat"
    QA = "qa"
    TARGET = "targets"
    SOURCE = "sources"
    CHANNEL = "channels"
    RULE = "rules"
    ESCALATION = "escalations"
    ROTA = "rotas"
    RECEIVER = "receivers"
    CONTRACT = "contracts"
    REPORT = "reports"
    AGENT_TARGET = "agent_targets"
    BINDING = "bindings"
    TRAINING = "trainings"


class TenantBody(Body, frozen=True, kw_only=True):
    """The tenant itself, and what its queues take where they name nothing of their own."""

    names: Names
    zone: Annotated[
        str | None, Meta(description="IANA time zone of days", examples=["Asia/Shanghai"])
    ] = None
    calendar: Annotated[
        Id | None, Meta(description="business calendar of queues and targets that name none")
    ] = None
    service_level: Annotated[
        Id | None, Meta(description="service-level policy of queues that name none")
    ] = None
    csat: Annotated[Id | None, Meta(description="satisfaction policy of queues that name none")] = (
        None
    )
    qa: Annotated[Id | None, Meta(description="quality policy of queues that name none")] = None
    escalation: Annotated[
        Id | None,
        Meta(description="escalation policy of rules that name none, and of alerts from outside"),
    ] = None


class CalendarBody(Body, frozen=True, kw_only=True):
    """Business hours on the wall clock; exceptions outrank make-up workdays, these outrank
    holidays, these the week.
    """

    id: Id
    hours: Annotated[
        dict[Weekday, Opening],
        Meta(description="opening hours by weekday; a day that is not named is closed"),
    ]
    holidays: Annotated[
        dict[Day, Label],
        Meta(description="closed days and what they are", examples=[{"2026-10-01": "国庆节"}]),
    ] = {}
    workdays: Annotated[
        dict[Day, Weekday],
        Meta(
            description="make-up workdays 调休: which weekday's hours they work",
            examples=[{"2026-10-10": "friday"}],
        ),
    ] = {}
    exceptions: Annotated[
        dict[Day, Opening],
        Meta(
            description="days with hours of their own", examples=[{"2026-11-11": ["00:00-24:00"]}]
        ),
    ] = {}


class SiteBody(Body, frozen=True, kw_only=True):
    """A place where teams work."""

    id: Id
    names: Names
    vendor: Annotated[
        Id | None,
        Meta(
            description="the company that runs it, where several answer for a client",
            examples=["alpha"],
        ),
    ] = None


class TeamBody(Body, frozen=True, kw_only=True):
    """Agents who are led together."""

    id: Id
    names: Names
    site: Annotated[Id | None, Meta(description="the site where it works")] = None


class ClientBody(Body, frozen=True, kw_only=True):
    """Whose customers call: the company that queues are run for."""

    id: Id
    names: Names


class QueueBody(Body, frozen=True, kw_only=True):
    """A queue; what it does not name it takes from its tenant."""

    id: QueueId
    names: Names
    channels: Annotated[
        list[Channel], Meta(min_length=1, description="its channels", examples=[["voice"]])
    ]
    team: Annotated[Id | None, Meta(description="the team that answers for it")] = None
    client: Annotated[Id | None, Meta(description="the client it is run for")] = None
    service_level: Annotated[Id | None, Meta(description="its service-level policy")] = None
    service_level_of: Annotated[
        dict[Channel, Id],
        Meta(
            description="the policies of channels that have their own",
            examples=[{"chat": "chat-80-60"}],
        ),
    ] = {}
    csat: Annotated[Id | None, Meta(description="its satisfaction policy")] = None
    qa: Annotated[Id | None, Meta(description="its quality policy")] = None
    calendar: Annotated[Id | None, Meta(description="its business calendar")] = None


class ServiceLevelBody(Body, frozen=True, kw_only=True):
    """What counts as answered in time; `Formula` has the six formulas."""

    id: Id
    formula: Annotated[Formula, Meta(description="one of the six formulas", examples=["V5"])] = (
        Formula.V5
    )
    threshold: Annotated[
        Seconds, Meta(description="T: answered within so many seconds is in time")
    ] = 20
    short: Annotated[Seconds, Meta(description="S: abandoned within so many seconds is short")] = 5
    boundary: Annotated[
        Boundary, Meta(description="whether exactly T is within: le, or not: lt")
    ] = "le"
    flow_outs: Annotated[bool, Meta(description="count visits that left by another door")] = False
    waiting_past_threshold: Annotated[
        bool, Meta(description="count a visit that waits beyond T as missed")
    ] = True
    target: Annotated[Ratio, Meta(description="the promised share")] = 0.8
    clock: Annotated[
        Clock,
        Meta(
            description="how waits run: wall, or calendar: only in the business hours of the queue"
        ),
    ] = "wall"
    patience: Annotated[
        Patience,
        Meta(
            description="mean seconds until customers give up waiting: agents required reckon "
            "with it"
        ),
    ] = 120


class CsatBody(Body, frozen=True, kw_only=True):
    """Who counts as satisfied."""

    id: Id
    satisfied: Annotated[
        Ratio,
        Meta(
            description="from this share of the way from worst to best on, such as 0.75: 4 and 5 "
            "of 1 to 5"
        ),
    ]


class QaBody(Body, frozen=True, kw_only=True):
    """Which evaluations pass."""

    id: Id
    pass_mark: Annotated[
        Points,
        Meta(description="an evaluation without a fatal error passes with so many points or more"),
    ]


class TargetBody(Body, frozen=True, kw_only=True):
    """A promise: a metric, a value, for whom, over what, in which hours."""

    id: Id
    metric: Annotated[
        str, Meta(min_length=1, description="a KPI of the catalogue", examples=["service_level"])
    ]
    comparison: Annotated[Comparison, Meta(description="at_least or at_most")]
    value: Annotated[
        float,
        Meta(description="in the unit of the KPI: ratios 0 to 1, seconds, counts", examples=[0.8]),
    ]
    scope: Annotated[
        Scope,
        Meta(
            description="one queue, team, site or client, the whole tenant where nothing is said; "
            "`channels`: only contacts of these"
        ),
    ] = Scope()
    window: Annotated[
        Stretch, Meta(description="over what it is kept: interval (half hours), day or month")
    ] = Stretch.DAY
    calendar: Annotated[
        Id | None,
        Meta(description="only within these business hours; the tenant's where nothing is said"),
    ] = None


class SourceBody(Body, frozen=True, kw_only=True):
    """A source of events: how long it may be quiet before its queues' figures count as old, and
    whose platform it is.
    """

    id: SourceId
    silence: Annotated[
        Silence | None,
        Meta(description="quiet that is believed; what is usual for it where nothing is said"),
    ] = None
    retired: Annotated[bool, Meta(description="it will not speak again: nobody waits for it")] = (
        False
    )
    states_last: Annotated[
        StatesLast | None,
        Meta(
            description="how long a state of an agent is believed without another word of the "
            "agent; where nothing is said 31 days for Asterisk and a day for others"
        ),
    ] = None
    vendor: Annotated[
        Vendor | None,
        Meta(
            description="whose platform it is: what it sends to /v1/sources/{id} is read so",
            examples=["amazon-connect"],
        ),
    ] = None
    secret: SecretReference | None = None
    queues: Annotated[Ids, Meta(description="names of queues by the platform's ids")] = {}
    agents: Annotated[Ids, Meta(description="names of agents by the platform's ids")] = {}
    activities: Activities = {}
    scales: Annotated[
        dict[Named, ScaleBody],
        Meta(
            description="how surveys are read, by their names at the platform",
            examples=[{"satisfaction": {"worst": 1, "best": 5}}],
        ),
    ] = {}
    zone: Annotated[
        str | None,
        Meta(
            description="IANA time zone of stamps without an offset; the tenant's where nothing is "
            "said, UTC where it has none",
            examples=["Asia/Shanghai"],
        ),
    ] = None
    after_work: Annotated[
        AfterWork | None,
        Meta(
            description="of Twilio: whether agents wrap up (Flex: wrapup, which holds where "
            "nothing is said) or a completed reservation ends the talk (none)"
        ),
    ] = None
    public_url: Annotated[
        Url | None,
        Meta(description="of Twilio: the address it sends to, which it signs"),
    ] = None
    instance: Annotated[
        Named | None,
        Meta(description="of Alibaba Cloud: the only instance that may speak"),
    ] = None
    types: Annotated[
        dict[Named, ForeignTypeBody],
        Meta(description="of CloudEvents: what foreign types mean"),
    ] = {}


class ChannelBody(Body, frozen=True, kw_only=True):
    """How long visits of a channel are believed; beyond it the end of one must have been lost."""

    id: Annotated[Channel, Meta(description="the channel", examples=["email"])]
    longest_wait: Annotated[
        Believed | None,
        Meta(description="a visit waits so long at most; then it is unresolved, and stays missed"),
    ] = None
    longest_conversation: Annotated[
        Believed | None,
        Meta(description="an answered visit is in progress so long at most"),
    ] = None


def said(body: Body) -> dict[str, Any]:
    """What a body says as plain values, defaults and `valid_from` left out: its content."""
    return {
        name: value for name, value in msgspec.to_builtins(body).items() if name != "valid_from"
    }


def reference(body: Body) -> str:
    """The id of a definition; of the tenant itself, the empty name."""
    return str(getattr(body, "id", ""))
