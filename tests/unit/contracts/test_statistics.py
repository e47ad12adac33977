"""The Wilson interval against the figures that alert rules were designed with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.kpis.statistics import wilson


@pytest.mark.parametrize(
    ("part", "whole", "upper"),
    [(2, 5, 0.769), (6, 10, 0.832), (12, 20, 0.781), (13, 20, 0.819), (34, 50, 0.792)],
)
def test_the_upper_bound_is_the_published_one(part: int, whole: int, upper: float) -> None:
    assert round(wilson(part, whole)[1], 3) == upper


@given(
    st.integers(1, 10_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
)
def test_the_interval_holds_the_proportion_and_stays_within_0_and_1(
    counts: tuple[int, int],
) -> None:
    part, whole = counts
    low, high = wilson(part, whole)

    assert 0 <= low <= part / whole <= high <= 1
