"""Recovery: whether the half hour can still keep its service level."""

from dataclasses import replace
from math import inf

import pytest

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Call, Judgement
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.recovery import HalfHour, When, judge, together, told, with_agents
from floorpulse.kpis.figures import share
from floorpulse.kpis.policies import DEFAULT_POLICY, Formula

POLICY = replace(DEFAULT_POLICY, formula=Formula.V3)
FIGURE = Figure("service_level", *share(60, 100).cells)
HALF = HalfHour(
    POLICY, hit=60, total=100, undecided=0, coming=100, rate=100 / 900, aht=180, agents=25
)


def judged(half_hour: HalfHour | None, when: When = "at_risk") -> Judgement:
    return judge(when, half_hour)


def test_what_the_rest_must_bring_is_worked_out() -> None:
    # 80 % of 200 are 160; 60 are there, 100 of the 100 to come must be in time
    assert HALF.required == pytest.approx(1.0)
    # those who wait may still be in time: (0.8 × 220 − 60) / 120
    assert replace(HALF, undecided=20).required == pytest.approx(116 / 120)


@pytest.mark.parametrize(("hit", "call"), [(59, Call.BREACH), (60, Call.CLEAR), (90, Call.CLEAR)])
def test_a_half_hour_is_lost_where_all_in_time_would_not_do(hit: int, call: Call) -> None:
    assert judged(replace(HALF, hit=hit), "lost").call is call


def test_a_lost_half_hour_is_lost_without_knowing_who_is_there() -> None:
    blind = replace(HALF, hit=20, agents=None)

    assert judged(blind, "lost").call is Call.BREACH
    assert judged(blind).call is Call.BREACH


def test_a_half_hour_that_is_kept_whatever_comes_is_not_at_risk() -> None:
    kept = replace(HALF, hit=100, total=100, coming=20, agents=None)

    assert kept.required == pytest.approx(-4 / 20)
    assert judged(kept).call is Call.CLEAR


def test_it_is_at_risk_where_the_agents_cannot_bring_what_is_required() -> None:
    # 20 erlangs; required 0.9
    half = replace(HALF, hit=70)
    enough = half.agents_for(0.9)
    assert enough is not None

    assert judged(replace(half, agents=enough - 1)).call is Call.BREACH
    assert judged(replace(half, agents=enough + 2)).call is Call.CLEAR


def test_it_says_how_many_agents_are_missing() -> None:
    half = replace(HALF, hit=70, agents=18, pace=1.4)
    figure = with_agents(told("at_risk", half, FIGURE), half)

    needed = half.agents_for(0.9)
    assert needed is not None
    assert figure.details == {
        "required": pytest.approx(0.9),
        "achievable": half.achievable,
        "rest": 100,
        "pace": 1.4,
        "agents": 18,
        "agents_required": needed,
        "agents_missing": needed - 18,
    }
    assert half.share(half.load, needed) >= 0.9 > half.share(half.load, needed - 1)  # type: ignore[arg-type]


def test_agents_are_asked_for_only_where_they_help() -> None:
    lost = replace(HALF, hit=10)
    over = replace(HALF, undecided=0, coming=0)
    hopeless = replace(HALF, hit=60.0001)  # type: ignore[arg-type]  # 0.999999

    assert with_agents(FIGURE, lost) is FIGURE
    assert with_agents(FIGURE, over) is FIGURE
    none_would_do = with_agents(FIGURE, hopeless).details
    assert none_would_do == {"agents_required": None, "agents_missing": None}


def test_just_enough_is_between() -> None:
    half = replace(HALF, hit=70)
    achievable = half.achievable
    assert achievable is not None
    # required = (160 − hit) / 100, a little below what is achievable
    hit = 160 - round(100 * achievable) + 1
    edge = judged(replace(half, hit=hit, coming=100))

    assert edge.call is Call.BETWEEN


def test_few_contacts_decide_nothing() -> None:
    few = judged(replace(HALF, hit=0, total=4, coming=5))

    assert (few.call, few.reason) == (Call.BETWEEN, Reason.TOO_FEW)


def test_ten_contacts_decide() -> None:
    assert judged(replace(HALF, hit=0, total=5, coming=5)).call is Call.BREACH


def test_the_end_of_the_half_hour_decides_nothing() -> None:
    over = judged(replace(HALF, coming=0))

    assert (over.call, over.reason) == (Call.BETWEEN, Reason.UNDEFINED)


@pytest.mark.parametrize(
    ("when", "half"),
    [
        ("lost", replace(HALF, hit=70)),
        ("at_risk", replace(HALF, hit=10)),
        ("at_risk", replace(HALF, hit=100, total=100, coming=20)),
        ("at_risk", replace(HALF, hit=0, total=4, coming=5)),
        ("at_risk", replace(HALF, coming=0)),
        ("at_risk", replace(HALF, hit=70, agents=None)),
    ],
    ids=["lost", "at risk and lost", "kept", "small", "over", "nobody known"],
)
def test_what_the_agents_can_bring_is_told_only_where_it_decides(
    when: When, half: HalfHour
) -> None:
    details = told(when, half, FIGURE).details

    assert details == {
        "required": half.required,
        "rest": half.rest,
        "pace": 1.0,
        "agents": half.agents,
    }
    assert "achievable" in told("at_risk", replace(HALF, hit=70), FIGURE).details


def test_without_a_forecast_nothing_is_known() -> None:
    assert judged(None).call is Call.UNKNOWN
    assert told("at_risk", None, FIGURE) is FIGURE


@pytest.mark.parametrize(
    "half", [replace(HALF, hit=70, agents=None), replace(HALF, hit=70, aht=None)]
)
def test_without_agents_or_handle_times_risk_is_not_known(half: HalfHour) -> None:
    assert judged(half).call is Call.UNKNOWN


def test_nobody_at_work_keeps_nothing() -> None:
    assert replace(HALF, agents=0).achievable == 0
    assert judged(replace(HALF, hit=70, agents=0)).call is Call.BREACH


def test_nothing_counts_of_those_who_all_give_up_at_once() -> None:
    """V2 counts only who is answered: nobody at work, nobody counts."""
    assert replace(HALF, policy=replace(POLICY, formula=Formula.V2), agents=0).achievable == 0


def test_parts_with_other_policies_make_one_half_hour() -> None:
    chat = HalfHour(
        replace(POLICY, target=0.9, threshold=60),
        hit=20,
        total=25,
        undecided=1,
        coming=24,
        rate=0.02,
        aht=300,
        agents=25,
    )

    both = together([HALF, chat])

    assert both.policy.target == pytest.approx((0.8 * 200 + 0.9 * 50) / 250)
    assert both.policy.threshold == POLICY.threshold
    assert (both.hit, both.total, both.undecided, both.coming) == (80, 125, 1, 124)
    assert both.rate == pytest.approx(100 / 900 + 0.02)
    assert both.aht == pytest.approx((100 / 900 * 180 + 0.02 * 300) / (100 / 900 + 0.02))


def test_one_part_is_the_half_hour_itself() -> None:
    nothing = replace(HALF, hit=0, total=0, coming=0)

    assert together([HALF]) is HALF
    assert together([nothing, nothing]) is nothing


def test_the_handle_time_of_parts_without_any_is_unknown() -> None:
    unknown = replace(HALF, aht=None)

    assert together([unknown, unknown]).aht is None


LINE = HalfHour(
    replace(POLICY, patience=150),
    hit=20,
    total=22,
    undecided=2,
    coming=38,
    rate=0.04,
    aht=210,
    agents=10,
    waiting=5,
)
"""Five wait for ten agents, each of whom is done every 210 s; 8.4 erlangs come"""


def test_a_line_takes_its_time_to_be_served_by_what_comes_is_served_and_gives_up() -> None:
    # W' = 0.04 − 10/210 − W/150 from 5 down to 1: 150 ln(6.1429 / 2.1429)
    assert LINE.drained == pytest.approx(157.97, abs=0.01)
    # nearly nobody gives up: 4 / (10/210 − 0.04)
    patient = replace(POLICY, patience=10_000_000)
    assert replace(LINE, policy=patient).drained == pytest.approx(525, rel=1e-3)


@pytest.mark.parametrize(
    ("half", "seconds"),
    [
        (replace(LINE, waiting=1), 0),
        (replace(LINE, agents=None), 0),
        (replace(LINE, rate=0.0), 0),
        (replace(LINE, agents=4), inf),
    ],
)
def test_a_line_is_no_line_or_never_ends(half: HalfHour, seconds: float) -> None:
    assert half.drained == seconds


def test_while_a_line_lasts_nobody_is_expected_to_be_answered_in_time() -> None:
    steady = replace(LINE, waiting=0, undecided=0).achievable
    assert steady is not None

    # 2 who wait and 0.04 × 157.97 to come, of 40
    late = 2 + 0.04 * 157.97
    assert LINE.achievable == pytest.approx(steady * (1 - late / 40), abs=1e-4)
    assert replace(LINE, agents=4).achievable == 0
    assert replace(LINE, coming=0.0, undecided=0).achievable is None


def test_a_line_that_lasts_puts_a_half_hour_at_risk() -> None:
    half = replace(LINE, hit=19, agents=11)

    assert judged(replace(half, waiting=0)).call is Call.CLEAR
    assert judged(replace(half, waiting=14)).call is Call.BREACH


def test_lines_of_several_policies_are_one() -> None:
    other = replace(LINE, policy=replace(LINE.policy, target=0.9), waiting=3)

    assert together([LINE, other]).waiting == 8
