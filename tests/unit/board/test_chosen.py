"""Many queues read together have the whole less the others, where that is less work."""

import random
from zoneinfo import ZoneInfo

import pytest

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.chosen import MANY
from floorpulse.board.domain.conservation import residual
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import MINUTE, Window
from floorpulse.contracts.cells import Cell, Cells, Histogram, add
from floorpulse.contracts.updates import Gauge, PaneRow
from tests.fakes.updates import first_update

UTC = ZoneInfo("UTC")
NOW = 1_794_398_840_000
PANE = NOW - NOW % MINUTE
QUEUES: list[QueueChannel] = [
    ("demo", f"q{number:03}", ("voice", "chat")[number % 5 == 0]) for number in range(3 * MANY)
]


@pytest.fixture(scope="module")
def board() -> Board:
    """Contacts of an hour in every queue, and some that wait; one more tenant beside it."""
    dice = random.Random(5)
    made = Board(Rules(UTC), lambda: NOW)
    made.prune(NOW)
    made.counting = True
    for number, queue_channel in enumerate([*QUEUES, ("other", "q", "voice")]):
        for minute in dice.sample(range(60), 5):
            row = PaneRow(*queue_channel, PANE - minute * MINUTE, 1, _cells(dice))
            made.take_row(number % 3, row)
    gauges = [Gauge(*one, [NOW - 1000 - dice.randrange(9000)], 1, 0) for one in QUEUES[::2]]
    made.take(first_update([], gauges, NOW, NOW), NOW)
    return made


def _cells(dice: random.Random) -> Cells:
    answered = dice.randrange(1, 4)
    return {
        Cell.OFFERED: answered + dice.randrange(2),
        Cell.ANSWERED: answered,
        Histogram.ANSWERED_WAIT + dice.randrange(40): answered,
    }


def _summed(cells: list[Cells]) -> Cells:
    total: Cells = {}
    for one in cells:
        add(total, one)
    return total


@pytest.mark.parametrize("left", [0, 1, MANY - 1, MANY + 1, 2 * MANY, 3 * MANY - 1])
def test_queues_read_together_are_the_sum_of_the_queues(board: Board, left: int) -> None:
    mine = QUEUES[left:]
    together = board.read_all(mine, NOW, UTC)

    for window in Window:
        apart = [board.read([one], window, NOW, UTC) for one in mine]
        assert together[window].counted.cells == _summed([one.counted.cells for one in apart])
        assert len(together[window].counted.waits) == sum(len(one.counted.waits) for one in apart)
        assert len(together[window].present.waits) == sum(len(one.present.waits) for one in apart)
    assert board.counted(mine) == _summed([board.counted([one]) for one in mine])
    assert residual(board, mine, NOW) == sum(residual(board, [one], NOW) for one in mine)


def test_queues_that_nobody_heard_of_have_nothing(board: Board) -> None:
    unheard: list[QueueChannel] = [("demo", f"unheard-{number}", "voice") for number in range(40)]

    assert board.read_all(unheard, NOW, UTC)[Window.M30].counted.cells == {}
    assert board.counted(unheard) == {}
    assert residual(board, unheard, NOW) == 0
