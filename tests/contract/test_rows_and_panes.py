"""What the board and history rely on in their readers of rows, positions and panes: the fakes of
unit tests and the readers on a real PostgreSQL give the same answers about the same floor.
"""

import pytest

from floorpulse.board.domain.series import QueueChannelSpan
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.agents import LONGEST, AgentNow, Entered
from floorpulse.contracts.cells import Cell, Histogram
from floorpulse.contracts.updates import PaneRow
from floorpulse.contracts.visits import Visit
from floorpulse.figures.selection import By, RowKey, Selection
from tests.contract.readers import ALL, DAY, HOUR, MIDNIGHT, NOON, Readers, Sums, summed
from tests.fakes.floor import (
    MINUTE,
    PARTITIONS,
    MemoryFloor,
    abandoned,
    answered,
    waiting,
)

pytestmark = pytest.mark.timeout(900)


async def tallied(readers: Readers, selection: Selection, *spans: Span) -> Sums:
    portions = readers.panes.tallies(selection, spans)
    return summed([tally async for portion in portions for tally in portion])


# ----------------------------------------------------------------- rows of the board


async def test_rows_are_read_from_an_instant_on_with_their_partitions(
    readers: Readers, floor: MemoryFloor
) -> None:
    floor.put(waiting(NOON - 1), waiting(NOON), waiting(NOON + MINUTE), waiting(NOON + 1))
    await readers.written()
    rows = [one async for portion in readers.rows.rows(NOON) for one in portion]

    expected = [
        (partition, row)
        for partition in range(PARTITIONS)
        for row in floor.pane_rows(partition)
        if row.start >= NOON
    ]
    assert sorted(rows, key=str) == sorted(expected, key=str)
    assert sum(row.cells[Cell.OFFERED] for _, row in rows) == 3
    assert all(isinstance(row, PaneRow) for _, row in rows)


async def test_positions_tell_each_partitions_place_in_the_log(
    readers: Readers, floor: MemoryFloor
) -> None:
    floor.watermark = NOON
    floor.generation = 2
    floor.epoch = 5
    floor.put(waiting(NOON))
    await readers.written()
    positions = await readers.rows.positions()

    assert sorted(one.partition for one in positions) == list(range(PARTITIONS))
    for one in positions:
        assert (one.log_id, one.generation, one.epoch, one.next_offset) == ("log", 2, 5, 1)
        assert (one.applied, one.dead, one.watermark, one.sequence) == (1, 0, NOON, 0)
        assert 0 <= one.age < MINUTE


async def test_homes_are_told_once_each_with_their_first_and_last_pane_the_oldest_first(
    readers: Readers, floor: MemoryFloor
) -> None:
    floor.put(waiting(NOON), waiting(NOON + HOUR), waiting(NOON - HOUR, "help"))
    floor.put(waiting(NOON + MINUTE + 1, "help"), tenant="other")
    await readers.written()

    assert await readers.rows.queue_channels() == [
        QueueChannelSpan(("demo", "help", "voice"), NOON - HOUR, NOON - HOUR),
        QueueChannelSpan(("demo", "sales", "voice"), NOON, NOON + HOUR),
        QueueChannelSpan(("other", "help", "voice"), NOON + MINUTE, NOON + MINUTE),
    ]


async def test_of_every_agent_the_last_state_that_may_be_believed_is_told_and_when_it_worked(
    readers: Readers, floor: MemoryFloor
) -> None:
    floor.enter("ann", Entered(NOON, "busy"), Entered(NOON - 1, "available"))
    floor.enter("ann", Entered(NOON, "break", ("sales",), "lunch", "east", "here"), tenant="other")
    floor.enter(
        "bob", Entered(NOON - 2, "break"), Entered(NOON, "available"), Entered(NOON, "busy")
    )
    member = Entered(NOON - 40 * LONGEST, "available", ("sales",), lasts=31 * LONGEST)
    floor.enter("cem", member)
    floor.enter("dee", Entered(NOON - 93 * LONGEST, "available", lasts=31 * LONGEST))
    floor.enter("eve", Entered(NOON - 2 * LONGEST - 1, "busy"))
    floor.enter("fay", Entered(NOON - 9, "ringing"), Entered(NOON - 1, "break"))
    await readers.written()

    lunch = Entered(NOON, "break", ("sales",), "lunch", "east", "here")
    assert sorted(await readers.rows.agents(NOON), key=str) == [
        AgentNow("demo", "ann", Entered(NOON, "busy"), NOON),
        AgentNow("demo", "bob", Entered(NOON, "busy"), NOON),
        AgentNow("demo", "cem", member),
        AgentNow("demo", "fay", Entered(NOON - 1, "break"), NOON - 9),
        AgentNow("other", "ann", lunch),
    ]


async def test_a_retired_source_is_told_with_the_time_since_and_again_from_the_last_time(
    readers: Readers,
) -> None:
    assert await readers.rows.retired() == {}
    first = await readers.sources.retire("demo", "pbx", "key")
    again = await readers.sources.retire("demo", "pbx", "key")
    await readers.sources.retire("other", "pbx", "key")

    retired = await readers.rows.retired()
    assert retired.keys() == {("demo", "pbx"), ("other", "pbx")}
    assert all(0 <= age < MINUTE for age in retired.values())
    assert first <= again


# ----------------------------------------------------------------- panes


@pytest.mark.parametrize("rolled", [False, True], ids=["panes", "rollups"])
async def test_panes_are_summed_by_interval_and_row(
    readers: Readers, floor: MemoryFloor, *, rolled: bool
) -> None:
    """
    ──┤ sales, sales ├─ help ─┤ sales ├──     of yesterday: final, so that rollups answer
      begin         hour              end
    """
    begin = MIDNIGHT - DAY
    floor.watermark = NOON
    floor.put(waiting(begin - 1), waiting(begin), answered(begin + HOUR - 1, 5, 9 * 60))
    floor.put(waiting(begin + HOUR, "help"), abandoned(begin + 2 * HOUR, 3), waiting(NOON))
    floor.put(waiting(begin), tenant="other")
    floor.put(Visit(offered_at=begin, queue="sales", channel="chat"))
    await readers.written()
    if rolled:
        await readers.rolled_up()
    hours = [Span(begin + hour * HOUR, begin + (hour + 1) * HOUR) for hour in range(24)]

    by_queue = await tallied(readers, Selection("demo"), *hours)
    assert by_queue.keys() == {
        (0, RowKey("sales")),
        (1, RowKey("sales")),
        (1, RowKey("help")),
        (2, RowKey("sales")),
    }
    assert by_queue[0, RowKey("sales")][Cell.OFFERED] == 3
    assert by_queue[1, RowKey("sales")] == {
        Cell.HANDLED: 1,
        Cell.TALK: 9 * MINUTE,
        Histogram.HANDLE_TIME + 1080: 1,
    }
    chat = await tallied(readers, Selection("demo", (), ("chat",), By.CHANNEL), *hours)
    assert chat == {(0, RowKey("", "chat")): {Cell.OFFERED: 1}}
    [total] = (
        await tallied(readers, Selection("demo", by=By.TOTAL), Span(begin, MIDNIGHT))
    ).values()
    assert (total[Cell.OFFERED], total[Cell.ABANDONED]) == (5, 1)
    homes = [("demo", "help", "voice"), ("demo", "sales", "chat"), ("demo", "sales", "voice")]
    assert await readers.panes.queue_channels(ALL, Span(begin, MIDNIGHT)) == homes
    assert await readers.panes.queue_channels(Selection("demo", ("help",)), hours[1]) == homes[:1]
    assert await readers.panes.queue_channels(Selection("demo", ("help",)), hours[2]) == []


async def test_a_sum_has_the_highest_revision_of_its_panes(
    readers: Readers, floor: MemoryFloor
) -> None:
    floor.put(waiting(NOON), waiting(NOON), waiting(NOON))
    await readers.written()
    portions = readers.panes.tallies(Selection("demo", by=By.TOTAL), [Span(NOON, NOON + MINUTE)])
    tallies = [tally async for portion in portions for tally in portion]

    rows = [row for partition in range(PARTITIONS) for row in floor.pane_rows(partition)]
    assert max(tally.revision for tally in tallies) == max(row.revision for row in rows) > 0
