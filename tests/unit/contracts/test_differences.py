"""What two states of a pane differ by."""

import pytest

from floorpulse.contracts.cells import Cells, add, difference


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ({}, {1: 2}, {1: 2}),
        ({1: 2, 3: 4}, {1: 2, 3: 4}, {}),
        ({1: 2, 3: 4}, {1: 5, 3: 4, 7: -1}, {1: 3, 7: -1}),
        ({1: 2, 3: 4}, {3: 4}, {1: -2}),
        ({1: 2, 3: 4}, {3: 1, 7: 1}, {1: -2, 3: -3, 7: 1}),
        ({1: 2}, {}, {1: -2}),
    ],
)
def test_the_difference_is_what_must_be_added(before: Cells, after: Cells, change: Cells) -> None:
    assert difference(after, before) == change

    add(before, change)
    assert before == after
