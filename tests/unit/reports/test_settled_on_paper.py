"""Contracts of six kinds, settled as on paper: every line, step, cap and total."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from floorpulse.reports.domain.settle import settle, unrounded
from floorpulse.reports.domain.statement import Statement
from tests.fakes.paper import contract_in, evidence_in, period_in

PAPER = sorted((Path(__file__).parent / "paper").glob("*.yaml"))
TOTALS = (
    "fees",
    "minimum",
    "penalties",
    "penalties_capped",
    "bonuses",
    "bonuses_capped",
    "rounding",
    "total",
)


def _cases() -> list[Any]:
    known = [(path.stem, yaml.safe_load(path.read_text(encoding="utf-8"))) for path in PAPER]
    return [
        pytest.param(case["contracts"], period, id=f"{name}-{period['day']}")
        for name, case in known
        for period in case["periods"]
    ]


def _settled(contracts: str, said: dict[str, Any]) -> Statement:
    contract = contract_in(contracts)
    period = period_in(contract, said["day"])
    return settle(contract, period, evidence_in(contract, period, said["evidence"]))


def test_six_kinds_of_contracts_stand_on_paper_with_their_source() -> None:
    cases = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in PAPER]

    assert len(cases) > 6
    assert all(one["source"] and period["paper"] for one in cases for period in one["periods"])


@pytest.mark.parametrize(("contracts", "said"), _cases())
def test_every_amount_is_that_on_paper(contracts: str, said: dict[str, Any]) -> None:
    statement = _settled(contracts, said)
    steps = [step for part in statement.parts for step in part.steps]
    lines = [line for part in statement.parts for line in part.billing]
    wanted = dict.fromkeys(TOTALS, "0") | said["totals"]

    assert [
        [one.kind, one.metric, one.tier, str(one.exact), str(one.amount)] for one in steps
    ] == said["steps"]
    assert [[one.kind, str(one.limit), str(one.amount)] for one in statement.caps] == said.get(
        "caps", []
    )
    assert [str(one.amount) for one in statement.minimums] == said.get("minimums", [])
    if "lines" in said:
        assert [[one.rule, str(one.amount)] for one in lines] == said["lines"]
    assert {name: getattr(statement.totals, name) for name in TOTALS} == {
        name: Decimal(amount) for name, amount in wanted.items()
    }
    assert str(statement.totals.total) == wanted["total"]


@pytest.mark.parametrize(("contracts", "said"), _cases())
def test_the_amounts_add_up_to_the_total(contracts: str, said: dict[str, Any]) -> None:
    totals = _settled(contracts, said).totals

    assert unrounded(totals) + totals.rounding == totals.total


@pytest.mark.parametrize(("contracts", "said"), _cases())
def test_runs_of_misses_go_on_into_the_next_period(contracts: str, said: dict[str, Any]) -> None:
    attainments = _settled(contracts, said).parts[-1].attainments
    known = {one.metric: one.missed_at_end for one in attainments}

    assert {name: known[name] for name in said.get("missed_at_end", {})} == said.get(
        "missed_at_end", {}
    )
