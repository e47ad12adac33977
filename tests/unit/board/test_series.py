"""Offers by quarter hour are those of the rows, whatever comes in which order."""

from hypothesis import given
from hypothesis import strategies as st

from services.board.domain.series import Series
from services.board.domain.windows import MINUTE, QUARTER, Span
from services.contracts.cells import Cell
from services.contracts.updates import PaneRow

rows = st.tuples(st.integers(0, 90), st.integers(0, 2), st.integers(1, 4), st.integers(0, 9))
"""Minute, partition, revision, offers"""


@given(st.lists(rows, max_size=30), st.integers(0, 95), st.integers(0, 95), st.integers(0, 3))
def test_offers_of_any_span_are_those_of_its_panes(
    told: list[tuple[int, int, int, int]], begin: int, length: int, gone: int
) -> None:
    series = Series(("demo", "sales", "voice"), MINUTE)
    for minute, partition, revision, offered in told:
        series.take(
            partition,
            PaneRow("demo", "sales", "voice", minute * MINUTE, revision, {Cell.OFFERED: offered}),
        )
    series.forget(gone * QUARTER)
    span = Span(max(begin * MINUTE, gone * QUARTER), max(begin + length, 15 * gone) * MINUTE)

    assert series.offered_in(span) == sum(
        row.cells.get(Cell.OFFERED, 0) for row in series.rows_in(span)
    )
