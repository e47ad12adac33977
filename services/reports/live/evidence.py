"""The evidence of a period that is still running: what was counted so far, and the same with what
may be expected of the rest.

period     ├───────── counted ─────────│now ──── expected ────────┤
so far     ├───────────────────────────┤
forecast   ├───────────────────────────┼──────────────────────────┤
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from floorpulse.board.domain.windows import Span
from floorpulse.definitions.domain.contract_words import Per
from floorpulse.definitions.domain.contracts import BillingRule, Contract, Metric
from floorpulse.figures.contracts.expecting import Counted, ExpectedRest
from floorpulse.figures.contracts.forecasting import ScopedForecast
from floorpulse.figures.contracts.slices import CountedSlice
from floorpulse.figures.tenant_view import TenantView
from floorpulse.reports.domain.evidence import (
    BillingEvidence,
    Evidence,
    MetricEvidence,
    PartEvidence,
    Slice,
)
from floorpulse.reports.domain.periods import Part, Period, parts_of
from floorpulse.reports.live.billing import by_day, counted_as
from floorpulse.reports.live.seats import CountedSeats, LiveSeats, seat_hours


@dataclass(frozen=True)
class PeriodSoFar:
    """The evidence if the period closed now, and if the forecast comes true."""

    closed_now: Evidence
    forecast: Evidence


@dataclass(frozen=True)
class GatheredPart:
    """What the metrics and billing rules of a part counted."""

    part: Part
    metrics: Sequence[tuple[Metric, Counted]]
    billing: Sequence[tuple[BillingRule, Sequence[Counted]]]
    seats: CountedSeats


@dataclass(frozen=True)
class Gathered:
    """What a period counted."""

    contract: Contract
    period: Period
    parts: Sequence[GatheredPart]

    def evidence(self) -> PeriodSoFar:
        """It as evidence; thousands of half hours, so made in a thread."""
        return PeriodSoFar(self._of(expected=False), self._of(expected=True))

    def _of(self, *, expected: bool) -> Evidence:
        return Evidence(
            contract=self.contract.id,
            begin=self.period.begin,
            end=self.period.end,
            parts=tuple(_evidence(one, expected=expected) for one in self.parts),
        )


class LiveEvidence:
    """Gathers evidence of running periods."""

    def __init__(self, expected: ExpectedRest, seats: LiveSeats) -> None:
        self._expected = expected
        self._seats = seats

    async def gathered(self, view: TenantView, contract: Contract, period: Period) -> "Gathered":
        """What a period that holds `view.now` counted. Raises StoreUnavailable."""
        whole = Span(period.begin, period.end)
        parts = [await self._part(view, one, whole) for one in parts_of(contract, period)]
        return Gathered(contract, period, parts)

    async def _part(self, view: TenantView, part: Part, whole: Span) -> "GatheredPart":
        metrics = [
            (one, await self._counted(view, part, one, whole))
            for one in part.terms.metrics[part.phase.id]
        ]
        billing = [
            (rule, [await self._counted(view, part, one, whole) for one in counted_as(rule)])
            for rule in part.terms.billing
            if rule.per not in {Per.MONTH, Per.SEAT_HOUR}
        ]
        seats = await self._seats.counted(view, part, await self._expected.slots(view, whole))
        return GatheredPart(part, metrics, billing, seats)

    async def _counted(self, view: TenantView, part: Part, metric: Metric, whole: Span) -> Counted:
        span = Span(part.begin, part.end)
        return await self._expected.counted(view, part.terms, metric, span, whole)


def _evidence(gathered: GatheredPart, *, expected: bool) -> PartEvidence:
    part = gathered.part
    return PartEvidence(
        terms=part.terms.name,
        phase=part.phase.id,
        begin=part.begin,
        end=part.end,
        metrics=tuple(
            MetricEvidence(metric=metric.id, slices=_slices(one, expected=expected))
            for metric, one in gathered.metrics
        ),
        billing=tuple(_billing(gathered, expected=expected)),
    )


def _billing(gathered: GatheredPart, *, expected: bool) -> Iterator[BillingEvidence]:
    zone = gathered.part.terms.zone
    for rule, counts in gathered.billing:
        counted = [_all(one, expected=expected) for one in counts]
        yield BillingEvidence(rule=rule.id, days=tuple(by_day(rule, counted, zone)))
    for name, days in gathered.seats.days.items():
        yield BillingEvidence(rule=name, days=seat_hours(days, expected=expected))


def _all(counted: Counted, *, expected: bool) -> list[CountedSlice]:
    return [*counted.so_far, *counted.rest] if expected else counted.so_far


def _slices(counted: Counted, *, expected: bool) -> tuple[Slice, ...]:
    return tuple(
        Slice(
            begin=one.begin,
            end=one.end,
            numerator=one.numerator,
            denominator=one.denominator,
            volume=one.volume,
            forecast=_forecast(counted.forecast, one),
        )
        for one in _all(counted, expected=expected)
    )


def _forecast(forecast: ScopedForecast, one: CountedSlice) -> Decimal | None:
    return forecast.of(Span(one.begin, one.end))
