"""Conditions beside thresholds: abandons, staleness, spikes, concentration, streaks."""

import pytest

from floorpulse.alerts.domain import abandons, concentration, spikes, staleness, streaks
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Call
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.thresholds import Bounds
from floorpulse.definitions.domain.rule_terms import ConcentrationCondition, SpikeCondition
from floorpulse.kpis.figures import UNKNOWN as UNKNOWN_VALUE
from floorpulse.kpis.figures import count, share

LEVEL = Bounds(below=True, fire=0.8, clear=0.8, min_volume=10)
SPIKE = SpikeCondition(kpi="complaints")


@pytest.mark.parametrize(("gave_up", "call"), [(2, Call.CLEAR), (3, Call.BREACH), (4, Call.BREACH)])
def test_so_many_in_a_row_are_a_breach(gave_up: int, call: Call) -> None:
    judged = abandons.judge(3, Figure("abandoned", *count(gave_up).cells))

    assert judged.call is call
    assert judged.depth == (gave_up if call is Call.BREACH else 0)
    assert judged.figure == Figure("abandoned", *count(gave_up).cells)


def test_old_figures_are_a_breach_and_young_ones_are_not() -> None:
    age = Figure("age", *count(70).cells)

    assert staleness.judge(age, stale=True).call is Call.BREACH
    assert staleness.judge(age, stale=True).depth == 70
    assert staleness.judge(age, stale=False).call is Call.CLEAR
    assert all(staleness.judge(age, stale=stale).figure == age for stale in (True, False))


# ------------------------------------------------------------- spikes


@pytest.mark.parametrize(
    ("now", "before", "call"),
    [
        (5, [2, 3, 1, 4], Call.BREACH),  # median 2.5, twice is 5
        (4, [2, 3, 1, 4], Call.BETWEEN),
        (3, [2, 3, 1, 4], Call.CLEAR),  # below 3.75
        (9, [5, 5], Call.BETWEEN),
        (10, [5, 5], Call.BREACH),
        (4, [0, 0, 0], Call.BETWEEN),  # five at least
        (5, [0, 0, 0], Call.BREACH),
        (5, [3], Call.BETWEEN),
    ],
)
def test_a_spike_is_a_multiple_of_what_is_usual(now: int, before: list[float], call: Call) -> None:
    judged = spikes.judge(SPIKE, Figure("complaints", *count(now).cells), before)

    assert judged.call is call
    assert judged.figure is not None
    assert judged.figure.details["before"] == before


def test_a_spike_tells_what_is_usual() -> None:
    judged = spikes.judge(SPIKE, Figure("complaints", *count(12).cells), [2, 4])

    assert judged.figure == Figure(
        "complaints", 12, 12, bound=6.0, details={"usual": 3, "before": [2, 4]}
    )
    assert judged.depth == 6


def test_a_spike_needs_a_week_to_be_held_against() -> None:
    judged = spikes.judge(SPIKE, Figure("complaints", *count(12).cells), [])

    assert (judged.call, judged.reason) == (Call.UNKNOWN, Reason.NOT_FILLED)


def test_a_spike_needs_a_count() -> None:
    judged = spikes.judge(SPIKE, Figure("complaints", *UNKNOWN_VALUE.cells), [1])

    assert (judged.call, judged.reason) == (Call.UNKNOWN, Reason.UNDEFINED)
    assert judged.figure == Figure("complaints", *UNKNOWN_VALUE.cells)


# ------------------------------------------------------------- concentration


@pytest.mark.parametrize(
    ("part", "whole", "call", "reason"),
    [
        (3, 5, Call.BREACH, Reason.BREACHED),
        (3, 6, Call.CLEAR, Reason.CLEARED),
        (4, 4, Call.BETWEEN, Reason.TOO_FEW),
        (0, 0, Call.CLEAR, Reason.CLEARED),
    ],
)
def test_one_that_holds_more_than_the_share_stands_out(
    part: int, whole: int, call: Call, reason: Reason
) -> None:
    condition = ConcentrationCondition(by="agent")

    judged = concentration.judge(condition, Figure("complaints", *share(part, whole).cells))

    assert (judged.call, judged.reason) == (call, reason)
    assert judged.figure == Figure("complaints", *share(part, whole).cells)


def test_its_depth_is_what_is_beyond_the_share() -> None:
    condition = ConcentrationCondition(by="reason", share=0.25)

    assert concentration.judge(condition, Figure("complaints", *share(6, 8).cells)).depth == 0.5


# ------------------------------------------------------------- streaks


def day(number: int, part: int, whole: int) -> Figure:
    return Figure("service_level", *share(part, whole).cells, begin=f"2026-11-0{number}T00:00:00Z")


BAD = [day(1, 50, 100), day(2, 40, 100), day(3, 60, 100)]


def test_a_streak_is_a_breach_on_each_of_the_last_days() -> None:
    judged = streaks.judge(LEVEL, 3, [day(0, 99, 100), *BAD])

    assert judged.call is Call.BREACH
    assert judged.depth == pytest.approx(0.2)
    assert judged.figure is not None
    assert judged.figure.begin == "2026-11-03T00:00:00Z"
    assert [one["value"] for one in judged.figure.details["days"]] == [0.5, 0.4, 0.6]
    assert judged.figure.details["days"][0] == {
        "begin": "2026-11-01T00:00:00Z",
        "value": 0.5,
        "numerator": 50,
        "denominator": 100,
    }


def test_a_streak_ends_with_one_good_day() -> None:
    judged = streaks.judge(LEVEL, 3, [*BAD, day(4, 90, 100)])

    assert judged.call is Call.CLEAR
    assert judged.figure is not None
    assert judged.figure.value == 0.9


def test_days_that_are_not_known_make_no_streak() -> None:
    judged = streaks.judge(LEVEL, 4, BAD)

    assert (judged.call, judged.reason) == (Call.UNKNOWN, Reason.NOT_FILLED)
    assert judged.figure == BAD[-1]
    assert streaks.judge(LEVEL, 4, []).figure is None


def test_a_day_of_few_contacts_decides_nothing() -> None:
    judged = streaks.judge(LEVEL, 3, [*BAD[:2], day(3, 1, 5)])

    assert (judged.call, judged.reason) == (Call.BETWEEN, Reason.TOO_FEW)
    assert judged.figure is not None


def test_a_day_that_could_not_be_read_decides_nothing() -> None:
    judged = streaks.judge(LEVEL, 3, [*BAD[:2], Figure("service_level", *UNKNOWN_VALUE.cells)])

    assert (judged.call, judged.reason) == (Call.UNKNOWN, Reason.UNDEFINED)
    assert judged.figure is not None
