"""How far counting is behind the log: what a client polls to learn that all it sent is in every
answer.

begin ├──────── in live and history ────────┤ ◄──── lag ────► end
                             min(durable, live)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from floorpulse.board.domain.positions import Position


@dataclass(frozen=True)
class LogRange:
    """The offsets a partition of the log holds now: `end` is the next one to be written."""

    begin: int
    end: int


@dataclass(frozen=True)
class PartitionLag:
    """One partition: its log, how far history (`durable`) and live answers (`live`) include it.

    `age` is milliseconds since all that its log then held was counted, None where that is not
    known; `skew`, by how many milliseconds its engine's clock is ahead of the reader's.
    """

    partition: int
    log: LogRange
    durable: Position | None
    live: Position | None
    lag: int
    stale: bool
    age: int | None
    skew: int | None


def lag_of(
    log: LogRange, durable: Position | None, live: Position | None, log_id: str | None
) -> int:
    """Records that live or history answers do not include yet.

    Positions in another log than `log_id` (None: the durable one's own), or in an older generation,
    tell nothing about this log: all of it counts as lag.
    """
    if durable is None or live is None or live.generation != durable.generation:
        return log.end - log.begin
    if log_id is not None and durable.log_id != log_id:
        return log.end - log.begin
    return max(0, log.end - min(durable.next_offset, live.next_offset))


@dataclass(frozen=True)
class Reach:
    """What is known of every partition's progress."""

    durable: Mapping[int, Position]
    live: Mapping[int, Position]
    log_id: str | None


class PartitionAges(Protocol):
    """How old the news of partitions is, as the reader measured it."""

    def stale(self, partition: int) -> bool:
        """Whether it is older than figures may be."""
        ...

    def age(self, partition: int) -> int | None:
        """Milliseconds."""
        ...

    def skew(self, partition: int) -> int | None:
        """By how many milliseconds its engine's clock is ahead."""
        ...


def partition_lags(
    ranges: Mapping[int, LogRange], reach: Reach, ages: PartitionAges
) -> list[PartitionLag]:
    """Every partition of the log, by number."""
    return [_partition_lag(number, ranges[number], reach, ages) for number in sorted(ranges)]


def _partition_lag(number: int, log: LogRange, reach: Reach, ages: PartitionAges) -> PartitionLag:
    durable = reach.durable.get(number)
    live = reach.live.get(number)
    lag = lag_of(log, durable, live, reach.log_id)
    return PartitionLag(
        number, log, durable, live, lag, ages.stale(number), ages.age(number), ages.skew(number)
    )
