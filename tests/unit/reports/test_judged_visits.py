"""One visit under the terms of a contract."""

from decimal import Decimal

import pytest

from floorpulse.contracts.cells import Cell, Cells
from floorpulse.contracts.visits import Outcome
from floorpulse.counting.histograms import Boundary
from floorpulse.definitions.domain.contract_terms import BillableBody
from floorpulse.definitions.domain.contract_words import Per
from floorpulse.definitions.domain.contracts import BillingRule
from floorpulse.kpis.catalogue import OVER_SPANS
from floorpulse.kpis.figures import SpanFigures
from floorpulse.kpis.policies import DEFAULT_POLICY, Formula, ServiceLevelPolicy
from floorpulse.reports.domain.judged_visits import billed_time, hit_and_total, is_billable
from floorpulse.reports.live.billing import TIMES
from tests.fakes.contracts import call

ANSWERED, ABANDONED, LEFT = Outcome
EARLY, SHORT, LATE = 15_000, 3_000, 45_000
"""Waits within T = 20 s, within S = 5 s, and beyond both; milliseconds"""


@pytest.mark.parametrize(
    ("formula", "in_time", "late", "gave_up_short", "gave_up_early", "gave_up_late"),
    [
        ("V1", (1, 1), (0, 1), (1, 1), (1, 1), (0, 1)),
        ("V2", (1, 1), (0, 1), (0, 0), (0, 0), (0, 0)),
        ("V3", (1, 1), (0, 1), (0, 1), (0, 1), (0, 1)),
        ("V4", (1, 1), (0, 1), (0, 0), (0, 0), (0, 1)),
        ("V5", (1, 1), (0, 1), (0, 0), (0, 1), (0, 1)),
        ("V6", (1, 1), (0, 1), (1, 1), (0, 1), (0, 1)),
    ],
)
def test_a_visit_counts_as_each_formula_says(
    formula: str,
    in_time: tuple[int, int],
    late: tuple[int, int],
    gave_up_short: tuple[int, int],
    gave_up_early: tuple[int, int],
    gave_up_late: tuple[int, int],
) -> None:
    policy = ServiceLevelPolicy(formula=Formula(formula))

    answered = [hit_and_total(ANSWERED, wait, policy) for wait in (EARLY, LATE)]
    abandoned = [hit_and_total(ABANDONED, wait, policy) for wait in (SHORT, EARLY, LATE)]

    assert answered == [in_time, late]
    assert abandoned == [gave_up_short, gave_up_early, gave_up_late]


@pytest.mark.parametrize(("boundary", "hit"), [("le", 1), ("lt", 0)])
def test_the_boundary_says_whether_exactly_t_is_within(boundary: Boundary, hit: int) -> None:
    policy = ServiceLevelPolicy(boundary=boundary)

    assert hit_and_total(ANSWERED, 20_000, policy) == (hit, 1)
    assert hit_and_total(ABANDONED, 5_000, policy) == (0, 1 - hit)


def test_who_left_and_who_still_waits_count_where_the_policy_says_so() -> None:
    usual = ServiceLevelPolicy()
    other = ServiceLevelPolicy(flow_outs=True, waiting_past_threshold=False)

    assert [hit_and_total(LEFT, LATE, one) for one in (usual, other)] == [(0, 0), (0, 1)]
    assert [hit_and_total(None, LATE, one) for one in (usual, other)] == [(0, 1), (0, 0)]
    assert hit_and_total(None, EARLY, usual) == (0, 0)


def test_what_is_billable_goes_by_outcome() -> None:
    done = call(0)
    going_on = call(0, completed_at=None)
    short, long = call(0, ABANDONED, 5), call(0, ABANDONED, 6)
    visits = [done, going_on, short, long]

    def billable(body: BillableBody) -> list[bool]:
        return [is_billable(one, body) for one in visits]

    assert billable(BillableBody()) == [True, False, False, False]
    assert billable(BillableBody(contacts="answered")) == [True, True, False, False]
    assert billable(BillableBody(contacts="offered")) == [True] * 4
    assert billable(BillableBody(contacts="offered", without_short=5)) == [True, True, False, True]


def test_too_little_talk_is_not_billable() -> None:
    body = BillableBody(least_talk=10)

    assert not is_billable(call(0, talk=9_999), body)
    assert is_billable(call(0, talk=10_000), body)


@pytest.mark.parametrize(
    ("terms", "billed"),
    [
        ({"time": "talk"}, 61_000),
        ({"time": "conversation"}, 64_000),
        ({"time": "handle"}, 71_500),
        ({"time": "talk", "increment": 60}, 120_000),
        ({"time": "talk", "increment": 1}, 61_000),
        ({"time": "talk", "least": 90}, 90_000),
        ({"time": "talk", "least": 90, "increment": 60}, 120_000),
    ],
)
def test_billed_time_is_what_was_agreed(terms: dict[str, object], billed: int) -> None:
    rule = BillingRule("m", {}, Per.HANDLED_MINUTE, Decimal(1), **terms)  # type: ignore[arg-type]

    assert billed_time(call(0, talk=61_000, hold=3_000, wrap=7_500), rule) == billed


@pytest.mark.parametrize("time", TIMES)
def test_time_is_told_live_by_the_kpis_whose_sums_are_billed(time: str) -> None:
    rule = BillingRule("m", {}, Per.HANDLED_MINUTE, Decimal(1), time=time)
    visit = call(0, talk=61_000, hold=3_000, wrap=7_500)
    cells: Cells = {Cell.HANDLED: 1, Cell.TALK: 61_000, Cell.HOLD: 3_000, Cell.WRAP: 7_500}

    told = [OVER_SPANS[kpi].measure(SpanFigures(cells), DEFAULT_POLICY) for kpi in TIMES[time]]

    live = sum(one.numerator or 0 for one in told)
    assert live == pytest.approx(billed_time(visit, rule) / 1000)


def test_nothing_is_billed_of_a_conversation_that_goes_on() -> None:
    rule = BillingRule("m", {}, Per.HANDLED_MINUTE, Decimal(1), least=90)

    assert billed_time(call(0, completed_at=None), rule) == 0
