"""Columns as texts, whatever their values hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.kpi_engine.postgres.texts import texts


def apart(*columns: list[str]) -> list[list[str]]:
    separator, *whole = texts(*columns)
    return [column.split(separator) for column in whole]


@pytest.mark.parametrize(
    "odd", ["plain", "two\nlines", "\n", "a\x1fb\n", "\n\x1e0\x1f\x1f", "电话\n"]
)
def test_a_value_comes_back_whatever_it_holds(odd: str) -> None:
    assert apart(["7", "8"], [odd, "next"]) == [["7", "8"], [odd, "next"]]


@given(st.lists(st.text("ab\n\x1e0\x1f1", min_size=1), min_size=1))
def test_columns_come_back_as_they_went(column: list[str]) -> None:
    assert apart(column, column[::-1]) == [column, column[::-1]]
