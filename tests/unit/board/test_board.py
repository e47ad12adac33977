"""The board merges what partitions tell, in any order, and answers exactly."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.conservation import residual
from floorpulse.board.domain.reading import WindowReading
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.series import Grown, SeriesKey
from floorpulse.board.domain.windows import HOUR, MINUTE, Span, Window, span_of
from floorpulse.contracts.cells import Cell
from floorpulse.contracts.updates import PaneRow, revision
from floorpulse.kpis.formulas.service_level import service_level
from floorpulse.kpis.formulas.waiting import longest_wait
from floorpulse.kpis.formulas.waiting import waiting as waiting_now
from floorpulse.kpis.policies import DEFAULT_POLICY
from tests.fakes.floor import MemoryFloor, abandoned, answered, waiting

NOON = 1_794_398_400_000  # 2026-11-11T12:00:00Z
NOW = NOON + 7 * MINUTE + 20_000
TENANT = ("demo", None, None)
UTC = ZoneInfo("UTC")
RULES = Rules(UTC)


def board_of(floor: MemoryFloor, at: int = NOW) -> Board:
    board = Board(RULES, lambda: NOW)
    for update in floor.updates(at):
        board.take(update, update.published_at)
    return board


def offered(
    board: Board, window: Window = Window.M15, now: int = NOW, queue: str | None = None
) -> int:
    return board.read([("demo", queue, None)], window, now).counted.of(Cell.OFFERED)


def test_a_window_holds_its_complete_panes_and_the_current_one() -> None:
    floor = MemoryFloor()
    floor.put(*(answered(NOON + minute * MINUTE, 1) for minute in range(-10, 8)))

    assert offered(board_of(floor), Window.M5) == 6


def test_the_sum_over_partitions_is_the_same_in_any_order() -> None:
    floor = MemoryFloor()
    floor.put(*(answered(NOON + second * 1000, second % 40) for second in range(0, 400, 7)))
    updates = floor.updates(NOW)
    forward = Board(RULES, lambda: NOW)
    backward = Board(RULES, lambda: NOW)

    for update in [*updates, *updates]:
        forward.take(update, update.published_at)
    for update in reversed(updates):
        backward.take(update, update.published_at)

    assert forward.read([TENANT], Window.M15, NOW) == backward.read([TENANT], Window.M15, NOW)


def test_a_row_of_a_lower_revision_never_replaces_a_higher_one() -> None:
    board = Board(RULES, lambda: NOW)
    new = PaneRow("demo", "sales", "voice", NOON, revision(1, 9), {Cell.OFFERED: 5})
    old = PaneRow("demo", "sales", "voice", NOON, revision(1, 8), {Cell.OFFERED: 4})

    board.take_row(0, new)
    version = board.version
    board.take_row(0, old)

    assert offered(board) == 5
    assert board.version == version


def test_a_row_of_a_new_log_replaces_one_of_the_old_log_with_a_higher_offset() -> None:
    board = Board(RULES, lambda: NOW)
    board.take_row(0, PaneRow("demo", "sales", "voice", NOON, revision(1, 900), {Cell.OFFERED: 5}))
    board.take_row(0, PaneRow("demo", "sales", "voice", NOON, revision(2, 3), {Cell.OFFERED: 6}))

    assert offered(board) == 6


@settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # a busy machine is no finding
@given(
    st.lists(st.tuples(st.integers(-90, 30), st.integers(0, 120), st.booleans()), max_size=30),
    st.lists(st.integers(0, 40), max_size=6),
)
def test_running_sums_equal_sums_from_scratch_as_windows_move_on(
    visits: list[tuple[int, int, bool]], steps: list[int]
) -> None:
    floor = MemoryFloor()
    board = Board(RULES, lambda: NOW)
    now = NOW
    pending = [
        answered(NOON + at * MINUTE, wait) if took else abandoned(NOON + at * MINUTE, wait)
        for at, wait, took in visits
    ]
    for step in [0, *steps, 0]:
        now += step * 20_000
        floor.put(*pending[:5])
        del pending[:5]
        for update in floor.updates(now):
            board.take(update, update.published_at)
        for window in Window:
            span = span_of(window, now, MINUTE, RULES.zone)
            running = board.read([TENANT], window, now).counted
            assert running == board.read_span([TENANT], span, now).counted
            assert running.cells == board.read([("demo", "sales", None)], window, now).counted.cells


def test_a_sum_without_a_name_is_made_of_the_rows_and_not_kept() -> None:
    floor = MemoryFloor()
    floor.put(answered(NOW - 30_000, 4), answered(NOW - 90_000, 8))
    board = board_of(floor)
    span = span_of(Window.M5, NOW, MINUTE, RULES.zone)
    named = board.read_span([TENANT], span, NOW, "5m")
    again = board.read_span([TENANT], span, NOW, "5m")
    unnamed = [board.read_span([TENANT], span, NOW) for _ in range(2)]
    assert [one.counted for one in unnamed] == [named.counted] * 2
    assert again.state == named.state
    assert len({named.state, *(one.state for one in unnamed)}) == 3


def test_time_that_goes_back_is_answered_from_the_rows() -> None:
    floor = MemoryFloor()
    floor.put(answered(NOON, 1), answered(NOON + 6 * MINUTE, 1))
    board = board_of(floor)

    assert offered(board, Window.M5, NOW) == 1
    assert offered(board, Window.M5, NOW - 5 * MINUTE) == 1


def test_a_contact_that_waits_counts_as_missed_past_the_threshold_in_the_window_of_its_offer() -> (
    None
):
    floor = MemoryFloor()
    floor.put(
        answered(NOW - 50_000, 3),
        waiting(NOW - 40_000),
        waiting(NOW - 5_000),
        waiting(NOW - 50 * MINUTE),
    )
    reading = board_of(floor).read([TENANT], Window.M15, NOW)

    assert sorted(reading.counted.waits) == [5_000, 40_000]
    assert service_level(reading.counted, DEFAULT_POLICY).denominator == 2
    assert waiting_now(reading.present, DEFAULT_POLICY).value == 3
    assert longest_wait(reading.present, DEFAULT_POLICY).value == 50 * 60


def test_whoever_was_offered_longer_ago_than_the_longest_wait_is_unresolved() -> None:
    floor = MemoryFloor()
    floor.put(waiting(NOW - 5 * HOUR), waiting(NOW - 3 * HOUR))

    present = board_of(floor).read([TENANT], Window.M15, NOW).present

    assert (present.waits, present.unresolved) == ((3 * HOUR,), 1)


def test_who_is_offered_only_later_waits_when_the_time_comes_and_no_sooner() -> None:
    floor = MemoryFloor()
    floor.put(waiting(NOW - 5_000), waiting(NOW + 30_000), waiting(NOW + 2 * HOUR))
    board = board_of(floor)

    waits = [
        board.read([TENANT], Window.M15, at).present.waits
        for at in (NOW, NOW + 2 * HOUR - MINUTE - 1, NOW + 2 * HOUR - MINUTE)
    ]

    assert waits[0] == (5_000, 0)
    assert [len(one) for one in waits] == [2, 2, 3]


def test_gauges_of_a_newer_owner_win_and_those_of_a_former_owner_are_ignored() -> None:
    floor = MemoryFloor()
    floor.put(waiting(NOW - 1000))
    board = board_of(floor)
    ghost = floor.updates(NOW + 5000)
    floor.epoch = 2
    floor.visits_of.clear()
    for update in floor.updates(NOW + 1000):
        board.take(update, update.published_at)
    for update in ghost:
        board.take(update, update.published_at)

    assert board.read([TENANT], Window.M15, NOW).present.waits == ()
    assert {position.epoch for position in board.positions.values()} == {2}


def test_an_update_in_several_records_moves_position_and_gauges_with_the_last() -> None:
    board = Board(RULES, lambda: NOW)
    whole = next(iter(one for one in floor_with_one_waiting().updates(NOW) if one.rows))

    board.take(msgspec.structs.replace(whole, gauges=None), NOW)
    assert offered(board) == 1
    assert board.positions == {}

    board.take(msgspec.structs.replace(whole, rows=[]), NOW)
    assert board.positions[whole.partition].next_offset == whole.next_offset
    assert len(board.read([TENANT], Window.M15, NOW).present.waits) == 1


def floor_with_one_waiting() -> MemoryFloor:
    floor = MemoryFloor()
    floor.put(waiting(NOW - 1000))
    return floor


def test_a_new_log_is_told_and_its_positions_count() -> None:
    floor = floor_with_one_waiting()
    board = board_of(floor)
    floor.log_id = "another"
    floor.generation = 2
    floor.offset = 0

    assert [board.take(update, update.published_at) for update in floor.updates(NOW)] == [
        True,
        True,
        True,
    ]
    assert {position.next_offset for position in board.positions.values()} == {0}


def test_a_new_owner_is_told_once() -> None:
    floor = floor_with_one_waiting()
    board = board_of(floor)
    floor.epoch += 1

    first = [board.take(update, update.published_at) for update in floor.updates(NOW)]
    again = [board.take(update, update.published_at) for update in floor.updates(NOW)]

    assert set(first) == {True}
    assert set(again) == {False}


def test_the_watermark_is_the_lowest_of_those_that_have_one() -> None:
    floor = floor_with_one_waiting()
    board = Board(RULES, lambda: NOW)
    assert board.watermark() is None

    for update, watermark in zip(floor.updates(NOW), (NOW - 5, None, NOW - 9), strict=True):
        board.take(msgspec.structs.replace(update, watermark=watermark), NOW)

    assert board.watermark() == NOW - 9


def test_counters_start_with_the_process_and_follow_changes() -> None:
    floor = MemoryFloor()
    floor.put(answered(NOW - MINUTE, 1))
    board = board_of(floor)
    board.counting = True
    floor.put(answered(NOW - 2000, 1), abandoned(NOW - 3000, 2))
    for update in floor.updates(NOW):
        board.take(update, update.published_at)

    counted = board.series["demo", "sales", "voice"].counted
    assert (counted[Cell.OFFERED], counted[Cell.ANSWERED], counted[Cell.ABANDONED]) == (2, 1, 1)


def test_what_lies_before_the_live_span_is_dropped_and_refused_but_the_queue_stays_known() -> None:
    floor = MemoryFloor()
    floor.put(answered(NOW - 30 * HOUR, 1, queue="night"), answered(NOW - HOUR, 1))
    board = Board(RULES, lambda: NOW)
    board.prune(NOW)
    for update in floor.updates(NOW):
        board.take(update, update.published_at)

    assert ("demo", "night", "voice") not in board.series
    assert board.queue_channels("demo", NOW) == [
        ("demo", "night", "voice"),
        ("demo", "sales", "voice"),
    ]
    assert board.queue_channels("demo", NOW + 35 * 24 * HOUR) == []
    assert board.known_queue_channels("demo") == board.queue_channels("demo", NOW)
    assert board.known_queue_channels("other") == []

    board.prune(NOW + 40 * HOUR)
    assert board.series["demo", "sales", "voice"].rows == {}
    assert offered(board, Window.TODAY, NOW + 40 * HOUR) == 0


def test_contacts_of_long_ago_are_known_though_their_queue_is_no_longer_shown() -> None:
    day = 24 * HOUR
    old, sales = ("demo", "old", "voice"), ("demo", "sales", "voice")
    floor = MemoryFloor()
    floor.put(
        *(answered(NOON - days * day, 1, 9, queue="old") for days in (90, 60)),
        *(answered(NOON - days * day, 1, 9) for days in (50, 1)),
    )
    board = Board(RULES, lambda: NOW)
    board.prune(NOW)
    for update in floor.updates(NOW):
        board.take(update, update.published_at)

    assert board.queue_channels("demo", NOW) == [sales]
    assert board.contacts_between(old) == (NOON - 90 * day, NOON - 60 * day)
    assert board.contacts_between(sales) == (NOON - 50 * day, NOON - day)
    assert board.contacts_between(("demo", "new", "voice")) is None
    assert board.began("demo") == NOON - 90 * day
    assert board.began("other") is None


def test_the_live_span_reaches_back_to_local_midnight_and_at_least_26_hours() -> None:
    assert board_of(MemoryFloor()).live_since(NOW) == NOW - 26 * HOUR


def test_several_scopes_add_up() -> None:
    floor = MemoryFloor()
    floor.put(*(waiting(NOW - 1000, queue) for queue in ("a", "b", "c")))
    board = board_of(floor)

    reading = board.read(
        [("demo", "a", None), ("demo", "c", None), ("demo", "nobody", None)], Window.M5, NOW
    )

    assert reading.counted.of(Cell.OFFERED) == 2
    assert len(reading.present.waits) == 2
    assert board.waits([("demo", "b", None)], Span(NOW - 1000, NOW), NOW) == (1000,)
    assert board.waits([("demo", "b", None)], Span(NOW - 500, NOW), NOW) == ()


def test_a_scope_without_contacts_reads_as_nothing() -> None:
    reading = Board(RULES, lambda: NOW).read([TENANT], Window.TODAY, NOW)

    assert (reading.counted.cells, reading.counted.waits, reading.revision) == ({}, (), 0)


def test_tenants_do_not_see_each_other() -> None:
    floor = MemoryFloor()
    floor.put(answered(NOW - 1000, 1), tenant="other")
    board = board_of(floor)

    assert offered(board) == 0
    assert board.queue_channels("demo", NOW) == []


def test_every_offer_is_an_outcome_or_a_wait() -> None:
    floor = MemoryFloor()
    floor.put(
        answered(NOW - HOUR, 9),
        abandoned(NOW - 2 * HOUR, 9),
        waiting(NOW - 3 * HOUR),
        waiting(NOW - 1000),
    )
    board = board_of(floor)

    assert residual(board, [("demo", "sales", "voice")], NOW) == 0
    assert residual(board, [("demo", "unheard", "voice")], NOW) == 0

    board.take_row(0, PaneRow("demo", "sales", "voice", NOON, revision(9, 9), {Cell.OFFERED: 7}))
    assert residual(board, [("demo", "sales", "voice")], NOW) > 0


def test_the_revision_is_the_highest_that_went_in() -> None:
    board = Board(RULES, lambda: NOW)
    for offset, start in ((5, NOON), (9, NOON - HOUR), (7, NOON + MINUTE)):
        board.take_row(
            0, PaneRow("demo", "sales", "voice", start, revision(1, offset), {Cell.OFFERED: 1})
        )

    assert board.read([TENANT], Window.M15, NOW).revision == revision(1, 7)


def test_heartbeats_change_nothing_but_the_age() -> None:
    floor = floor_with_one_waiting()
    board = board_of(floor)
    version = board.version
    for update in floor.updates(NOW + 1000):
        board.take(msgspec.structs.replace(update, rows=[]), NOW)

    assert board.version == version
    assert {position.published_at for position in board.positions.values()} == {NOW + 1000}


@pytest.mark.parametrize("window", list(Window))
def test_a_correction_reaches_every_window_that_was_read_before(window: Window) -> None:
    floor = MemoryFloor()
    floor.put(waiting(NOW - 60_000))
    board = board_of(floor)
    board.read([TENANT], window, NOW)
    (tenant, contact), visit = next(iter(floor.visits_of.items()))
    floor.change(contact, answered(visit.offered_at or 0, 12), tenant)
    for update in floor.updates(NOW):
        board.take(update, update.published_at)

    reading = board.read([TENANT], window, NOW)
    assert (reading.counted.of(Cell.ANSWERED), reading.counted.waits) == (1, ())


def test_an_older_position_is_not_taken() -> None:
    board = board_of(floor_with_one_waiting())
    position = board.positions[0]

    assert not board.take_position(replace(position, next_offset=position.next_offset - 1))
    assert board.positions[0] is position


def test_panes_are_told_newest_first_where_something_was_counted() -> None:
    floor = MemoryFloor()
    floor.put(answered(NOON + MINUTE, 5), answered(NOON + 4 * MINUTE, 5))
    board = board_of(floor)
    hour = Span(NOON, NOON + HOUR)

    offers = [
        (start, cells[Cell.OFFERED])
        for start, cells in board.panes_back(TENANT, hour)
        if Cell.OFFERED in cells
    ]

    assert offers == [(NOON + 4 * MINUTE, 1), (NOON + MINUTE, 1)]
    assert list(board.panes_back(("demo", "unheard-of", None), hour)) == []


# ------------------------------------------------------------- what stayed as it was


def read_as(board: Board, now: int = NOW, window: Window = Window.M5) -> WindowReading:
    return board.read([TENANT], window, now)


def tell(board: Board, floor: MemoryFloor, now: int = NOW) -> None:
    for update in floor.updates(now):
        board.take(update, update.published_at)


def test_a_reading_tells_whether_its_cells_stayed() -> None:
    floor = MemoryFloor()
    floor.put(answered(NOON - 20 * MINUTE, 1))
    board = board_of(floor)
    before = read_as(board)

    assert read_as(board).state == before.state
    assert read_as(board, NOW + MINUTE).state == before.state  # no pane came or went
    assert read_as(board, window=Window.M30).state != before.state

    floor.put(answered(NOW - 1000, 1))
    tell(board, floor)
    assert read_as(board).state != before.state


def grown_of(board: Board) -> Grown:
    grown = board.grown([TENANT])
    assert grown is not None
    return grown


def test_a_series_key_tells_how_much_its_cells_grew() -> None:
    floor = MemoryFloor()
    floor.put(answered(NOON + 2 * MINUTE, 1))
    board = board_of(floor)
    before = grown_of(board)
    floor.put(answered(NOW - 1000, 12))
    tell(board, floor)
    grown = grown_of(board)

    assert grown.since == before.since
    assert grown.contacts == before.contacts + 2  # offered in a pane, handled in another
    assert grown.amounts >= before.amounts + 12_000

    (tenant, contact), visit = list(floor.visits_of.items())[-1]
    floor.change(contact, answered(visit.offered_at or 0, 30), tenant)
    tell(board, floor)
    assert grown_of(board).since != grown.since


def test_several_places_tell_neither_a_state_nor_how_much_they_grew() -> None:
    floor = MemoryFloor()
    floor.put(answered(NOON, 1), answered(NOON, 1, queue="help"))
    board = board_of(floor)
    both: list[SeriesKey] = [("demo", "sales", None), ("demo", "help", None)]

    assert board.read(both, Window.M15, NOW).state is None
    assert board.grown(both) is None
    assert board.grown([("demo", "nowhere", None)]) is None


def test_several_spans_are_read_as_each_by_itself() -> None:
    floor = MemoryFloor()
    floor.put(*(answered(NOON + minute * MINUTE, 1) for minute in range(-40, 8)))
    floor.put(waiting(NOW - 9000))
    board = board_of(floor)
    spans = [(one.value, span_of(one, NOW, MINUTE, UTC)) for one in Window]

    assert board.look([TENANT], NOW).read(spans) == [
        board.read([TENANT], one, NOW) for one in Window
    ]
