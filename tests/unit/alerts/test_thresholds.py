"""Thresholds: bounds, hysteresis, and ratios that are more than chance."""

import pytest

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Call
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.thresholds import Bounds, bounds_of, judge
from floorpulse.definitions.domain.rule_terms import StreakCondition, ThresholdCondition
from floorpulse.kpis.figures import Value, count, mean, share

LEVEL = Bounds(below=True, fire=0.8, clear=0.85, min_volume=10)
WAIT = Bounds(below=False, fire=60, clear=30)


def figure(value: Value) -> Figure:
    return Figure("any", *value.cells)


@pytest.mark.parametrize(
    ("part", "whole", "call", "reason"),
    [
        (2, 5, Call.BETWEEN, Reason.TOO_FEW),
        (0, 9, Call.BETWEEN, Reason.TOO_FEW),
        (0, 10, Call.BREACH, Reason.BREACHED),
        (6, 10, Call.BETWEEN, Reason.WITHIN_CHANCE),  # upper end 0.832
        (12, 20, Call.BREACH, Reason.BREACHED),  # 0.781
        (13, 20, Call.BETWEEN, Reason.WITHIN_CHANCE),  # 0.819
        (34, 50, Call.BREACH, Reason.BREACHED),  # 0.792
        (80, 100, Call.BETWEEN, Reason.BETWEEN),
        (85, 100, Call.CLEAR, Reason.CLEARED),
        (1, 1, Call.CLEAR, Reason.CLEARED),
        (0, 0, Call.BETWEEN, Reason.UNDEFINED),
    ],
)
def test_a_ratio_fires_only_on_evidence(part: int, whole: int, call: Call, reason: Reason) -> None:
    judged = judge(LEVEL, figure(share(part, whole)))

    assert (judged.call, judged.reason) == (call, reason)


def test_two_of_five_would_fire_where_the_rule_asks_for_five() -> None:
    low = Bounds(below=True, fire=0.8, clear=0.8, min_volume=5)

    assert judge(low, figure(share(2, 5))).call is Call.BREACH  # upper end 0.769


@pytest.mark.parametrize(
    ("part", "whole", "call"),
    [
        (4, 20, Call.BETWEEN),  # lower end 0.081
        (8, 20, Call.BREACH),  # 0.219
        (2, 20, Call.BETWEEN),
        (1, 20, Call.CLEAR),
    ],
)
def test_a_ratio_that_must_be_low_is_held_against_its_lower_end(
    part: int, whole: int, call: Call
) -> None:
    abandoned = Bounds(below=False, fire=0.1, clear=0.05, min_volume=10)

    assert judge(abandoned, figure(share(part, whole))).call is call


@pytest.mark.parametrize(
    ("wait", "call"),
    [
        (60.0, Call.BETWEEN),
        (60.001, Call.BREACH),
        (30.0, Call.CLEAR),
        (30.001, Call.BETWEEN),
        (0.0, Call.CLEAR),
    ],
)
def test_a_gauge_needs_no_volume(wait: float, call: Call) -> None:
    assert judge(WAIT, figure(count(wait))).call is call


def test_what_could_not_be_looked_up_decides_nothing() -> None:
    judged = judge(WAIT, figure(Value(None, None, None)))

    assert (judged.call, judged.reason) == (Call.UNKNOWN, Reason.UNDEFINED)


def test_an_undefined_mean_is_known() -> None:
    assert judge(WAIT, figure(mean(0, 0))).call is Call.BETWEEN


def test_the_depth_of_a_breach_is_what_is_missing() -> None:
    assert judge(WAIT, figure(count(75))).depth == 15
    assert judge(LEVEL, figure(share(12, 20))).depth == pytest.approx(0.2)


def test_the_judged_figure_stands_in_the_judgement() -> None:
    told = figure(share(12, 20))

    assert judge(LEVEL, told).figure is told


def test_bounds_clear_where_they_fire_unless_the_rule_says_otherwise() -> None:
    below = ThresholdCondition(kpi="service_level", fire_below=0.8)
    above = ThresholdCondition(kpi="waiting", fire_above=5)

    assert bounds_of(below, counted=True) == Bounds(True, 0.8, 0.8, 10)
    assert bounds_of(above, counted=False) == Bounds(False, 5, 5, 0)


def test_bounds_are_those_of_the_rule() -> None:
    below = ThresholdCondition(kpi="service_level", fire_below=0.8, clear_above=0.9, min_volume=30)
    above = ThresholdCondition(kpi="aht", fire_above=600, clear_below=500, min_volume=1)

    assert bounds_of(below, counted=True) == Bounds(True, 0.8, 0.9, 30)
    assert bounds_of(above, counted=True) == Bounds(False, 600, 500, 1)


def test_a_streak_clears_where_it_fires() -> None:
    assert bounds_of(StreakCondition(kpi="aht", fire_above=600), counted=True) == Bounds(
        False, 600, 600, 10
    )
