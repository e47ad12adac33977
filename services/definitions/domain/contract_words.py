"""The words of contracts: amounts, and what may be chosen of each kind."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

WHY_TEXT = (
    "YAML reads 0.35 as a binary fraction, which is not exactly 0.35, and money hangs on it: write "
    'it in quotes, such as "0.35"'
)
"""Why a number is refused where an exact one is wanted"""
Exact = Annotated[
    str,
    Meta(
        pattern=r"^-?\d{1,15}(\.\d{1,10})?$",
        description="a decimal number in quotes",
        examples=["0.80"],
        extra={"decimal": WHY_TEXT},
    ),
]
Money = Annotated[
    str,
    Meta(
        pattern=r"^\d{1,15}(\.\d{1,10})?$",
        description="an amount in the currency of the contract, in quotes",
        examples=["1.35"],
        extra={"decimal": WHY_TEXT},
    ),
]
Percent = Annotated[
    str,
    Meta(
        pattern=r"^\d{1,4}(\.\d{1,10})?$",
        description='per cent in quotes: "5" is 5 %',
        examples=["5"],
        extra={"decimal": WHY_TEXT},
    ),
]
Currency = Annotated[
    str, Meta(pattern=r"^[A-Z]{3}$", description="an ISO 4217 code", examples=["CNY"])
]
Instant = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$",
        description="an instant with its offset (RFC 3339)",
        examples=["2026-10-03T09:00:00+08:00"],
    ),
]
Reason = Annotated[
    str, Meta(min_length=1, max_length=400, description="why, as both parties will read it")
]
Volume = Annotated[int, Meta(ge=1, le=1_000_000_000, description="a number of contacts")]
Increment = Annotated[
    int, Meta(ge=1, le=3600, description="whole seconds, 1 to 3600", examples=[60])
]
Places = Annotated[int, Meta(ge=0, le=10, description="decimal places", examples=[2])]


class PeriodKind(StrEnum):
    """What one settlement spans, by the calendar of the contract's zone."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Window(StrEnum):
    """Over what a metric is judged; an interval is a half hour."""

    INTERVAL = "interval"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class PhaseKind(StrEnum):
    """The stages of a contract."""

    ONBOARDING = "onboarding"
    ACCEPTANCE = "acceptance"
    OPERATION = "operation"
    EXIT = "exit"


class RoundingMode(StrEnum):
    """What becomes of the digits beyond the last place; ties are exact halves."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    HALF_DOWN = "half_down"
    UP = "up"
    DOWN = "down"


class RoundedBy(StrEnum):
    """Whether every line is rounded, or only the total."""

    LINE = "line"
    TOTAL = "total"


class Judged(StrEnum):
    """What is held against the tiers: each window's value, or the share of windows that kept the
    target.
    """

    EACH = "each"
    SHARE = "share"


class Points(StrEnum):
    """How missed points count: as they are, only whole ones, or also those that are begun."""

    EXACT = "exact"
    WHOLE = "whole"
    STARTED = "started"


class Again(StrEnum):
    """When a streak that goes on costs again."""

    NEVER = "never"
    RUN = "run"
    WINDOW = "window"


class Basis(StrEnum):
    """Of which fee a percentage is taken: that of the settled part, or of the judged window."""

    PERIOD = "period"
    WINDOW = "window"


class Per(StrEnum):
    """What a billing rule charges for."""

    CONTACT = "contact"
    HANDLED_MINUTE = "handled_minute"
    SEAT_HOUR = "seat_hour"
    MONTH = "month"


class ExemptionKind(StrEnum):
    """Why a span does not count."""

    INCIDENT = "incident"
    FORCE_MAJEURE = "force_majeure"
    AGREED = "agreed"
