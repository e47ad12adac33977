"""What the time machine relies on in its reader: the fake of unit tests and the reader on a real
PostgreSQL give the same floor, and the same figures, of the same past instants.
"""

import random
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.windows import Span, Window
from floorpulse.contracts.agents import AgentNow, Entered
from floorpulse.contracts.visits import Visit
from floorpulse.definitions.domain.definition_history import NOTHING
from floorpulse.figures.at.figures import MomentTables, PastFloors
from floorpulse.figures.at.ports import BeyondRetentionError, MomentReading
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import LiveRow, Question
from floorpulse.figures.selection import By, Selection
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.kpis.catalogue import CATALOGUE
from floorpulse.kpis.inputs import Need
from tests.contract.readers import ALL, DAY, HOUR, NOON, Readers, Sums, summed
from tests.fakes.floor import MINUTE, MemoryFloor, MemoryHistory, abandoned, answered, left, waiting

pytestmark = pytest.mark.timeout(900)

SPANS = (Span(NOON - HOUR, NOON - MINUTE), Span(NOON - MINUTE, NOON))
ROUND = 20
"""Random instants on a real database"""
KPIS = tuple(kpi for kpi in CATALOGUE.values() if Need.PLAN not in kpi.needs)


async def read(readers: Readers, reading: MomentReading) -> tuple[Sums, list[Visit]]:
    portions = [portion async for portion in readers.moments.moment(reading)]
    tallies = [tally for portion in portions for tally in portion.tallies]
    return summed(tallies), [visit for portion in portions for visit in portion.visits]


async def test_panes_and_visits_are_read_together(readers: Readers, floor: MemoryFloor) -> None:
    early, late = answered(NOON - 2 * MINUTE, 5), waiting(NOON - 30_000, "help")
    floor.put(early, late, waiting(NOON), waiting(NOON - 5 * HOUR))
    floor.put(waiting(NOON - 1), tenant="other")
    await readers.written()
    sums, visits = await read(readers, MomentReading(ALL, SPANS, Span(NOON - HOUR, NOON)))
    only = Selection("demo", ("help",), by=By.QUEUE_AND_CHANNEL)
    _, of_help = await read(readers, MomentReading(only, SPANS, Span(NOON - HOUR, NOON)))

    assert {(span, key.queue) for span, key in sums} == {(0, "sales"), (1, "sales"), (1, "help")}
    assert sorted(one.offered_at or 0 for one in visits) == [NOON - 2 * MINUTE, NOON - 30_000]
    assert of_help == [late]


async def test_contacts_of_several_visits_are_read_whole_where_they_are_asked_for(
    readers: Readers, floor: MemoryFloor
) -> None:
    first, second = left(NOON - 2 * HOUR, 9), answered(NOON - HOUR, 5, queue="help")
    floor.visits_of = {
        ("demo", "a"): first,
        ("demo", "a#2"): second,
        ("demo", "b"): waiting(NOON - HOUR),
        ("demo", "c"): waiting(NOON - DAY),
        ("demo", "c#2"): waiting(NOON),
        ("other", "a"): waiting(NOON - HOUR),
        ("other", "a#3"): waiting(NOON - HOUR),
    }
    await readers.written()
    asked = MomentReading(ALL, SPANS, Span(NOON - HOUR, NOON), whole=Span(NOON - HOUR, NOON))
    portions = [portion async for portion in readers.moments.moment(asked)]

    assert [one for portion in portions for one in portion.contacts] == [{1: first, 2: second}]
    plain = MomentReading(ALL, SPANS, Span(NOON - HOUR, NOON))
    portions = [portion async for portion in readers.moments.moment(plain)]
    assert [one for portion in portions for one in portion.contacts] == []


async def test_agents_are_told_with_the_state_that_they_had_entered(
    readers: Readers, floor: MemoryFloor
) -> None:
    free, busy = Entered(NOON - HOUR, "available", ("sales",)), Entered(NOON, "busy", ("sales",))
    floor.enter("ann", free, busy, Entered(NOON + 1, "break"))
    floor.enter("bob", Entered(NOON - DAY, "available"))
    floor.enter("cem", Entered(NOON + 1, "available"))
    await readers.written()

    known = AgentNow("demo", "bob", Entered(NOON - DAY, "available"))
    assert await readers.moments.agents_at("demo", NOON) == [
        AgentNow("demo", "ann", busy, NOON),
        known,
    ]
    assert await readers.moments.agents_at("demo", NOON - 1) == [
        AgentNow("demo", "ann", free),
        known,
    ]
    assert await readers.moments.agents_at("demo", NOON + DAY) == [
        AgentNow("demo", "ann", Entered(NOON + 1, "break"), NOON),
        AgentNow("demo", "cem", Entered(NOON + 1, "available")),
    ]


async def test_what_retention_deleted_is_not_told_as_if_nothing_had_been(
    readers: Readers, floor: MemoryFloor
) -> None:
    floor.put(waiting(NOON - 1))
    await readers.written()
    await readers.deleted(NOON - HOUR)

    await read(readers, MomentReading(ALL, SPANS, Span(NOON - HOUR, NOON)))
    with pytest.raises(BeyondRetentionError) as refused:
        await read(readers, MomentReading(ALL, SPANS, Span(NOON - HOUR - 1, NOON)))
    assert refused.value.since == NOON - HOUR


async def test_rolled_up_or_not_random_instants_are_told_the_same(
    readers: Readers, floor: MemoryFloor
) -> None:
    rng = random.Random(7)
    floor.put(*(contact(rng) for _ in range(200)))
    floor.enter("ann", *(Entered(NOON - n * HOUR, ("busy", "available")[n % 2]) for n in range(9)))
    floor.watermark = NOON + HOUR
    await readers.written()
    instants = [NOON - rng.randrange(5 * HOUR) for _ in range(ROUND)]
    memory, board = MemoryHistory(floor), Board(Rules(ZoneInfo("UTC")), lambda: NOON)
    for update in floor.updates(NOON):
        board.take(update, NOON)
    expected = [await told(MomentTables(memory, memory, memory), board, at) for at in instants]
    tables = MomentTables(readers.moments, readers.visits, readers.agents)

    assert [await told(tables, board, at) for at in instants] == expected
    await readers.rolled_up()
    assert [await told(tables, board, at) for at in instants] == expected


def contact(rng: random.Random) -> Visit:
    """One contact of the last six hours, of whichever kind."""
    at, wait = NOON - rng.randrange(6 * HOUR), rng.randrange(200)
    queue = rng.choice(("sales", "help"))
    return rng.choice(
        (
            answered(at, wait, rng.randrange(900), queue, customer=rng.choice(("k", "l", None))),
            answered(at, wait, 60, queue, wrapped_at=at + wait * 1000 + 60_000 + 40_000),
            abandoned(at, wait, queue),
            left(at, wait, queue),
            waiting(at, queue),
        )
    )


async def told(tables: MomentTables, board: Board, at: int) -> list[LiveRow]:
    """All figures of an instant, over a window that changes with it."""
    window = list(Window)[at % len(Window)]
    past = PastFloors(Floors(board, lambda: NOON, lambda: NOTHING), Turns(), tables, lambda: 0.0)
    query = LiveQuery(Selection("demo"), window, Question(KPIS, AS_IN_FORCE))
    rows = await (await past.figures(query, at)).rows(query)
    return [replace(row, revision=0) for row in rows]
