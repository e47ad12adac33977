"""Agents who serve several queues, shared out; and what is expected to come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.figures.staffing.allocation import rounded, shared_out
from floorpulse.figures.staffing.arrivals import Basis, Lately, expected_arrivals

QUEUES = ("chat", "orders", "returns")
SKILLS = st.lists(st.sampled_from(QUEUES), min_size=1, unique=True).map(
    lambda queues: tuple(sorted(queues))
)
GROUPS = st.dictionaries(SKILLS, st.integers(1, 80), min_size=1)
WORK = st.dictionaries(st.sampled_from(QUEUES), st.floats(0, 100))


def test_who_serves_one_queue_is_its_own() -> None:
    assert shared_out({("orders",): 12}, {"orders": 30.0}) == {("orders",): {"orders": 12}}


def test_who_serves_two_goes_where_the_work_is() -> None:
    shares = shared_out({("orders", "returns"): 30}, {"orders": 20.0, "returns": 10.0})

    assert shares == {("orders", "returns"): {"orders": 20, "returns": 10}}


def test_who_serves_two_leaves_the_one_that_others_serve_well() -> None:
    groups: dict[tuple[str, ...], int] = {("chat",): 20, ("chat", "orders"): 10}

    assert shared_out(groups, {"chat": 10.0, "orders": 30.0})["chat", "orders"] == {
        "chat": 0,
        "orders": 10,
    }


def test_three_groups_in_a_ring_are_loaded_alike() -> None:
    groups: dict[tuple[str, ...], int] = {
        ("chat", "orders"): 30,
        ("orders", "returns"): 30,
        ("chat", "returns"): 30,
    }
    work = {"chat": 10.0, "orders": 40.0, "returns": 31.0}
    shares = shared_out(groups, work)
    there = {queue: sum(mine.get(queue, 0) for mine in shares.values()) for queue in QUEUES}

    assert [there[queue] / work[queue] for queue in QUEUES] == pytest.approx([90 / 81] * 3, abs=0.1)


def test_a_group_without_work_is_spread() -> None:
    assert shared_out({("chat", "orders"): 5}, {}) == {("chat", "orders"): {"chat": 3, "orders": 2}}


@given(GROUPS, WORK)
def test_nobody_is_lost_or_counted_twice(
    groups: dict[tuple[str, ...], int], work: dict[str, float]
) -> None:
    shares = shared_out(groups, work)

    assert {skills: sum(mine.values()) for skills, mine in shares.items()} == groups
    assert all(set(mine) == set(skills) for skills, mine in shares.items())
    assert all(number >= 0 for mine in shares.values() for number in mine.values())


@given(GROUPS, WORK, st.integers(1, 80))
def test_queues_that_nobody_serves_beside_another_change_nothing_for_the_others(
    groups: dict[tuple[str, ...], int], work: dict[str, float], agents: int
) -> None:
    apart = shared_out({("apart",): agents, **groups}, {**work, "apart": 40.0})

    assert apart == {("apart",): {"apart": agents}, **shared_out(groups, work)}


def test_the_largest_rest_is_rounded_up_first() -> None:
    assert rounded(10, QUEUES, [1, 1, 1]) == {"chat": 4, "orders": 3, "returns": 3}
    assert rounded(2, QUEUES, [0.1, 0.5, 0.4]) == {"chat": 0, "orders": 1, "returns": 1}


@pytest.mark.parametrize(
    ("ahead", "lately", "expected", "basis"),
    [
        (120.0, Lately(65, 1800, 50), 156.0, Basis.SCALED),
        (120.0, Lately(40, 1800, 50), 96.0, Basis.SCALED),
        (120.0, Lately(0, 1800, 50), 0.0, Basis.SCALED),
        (12.0, Lately(3, 1800, 6), 12.0, Basis.FORECAST),
        (None, Lately(65, 1800, None), 130.0, Basis.MEASURED),
        (None, Lately(65, 1800, 50), 130.0, Basis.MEASURED),
        (120.0, Lately(65, 1800, None), 130.0, Basis.MEASURED),
        (0.0, Lately(65, 1800, 50), 130.0, Basis.MEASURED),
        (12.0, Lately(65, 1800, 0.5), 130.0, Basis.MEASURED),
        (None, Lately(0, 0, None), 0.0, Basis.MEASURED),
    ],
)
def test_what_came_lately_sets_the_forecast_right(
    ahead: float | None, lately: Lately, expected: float, basis: Basis
) -> None:
    told = expected_arrivals(ahead, lately)

    assert told.expected == pytest.approx(expected)
    assert told.basis is basis
    assert told.forecast == ahead
