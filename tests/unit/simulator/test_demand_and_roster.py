"""Demand over the day, and the roster that meets it."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, pairwise, takewhile
from math import sqrt
from random import Random

import pytest

from floorpulse.simulator.domain.demand import (
    SLOT,
    SLOTS,
    actual,
    arrivals,
    curve,
    load,
    mixes,
    planned,
    unforeseen,
)
from floorpulse.simulator.domain.roster import Shift, required, roster, rostered
from floorpulse.simulator.domain.scenarios import DOUBLE_ELEVEN, NORMAL
from floorpulse.simulator.domain.spans import DAY, HOUR


def shares_of(cumulated: Sequence[float]) -> list[float]:
    """The parts of cumulated weights, each of the whole."""
    return [(to - since) / cumulated[-1] for since, to in pairwise((0.0, *cumulated))]


def test_a_curve_spreads_its_total_and_leans_towards_the_next_hour() -> None:
    halves = curve((0.0, *[2.0] * 23), 100)

    assert sum(halves) == pytest.approx(100)
    assert halves[0] == 0
    assert halves[1] == pytest.approx(halves[2] / 2)


def test_the_surge_comes_on_top_of_the_forecast() -> None:
    assert sum(planned(DOUBLE_ELEVEN)) == pytest.approx(15_000)
    assert sum(actual(DOUBLE_ELEVEN)) == pytest.approx(20_000)
    assert actual(NORMAL) == planned(NORMAL)
    beyond = unforeseen(DOUBLE_ELEVEN)
    assert beyond[40] / planned(DOUBLE_ELEVEN)[40] > 2 * beyond[18] / planned(DOUBLE_ELEVEN)[18], (
        "more of it in the evening"
    )


def test_the_queues_of_a_surge_are_its_own() -> None:
    names = [queue.id for queue in DOUBLE_ELEVEN.queues]
    calm = dict(zip(names, shares_of(mixes(NORMAL)[40]), strict=True))
    rushed = dict(zip(names, shares_of(mixes(DOUBLE_ELEVEN)[40]), strict=True))

    assert calm == pytest.approx({queue.id: queue.share for queue in NORMAL.queues})
    assert rushed["chat"] > calm["chat"]
    assert rushed["returns"] < calm["returns"]


def test_a_reserve_is_rostered_beside_what_the_forecast_asks_for() -> None:
    team = DOUBLE_ELEVEN.teams[-1]
    plain = rostered(DOUBLE_ELEVEN, replace(team, reserve=1.0))

    assert len(rostered(DOUBLE_ELEVEN, team)) == pytest.approx(team.reserve * len(plain), rel=0.1)


def test_as_many_arrive_in_each_half_hour_as_the_curve_says() -> None:
    contacts = (0.0,) * 10 + (2_000.0,) * 20 + (500.0,) * 18
    times = list(takewhile(lambda at: at < DAY, arrivals(Random(1), contacts, 0)))

    for slot in range(SLOTS):
        came = sum(slot * SLOT <= at < (slot + 1) * SLOT for at in times)
        assert abs(came - contacts[slot]) <= 4 * sqrt(contacts[slot])


def test_arrivals_begin_at_the_opening_and_go_on_over_midnight() -> None:
    contacts = (100.0,) + (0.0,) * 46 + (100.0,)
    times = list(islice(arrivals(Random(1), contacts, DAY - HOUR), 400))

    assert times == sorted(times)
    assert HOUR // 2 <= times[0] < HOUR, "nothing comes in the half hour before the last of the day"
    assert times[-1] > DAY


def test_load_is_contacts_times_handle_time() -> None:
    queue = NORMAL.queue("orders")
    (erlangs,) = set(load((100.0,) * SLOTS, [queue]))

    assert erlangs == pytest.approx(100 * 0.33 * (3 + 210 + 35) / 1800)


def test_somebody_is_always_needed() -> None:
    assert required([0.0, 100.0], 0.5) == [1, 112]


def test_the_roster_covers_what_is_needed() -> None:
    needed = [1] * 16 + [7, 12, 9, 4] * 6 + [3] * 8

    on_duty = [0] * SLOTS
    for shift in roster(needed):
        for slot in shift.covers():
            on_duty[slot] += 1

    assert all(have >= want for have, want in zip(on_duty, needed, strict=True))
    assert sum(on_duty) < 2 * sum(needed)


def test_a_shift_goes_on_over_midnight_and_leaves_the_meal_out() -> None:
    assert Shift(46, 7).covers() == [46, 47, 0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13]
    assert Shift(46, 7).start == 23 * HOUR
