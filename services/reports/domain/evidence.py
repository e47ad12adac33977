"""What a settlement rests on: counts by slice for each metric, billable quantities by day, the
spans that do not count.

period     ├─────────────────────── month ───────────────────────┤
parts      ├──── onboarding ────┤├────────── operation ──────────┤    cut by versions and phases
slices     ├─┼─┼─┼─┼─┼─┼─┼─┼─┼─┤├─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┼─┤    half hours, [begin, end)

All instants are epoch milliseconds. Counts of a metric are made under the metric's own policy, in
its scope and calendar; a slice says what was offered in it.
"""

from decimal import Decimal

import msgspec

from floorpulse.definitions.domain.contracts import Exemption


class Slice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happened in [begin, end), a half hour or less; `volume` are the contacts offered in it,
    `forecast` what was forecast for exactly this span (None: nothing was).

    Counts are whole numbers, sums of seconds in milliseconds' precision.
    """

    begin: int
    end: int
    numerator: Decimal
    denominator: Decimal
    volume: int
    forecast: Decimal | None = None


class MetricEvidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The slices of one metric; `missed_before` windows right before the part were missed, one
    after the other (of the period before: its statement's `missed_at_end`).
    """

    metric: str
    slices: tuple[Slice, ...]
    missed_before: int = 0


class DayQuantity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is billed of [begin, end), a day or the part of it that the part of the period holds:
    numerator / denominator contacts, minutes or hours (minutes: seconds over 60, hours:
    milliseconds over 3,600,000); `contacts` are behind it.
    """

    begin: int
    end: int
    numerator: int
    denominator: int = 1
    contacts: int = 0


class BillingEvidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The quantities of one billing rule; a rule by the month needs none."""

    rule: str
    days: tuple[DayQuantity, ...]


class PartEvidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The evidence of a part [begin, end) of the period, under one version of the contract
    (`terms`, `id@n`) and in one phase.
    """

    terms: str
    phase: str
    begin: int
    end: int
    metrics: tuple[MetricEvidence, ...] = ()
    billing: tuple[BillingEvidence, ...] = ()


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The evidence of a period of a contract; `exemptions` were declared beside those that stand in
    the contract itself.
    """

    contract: str
    begin: int
    end: int
    parts: tuple[PartEvidence, ...]
    exemptions: tuple[Exemption, ...] = ()
