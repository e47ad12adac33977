"""How old figures are is what the reader itself heard and when: no wall clock, the engine's or the
reader's own, can freeze or hide it.
"""

from dataclasses import replace
from zoneinfo import ZoneInfo

import msgspec
import pytest

from floorpulse.board.domain.ages import Ages
from floorpulse.board.domain.board import Board
from floorpulse.board.domain.freshness import MOST, Freshness
from floorpulse.board.domain.positions import Position, position_of
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.windows import HOUR, MINUTE
from floorpulse.contracts.updates import Update
from tests.fakes.floor import PARTITIONS, MemoryFloor, answered

NOW = 1_794_398_840_000
SECOND = 1000


class Reader:
    """A board whose two clocks are set by hand: `steady` only goes on, `wall` may be set."""

    def __init__(self) -> None:
        self.steady = 5_000_000
        self.wall = NOW
        self.floor = MemoryFloor()
        self.floor.put(answered(NOW - 9000, 1))
        self.board = Board(Rules(ZoneInfo("UTC")), lambda: self.steady)
        self.sequence = 0

    def pass_time(self, milliseconds: int) -> None:
        self.steady += milliseconds
        self.wall += milliseconds

    def hear(
        self, *partitions: int, engine: int = 0, lag: int = 0, live: bool = True, **said: object
    ) -> None:
        """Each partition tells; the engine's wall clock is `engine` milliseconds ahead."""
        self.sequence += 1
        for partition in partitions or range(PARTITIONS):
            update = self.floor.update(partition, self.wall + engine)
            told = msgspec.structs.replace(update, lag=lag, sequence=self.sequence, **said)
            self.board.take(told, self.steady, live=live)

    @property
    def as_of(self) -> int:
        return self.board.as_of(self.wall)

    @property
    def stale(self) -> bool:
        return self.board.stale_since(self.wall) is not None


def test_a_partition_silent_beyond_the_grace_holds_the_figures_where_they_were_complete() -> None:
    reader = Reader()
    reader.hear()
    reader.pass_time(8 * SECOND)
    reader.hear(0, 1)
    reader.pass_time(2 * SECOND)
    assert (reader.stale, reader.as_of) == (False, NOW + 10 * SECOND)

    reader.pass_time(1)
    assert reader.stale
    assert reader.as_of == NOW + 10 * SECOND  # it was told that far, and does not go back
    reader.pass_time(HOUR)
    assert reader.as_of == NOW + 10 * SECOND
    reader.hear()
    assert (reader.stale, reader.as_of) == (False, reader.wall)


def test_nobody_asked_meanwhile_figures_speak_of_the_last_instant_that_was_complete() -> None:
    reader = Reader()
    reader.hear()
    reader.pass_time(MINUTE)

    assert reader.as_of == NOW


@pytest.mark.parametrize(
    "skew", [-2 * HOUR, -HOUR, -10 * SECOND, 10 * SECOND, HOUR, 2 * HOUR, 24 * HOUR]
)
def test_an_engine_whose_clock_is_wrong_is_fresh_while_it_speaks_and_stale_when_it_falls_silent(
    skew: int,
) -> None:
    reader = Reader()
    for _ in range(40):
        reader.hear(engine=skew)
        reader.pass_time(SECOND)
        assert (reader.stale, reader.as_of) == (False, reader.wall)

    reader.pass_time(10 * SECOND)
    assert reader.stale


@pytest.mark.parametrize("steps", [(0, -HOUR), (2 * HOUR, -HOUR, 0), (-2 * HOUR, 2 * HOUR, 0)])
def test_a_step_of_the_engines_clock_freezes_no_position(steps: tuple[int, ...]) -> None:
    reader = Reader()
    for engine in steps:
        reader.floor.put(answered(reader.wall - 3000, 1))
        reader.hear(engine=engine)
        reader.pass_time(SECOND)

        assert {position.next_offset for position in reader.board.positions.values()} == {
            reader.floor.offset
        }


@pytest.mark.parametrize("step", [-2 * HOUR, -HOUR, HOUR, 2 * HOUR])
def test_a_step_of_the_readers_own_clock_makes_nothing_stale_and_hides_no_silence(
    step: int,
) -> None:
    reader = Reader()
    reader.hear()
    assert reader.as_of == NOW
    reader.pass_time(SECOND)
    reader.wall += step
    assert (reader.stale, reader.as_of) == (False, reader.wall)

    reader.pass_time(9 * SECOND + 1)
    assert reader.stale


def test_figures_never_go_back_while_a_clock_is_drawn_back_a_little() -> None:
    reader = Reader()
    reader.hear()
    before = reader.as_of
    reader.wall -= 3 * SECOND

    assert reader.as_of == before


def test_under_lag_figures_speak_of_when_all_the_log_then_held_was_counted() -> None:
    reader = Reader()
    reader.hear(lag=100, next_offset=100)  # at NOW the log held 200
    reader.pass_time(15 * SECOND)
    reader.hear(lag=300, next_offset=150)
    assert reader.stale

    reader.pass_time(15 * SECOND)
    reader.hear(lag=400, next_offset=250)  # what it held at NOW is counted
    assert (reader.stale, reader.as_of) == (True, NOW)

    reader.pass_time(SECOND)
    reader.hear(lag=200, next_offset=450)  # and what it held 15 s later
    assert reader.as_of == NOW + 15 * SECOND
    reader.hear(lag=0, next_offset=650)
    assert (reader.stale, reader.as_of) == (False, reader.wall)


def test_a_steady_stream_that_always_has_a_few_records_on_their_way_is_fresh() -> None:
    reader = Reader()
    offset = 1000
    for _ in range(200):
        reader.hear(lag=70, next_offset=offset)
        offset += 60
        reader.pass_time(250)
        assert (reader.stale, reader.as_of) == (False, reader.wall)


def test_a_reader_that_starts_while_the_engine_is_far_behind_says_how_far_events_have_come() -> (
    None
):
    reader = Reader()
    reader.hear(lag=100_000, watermark=NOW - HOUR)

    assert reader.stale
    assert NOW - HOUR <= reader.as_of <= NOW - HOUR + MINUTE


def test_what_stood_in_the_feed_before_the_reader_listened_proves_no_life() -> None:
    reader = Reader()
    for partition in range(PARTITIONS):
        reader.board.load_position(position(partition, age=HOUR), reader.steady)
    reader.hear(live=False)

    assert (reader.stale, reader.as_of) == (True, NOW - HOUR)
    reader.hear()
    assert (reader.stale, reader.as_of) == (False, NOW)


def test_a_durable_position_is_as_old_as_the_database_says_whatever_the_engines_clock_wrote() -> (
    None
):
    reader = Reader()
    for partition in range(PARTITIONS):
        reader.board.load_position(
            replace(position(partition, age=2 * SECOND), published_at=NOW - 2 * HOUR), reader.steady
        )

    assert (reader.stale, reader.as_of) == (False, NOW)
    reader.pass_time(9 * SECOND)
    assert (reader.stale, reader.as_of) == (True, NOW)


def test_a_durable_position_does_not_outdo_what_the_owner_told() -> None:
    reader = Reader()
    reader.hear()
    reader.pass_time(MINUTE)
    reader.board.load_position(position(0, age=0), reader.steady)

    assert reader.stale


def test_a_partition_that_has_nothing_and_nobody_holds_makes_no_figure_old() -> None:
    reader = Reader()
    reader.hear(0, 1)
    reader.board.load_position(
        replace(position(2, age=HOUR), next_offset=0, applied=0), reader.steady
    )
    assert (reader.stale, reader.as_of) == (False, NOW)

    reader.hear(2, next_offset=0, applied=0)  # an engine holds it, and falls silent
    reader.pass_time(9 * SECOND)
    reader.hear(0, 1)
    reader.pass_time(2 * SECOND)
    assert reader.stale


def test_partitions_of_a_former_log_are_history_and_not_stale() -> None:
    reader = Reader()
    reader.hear()
    reader.pass_time(HOUR)
    reader.floor.log_id = "another"
    reader.floor.generation = 2
    reader.floor.offset = 0
    reader.hear(0)

    assert not reader.stale


def test_the_newest_log_is_told_by_its_generation_not_by_the_clock_of_who_wrote_it() -> None:
    reader = Reader()
    reader.hear(engine=24 * HOUR)
    reader.floor.log_id = "another"
    reader.floor.generation = 2
    reader.hear(0)
    reader.pass_time(5 * SECOND)
    reader.hear(0)
    reader.pass_time(6 * SECOND)

    assert not reader.stale


def test_a_new_log_forgets_the_ends_of_the_old_one() -> None:
    fresh = Freshness()
    fresh.hear(position(0, offset=900), 100, 0)
    fresh.hear(replace(position(0, offset=5), generation=2), 10, 20 * SECOND)
    fresh.hear(replace(position(0, offset=15), generation=2), 5, 30 * SECOND)

    assert fresh.of(0)[0] == 20 * SECOND


def test_a_lag_of_days_is_remembered_in_a_bounded_space() -> None:
    fresh = Freshness()
    for second in range(10 * MOST):
        fresh.hear(position(0, offset=10), 1000 + second, second * SECOND)
    fresh.hear(position(0, offset=1010 + 5 * MOST), 1, 11 * MOST * SECOND)

    assert 0.9 * 5 * MOST * SECOND < (fresh.of(0)[0] or 0) <= 5 * MOST * SECOND


def test_the_skew_of_clocks_is_told_and_decides_nothing() -> None:
    fresh = Freshness()
    assert fresh.skew(0) is None
    fresh.compare(0, -2 * HOUR)

    assert fresh.skew(0) == -2 * HOUR
    assert fresh.of(0)[0] is None


def test_of_one_owner_the_further_place_is_newer_and_of_one_place_the_later_news() -> None:
    floor = MemoryFloor()
    floor.put(answered(NOW, 1))
    first = floor.update(0, NOW)
    later: list[Update] = [
        msgspec.structs.replace(first, sequence=2),
        msgspec.structs.replace(first, sequence=1, next_offset=first.next_offset + 1),
        msgspec.structs.replace(first, sequence=0, epoch=2, next_offset=0),
        msgspec.structs.replace(first, sequence=0, epoch=0, generation=2, next_offset=0),
    ]
    orders = [position_of(one).order for one in (first, *later)]

    assert orders == sorted(orders)
    assert len(set(orders)) == len(orders)


def position(partition: int, age: int = 0, offset: int = 1) -> Position:
    return Position(partition, "log", 1, 1, offset, NOW, 1, 0, NOW, age=age)


def test_of_a_partition_that_nobody_spoke_about_no_age_is_known() -> None:
    reader = Reader()
    ages = Ages({0: position_of(reader.floor.update(0, NOW))}, 10 * SECOND, lambda: 0)

    assert ages.of(0, NOW) is None
    assert ages.stale_since(NOW) is None
