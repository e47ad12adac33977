"""Rules before a penalty tier of a contract is reached."""

import asyncio
from decimal import Decimal

import pytest

from floorpulse.alerts.domain import tiers
from floorpulse.alerts.domain.alert_states import AlertState
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.judgement import Call
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.rules.before import Before
from floorpulse.alerts.rules.evaluation import Evaluation
from floorpulse.alerts.rules.table_rules import TableRules
from floorpulse.definitions.domain.check import check
from floorpulse.definitions.domain.contracts import Charge, Metric, Tier
from floorpulse.definitions.domain.terms import Comparison
from floorpulse.figures.contracts.ahead import ContractAhead
from floorpulse.figures.contracts.counting import ContractCounts
from floorpulse.figures.contracts.expecting import ExpectedRest
from floorpulse.figures.history.figures import PastFigures
from floorpulse.figures.live.figures import LiveFigures
from tests.fakes.definitions import definitions
from tests.fakes.floor import answered
from tests.fakes.world import NOW
from tests.unit.reports.test_live_contracts import TEXT, world_of

CHARGE = Charge(amount=Decimal(2))
LEVEL = Metric(
    "level",
    {},
    "service_level",
    Comparison.AT_LEAST,
    Decimal("0.8"),
    minimum_volume=10,
    penalties=(
        Tier(CHARGE, low=Decimal("0.75"), high=Decimal("0.78")),
        Tier(CHARGE, high=Decimal("0.75")),
    ),
)
LOSSES = Metric(
    "losses",
    {},
    "abandonment_rate",
    Comparison.AT_MOST,
    Decimal("0.05"),
    penalties=(Tier(CHARGE, low=Decimal("0.06")),),
)
RULE = """
escalations:
  - {id: floor, steps: [{targets: [{receiver: zhang}]}]}
receivers:
  - {id: zhang, names: {en: Zhang}, screen: true}
rules:
  - id: tier
    names: {en: Acme is about to reach a tier, zh: 即将触及档位}
    tier: {contract: acme-2026}
    valid_from: 2026-01-01
    escalation: floor
"""


def window(value: str | None, volume: int = 100) -> tiers.RunningWindow:
    figure = Figure("service_level", None if value is None else float(value), window="month")
    return tiers.RunningWindow(figure, None if value is None else Decimal(value), volume)


@pytest.mark.parametrize(
    ("metric", "value", "margin", "tier"),
    [
        (LEVEL, "0.81", 0.0, None),
        (LEVEL, "0.79", 0.0, None),
        (LEVEL, "0.784", 0.005, 1),
        (LEVEL, "0.786", 0.005, None),
        (LEVEL, "0.77", 0.0, 1),
        (LEVEL, "0.74", 0.0, 2),
        (LOSSES, "0.055", 0.0, None),
        (LOSSES, "0.055", 0.01, 1),
        (LOSSES, "0.06", 0.0, 1),
    ],
)
def test_a_tier_that_holds_for_the_expected_value_is_a_breach(
    metric: Metric, value: str, margin: float, tier: int | None
) -> None:
    judged = tiers.judge(metric, window(value), margin)
    assert judged.call is (Call.CLEAR if tier is None else Call.BREACH)
    assert judged.figure is not None
    assert judged.figure.details.get("tier") == tier


def test_the_worse_the_value_the_deeper_the_breach() -> None:
    near, far = (tiers.judge(LEVEL, window(value), 0.0) for value in ("0.77", "0.70"))
    assert far.depth > near.depth
    assert far.figure is not None
    assert far.figure.bound == 0.75


def test_nothing_is_concluded_from_no_value_and_from_too_few_contacts() -> None:
    reasons = [tiers.judge(LEVEL, one, 0.0).reason for one in (window(None), window("0.1", 9))]
    assert reasons == [Reason.UNDEFINED, Reason.TOO_FEW]


# ------------------------------------------------------------- over a floor


class Floor:
    """A floor with a contract and the rule that watches it."""

    def __init__(self, rule: str = RULE, *, looks: bool = True) -> None:
        self.world = world_of()
        self.define(rule)
        world = self.world
        counts = ContractCounts(world.turns, world.history, world.history)
        ahead = ContractAhead(ExpectedRest(counts, world.forecasts.store, world.turns))
        live, past = world.query.of(LiveFigures), world.query.of(PastFigures)
        before = Before(live, past, world.history, ahead if looks else None)
        self.states: dict[Subject, AlertState] = {}
        self.rules = TableRules("demo", before, world.turns, self.states)

    def define(self, rule: str) -> None:
        self.world.definitions = definitions(TEXT + rule)

    def look(self) -> Evaluation:
        return asyncio.run(self.rules.evaluate(self.world.floors.view("demo")))


def test_a_month_that_is_expected_to_end_in_a_tier_fires_for_its_metric() -> None:
    """(5 + 3 × 0.75) / (8 + 3) = 65.9 % is expected, tier 1 holds below 80 %."""
    [told] = Floor().look().transitions
    assert (told.subject.rule, told.subject.key) == ("tier", "in-time")
    assert told.figure is not None
    assert round(told.figure.value or 0, 4) == 0.6591
    assert told.figure.details == {"so_far": 0.625, "contract": "acme-2026", "tier": 1}
    assert (told.figure.window, told.figure.bound) == ("month", 0.8)


def test_contacts_in_time_bring_it_back() -> None:
    floor = Floor()
    floor.look()
    floor.world.floor.put(*(answered(NOW - 20_000, 1) for _ in range(20)))
    floor.world.tell()
    [told] = floor.look().transitions
    assert told.reason is Reason.CLEARED


def test_a_metric_that_is_promised_no_longer_is_clear() -> None:
    floor = Floor()
    floor.look()
    floor.world.definitions = definitions((TEXT + RULE).replace("id: in-time", "id: at-once"))
    reasons = {one.subject.key: one.reason for one in floor.look().transitions}
    assert reasons["in-time"] is Reason.CLEARED


def test_a_contract_that_is_not_in_force_is_judged_by_nothing() -> None:
    floor = Floor()
    floor.world.definitions = definitions(
        (TEXT + RULE).replace("currency: CNY", "currency: CNY\n    last_day: 2026-10-31")
    )
    assert floor.look().judgements == []


def test_where_no_contracts_are_looked_at_nothing_fires() -> None:
    assert Floor(looks=False).look().judgements == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("{contract: acme-2026}", "{contract: acme-2062}"), "'acme-2062'"),
        (("tier: {contract: acme-2026}", "tier: {contract: acme-2026, margin: -1}"), "margin"),
        (("    escalation", "    scope: {queues: [sales]}\n    escalation"), "whatever the scope"),
    ],
)
def test_a_rule_that_cannot_be_meant_so_is_told(change: tuple[str, str], problem: str) -> None:
    checked = check({"demo.yaml": TEXT + RULE.replace(*change)})
    assert any(problem in str(one) for one in checked.mistakes), checked.mistakes
