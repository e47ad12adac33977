"""The readers on PostgreSQL and those in memory are asked the same questions about busy floors that
nobody chose, before and after they were rolled up.
"""

import random
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

import pytest

from floorpulse.board.domain.windows import QUARTER, Span
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.cells import Cells, add
from floorpulse.contracts.events import AgentState, Channel
from floorpulse.contracts.feedback import Complaint, Statement, Survey
from floorpulse.contracts.visit_records import encode_visit
from floorpulse.contracts.visits import Visit, completed_at, queue_of
from floorpulse.figures.open_complaints import StoredComplaint
from floorpulse.figures.selection import By, RowKey, Selection
from floorpulse.figures.sums import PaneTally
from floorpulse.runtime.settings import DatabaseSettings
from tests.contract.readers import (
    DAY,
    HOUR,
    MIDNIGHT,
    NOON,
    MemoryReaders,
    Readers,
    postgres_readers,
)
from tests.fakes.floor import MINUTE, MemoryFloor

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]

CHANNELS: list[Channel] = ["voice", "voice", "chat", "email"]
STATES: list[AgentState] = ["available", "busy", "break", "offline"]

Item = TypeVar("Item")


def any_visit(dice: random.Random) -> Visit:
    """Offered within three days before noon, or known by its outcome alone; with any outcome."""
    at = NOON - dice.randrange(3 * DAY) // 500 * 500
    visit = Visit(
        offered_at=at,
        queue=dice.choice(["sales", "help"]),
        channel=dice.choice(CHANNELS),
        customer=dice.choice(["k1", "k2", "k3", None]),
    )
    wait = dice.randrange(90_000)
    match dice.randrange(6):
        case 0:
            visit.abandoned_at = at + wait
        case 1:
            visit.left_at = at + wait
            visit.left_reason = "overflow"
        case 2 | 3:
            visit.answered_at = at + wait
            visit.agent = dice.choice(["ann", "bob"])
            visit.ended_at = at + wait + dice.randrange(2 * HOUR)
        case 4:
            return Visit(answered_at=at, answered_wait=wait, answered_queue="help", ended_at=at + 9)
        case _:
            pass
    if dice.random() < 0.2:
        first = Statement(at + HOUR, severity="high", queue=dice.choice([None, "help"]))
        last = Statement(at + dice.randrange(2 * DAY), closing=True)
        visit.complaints = {"k": Complaint((first, last)[: dice.randrange(1, 3)])}
    if dice.random() < 0.2:
        visit.surveys = {"s": Survey("csat", None, at + HOUR, at + 2 * HOUR, 4.0, 5.0, 1.0)}
    return visit


def any_floor(floor: MemoryFloor, dice: random.Random) -> None:
    """Fill it: of some contacts there are two visits."""
    floor.watermark = NOON
    for number in range(250):
        tenant = dice.choice(["demo", "demo", "other"])
        name = dice.choice([f"c{number}", f"c{number // 2}#2"])
        floor.visits_of[tenant, name] = any_visit(dice)
        floor.offset += 1
    for instant in dice.sample(range(NOON - 3 * DAY, NOON), 60):
        state = Entered(instant, dice.choice(STATES), dice.choice([(), ("sales",)]))
        floor.enter(dice.choice(["ann", "bob"]), state, tenant=dice.choice(["demo", "other"]))


def any_question(dice: random.Random) -> tuple[Selection, list[Span]]:
    """A selection, and contiguous spans of quarters, hours or days."""
    selection = Selection(
        "demo",
        dice.choice([(), ("sales",), ("sales", "help")]),
        dice.choice([(), ("voice",), ("chat", "email")]),
        dice.choice([By.QUEUE, By.CHANNEL, By.QUEUE_AND_CHANNEL, By.TOTAL]),
    )
    length = dice.choice([15 * MINUTE, HOUR, DAY])
    begin = MIDNIGHT + dice.randrange(-3 * DAY, DAY) // length * length
    count = dice.randrange(1, 20)
    return selection, [
        Span(begin + one * length, begin + (one + 1) * length) for one in range(count)
    ]


async def all_of(portions: AsyncIterator[Sequence[Item]]) -> list[Item]:
    return [one async for portion in portions for one in portion]


def summed(tallies: Sequence[PaneTally]) -> dict[tuple[int, RowKey], tuple[int, Cells]]:
    """The highest revision and the sum of the cells of each interval and row."""
    sums: dict[tuple[int, RowKey], tuple[int, Cells]] = {}
    for tally in tallies:
        revision, cells = sums.get((tally.interval, tally.row_key), (0, {}))
        for pane in tally.panes:
            add(cells, pane)
        sums[tally.interval, tally.row_key] = max(revision, tally.revision), cells
    return sums


async def open_in(readers: Readers, span: Span) -> list[StoredComplaint]:
    found = await readers.visits.complaints("demo", span)
    return sorted(
        (
            one
            for one in found
            if one.opened_at < span.end and (one.settled_at is None or one.settled_at > span.begin)
        ),
        key=str,
    )


async def completed_in(readers: Readers, selection: Selection, span: Span) -> list[bytes]:
    """Of the visits that may count for agents those that a handle time counts."""
    return sorted(
        encode_visit(visit)
        for visit in await all_of(readers.agents.handled(selection, span))
        if (at := completed_at(visit)) is not None
        and at in span
        and (not selection.queues or queue_of(visit) in selection.queues)
    )


async def answers(readers: Readers, selection: Selection, spans: list[Span]) -> dict[str, object]:
    """What every reader says about a selection and spans, in one order."""
    span = Span(spans[0].begin, spans[-1].end)
    visits = await all_of(readers.visits.visits(selection, span))
    middle = visits[len(visits) // 2].place if visits else (span.begin, "", 0)
    return {
        "rows": sorted(await all_of(readers.rows.rows(span.begin)), key=str),
        "agents": sorted(await readers.rows.agents(span.begin), key=str),
        "homes": await readers.panes.queue_channels(selection, span),
        "tallies": summed(await all_of(readers.panes.tallies(selection, spans))),
        "visits": visits,
        "visits behind": await all_of(readers.visits.visits(selection, span, middle)),
        "complaints": await open_in(readers, span),
        "returns": summed(await readers.visits.returns(selection, spans)),
        "handled": await completed_in(readers, selection, span),
        "states": await all_of(readers.agents.states("demo", span)),
    }


async def cover(tables: Readers, memory: Readers) -> bool:
    """Whether rollups know the same homes, to the quarter or the day."""
    known = {one.queue_channel: one for one in await tables.rows.queue_channels()}
    exact = {one.queue_channel: one for one in await memory.rows.queue_channels()}
    return known.keys() == exact.keys() and all(
        0 <= one.first - known[home].first < DAY and -QUARTER < known[home].last - one.last < DAY
        for home, one in exact.items()
    )


@pytest.mark.parametrize("seed", range(4))
async def test_the_tables_answer_as_memory_does(database: DatabaseSettings, seed: int) -> None:
    dice = random.Random(seed)
    async with postgres_readers(database) as tables:
        any_floor(tables.floor, dice)
        await tables.written()
        memory = MemoryReaders(tables.floor)
        assert await tables.rows.queue_channels() == await memory.rows.queue_channels()
        for number in range(24):
            if number == 12:
                await tables.rolled_up()
                assert await cover(tables, memory)
            question = any_question(dice)
            assert await answers(tables, *question) == await answers(memory, *question), question
