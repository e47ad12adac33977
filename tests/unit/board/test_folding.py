"""Queues beyond a tenant's bound are counted together, and the tenant's totals stay exact."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.queue_names import OTHER
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.series import QueueChannelSpan
from floorpulse.board.domain.windows import HOUR, MINUTE, Span, Window
from floorpulse.contracts.cells import Cell
from floorpulse.contracts.updates import Gauge, PaneRow, Update
from tests.fakes.updates import first_update

NOW = 1_794_398_840_000  # 2026-11-11T12:07:20Z
PANE = NOW - NOW % MINUTE - 3 * MINUTE
TOTAL = ("demo", None, None)


def board_of(most: int, *rows: PaneRow, gauges: list[Gauge] | None = None) -> Board:
    board = Board(Rules(ZoneInfo("UTC"), most_queues=most), lambda: NOW)
    board.prune(NOW)
    board.take(update(*rows, gauges=gauges), NOW)
    return board


def update(*rows: PaneRow, gauges: list[Gauge] | None = None, at: int = NOW) -> Update:
    return first_update(rows, gauges or [], watermark=NOW, published_at=at)


def row(
    queue: str, offered: int = 1, revision: int = 1, channel: str = "voice", start: int = PANE
) -> PaneRow:
    return PaneRow("demo", queue, channel, start, revision, {Cell.OFFERED: offered})


def offered(board: Board, scope: tuple[str, str | None, str | None] = TOTAL) -> int:
    return board.read([scope], Window.M30, NOW).counted.cells.get(Cell.OFFERED, 0)


def test_the_queues_known_first_stay_and_further_ones_are_counted_in_one() -> None:
    board = board_of(
        2,
        row("a"),
        row("b"),
        row("c", 3),
        row("d", 4, channel="chat"),
        row("a", 2, start=PANE + MINUTE),
    )

    assert board.queue_channels("demo", NOW) == [
        ("demo", OTHER, "chat"),
        ("demo", OTHER, "voice"),
        ("demo", "a", "voice"),
        ("demo", "b", "voice"),
    ]
    assert offered(board, ("demo", "a", None)) == 3
    assert offered(board, ("demo", OTHER, None)) == 7
    assert offered(board) == 11
    assert board.folded("demo") == (2, 0)


def test_an_older_row_of_a_folded_queue_says_nothing_any_more() -> None:
    board = board_of(1, row("a"), row("c", 3, revision=2))

    board.take(update(row("c", 2)), NOW)

    assert offered(board, ("demo", OTHER, None)) == 3


def test_a_queue_is_folded_with_all_its_channels_or_with_none() -> None:
    board = board_of(
        2, row("a"), row("b"), row("c"), row("b", channel="chat"), row("c", channel="chat")
    )

    assert ("demo", "b", "chat") in board.queue_channels("demo", NOW)
    assert board.names.folded("demo") == {"c"}


@pytest.mark.no_cover
def test_a_hundred_thousand_invented_names_take_no_more_than_the_bound() -> None:
    board = board_of(50, *(row(f"x-{number}") for number in range(100_000)))

    assert len(board.series) == 51
    assert len(board.queue_channels("demo", NOW)) == 51
    assert offered(board) == 100_000
    assert len(board.queues("demo")) == 100_000


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdefgh"),
            st.integers(1, 9),
            st.integers(1, 20),
            st.sampled_from(("voice", "chat")),
        )
    ),
    st.integers(1, 9),
)
def test_whatever_is_folded_the_totals_are_those_of_a_board_without_bound(
    told: list[tuple[str, int, int, str]], most: int
) -> None:
    rows = [row(queue, number, revision, channel) for queue, number, revision, channel in told]
    bounded = board_of(most, *rows)
    free = board_of(1000, *rows)

    for scope in (TOTAL, ("demo", None, "voice"), ("demo", None, "chat")):
        assert offered(bounded, scope) == offered(free, scope)
    names = {queue for queue, *_ in told}
    for queue in names:
        queue_channel = ("demo", queue, "voice")
        assert bounded.offered(queue_channel, Span(PANE, NOW)) == free.offered(
            queue_channel, Span(PANE, NOW)
        )


def test_who_waits_in_a_folded_queue_waits_in_the_total_and_is_known_by_its_name() -> None:
    gauges = [
        Gauge("demo", queue, "voice", [NOW - wait], 1, 0)
        for queue, wait in (("a", 5000), ("c", 9000), ("d", 7000))
    ]
    board = board_of(1, row("a"), row("c"), row("d"), gauges=gauges)
    everything = Span(NOW - HOUR, NOW)

    assert board.waits([TOTAL], everything, NOW) == (9000, 7000, 5000)
    assert board.waits([("demo", OTHER, None)], everything, NOW) == (9000, 7000)
    assert board.waits([("demo", "c", None)], everything, NOW) == (9000,)
    board.take(update(gauges=[gauges[0], gauges[2]], at=NOW + 1), NOW)
    assert board.waits([("demo", OTHER, None)], everything, NOW) == (7000,)
    board.take(update(gauges=[gauges[0]], at=NOW + 2), NOW)
    assert board.waits([("demo", OTHER, None)], everything, NOW) == ()
    assert board.waits([TOTAL], everything, NOW) == (5000,)


def test_after_a_restart_the_same_queues_stay_for_the_store_tells_the_first_known_first() -> None:
    queue_channels = [
        QueueChannelSpan(("demo", name, "voice"), PANE, PANE) for name in ("z", "a", "m")
    ]
    board = Board(Rules(ZoneInfo("UTC"), most_queues=2), lambda: NOW)
    board.prune(NOW)
    board.take_queue_channels(queue_channels)

    assert board.names.folded("demo") == {"m"}


def test_a_queue_that_had_no_contact_for_long_takes_no_place_and_gives_its_own_back() -> None:
    board = Board(Rules(ZoneInfo("UTC"), most_queues=1), lambda: NOW)
    board.prune(NOW)
    old = NOW - 36 * 24 * HOUR
    board.take_queue_channels(
        [
            QueueChannelSpan(("demo", "gone", "voice"), old, old),
            QueueChannelSpan(("demo", "a", "voice"), PANE, PANE),
        ]
    )

    assert board.names.folded("demo") == set()
    assert board.known_queue_channels("demo") == [("demo", "a", "voice"), ("demo", "gone", "voice")]
    later = NOW + 36 * 24 * HOUR
    board.prune(later)
    board.take(update(row("b", start=later - later % MINUTE)), NOW)
    assert board.queue_channels("demo", later) == [("demo", "b", "voice")]


def test_one_tenants_names_take_no_place_of_another() -> None:
    board = board_of(
        1, row("a"), row("b"), PaneRow("other", "q", "voice", PANE, 1, {Cell.OFFERED: 1})
    )

    assert board.queue_channels("other", NOW) == [("other", "q", "voice")]


def test_a_queue_that_is_really_called_other_is_counted_there() -> None:
    board = board_of(10, row(OTHER, 5), row("a"))

    assert board.queue_channels("demo", NOW) == [("demo", OTHER, "voice"), ("demo", "a", "voice")]
    assert offered(board, ("demo", OTHER, None)) == 5


def test_old_rows_of_folded_queues_are_forgotten() -> None:
    board = board_of(1, row("a"), row("b"), row("c"))
    board.prune(NOW + 48 * HOUR)

    assert board.offered(("demo", "b", "voice"), Span(PANE, NOW)) == 0
    assert offered(board) == 0


def test_a_wide_group_adds_up_the_same_as_its_members_however_the_window_moves() -> None:
    rows = [
        row(f"q{number}", number, start=PANE - minute * MINUTE)
        for number in range(40)
        for minute in range(20)
    ]
    board = board_of(1000, *rows)
    groups = [("demo", f"q{number}", None) for number in range(40)]

    for ahead in (0, 1, 3, 10, 29):
        now = NOW + ahead * MINUTE
        alone = sum(
            board.read([scope], Window.M15, now).counted.cells.get(Cell.OFFERED, 0)
            for scope in groups
        )
        assert board.read([TOTAL], Window.M15, now).counted.cells.get(Cell.OFFERED, 0) == alone


def test_folded_queues_are_kept_as_long_as_anything_of_them_is() -> None:
    board = board_of(1, row("a"), row("b", 3), row("b", 4, start=PANE - 26 * HOUR))
    board.prune(NOW)

    assert offered(board) == 4
    assert len(board._folded) == 1
    board.prune(NOW + 48 * HOUR)
    assert len(board._folded) == 0


def test_of_a_folded_queue_the_newest_word_about_a_pane_counts() -> None:
    board = board_of(1, row("a"), row("b", 3, revision=2), row("b", 9, revision=1))
    assert offered(board) == 4

    board.take(update(row("b", 5, revision=3)), NOW)
    assert offered(board) == 6
    assert offered(board, ("demo", OTHER, None)) == 5


def test_offers_of_a_span_are_known_of_folded_queues_too() -> None:
    board = board_of(1, row("a", 2), row("b", 3), row("c", 4), row("c", 5, start=PANE + MINUTE))

    assert board.offered(("demo", "c", None), Span(PANE, PANE + MINUTE)) == 4
    assert board.offered(("demo", OTHER, None), Span(PANE, PANE + MINUTE)) == 7
