"""Pace and projected end of targets of agents, worked out on paper."""

import pytest

from floorpulse.definitions.domain.terms import Comparison
from floorpulse.figures.indicators.pace import (
    Aim,
    Pace,
    Progress,
    Standing,
    Yardstick,
    pace,
    standing,
)
from floorpulse.kpis.figures import Value, count, share

AT_LEAST = Comparison.AT_LEAST
AT_MOST = Comparison.AT_MOST


def progress(done: float, left: float) -> Progress:
    return Progress(done, left, Yardstick.CALENDAR)


def test_a_count_goes_on_at_its_pace() -> None:
    """45 in 30 of 37.5 hours are 1.5 an hour: 56.25 at the end; of 60, 48 were due by now and 15
    are left for 7.5 hours.
    """
    assert pace(count(45), Aim(60, AT_LEAST), progress(30, 7.5)) == Pace(
        expected=48, an_hour=1.5, projected=56.25, needed=2
    )


def test_a_mean_stays_and_the_rest_must_make_up_for_it() -> None:
    """72 of 90 in 30 hours, 30 more expected in 10: of 120, 102 make 0.85, so all 30 must."""
    found = pace(share(72, 90), Aim(0.85, AT_LEAST), progress(30, 10))

    assert (found.expected, found.an_hour, found.projected) == (None, None, 0.8)
    assert found.needed == pytest.approx(1.0)


def test_before_the_first_hour_nothing_is_projected_and_after_the_last_nothing_needed() -> None:
    assert pace(count(0), Aim(60, AT_LEAST), progress(0, 8)) == Pace(expected=0, needed=7.5)
    assert pace(count(61), Aim(60, AT_LEAST), progress(8, 0)) == Pace(
        expected=60, an_hour=7.625, projected=61
    )
    assert pace(share(3, 4), Aim(0.5, AT_LEAST), progress(0, 8)) == Pace(projected=0.75)
    assert pace(Value(None, 0, 0), Aim(0.5, AT_LEAST), progress(4, 4)) == Pace()
    assert progress(0, 0).elapsed == 1


@pytest.mark.parametrize(
    ("value", "aim", "projected", "over", "expected"),
    [
        (count(61), Aim(60, AT_LEAST), 80.0, False, Standing.MET),
        (count(45), Aim(60, AT_LEAST), 61.0, False, Standing.ON_PACE),
        (count(45), Aim(60, AT_LEAST), 56.0, False, Standing.BEHIND),
        (count(45), Aim(60, AT_LEAST), 45.0, True, Standing.MISSED),
        (count(3), Aim(2, AT_MOST), 5.0, False, Standing.MISSED),
        (count(1), Aim(2, AT_MOST), 1.5, False, Standing.ON_PACE),
        (count(1), Aim(2, AT_MOST), 3.0, False, Standing.BEHIND),
        (count(1), Aim(2, AT_MOST), None, True, Standing.MET),
        (share(8, 10), Aim(0.7, AT_LEAST), 0.8, False, Standing.ON_PACE),
        (share(8, 10), Aim(0.9, AT_LEAST), 0.8, False, Standing.BEHIND),
        (Value(None, 0, 0), Aim(0.9, AT_LEAST), None, False, Standing.NOTHING_YET),
        (Value(None, 0, 0), Aim(0.9, AT_LEAST), None, True, Standing.NOTHING_YET),
        (count(0), Aim(60, AT_LEAST), None, False, Standing.NOTHING_YET),
    ],
)
def test_a_target_stands_by_what_cannot_change_else_by_its_projected_end(
    value: Value,
    aim: Aim,
    projected: float | None,
    over: int,
    expected: Standing,
) -> None:
    assert standing(value, aim, projected, over=bool(over)) is expected
