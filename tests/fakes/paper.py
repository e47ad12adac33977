"""Contracts and evidence as cases write them: YAML of definitions, counts by local time."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from floorpulse.definitions.domain.check import check
from floorpulse.definitions.domain.contract_reading import contracts_of
from floorpulse.definitions.domain.contracts import Contract
from floorpulse.definitions.domain.versions import numbered
from floorpulse.reports.domain.evidence import (
    BillingEvidence,
    DayQuantity,
    Evidence,
    MetricEvidence,
    PartEvidence,
    Slice,
)
from floorpulse.reports.domain.periods import HALF_HOUR, Part, Period, parts_of, period_of

FLOOR = """
tenant: demo
about: [{names: {en: Demo}, zone: ZONE}]
clients: [{id: shop, names: {en: Shop}}]
queues: [{id: calls, names: {en: Calls}, channels: [voice, chat], client: shop}]
"""
"""The floor around a contract"""


def contract_in(contracts: str, zone: str = "UTC") -> Contract:
    """The only contract of a text that begins with `contracts:`; it must be without mistakes."""
    checked = check({"paper.yaml": FLOOR.replace("ZONE", zone) + contracts})
    assert not checked.mistakes, "\n".join(map(str, checked.mistakes))
    [contract] = contracts_of(numbered(checked.entries, ()), ZoneInfo(zone))
    return contract


def period_in(contract: Contract, day: date) -> Period:
    """The period of a contract that a day lies in."""
    terms = contract.versions[0]
    return period_of(terms.period, day, terms.zone)


def evidence_in(contract: Contract, period: Period, parts: Iterable[Mapping[str, Any]]) -> Evidence:
    """The evidence of a period, its parts in the order of time."""
    pairs = zip(parts_of(contract, period), parts, strict=True)
    told = tuple(_part(part, said) for part, said in pairs)
    return Evidence(contract=contract.id, begin=period.begin, end=period.end, parts=told)


def _part(part: Part, said: Mapping[str, Any]) -> PartEvidence:
    return PartEvidence(
        terms=part.terms.name,
        phase=part.phase.id,
        begin=part.begin,
        end=part.end,
        metrics=tuple(
            MetricEvidence(
                metric=name,
                slices=tuple(_slice(part, *one) for one in slices),
                missed_before=said.get("missed_before", {}).get(name, 0),
            )
            for name, slices in said.get("metrics", {}).items()
        ),
        billing=tuple(
            BillingEvidence(rule=name, days=tuple(_quantity(part, *one) for one in days))
            for name, days in said.get("billing", {}).items()
        ),
    )


def _slice(
    part: Part,
    when: str,
    numerator: float | str,
    denominator: float | str,
    volume: int | None = None,
    forecast: int | None = None,
) -> Slice:
    begin = _at(part, when)
    return Slice(
        begin=begin,
        end=begin + HALF_HOUR,
        numerator=Decimal(str(numerator)),
        denominator=Decimal(str(denominator)),
        volume=int(denominator) if volume is None else volume,
        forecast=None if forecast is None else Decimal(forecast),
    )


def _quantity(part: Part, when: str, numerator: int, denominator: int = 1) -> DayQuantity:
    begin = _at(part, when)
    return DayQuantity(begin=begin, end=begin + 1, numerator=numerator, denominator=denominator)


def _at(part: Part, when: str) -> int:
    moment = datetime.fromisoformat(str(when)).replace(tzinfo=part.terms.zone)
    return round(moment.timestamp()) * 1000
