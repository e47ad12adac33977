"""Progress: how far counting is behind what was accepted."""

from collections.abc import Callable
from dataclasses import dataclass

from floorpulse.board.domain.board import Board
from floorpulse.figures.ports import Positions
from floorpulse.query.pipeline.lag import PartitionLag, Reach, partition_lags
from floorpulse.query.pipeline.ports import EventLog


class Pipeline:
    """Answers from the log, the durable positions and the board's."""

    def __init__(
        self, board: Board, log: EventLog, positions: Positions, now: Callable[[], int]
    ) -> None:
        self._board = board
        self._log = log
        self._positions = positions
        self._now = now

    async def partitions(self) -> list[PartitionLag]:
        """Every partition; the log is asked first, so no lag means that all it then held is in
        every later answer.
        """
        view = await self._log.look()
        durable = {position.partition: position for position in await self._positions.positions()}
        reach = Reach(durable, dict(self._board.positions), view.log_id)
        return partition_lags(view.ranges, reach, _BoardAges(self._board, self._now()))


@dataclass(frozen=True)
class _BoardAges:
    """`Ages` as the board measured them, at `now` on the reader's wall clock."""

    board: Board
    now: int

    def stale(self, partition: int) -> bool:
        return self.board.ages.is_stale(partition, self.now)

    def age(self, partition: int) -> int | None:
        return self.board.ages.of(partition, self.now)

    def skew(self, partition: int) -> int | None:
        return self.board.ages.freshness.skew(partition)
