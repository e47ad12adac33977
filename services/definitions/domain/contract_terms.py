"""What a contract between a client and a vendor may say: parties, scope, phases, metrics with their
penalties and bonuses, caps, exemptions, billing rules, currency and rounding.

Money and every number that money hangs on is a text such as "0.35", never a YAML number: YAML's
numbers are binary fractions, and 0.35 is none.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from floorpulse.contracts.events import Channel
from floorpulse.counting.histograms import Boundary
from floorpulse.definitions.domain.contract_words import (
    Again,
    Basis,
    Currency,
    Exact,
    ExemptionKind,
    Increment,
    Instant,
    Judged,
    Money,
    Per,
    Percent,
    PeriodKind,
    PhaseKind,
    Places,
    Points,
    Reason,
    RoundedBy,
    RoundingMode,
    Volume,
    Window,
)
from floorpulse.definitions.domain.terms import Body, Comparison, Day, Id, Names, QueueId, Seconds
from floorpulse.kpis.policies import Clock, Formula


class Inner(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """Base of what stands inside a contract."""


class ContractScope(Inner, frozen=True, kw_only=True):
    """Which contacts: all of the client's queues where no queue is named, all their channels where
    no channel is, of any site where no site is.
    """

    queues: Annotated[list[QueueId], Meta(description="only these queues")] = []
    channels: Annotated[
        list[Channel], Meta(description="only these channels", examples=[["voice"]])
    ] = []
    sites: Annotated[list[Id], Meta(description="only queues whose team works there")] = []

    def within(self, outer: "ContractScope") -> "ContractScope":
        """This scope inside another: what it does not name it takes from there."""
        return ContractScope(
            queues=self.queues or outer.queues,
            channels=self.channels or outer.channels,
            sites=self.sites or outer.sites,
        )


EVERYWHERE = ContractScope()
"""All that is around it"""


class ChargeBody(Inner, frozen=True, kw_only=True):
    """What a tier or a streak costs: exactly one of percent, amount, amount a point, percent a
    point.
    """

    percent: Annotated[Percent | None, Meta(description="so many per cent of the fee")] = None
    amount: Annotated[Money | None, Meta(description="a fixed amount")] = None
    amount_per_point: Annotated[
        Money | None, Meta(description="an amount for each point between value and target")
    ] = None
    percent_per_point: Annotated[
        Percent | None,
        Meta(description="so many per cent of the fee for each point between value and target"),
    ] = None
    point: Annotated[
        Exact | None,
        Meta(
            description="how much a point is in the unit of the KPI; of shares a hundredth, else 1"
        ),
    ] = None
    points: Annotated[Points, Meta(description="exact, only whole points, or started ones too")] = (
        Points.EXACT
    )
    basis: Annotated[
        Basis,
        Meta(description="of which fee the per cent are: period (the settled part) or window"),
    ] = Basis.PERIOD
    rules: Annotated[
        list[Id], Meta(description="the fee of these billing rules only; of all where none is said")
    ] = []


class TierBody(ChargeBody, frozen=True, kw_only=True):
    """The values in which a penalty or bonus holds, and what it is."""

    at_least: Annotated[Exact | None, Meta(description="from this value on, itself within")] = None
    above: Annotated[Exact | None, Meta(description="from this value on, itself not within")] = None
    below: Annotated[Exact | None, Meta(description="up to this value, itself not within")] = None
    at_most: Annotated[Exact | None, Meta(description="up to this value, itself within")] = None


class StreakBody(ChargeBody, frozen=True, kw_only=True):
    """What a run of missed windows costs beside their own tiers. Windows that are exempt or too
    small neither count nor break it.
    """

    windows: Annotated[int, Meta(ge=2, le=366, description="so many missed one after the other")]
    again: Annotated[
        Again,
        Meta(
            description="what a run costs as it goes on: nothing more (never), the same at every "
            "further run of that length (run), or with every further window (window)"
        ),
    ] = Again.NEVER


class CapBody(Inner, frozen=True, kw_only=True):
    """The most that penalties (or bonuses) of a period come to: per cent of the fee, or an
    amount; where both are named, the smaller.
    """

    percent: Annotated[Percent | None, Meta(description="so many per cent of the fee")] = None
    amount: Annotated[Money | None, Meta(description="an amount")] = None


class CapsBody(Inner, frozen=True, kw_only=True):
    """The caps of all metrics together."""

    penalties: CapBody | None = None
    bonuses: CapBody | None = None


class PhaseTermsBody(Inner, frozen=True, kw_only=True):
    """What a metric promises in a phase instead of what it says itself."""

    target: Annotated[Exact | None, Meta(description="the target of this phase")] = None
    penalties: Annotated[list[TierBody] | None, Meta(description="its tiers in this phase")] = None
    bonuses: Annotated[list[TierBody] | None, Meta(description="its bonuses in this phase")] = None


class PhaseBody(Inner, frozen=True, kw_only=True):
    """A stage of the contract, from its first day to its last, both within."""

    id: Id
    kind: Annotated[PhaseKind, Meta(description="onboarding, acceptance, operation or exit")]
    first_day: Day
    last_day: Annotated[
        Day | None, Meta(description="its last day; open where nothing is said")
    ] = None
    penalties: Annotated[bool, Meta(description="whether misses cost anything")] = True
    bonuses: Annotated[bool, Meta(description="whether bonuses are paid")] = True
    metrics: Annotated[
        dict[Id, PhaseTermsBody], Meta(description="what single metrics promise here instead")
    ] = {}


class MetricBody(Inner, frozen=True, kw_only=True):
    """A promise: a KPI with its own formula and threshold, its target, over what it is judged, and
    what misses cost.
    """

    id: Id
    names: Names
    kpi: Annotated[
        str, Meta(min_length=1, description="a KPI of the catalogue", examples=["service_level"])
    ]
    comparison: Annotated[Comparison, Meta(description="at_least or at_most")]
    target: Annotated[Exact, Meta(description="in the unit of the KPI: shares 0 to 1, seconds")]
    window: Annotated[Window, Meta(description="interval (half hours), day, week or month")] = (
        Window.MONTH
    )
    judged: Annotated[
        Judged,
        Meta(description="each window against the tiers, or the share of windows that kept it"),
    ] = Judged.EACH
    share_target: Annotated[
        Exact | None, Meta(description="the promised share of windows, where that is judged")
    ] = None
    scope: Annotated[ContractScope, Meta(description="narrower than the contract's")] = EVERYWHERE
    calendar: Annotated[
        Id | None, Meta(description="only within these business hours; else the contract's")
    ] = None
    minimum_volume: Annotated[
        Volume | None, Meta(description="a window with fewer contacts is not judged")
    ] = None
    places: Annotated[
        Places | None,
        Meta(description="the value is rounded half up to so many places before it is judged"),
    ] = None
    formula: Annotated[Formula | None, Meta(description="of service level: V1 to V6")] = None
    threshold: Annotated[Seconds | None, Meta(description="of service level: T")] = None
    short: Annotated[Seconds | None, Meta(description="of service level: S")] = None
    boundary: Annotated[Boundary, Meta(description="whether exactly T is within: le or lt")] = "le"
    flow_outs: Annotated[bool, Meta(description="count visits that left by another door")] = False
    clock: Annotated[Clock, Meta(description="how waits run: wall or calendar")] = "wall"
    penalties: Annotated[list[TierBody], Meta(description="what misses cost")] = []
    bonuses: Annotated[list[TierBody], Meta(description="what better values earn")] = []
    streaks: Annotated[list[StreakBody], Meta(description="what runs of misses cost")] = []
    cap: Annotated[
        CapBody | None, Meta(description="the most that penalties of this metric come to")
    ] = None


class ExemptionBody(Inner, frozen=True, kw_only=True):
    """A span that does not count: a declared incident, force majeure, or agreed otherwise."""

    id: Id
    kind: Annotated[ExemptionKind, Meta(description="incident, force_majeure or agreed")]
    begin: Instant
    end: Annotated[Instant, Meta(description="the first instant that counts again")]
    reason: Reason
    metrics: Annotated[
        list[Id], Meta(description="of these metrics; of all where none is said")
    ] = []


class BeyondForecastBody(Inner, frozen=True, kw_only=True):
    """Half hours with more contacts than so many times the forecast do not count."""

    times: Annotated[Exact, Meta(description='"1.15": 15 % beyond the forecast', examples=["1.15"])]
    metrics: Annotated[
        list[Id], Meta(description="of these metrics; of all where none is said")
    ] = []


class BillableBody(Inner, frozen=True, kw_only=True):
    """Which contacts are billed; all conditions together."""

    contacts: Annotated[
        Literal["answered", "handled", "offered"],
        Meta(description="answered, answered and completed (handled), or all that were offered"),
    ] = "handled"
    least_talk: Annotated[Seconds | None, Meta(description="only with so much talk or more")] = None
    without_short: Annotated[
        Seconds | None,
        Meta(description="of offered ones: not those abandoned within so many seconds"),
    ] = None


ANY_HANDLED = BillableBody()
"""Every contact that was answered and completed"""


class BillingBody(Inner, frozen=True, kw_only=True):
    """What is paid for: a rate for each contact, handled minute or seat hour, or a fixed fee a
    month.
    """

    id: Id
    names: Names
    per: Annotated[Per, Meta(description="contact, handled_minute, seat_hour or month")]
    rate: Money
    scope: Annotated[ContractScope, Meta(description="narrower than the contract's")] = EVERYWHERE
    billable: Annotated[BillableBody, Meta(description="which contacts")] = ANY_HANDLED
    time: Annotated[
        Literal["talk", "conversation", "handle"],
        Meta(description="of minutes: talk, talk + hold, or talk + hold + wrap-up"),
    ] = "handle"
    increment: Annotated[
        Increment | None,
        Meta(description="of minutes: each contact rounded up to so many seconds"),
    ] = None
    least: Annotated[
        Increment | None, Meta(description="of minutes: each contact at least so many seconds")
    ] = None
    seats: Annotated[
        Literal["present", "scheduled"],
        Meta(description="of seat hours: agents who were there, or those of the schedule"),
    ] = "present"


class MinimumBody(Inner, frozen=True, kw_only=True):
    """The least that billing comes to in a period; part of a period owes its days' share."""

    amount: Money
    rules: Annotated[
        list[Id], Meta(description="of these billing rules; of all where none is said")
    ] = []


class RoundingBody(Inner, frozen=True, kw_only=True):
    """How amounts become payable."""

    places: Places = 2
    mode: Annotated[RoundingMode, Meta(description="what becomes of further digits")] = (
        RoundingMode.HALF_UP
    )
    by: Annotated[RoundedBy, Meta(description="each line, or only the total")] = RoundedBy.LINE


BY_LINE = RoundingBody()
"""Two places, half up, line by line"""


class ContractBody(Body, frozen=True, kw_only=True):
    """What a client and a vendor agreed on; several entries of one id are its dated versions, each
    with a `valid_from` of its own.
    """

    id: Id
    names: Names
    client: Annotated[Id, Meta(description="whose customers call: one of `clients`")]
    vendor: Annotated[Names, Meta(description="who answers them")]
    currency: Currency
    last_day: Annotated[
        Day | None, Meta(description="the last day of the contract; open where nothing is said")
    ] = None
    zone: Annotated[
        str | None, Meta(description="IANA time zone of its days; else the tenant's")
    ] = None
    calendar: Annotated[
        Id | None, Meta(description="business hours in which metrics count; all hours else")
    ] = None
    period: Annotated[PeriodKind, Meta(description="what one settlement spans")] = PeriodKind.MONTH
    scope: Annotated[ContractScope, Meta(description="which contacts")] = EVERYWHERE
    phases: Annotated[list[PhaseBody], Meta(description="its stages, without gaps")] = []
    metrics: Annotated[list[MetricBody], Meta(description="what is promised")] = []
    billing: Annotated[list[BillingBody], Meta(min_length=1, description="what is paid for")]
    minimum: Annotated[MinimumBody | None, Meta(description="the minimum charge")] = None
    caps: Annotated[CapsBody, Meta(description="the most that penalties and bonuses come to")] = (
        CapsBody()
    )
    exemptions: Annotated[list[ExemptionBody], Meta(description="spans that do not count")] = []
    beyond_forecast: Annotated[
        BeyondForecastBody | None, Meta(description="volume that nobody had to expect")
    ] = None
    rounding: Annotated[RoundingBody, Meta(description="how amounts become payable")] = BY_LINE
