"""What a client that polls for no lag may rely on."""

from dataclasses import replace

import pytest

from floorpulse.board.domain.positions import Position
from floorpulse.query.pipeline.lag import LogRange, Reach, lag_of, partition_lags

LOG = LogRange(10, 100)
AT_90 = Position(0, "log", 1, 1, 90, 5000, 80, 2, None)


def at(offset: int) -> Position:
    return replace(AT_90, next_offset=offset)


@pytest.mark.parametrize(
    ("durable", "live", "log_id", "lag"),
    [
        (at(100), at(100), "log", 0),
        (at(100), at(100), None, 0),
        (at(90), at(100), "log", 10),  # history does not include it yet
        (at(100), at(95), "log", 5),  # live does not
        (at(120), at(120), "log", 0),  # the ends were asked a moment earlier
        (None, at(100), "log", 90),  # nobody has claimed the partition
        (at(100), None, "log", 90),  # the board has not heard of it
        (at(100), at(100), "new log", 90),  # what is known is of another log
        (at(100), replace(at(100), generation=0), "log", 90),
    ],
)
def test_a_record_is_lag_until_live_and_history_include_it(
    durable: Position | None, live: Position | None, log_id: str | None, lag: int
) -> None:
    assert lag_of(LOG, durable, live, log_id) == lag


def test_every_partition_of_the_log_is_told_also_those_nobody_knows() -> None:
    found = partition_lags(
        {1: LogRange(0, 0), 0: LOG}, Reach({0: AT_90}, {0: AT_90}, "log"), FixedAges()
    )

    assert [(one.partition, one.lag, one.stale, one.age, one.skew) for one in found] == [
        (0, 10, False, 400, -20),
        (1, 0, True, None, None),
    ]


class FixedAges:
    """Partition 0 was heard of, no other."""

    def stale(self, partition: int) -> bool:
        return partition != 0

    def age(self, partition: int) -> int | None:
        return None if partition else 400

    def skew(self, partition: int) -> int | None:
        return None if partition else -20
