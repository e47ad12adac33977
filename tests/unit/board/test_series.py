"""Offers by quarter hour are those of the rows, whatever comes in which order."""

from hypothesis import given
from hypothesis import strategies as st

from floorpulse.board.domain.presence import waits
from floorpulse.board.domain.series import WIDE, Series, SeriesGroup
from floorpulse.board.domain.windows import MINUTE, QUARTER, Span
from floorpulse.contracts.cells import Cell
from floorpulse.contracts.updates import PaneRow
from floorpulse.counting.growth import Growth

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


def test_an_offer_ahead_of_the_clock_has_not_waited_yet() -> None:
    assert waits((10, 40, 70), 50) == (40, 10, 0)
    assert waits((10, 40), 50) == (40, 10)


def test_a_wide_group_forgets_what_its_members_forget() -> None:
    group = SeriesGroup()
    for number in range(WIDE):
        group.join(Series(("demo", f"q{number}", "voice"), MINUTE))
    for start in (0, MINUTE):
        row = PaneRow("demo", "q0", "voice", start, 1, {Cell.OFFERED: 2})
        group.changed(row, group.members[0].take(0, row), Growth())
    whole = Span(0, 2 * MINUTE)
    assert group.added_up(whole).cells == {Cell.OFFERED: 4}

    group.forget(MINUTE)
    assert group.added_up(whole).cells == {Cell.OFFERED: 2}


def test_a_narrow_group_leaves_forgetting_to_its_members() -> None:
    group = SeriesGroup()
    series = Series(("demo", "sales", "voice"), MINUTE)
    group.join(series)
    series.take(0, PaneRow("demo", "sales", "voice", 0, 1, {Cell.OFFERED: 2}))
    group.forget(MINUTE)
    assert group.added_up(Span(0, MINUTE)).cells == {Cell.OFFERED: 2}

    series.forget(MINUTE)
    assert group.added_up(Span(0, MINUTE)).cells == {}
