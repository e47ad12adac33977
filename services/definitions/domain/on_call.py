"""Who is told, and when: escalation policies and rotas; and the words that all definitions of the
alerts service share.

rule ──► names an escalation policy ──► whose steps name rotas and receivers ──► a rota's members
are receivers ──► a receiver has ways to be reached
"""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from floorpulse.definitions.domain.terms import (
    Body,
    Day,
    Id,
    Names,
)

Wait = Annotated[
    int, Meta(ge=0, le=604_800, description="whole seconds, 0 to 604800", examples=[300])
]
Address = Annotated[
    str, Meta(min_length=1, max_length=2000, description="an address", examples=["ops@example.org"])
]
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


class Severity(StrEnum):
    """How bad a breach is; the value stands in messages, metrics and labels."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


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
