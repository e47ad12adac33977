"""An update is merged in small steps: each queue shows it wholly or not at all between two of
them, and what was given up half-way is made good by the next.
"""

from itertools import islice
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from floorpulse.board.domain.board import TAKEN_AT_ONCE, Board
from floorpulse.board.domain.gauge_news import GAUGES_AT_ONCE
from floorpulse.board.domain.queue_names import OTHER
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.windows import MINUTE, Window
from floorpulse.contracts.cells import Cell
from floorpulse.contracts.updates import Gauge, PaneRow, Update

NOW = 1_794_398_840_000  # 2026-11-11T12:07:20Z
PANE = NOW - NOW % MINUTE - 3 * MINUTE
QUEUES = [f"q{number:03}" for number in range(3 * TAKEN_AT_ONCE)]
APART = 2 * TAKEN_AT_ONCE
"""Queues told apart; the last hundred are folded"""


def board() -> Board:
    empty = Board(Rules(ZoneInfo("UTC"), most_queues=APART), lambda: NOW)
    empty.prune(NOW)
    return empty


def update(waiting: set[str], offered: int, offset: int) -> Update:
    """All queues were offered so many contacts; one of each of `waiting` still waits."""
    return Update(
        partition=0,
        log_id="log",
        generation=1,
        epoch=1,
        next_offset=offset,
        published_at=NOW,
        lag=0,
        applied=offset,
        dead=0,
        watermark=NOW,
        rows=[
            PaneRow("demo", queue, "voice", PANE, offset, {Cell.OFFERED: offered})
            for queue in QUEUES
        ],
        gauges=[Gauge("demo", queue, "voice", [NOW - 1000], 0, 0) for queue in sorted(waiting)],
    )


def shown(one: Board, queue: str) -> tuple[int, int]:
    """Offered and waiting."""
    read = one.read([("demo", queue, None)], Window.M30, NOW)
    return read.counted.cells.get(Cell.OFFERED, 0), len(read.present.waits)


def test_between_two_steps_a_queue_shows_an_update_wholly_or_not_at_all() -> None:
    mine = board()
    mine.take(update(set(), 1, 1), NOW)
    folded = len(QUEUES) - APART
    steps = 0
    for _ in mine.taking(update(set(QUEUES), 2, 2), NOW):
        steps += 1
        mixed = {shown(mine, queue) for queue in QUEUES[:APART]} - {(1, 0), (2, 1)}
        assert not mixed
        assert shown(mine, OTHER) in {(folded, 0), (2 * folded, folded)}
        if shown(mine, OTHER)[1] == 0:
            assert mine.positions[0].next_offset == 1
    assert steps > len(QUEUES) // TAKEN_AT_ONCE
    assert mine.positions[0].next_offset == 2


@settings(max_examples=60)
@given(
    st.sets(st.sampled_from(QUEUES)),
    st.sets(st.sampled_from(QUEUES)),
    st.sets(st.sampled_from(QUEUES)),
    st.integers(0, 8),
)
def test_an_update_given_up_half_way_is_made_good_by_the_next(
    before: set[str], broken: set[str], after: set[str], steps: int
) -> None:
    mine, whole = board(), board()
    for one in (mine, whole):
        one.take(update(before, 1, 1), NOW)
    for _ in islice(mine.taking(update(broken, 2, 2), NOW), steps):
        pass
    for one in (mine, whole):
        one.take(update(after, 3, 3), NOW)

    for queue in (*QUEUES[:APART:7], OTHER):
        assert shown(mine, queue) == shown(whole, queue)
    assert mine.read([("demo", None, None)], Window.M30, NOW).present.waits == (
        whole.read([("demo", None, None)], Window.M30, NOW).present.waits
    )


def test_gauges_of_many_queues_are_sorted_in_steps_before_the_first_is_merged() -> None:
    mine = Board(Rules(ZoneInfo("UTC")), lambda: NOW)
    waiting = {f"q{number:04}" for number in range(3 * GAUGES_AT_ONCE)}
    steps = mine.taking(update(waiting, 0, 1), NOW)

    for _ in islice(steps, 1 + 3):
        assert mine.series == {}
    next(steps)
    assert len(mine.series) <= TAKEN_AT_ONCE
