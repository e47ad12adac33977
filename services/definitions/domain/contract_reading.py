"""From the checked versions of a contract's text to what it means."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from floorpulse.contracts.instants import parse_instant
from floorpulse.counting.days import first_instant
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.contract_terms import (
    BeyondForecastBody,
    BillingBody,
    CapBody,
    ChargeBody,
    ContractBody,
    ExemptionBody,
    MetricBody,
    MinimumBody,
    PhaseBody,
    PhaseTermsBody,
    StreakBody,
    TierBody,
)
from floorpulse.definitions.domain.contract_words import Judged
from floorpulse.definitions.domain.contracts import (
    EVER,
    HUNDREDTH,
    OPERATION,
    BeyondForecast,
    BillingRule,
    Cap,
    Charge,
    Contract,
    ContractTerms,
    Exemption,
    Metric,
    MinimumCharge,
    Phase,
    Streak,
    Tier,
)
from floorpulse.definitions.domain.definition_history import begin_of
from floorpulse.definitions.domain.in_force import UTC, Version
from floorpulse.kpis.catalogue import ASKED
from floorpulse.kpis.policies import DEFAULT_POLICY, ServiceLevelPolicy
from floorpulse.kpis.units import Unit

S = TypeVar("S")
T = TypeVar("T")
SERVICE_LEVEL = "service_level"
_FACTORS = {"nps": Decimal(100), "complaints_per_10k": Decimal(10_000)}
"""What numerator / denominator is multiplied by, where a KPI is no plain quotient"""


def contracts_of(versions: Sequence[Version], tenant_zone: ZoneInfo | None) -> list[Contract]:
    """All contracts among a tenant's versions that stand, by id."""
    mine: dict[str, list[Version]] = {}
    for one in versions:
        if one.standing and one.kind is Kind.CONTRACT:
            mine.setdefault(one.id, []).append(one)
    return [contract_of(theirs, tenant_zone) for _, theirs in sorted(mine.items())]


def contract_of(versions: Sequence[Version], tenant_zone: ZoneInfo | None) -> Contract:
    """The contract that the checked versions of one id describe."""
    zone = tenant_zone or UTC
    dated = sorted(versions, key=lambda one: one.body.valid_from or "")
    begins = [begin_of(one.body, _zone(_body(one), zone)) for one in dated]
    ends = [*begins[1:], EVER]
    known = zip(dated, begins, ends, strict=True)
    terms = tuple(_terms(one.name, _body(one), zone, begin, end) for one, begin, end in known)
    return Contract(dated[0].id, terms)


def _body(version: Version) -> ContractBody:
    assert isinstance(version.body, ContractBody)  # noqa: S101  for the type checker: the kind says so
    return version.body


def _zone(body: ContractBody, tenant_zone: ZoneInfo) -> ZoneInfo:
    return tenant_zone if body.zone is None else ZoneInfo(body.zone)


def _terms(
    name: str, body: ContractBody, tenant_zone: ZoneInfo, begin: int, end: int
) -> ContractTerms:
    zone = _zone(body, tenant_zone)
    phases = [_phase(one, zone) for one in body.phases]
    return ContractTerms(
        name=name,
        id=body.id,
        names=body.names,
        client=body.client,
        vendor=body.vendor,
        currency=body.currency,
        begin=begin,
        end=min(end, _after(body.last_day, zone)),
        zone=zone,
        period=body.period,
        calendar=body.calendar,
        scope=body.scope,
        phases=tuple(phases) or (OPERATION,),
        billing=tuple(_billing(body, one) for one in body.billing),
        minimum=_maybe(_minimum, body.minimum),
        penalty_cap=_maybe(_cap, body.caps.penalties),
        bonus_cap=_maybe(_cap, body.caps.bonuses),
        exemptions=tuple(map(_exemption, body.exemptions)),
        beyond_forecast=_maybe(_beyond, body.beyond_forecast),
        rounding=body.rounding,
        metrics=dict(_by_phase(body)),
    )


def _by_phase(body: ContractBody) -> Iterator[tuple[str, tuple[Metric, ...]]]:
    if not body.phases:
        yield OPERATION.id, tuple(_metric(body, one, PhaseTermsBody()) for one in body.metrics)
    for phase in body.phases:
        told = phase.metrics
        yield (
            phase.id,
            tuple(_metric(body, one, told.get(one.id, PhaseTermsBody())) for one in body.metrics),
        )


def _phase(body: PhaseBody, zone: ZoneInfo) -> Phase:
    begin = first_instant(date.fromisoformat(body.first_day), zone)
    end = _after(body.last_day, zone)
    return Phase(body.id, body.kind, begin, end, body.penalties, body.bonuses)


def _after(last_day: str | None, zone: ZoneInfo) -> int:
    if last_day is None:
        return EVER
    return first_instant(date.fromisoformat(last_day) + timedelta(days=1), zone)


def _metric(contract: ContractBody, body: MetricBody, phase: PhaseTermsBody) -> Metric:
    kpi = ASKED[body.kpi]
    point = HUNDREDTH if kpi.unit is Unit.RATIO or body.judged is Judged.SHARE else Decimal(1)
    penalties = body.penalties if phase.penalties is None else phase.penalties
    bonuses = body.bonuses if phase.bonuses is None else phase.bonuses
    return Metric(
        id=body.id,
        names=body.names,
        kpi=body.kpi,
        comparison=body.comparison,
        target=Decimal(phase.target or body.target),
        window=body.window,
        judged=body.judged,
        share_target=_maybe(Decimal, body.share_target),
        scope=body.scope.within(contract.scope),
        calendar=body.calendar or contract.calendar,
        minimum_volume=body.minimum_volume or 0,
        places=body.places,
        policy=_policy(contract, body),
        penalties=tuple(_tier(one, point) for one in penalties),
        bonuses=tuple(_tier(one, point) for one in bonuses),
        streaks=tuple(_streak(one, point) for one in body.streaks),
        cap=_maybe(_cap, body.cap),
        scale=_FACTORS.get(kpi.id.partition(":")[0], Decimal(1)),
        is_count=kpi.unit is Unit.CONTACTS,
    )


def _policy(contract: ContractBody, body: MetricBody) -> ServiceLevelPolicy | None:
    """The policy of a service level, named by contract and metric; what is not said is usual."""
    if body.kpi.partition(":")[0] != SERVICE_LEVEL:
        return None
    usual = DEFAULT_POLICY
    return ServiceLevelPolicy(
        f"{contract.id}.{body.id}",
        body.formula or usual.formula,
        usual.threshold if body.threshold is None else body.threshold,
        usual.short if body.short is None else body.short,
        body.boundary,
        body.flow_outs,
        clock=body.clock,
    )


def _tier(body: TierBody, point: Decimal) -> Tier:
    return Tier(
        _charge(body, point),
        low=_maybe(Decimal, body.above if body.at_least is None else body.at_least),
        low_within=body.above is None,
        high=_maybe(Decimal, body.below if body.at_most is None else body.at_most),
        high_within=body.at_most is not None,
    )


def _streak(body: StreakBody, point: Decimal) -> Streak:
    return Streak(body.windows, _charge(body, point), body.again)


def _charge(body: ChargeBody, point: Decimal) -> Charge:
    return Charge(
        percent=_maybe(Decimal, body.percent),
        amount=_maybe(Decimal, body.amount),
        percent_per_point=_maybe(Decimal, body.percent_per_point),
        amount_per_point=_maybe(Decimal, body.amount_per_point),
        point=point if body.point is None else Decimal(body.point),
        points=body.points,
        basis=body.basis,
        rules=tuple(body.rules),
    )


def _cap(body: CapBody) -> Cap:
    return Cap(_maybe(Decimal, body.percent), _maybe(Decimal, body.amount))


def _minimum(body: MinimumBody) -> MinimumCharge:
    return MinimumCharge(Decimal(body.amount), tuple(body.rules))


def _beyond(body: BeyondForecastBody) -> BeyondForecast:
    return BeyondForecast(Decimal(body.times), tuple(body.metrics))


def _maybe(read: Callable[[S], T], said: S | None) -> T | None:
    return None if said is None else read(said)


def _billing(contract: ContractBody, body: BillingBody) -> BillingRule:
    return BillingRule(
        id=body.id,
        names=body.names,
        per=body.per,
        rate=Decimal(body.rate),
        scope=body.scope.within(contract.scope),
        billable=body.billable,
        time=body.time,
        increment=body.increment,
        least=body.least,
        seats=body.seats,
    )


def _exemption(body: ExemptionBody) -> Exemption:
    begin = parse_instant(body.begin)
    end = parse_instant(body.end)
    return Exemption(body.id, body.kind, begin, end, body.reason, tuple(body.metrics))
