"""A contract of a small floor, and what its period counts: texts of definitions and builders."""

from datetime import date
from zoneinfo import ZoneInfo

from floorpulse.contracts.instants import parse_instant
from floorpulse.contracts.visits import Outcome
from floorpulse.definitions.domain.contract_reading import contracts_of
from floorpulse.definitions.domain.contract_words import PeriodKind
from floorpulse.definitions.domain.contracts import Contract
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.reports.domain.periods import Period, period_of
from floorpulse.reports.domain.visit_records import VisitRecord
from tests.fakes.definitions import definitions

SHANGHAI = ZoneInfo("Asia/Shanghai")
FLOOR = """
tenant: demo
about:
  - {names: {en: Demo}, zone: Asia/Shanghai}
clients:
  - {id: acme, names: {en: Acme}}
  - {id: zeta, names: {en: Zeta}}
sites:
  - {id: north, names: {en: North}}
teams:
  - {id: red, names: {en: Red}, site: north}
calendars:
  - id: office
    hours: {monday: ["09:00-18:00"], tuesday: ["09:00-18:00"], wednesday: ["09:00-18:00"],
            thursday: ["09:00-18:00"], friday: ["09:00-18:00"]}
queues:
  - {id: sales, names: {en: Sales}, client: acme, channels: [voice, chat], team: red}
  - {id: help, names: {en: Help}, client: acme, channels: [voice]}
  - {id: other, names: {en: Other}, client: zeta, channels: [voice], calendar: office}
"""
CARE = """
contracts:
  - id: acme-care
    names: {en: Acme care}
    client: acme
    vendor: {en: Vendor}
    currency: CNY
    valid_from: "2026-01-01"
    billing:
      - {id: calls, names: {en: Calls}, per: contact, rate: "2.50"}
      - {id: minutes, names: {en: Minutes}, per: handled_minute, rate: "0.35"}
    metrics:
      - id: level
        names: {en: Answered in 30 seconds}
        kpi: service_level
        formula: V2
        threshold: 30
        comparison: at_least
        target: "0.80"
        penalties: [{below: "0.80", percent: "5"}]
      - id: lost
        names: {en: Abandoned}
        kpi: abandonment_rate
        comparison: at_most
        target: "0.50"
"""


def known_of(text: str) -> TenantDefinitions:
    """The definitions of the tenant `demo`."""
    return definitions(text).of("demo")


def contract_in(known: TenantDefinitions) -> Contract:
    """The only contract."""
    [contract] = contracts_of(known.versions, known.zone)
    return contract


def october() -> Period:
    """The month in which most is settled."""
    return period_of(PeriodKind.MONTH, date(2026, 10, 1), SHANGHAI)


def at(text: str) -> int:
    """An instant by the clocks of Shanghai: `10-05 09:30`."""
    day, _, time = text.partition(" ")
    return parse_instant(f"2026-{day}T{time}:00+08:00")


def call(
    offered: int, outcome: Outcome | None = Outcome.ANSWERED, wait: float = 10, **more: object
) -> VisitRecord:
    """The record of a call to `sales`; answered ones are talked to for a minute."""
    answered = outcome is Outcome.ANSWERED
    told: dict[str, object] = {
        "contact": "c1",
        "visit": 1,
        "queue": "sales",
        "channel": "voice",
        "wait": None if outcome is None else round(wait * 1000),
        "completed_at": offered + 100_000 if answered else None,
        "talk": 60_000 if answered else 0,
        "hold": 0,
        "wrap": 0,
    }
    return VisitRecord(offered_at=offered, outcome=outcome, **(told | more))  # type: ignore[arg-type]
