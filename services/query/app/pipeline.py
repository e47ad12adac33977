"""Progress: how far counting is behind what was accepted."""

from collections.abc import Callable

from services.board.domain.board import Board
from services.query.domain.lag import PartitionLag, Reach, partition_lags
from services.query.ports import EventLog, Positions


class Pipeline:
    """Answers from the log, the durable positions and the board's."""

    def __init__(self, board: Board, log: EventLog, positions: Positions, now: Callable[[], int]) -> None:
        self._board = board
        self._log = log
        self._positions = positions
        self._now = now

    async def partitions(self) -> list[PartitionLag]:
        """Every partition; the log is asked first, so no lag means that all it then held is in every later answer."""
        view = await self._log.look()
        durable = {position.partition: position for position in await self._positions.positions()}
        reach = Reach(durable, dict(self._board.positions), view.log_id)
        return partition_lags(view.ranges, reach, self._now(), self._board.rules.grace)
