"""Flapping: the last 21 states, recent changes weigh more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.alerts.domain.flapping import (
    EVERY,
    STEADY,
    Flaps,
    forgotten_at,
    noted,
    settled,
    share_of_changes,
    steady_at,
)

MINUTE = 60_000
HISTORIES = st.lists(st.integers(0, 30 * MINUTE), max_size=30)


def after(*gaps: int) -> Flaps:
    """An alert that fires and resolves by turns, so many milliseconds apart."""
    flaps = STEADY
    at = 0
    for number, gap in enumerate(gaps):
        at += gap
        flaps = noted(flaps, fires=number % 2 == 0, at=at)
    return flaps


def test_no_change_is_none_and_every_state_another_is_all() -> None:
    assert share_of_changes(0) == 0
    assert share_of_changes((1 << 21) - 1) == 0
    assert share_of_changes(0b101010101010101010101) == pytest.approx(1)


@pytest.mark.parametrize(("age", "weight"), [(0, 1.25), (19, 0.75), (10, 0.75 + 9 * 0.5 / 19)])
def test_a_recent_change_weighs_more(age: int, weight: float) -> None:
    one_change = (1 << (age + 1)) - 1

    assert share_of_changes(one_change) == pytest.approx(weight / 20)


def test_flapping_begins_with_the_fifth_change() -> None:
    assert not after(*[MINUTE] * 4).flapping
    assert after(*[MINUTE] * 5).flapping


def test_changes_an_hour_apart_do_not_flap() -> None:
    assert not after(*[60 * MINUTE] * 30).flapping


def test_flapping_goes_on_down_to_fifteen_per_cent() -> None:
    flaps = after(*[MINUTE] * 5)
    until = steady_at(flaps)

    assert until is not None
    assert settled(flaps, until - 1).flapping
    assert share_of_changes(settled(flaps, until - 1).states) >= 0.15
    assert not settled(flaps, until).flapping
    assert share_of_changes(settled(flaps, until).states) < 0.15


def test_the_last_changes_are_forgotten_after_a_hundred_minutes() -> None:
    flaps = after(MINUTE, MINUTE)

    assert forgotten_at(flaps) == 2 * MINUTE + 20 * EVERY
    assert settled(flaps, 2 * MINUTE + 20 * EVERY).states == 0
    assert settled(flaps, 2 * MINUTE + 20 * EVERY - 1).states != 0


def test_there_is_nothing_to_forget_of_a_steady_alert() -> None:
    assert forgotten_at(STEADY) is None
    assert steady_at(STEADY) is None
    assert forgotten_at(settled(after(MINUTE), 1000 * MINUTE)) is None


@given(HISTORIES, st.integers(0, 200 * MINUTE), st.integers(0, 200 * MINUTE))
def test_it_makes_no_difference_how_often_somebody_looks(
    gaps: list[int], first: int, then: int
) -> None:
    flaps = after(*gaps)
    once = settled(flaps, flaps.at + first + then)

    assert settled(settled(flaps, flaps.at + first), flaps.at + first + then) == once


@given(HISTORIES)
def test_a_steady_alert_does_not_begin_to_flap_by_waiting(gaps: list[int]) -> None:
    flaps = after(*gaps)

    assert flaps.flapping or not settled(flaps, flaps.at + 7 * EVERY).flapping


@given(HISTORIES)
def test_a_clock_that_goes_back_forgets_nothing(gaps: list[int]) -> None:
    flaps = after(*gaps)

    assert settled(flaps, flaps.at - MINUTE) == flaps
