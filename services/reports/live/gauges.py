"""What Prometheus is told of contracts: gauges that are set every so many seconds.

Of a contract that is not in force any longer nothing is told. What has no value is NaN.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from math import nan

import structlog
from prometheus_client import CollectorRegistry, Gauge
from structlog.stdlib import BoundLogger

from floorpulse.reports.domain.standing import ContractStanding, MetricStanding, Money
from floorpulse.reports.domain.statement import WindowResult
from floorpulse.reports.live.contracts import LiveContracts
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

EVERY = 15.0
"""Seconds between two settings"""
CONTRACT = ("tenant", "contract")
METRIC = (*CONTRACT, "metric")
OUTLOOK = (*CONTRACT, "currency", "outlook")
NOW = "now"
FORECAST = "forecast"
Sample = tuple[Gauge, tuple[str, ...], float]


class ContractGauges:
    """One gauge for each thing that is told."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, meaning: str, labels: tuple[str, ...]) -> Gauge:
            return Gauge(f"floorpulse_contract_{name}", meaning, labels, registry=registry)

        self.attainment = gauge(
            "attainment", "Value of the metric in its running window, in the KPI's unit.", METRIC
        )
        self.projected = gauge(
            "projected_attainment",
            "Value of the metric at the end of its running window if the forecast comes true.",
            METRIC,
        )
        self.target = gauge("target", "Target of the metric, in the KPI's unit.", METRIC)
        self.to_recover = gauge(
            "contacts_to_recover",
            "Contacts in a row that must go well for the running window to keep the target; NaN "
            "where none would do.",
            METRIC,
        )
        self.tier = gauge(
            "next_tier_distance",
            "How far the running window is from the next penalty tier, in the KPI's unit; NaN "
            "where there is none.",
            METRIC,
        )
        self.exposure = gauge(
            "exposure",
            "Penalties of the running period after caps, if it closed now (`now`) or if the "
            "forecast comes true (`forecast`).",
            OUTLOOK,
        )
        self.billed = gauge("billed", "Fees of the running period, likewise.", OUTLOOK)
        self.burned = gauge(
            "budget_burned_ratio",
            "Exposure over the most that penalties can come to; NaN where nothing caps them.",
            (*CONTRACT, "outlook"),
        )
        self.all = (
            self.attainment,
            self.projected,
            self.target,
            self.to_recover,
            self.tier,
            self.exposure,
            self.billed,
            self.burned,
        )

    def tell(self, standings: Iterable[tuple[str, ContractStanding]]) -> None:
        """Tell these and no others: each with its tenant."""
        samples = [one for tenant, each in standings for one in self._samples(tenant, each)]
        for gauge in self.all:
            gauge.clear()
        for gauge, labels, value in samples:
            gauge.labels(*labels).set(value)

    def _samples(self, tenant: str, one: ContractStanding) -> Iterator[Sample]:
        mine = tenant, one.terms.id
        for metric in one.metrics:
            yield from self._of_metric((*mine, metric.metric.id), metric)
        for outlook, money in ((NOW, one.closed_now), (FORECAST, one.forecast)):
            yield from self._of_money(mine, one.terms.currency, outlook, money)

    def _of_metric(self, labels: tuple[str, ...], one: MetricStanding) -> Iterator[Sample]:
        yield self.target, labels, float(one.metric.target)
        yield self.attainment, labels, _value(one.window)
        yield self.projected, labels, _value(one.expected_window)
        yield self.to_recover, labels, nan if one.to_recover is None else one.to_recover
        yield self.tier, labels, _number(None if one.next_tier is None else one.next_tier.distance)

    def _of_money(
        self, mine: tuple[str, str], currency: str, outlook: str, money: Money
    ) -> Iterator[Sample]:
        yield self.exposure, (*mine, currency, outlook), float(money.exposure)
        yield self.billed, (*mine, currency, outlook), float(money.fees)
        yield self.burned, (*mine, outlook), _number(money.burned)


def _value(window: WindowResult | None) -> float:
    return _number(None if window is None else window.value)


def _number(value: Decimal | None) -> float:
    return nan if value is None else float(value)


async def keep_telling(
    contracts: LiveContracts, gauges: ContractGauges, loaded: Callable[[], bool]
) -> None:
    """Set the gauges every so many seconds once the floor is loaded, until cancelled; while the
    tables are away they stay as they were.
    """
    while True:
        if loaded():
            try:
                gauges.tell(await _all(contracts))
            except StoreUnavailable as away:
                log.warning("contracts_not_read", error=str(away))
        await asyncio.sleep(EVERY)


async def _all(contracts: LiveContracts) -> list[tuple[str, ContractStanding]]:
    return [
        (tenant, standing)
        for tenant in contracts.tenants
        for standing in await contracts.running(tenant)
    ]
