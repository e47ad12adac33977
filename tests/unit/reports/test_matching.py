"""Evidence of something else is refused, and a period in which the contract does not hold."""

from datetime import date

import pytest
from msgspec.structs import replace

from floorpulse.reports.domain.evidence import Evidence
from floorpulse.reports.domain.matching import EvidenceMismatchError, NotInForceError
from floorpulse.reports.domain.settle import settle
from tests.fakes.paper import contract_in, evidence_in, period_in

CONTRACT = contract_in("""
contracts:
  - id: calls
    names: {en: Calls}
    client: shop
    vendor: {en: Vendor}
    currency: EUR
    last_day: 2026-12-31
    metrics:
      - {id: level, names: {en: Level}, kpi: service_level, comparison: at_least, target: "0.80"}
    billing:
      - {id: calls, names: {en: Calls}, per: contact, rate: "1.00"}
      - {id: base, names: {en: Base}, per: month, rate: "10.00"}
""")
APRIL = period_in(CONTRACT, date(2026, 4, 1))
GOOD = evidence_in(
    CONTRACT, APRIL, [{"metrics": {"level": []}, "billing": {"calls": [["2026-04-01", 5]]}}]
)
[PART] = GOOD.parts


def test_what_matches_is_settled() -> None:
    assert str(settle(CONTRACT, APRIL, GOOD).totals.total) == "15.00"


def test_a_period_after_the_last_day_is_refused() -> None:
    with pytest.raises(NotInForceError, match="calls is not in force on any day from 2027-01-01"):
        settle(CONTRACT, period_in(CONTRACT, date(2027, 1, 1)), GOOD)


@pytest.mark.parametrize(
    ("evidence", "told"),
    [
        (replace(GOOD, parts=()), r"of the parts \[\], the period has"),
        (replace(GOOD, parts=(replace(PART, terms="calls@2"),)), "calls@2"),
        (replace(GOOD, parts=(replace(PART, metrics=()),)), "has the metrics none, the contract"),
        (replace(GOOD, parts=(replace(PART, billing=()),)), "billing rules none, the contract"),
    ],
)
def test_evidence_of_something_else_is_refused(evidence: Evidence, told: str) -> None:
    with pytest.raises(EvidenceMismatchError, match=told):
        settle(CONTRACT, APRIL, evidence)
