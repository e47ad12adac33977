"""The words that all kinds of definitions share: names, days, spans, shares; the base of every
kind.

A definition with `valid_from` is in force from the first instant of that day in the tenant's zone;
one without, ever since.
"""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from floorpulse.contracts.events import SLUG, Channel
from floorpulse.kpis.policies import LONGEST_THRESHOLD

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
    int,
    Meta(ge=0, le=LONGEST_THRESHOLD, description="whole seconds, 0 to 2419200", examples=[20]),
]
Believed = Annotated[
    int, Meta(ge=3600, le=3_024_000, description="whole seconds, 3600 to 3024000", examples=[86400])
]
Patience = Annotated[
    int, Meta(ge=1, le=604_800, description="whole seconds, 1 to 604800", examples=[120])
]
StatesLast = Annotated[
    int, Meta(ge=60, le=2_678_400, description="whole seconds, 60 to 2678400", examples=[43_200])
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


class Body(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """Base: what all definitions may say."""

    valid_from: Annotated[
        Day | None, Meta(description="in force from this day on; ever since where nothing is said")
    ] = None


class Comparison(StrEnum):
    """Which side of a target's value keeps the promise."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Stretch(StrEnum):
    """Over what a target is kept."""

    INTERVAL = "interval"
    DAY = "day"
    MONTH = "month"


class Grouping(StrEnum):
    """By what queues belong together."""

    TEAM = "team"
    SITE = "site"
    CLIENT = "client"

    @property
    def plural(self) -> str:
        """The section of a file that defines them, and the field of a scope that names several."""
        return f"{self.value}s"


class Scope(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Whom a target binds: one queue, team, site or client, the whole tenant where none is named;
    with `channels` only their contacts.
    """

    queue: QueueId | None = None
    team: Id | None = None
    site: Id | None = None
    client: Id | None = None
    channels: Annotated[
        list[Channel],
        Meta(description="only contacts of these channels", examples=[["voice"]]),
    ] = []

    def group(self, grouping: Grouping) -> str | None:
        """The team, site or client that it names."""
        named: str | None = getattr(self, grouping.value)
        return named
