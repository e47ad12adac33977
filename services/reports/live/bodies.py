"""Bodies of running contracts. Amounts and figures are decimals, written as texts."""

from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from floorpulse.definitions.domain.contract_words import Judged, PeriodKind, Window
from floorpulse.definitions.domain.names import name_in
from floorpulse.definitions.domain.terms import Comparison
from floorpulse.figures.timestamps import Instant, text
from floorpulse.kpis.catalogue import OVER_SPANS
from floorpulse.kpis.units import Unit
from floorpulse.reports.domain.outlook import NextTier
from floorpulse.reports.domain.standing import ContractStanding, MetricStanding, Money
from floorpulse.reports.domain.statement import Attainment, Outcome, WindowResult

Exact = Annotated[Decimal, Meta(examples=["0.8125"])]
Amount = Annotated[Decimal, Meta(examples=["1250.00"])]
Counted = Annotated[int, Meta(ge=0, examples=[12])]


class WindowRow(msgspec.Struct, frozen=True, kw_only=True):
    """A window that runs: its figure so far, without what is exempt."""

    time: Instant
    end: Instant
    value: Exact | None
    numerator: Exact
    denominator: Exact
    outcome: Annotated[Outcome, Meta(description="if it closed now")]
    volume: Annotated[int, Meta(description="contacts offered", examples=[120])]


class TierRow(msgspec.Struct, frozen=True, kw_only=True):
    """The penalty tier that would be reached next."""

    tier: Annotated[int, Meta(description="its number in the contract, from 1", examples=[1])]
    bound: Exact
    distance: Annotated[Decimal, Meta(description="in the KPI's unit", examples=["0.0125"])]
    contacts: Annotated[
        int | None,
        Meta(
            description="so many contacts in a row that go wrong reach it; null of what is no "
            "share",
            examples=[14],
        ),
    ]


class OutlookRow(msgspec.Struct, frozen=True, kw_only=True):
    """A promise over the period: `value` is what is held against the tiers."""

    value: Exact | None
    kept: Annotated[int, Meta(description="windows that kept the target", examples=[9])]
    missed: Annotated[int, Meta(examples=[2])]
    tier: Annotated[int | None, Meta(description="the deepest tier reached, from 1", examples=[1])]
    penalties: Annotated[Decimal, Meta(description="before caps", examples=["300.00"])]


class MetricRow(msgspec.Struct, frozen=True, kw_only=True):
    """A promise of the contract, as it stands."""

    metric: Annotated[str, Meta(examples=["answered-in-time"])]
    en: Annotated[str, Meta(examples=["Answered within 20 s"])]
    zh: Annotated[str, Meta(examples=["20 秒内接听率"])]
    kpi: Annotated[str, Meta(examples=["service_level"])]
    unit: Annotated[Unit, Meta(examples=["ratio"])]
    comparison: Comparison
    target: Exact
    share_target: Exact | None
    over: Annotated[Window, Meta(description="what it is judged over")]
    judged: Judged
    window: Annotated[WindowRow | None, Meta(description="null until a contact comes in it")]
    expected: Annotated[
        WindowRow | None, Meta(description="the same window if the forecast comes true")
    ]
    contacts_to_recover: Annotated[
        int | None,
        Meta(
            description="contacts in a row that must go well for the window to keep the target; "
            "null where none would do, and of what is no share",
            examples=[31],
        ),
    ]
    next_tier: TierRow | None
    closed_now: OutlookRow
    forecast: OutlookRow


class MoneyRow(msgspec.Struct, frozen=True, kw_only=True):
    """Amounts of the period, in the contract's currency."""

    billed: Annotated[
        Decimal,
        Meta(description="fees, without what is missing to the minimum", examples=["41210.50"]),
    ]
    exposure: Annotated[
        Decimal, Meta(description="penalties after caps: what would be lost", examples=["2060.53"])
    ]
    bonuses: Amount
    total: Annotated[
        Decimal, Meta(description="what the settlement would come to", examples=["69295.41"])
    ]
    budget: Annotated[
        Decimal | None,
        Meta(description="the most that penalties can come to; null: no cap", examples=["7242.00"]),
    ]
    burned: Annotated[Decimal | None, Meta(description="exposure / budget", examples=["0.25"])]


class ContractRow(msgspec.Struct, frozen=True, kw_only=True):
    """A contract in its running period."""

    contract: Annotated[str, Meta(examples=["acme-2026"])]
    terms: Annotated[str, Meta(description="its version in force", examples=["acme-2026@2"])]
    en: Annotated[str, Meta(examples=["Acme hotline"])]
    zh: Annotated[str, Meta(examples=["Acme 热线"])]
    client: Annotated[str, Meta(examples=["acme"])]
    currency: Annotated[str, Meta(examples=["CNY"])]
    phase: Annotated[str, Meta(examples=["operation"])]
    period: PeriodKind
    time: Annotated[Instant, Meta(description="begin of the period in the contract's zone")]
    end: Instant
    as_of: Instant
    metrics: list[MetricRow]
    closed_now: Annotated[MoneyRow, Meta(description="if the period closed now")]
    forecast: Annotated[MoneyRow, Meta(description="if the forecast comes true")]
    contacts: Annotated[Counted, Meta(description="contacts that were billed so far")]
    cost_per_contact: Annotated[
        Decimal | None, Meta(description="billed / contacts", examples=["1.35"])
    ]
    approximate: Annotated[
        list[str],
        Meta(
            description="billing rules whose amount only the settlement tells exactly",
            examples=[["seat-hours"]],
        ),
    ]


class ContractsAnswer(msgspec.Struct, frozen=True):
    """The contracts that are in force."""

    rows: list[ContractRow]


def contract_row(one: ContractStanding) -> ContractRow:
    """A contract as answers show it."""
    zone = one.period.zone
    terms = one.terms
    return ContractRow(
        contract=terms.id,
        terms=terms.name,
        en=name_in("en", dict(terms.names), terms.id),
        zh=name_in("zh", dict(terms.names), terms.id),
        client=terms.client,
        currency=terms.currency,
        phase=one.phase,
        period=one.period.kind,
        time=text(one.period.begin, zone),
        end=text(one.period.end, zone),
        as_of=text(one.as_of, zone),
        metrics=[_metric_row(metric, zone) for metric in one.metrics],
        closed_now=_money_row(one.closed_now),
        forecast=_money_row(one.forecast),
        contacts=one.contacts,
        cost_per_contact=one.cost_per_contact,
        approximate=list(one.approximate),
    )


def _money_row(money: Money) -> MoneyRow:
    return MoneyRow(
        billed=money.fees,
        exposure=money.exposure,
        bonuses=money.bonuses,
        total=money.total,
        budget=money.budget,
        burned=money.burned,
    )


def _metric_row(one: MetricStanding, zone: ZoneInfo) -> MetricRow:
    metric = one.metric
    return MetricRow(
        metric=metric.id,
        en=name_in("en", dict(metric.names), metric.id),
        zh=name_in("zh", dict(metric.names), metric.id),
        kpi=metric.kpi,
        unit=OVER_SPANS[metric.kpi].unit,
        comparison=metric.comparison,
        target=metric.target,
        share_target=metric.share_target,
        over=metric.window,
        judged=metric.judged,
        window=_window_row(one.window, zone),
        expected=_window_row(one.expected_window, zone),
        contacts_to_recover=one.to_recover,
        next_tier=_tier_row(one.next_tier),
        closed_now=_outlook_row(one.so_far, one.exposed),
        forecast=_outlook_row(one.expected, one.expected_exposed),
    )


def _window_row(window: WindowResult | None, zone: ZoneInfo) -> WindowRow | None:
    if window is None:
        return None
    return WindowRow(
        time=text(window.begin, zone),
        end=text(window.end, zone),
        value=window.value,
        numerator=window.numerator,
        denominator=window.denominator,
        outcome=window.outcome,
        volume=window.volume,
    )


def _tier_row(tier: NextTier | None) -> TierRow | None:
    if tier is None:
        return None
    return TierRow(
        tier=tier.tier + 1, bound=tier.bound, distance=tier.distance, contacts=tier.contacts
    )


def _outlook_row(attainment: Attainment, penalties: Decimal) -> OutlookRow:
    reached = [attainment.tier, *(one.tier for one in attainment.windows)]
    deepest = max((one for one in reached if one is not None), default=None)
    return OutlookRow(
        value=attainment.value,
        kept=attainment.kept,
        missed=attainment.missed,
        tier=None if deepest is None else deepest + 1,
        penalties=penalties,
    )
