"""How much cells grew, in contacts and amounts."""

import pytest

from floorpulse.contracts.cells import Cell, Cells, Histogram
from floorpulse.counting.growth import AMOUNTS, Growth, growth_of


@pytest.mark.parametrize(
    ("change", "growth"),
    [
        ({}, Growth(0, 0)),
        ({Cell.OFFERED: 2, Cell.ANSWERED: 2, Cell.ANSWERED_WAIT: 9000}, Growth(2, 9000)),
        ({Cell.ANSWERED: 2, Cell.ABANDONED: 1, Cell.LEFT_KEY: 4, Cell.OFFERED: 5}, Growth(7, 0)),
        ({Cell.COMPLAINTS_LOW: 1, Cell.COMPLAINTS_HIGH: 2, Cell.HANDLED: 1}, Growth(3, 0)),
        ({Histogram.HANDLE_TIME + 4: 1, Histogram.HANDLE_TIME + 7: 2}, Growth(3, 0)),
        ({Histogram.ANSWERED_WAIT + 4: 1, Histogram.HANDLE_TIME + 4: 1}, Growth(1, 0)),
        ({Cell.TALK: 3000, Cell.WRAP: 2000, Cell.ANSWERED_WAIT: 4000}, Growth(0, 5000)),
    ],
)
def test_a_change_grows_by_the_family_that_grows_most(change: Cells, growth: Growth) -> None:
    assert growth_of(change) == growth


def test_there_is_no_growth_where_a_cell_became_less() -> None:
    assert growth_of({Cell.OFFERED: 1, Cell.ANSWERED_WAIT: -1}) is None


def test_sums_are_amounts_and_all_else_counts() -> None:
    assert {Cell.TALK, Cell.ANSWERED_WAIT, Cell.CONTACT_QA_SUM, Cell.WHOLE_WAIT} <= AMOUNTS
    assert not {Cell.OFFERED, Cell.WRAP_TOLD, Cell.HELD, Cell.QA_COUNT} & AMOUNTS
