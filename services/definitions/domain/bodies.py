"""What a file of definitions may say: one frozen struct a kind; the JSON Schema for editors is
generated from them.

A definition with `valid_from` is in force from the first instant of that day in the tenant's zone;
one without, ever since.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from floorpulse.contracts.events import SLUG, Channel
from floorpulse.counting.histograms import EXACT_SECONDS, Boundary
from floorpulse.kpis.policies import Formula

DAY_PATTERN = r"^\d{4}-\d{2}-\d{2}$"
LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
HOURS_PATTERN = r"^\d{2}:\d{2}-\d{2}:\d{2}$"

TenantId = Annotated[
    str,
    Meta(
        pattern=SLUG, description="lower-case letters, digits and inner hyphens", examples=["demo"]
    ),
]
Id = Annotated[
    str,
    Meta(
        pattern=SLUG,
        description="lower-case letters, digits and inner hyphens",
        examples=["voice-80-20"],
    ),
]
SourceId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        description="the source's name in its events",
        examples=["asterisk:pbx1"],
    ),
]
QueueId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        description="the queue's name in its events",
        examples=["orders"],
    ),
]
Label = Annotated[
    str, Meta(min_length=1, max_length=80, description="what people read", examples=["Orders"])
]
Language = Annotated[
    str,
    Meta(
        pattern=LANGUAGE_PATTERN,
        description="a language tag (BCP 47)",
        examples=["en"],
    ),
]
Names = Annotated[
    dict[Language, Label],
    Meta(
        min_length=1,
        description="a name in one language or more, the first one for readers of others",
        examples=[{"en": "Orders"}],
    ),
]
Day = Annotated[str, Meta(pattern=DAY_PATTERN, description="a day", examples=["2026-10-01"])]
Hours = Annotated[
    str,
    Meta(pattern=HOURS_PATTERN, description="from-to on the wall clock", examples=["09:00-12:30"]),
]
Seconds = Annotated[
    int, Meta(ge=0, le=EXACT_SECONDS, description="whole seconds, 0 to 3600", examples=[20])
]
Patience = Annotated[
    int, Meta(ge=1, le=604_800, description="whole seconds, 1 to 604800", examples=[120])
]
Silence = Annotated[
    int, Meta(ge=60, le=604_800, description="whole seconds, 60 to 604800", examples=[7200])
]
Ratio = Annotated[
    float, Meta(gt=0, le=1, description="a share above 0 and up to 1", examples=[0.8])
]
Points = Annotated[
    float, Meta(gt=0, le=100, description="points above 0 and up to 100", examples=[80])
]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Opening = Annotated[
    list[Hours],
    Meta(
        description="spans of opening hours; an empty list is closed",
        examples=[["09:00-12:00", "13:30-18:00"]],
    ),
]


class Kind(StrEnum):
    """The kinds of definitions; the value is the section of a file that holds them."""

    TENANT = "about"
    CALENDAR = "calendars"
    SITE = "sites"
    TEAM = "teams"
    QUEUE = "queues"
    SERVICE_LEVEL = "service_levels"
    CSAT = "csat"
    QA = "qa"
    TARGET = "targets"
    SOURCE = "sources"


class Body(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """Base: what all definitions may say."""

    valid_from: Annotated[
        Day | None, Meta(description="in force from this day on; ever since where nothing is said")
    ] = None


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


class TeamBody(Body, frozen=True, kw_only=True):
    """Agents who are led together."""

    id: Id
    names: Names
    site: Annotated[Id | None, Meta(description="the site where it works")] = None


class QueueBody(Body, frozen=True, kw_only=True):
    """A queue; what it does not name it takes from its tenant."""

    id: QueueId
    names: Names
    channels: Annotated[
        list[Channel], Meta(min_length=1, description="its channels", examples=[["voice"]])
    ]
    team: Annotated[Id | None, Meta(description="the team that answers for it")] = None
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


class Comparison(StrEnum):
    """Which side of a target's value keeps the promise."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Stretch(StrEnum):
    """Over what a target is kept."""

    INTERVAL = "interval"
    DAY = "day"
    MONTH = "month"


class Scope(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Whom a target binds: one queue, team or site; the whole tenant where none is named."""

    queue: QueueId | None = None
    team: Id | None = None
    site: Id | None = None


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
        Scope, Meta(description="one queue, team or site; the whole tenant where nothing is said")
    ] = Scope()
    window: Annotated[
        Stretch, Meta(description="over what it is kept: interval (half hours), day or month")
    ] = Stretch.DAY
    calendar: Annotated[
        Id | None,
        Meta(description="only within these business hours; the tenant's where nothing is said"),
    ] = None


class SourceBody(Body, frozen=True, kw_only=True):
    """A source of events: how long it may be quiet before its queues' figures count as old."""

    id: SourceId
    silence: Annotated[
        Silence | None,
        Meta(description="quiet that is believed; what is usual for it where nothing is said"),
    ] = None
    retired: Annotated[bool, Meta(description="it will not speak again: nobody waits for it")] = (
        False
    )


AnyBody = (
    TenantBody
    | CalendarBody
    | SiteBody
    | TeamBody
    | QueueBody
    | ServiceLevelBody
    | CsatBody
    | QaBody
    | TargetBody
    | SourceBody
)

BODIES: dict[Kind, type[Body]] = {
    Kind.TENANT: TenantBody,
    Kind.CALENDAR: CalendarBody,
    Kind.SITE: SiteBody,
    Kind.TEAM: TeamBody,
    Kind.QUEUE: QueueBody,
    Kind.SERVICE_LEVEL: ServiceLevelBody,
    Kind.CSAT: CsatBody,
    Kind.QA: QaBody,
    Kind.TARGET: TargetBody,
    Kind.SOURCE: SourceBody,
}


class File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file: what it says about one tenant. Several files may speak of the same tenant."""

    tenant: TenantId
    about: list[TenantBody] = []
    calendars: list[CalendarBody] = []
    sites: list[SiteBody] = []
    teams: list[TeamBody] = []
    queues: list[QueueBody] = []
    service_levels: list[ServiceLevelBody] = []
    csat: list[CsatBody] = []
    qa: list[QaBody] = []
    targets: list[TargetBody] = []
    sources: list[SourceBody] = []


def said(body: Body) -> dict[str, Any]:
    """What a body says as plain values, defaults and `valid_from` left out: its content."""
    return {
        name: value for name, value in msgspec.to_builtins(body).items() if name != "valid_from"
    }


def reference(body: Body) -> str:
    """The id of a definition; of the tenant itself, the empty name."""
    return str(getattr(body, "id", ""))
