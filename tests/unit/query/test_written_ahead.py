"""Walls that are written before they are asked again."""

import asyncio
import random
from collections.abc import Sequence

import pytest

from floorpulse.contracts.visits import Visit
from floorpulse.counting.families import Family
from floorpulse.figures.live.ahead import WORTH, WritesAhead
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.figures import AHEAD_ROWS, LiveFigures
from floorpulse.figures.live.written import RowText, SubjectText
from floorpulse.figures.rows import RowInput
from tests.fakes.definitions import definitions
from tests.fakes.floor import abandoned, answered
from tests.fakes.world import NOW, World
from tests.unit.query.test_written import PLAIN, TEAMS, WALL, a_world, fresh, query, told

MINUTE = 60_000
QUEUES = [f"line {number}" for number in range(8)]


def contact(dice: random.Random, queue: str, at: int) -> Visit:
    if dice.random() < 0.2:
        return abandoned(at, dice.randrange(60), queue)
    return answered(at, dice.randrange(60), 0, queue)


def busy(seed: int = 1) -> World:
    """Eight queues, each with contacts in most minutes of the last hour."""
    world = a_world()
    dice = random.Random(seed)
    for ago in range(60):
        for queue in QUEUES:
            world.floor.put(contact(dice, queue, NOW - ago * MINUTE - dice.randrange(50_000)))
    world.tell()
    return world


def minute_later(world: World) -> None:
    world.now += MINUTE
    world.floor.watermark = world.now - 1_000
    world.tell()


def wall(world: World) -> LiveQuery:
    return query(world, kpi=WALL, queue=",".join(QUEUES), window="15m")


class Pen:
    """Counts rows as they are written."""

    def __init__(self) -> None:
        self.rows = 0


@pytest.fixture
def pen(monkeypatch: pytest.MonkeyPatch) -> Pen:
    counting = Pen()
    some = SubjectText.some

    def counted(
        text: SubjectText, numbers: Sequence[int], seen: RowInput, final: Family
    ) -> list[RowText]:
        counting.rows += len(numbers)
        return some(text, numbers, seen, final)

    monkeypatch.setattr(SubjectText, "some", counted)
    return counting


def asked_in_a_minute(live: LiveFigures, asked: LiveQuery, times: int) -> WritesAhead:
    """A wall that was asked so often since the last minute ended."""
    ahead = WritesAhead(live)
    asyncio.run(ahead.look())
    for _ in range(times):
        told(live, asked)
    return ahead


def ahead_of(world: World, ahead: WritesAhead, pen: Pen) -> int:
    """How many rows are written ahead when a minute ends."""
    minute_later(world)
    before = pen.rows
    asyncio.run(ahead.look())
    return pen.rows - before


def test_a_wall_that_is_asked_again_and_again_is_written_when_a_minute_ends(pen: Pen) -> None:
    world = busy()
    live = fresh(world)
    asked = wall(world)
    ahead = asked_in_a_minute(live, asked, 2)
    assert ahead_of(world, ahead, pen) > len(QUEUES)
    before = pen.rows
    shown = told(live, asked)
    assert pen.rows == before
    assert shown == told(fresh(world), asked)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_written_ahead_is_what_would_be_written_afresh(seed: int) -> None:
    world = busy(seed)
    dice = random.Random(seed)
    live = fresh(world)
    ahead = WritesAhead(live)
    askings = [{"kpi": PLAIN, "by": by, "window": window} for by in ("queue", "total", "team")
               for window in ("5m", "15m", "today")]  # fmt: skip
    for _ in range(6):
        world.definitions = dice.choice([world.definitions, definitions(TEAMS)])
        asked = [query(world, **one) for one in askings]
        for one in asked * 2:
            told(live, one)
        for _ in range(20):
            world.floor.put(contact(dice, dice.choice(QUEUES), world.now - dice.randrange(MINUTE)))
        minute_later(world)
        asyncio.run(ahead.look())
        for one in asked:
            assert told(live, one) == told(fresh(world), one)


def test_what_was_asked_once_is_written_when_it_is_asked_again(pen: Pen) -> None:
    world = busy()
    live = fresh(world)
    ahead = asked_in_a_minute(live, wall(world), 1)
    assert ahead_of(world, ahead, pen) == 0


def test_what_nobody_asked_for_a_minute_is_written_no_more(pen: Pen) -> None:
    world = busy()
    live = fresh(world)
    ahead = asked_in_a_minute(live, wall(world), 2)
    assert ahead_of(world, ahead, pen) > 0
    assert ahead_of(world, ahead, pen) == 0


def test_a_short_answer_is_written_when_it_is_asked(pen: Pen) -> None:
    world = busy()
    live = fresh(world)
    names = WORTH // len(WALL.split(",")) - 1
    short = query(world, kpi=WALL, queue=",".join(QUEUES[:names]), window="15m")
    ahead = asked_in_a_minute(live, short, 9)
    assert ahead_of(world, ahead, pen) == 0


def test_what_must_be_looked_up_waits_until_it_is_asked(pen: Pen) -> None:
    world = busy()
    live = fresh(world)
    asked = query(world, kpi=f"repeat_rate,{WALL}", queue=",".join(QUEUES), window="15m")
    ahead = asked_in_a_minute(live, asked, 2)
    assert ahead_of(world, ahead, pen) == 0


def test_between_two_ends_of_a_minute_nothing_is_written_ahead(pen: Pen) -> None:
    world = busy()
    live = fresh(world)
    ahead = asked_in_a_minute(live, wall(world), 2)
    world.floor.put(answered(world.now - 20_000, 5, 0, QUEUES[0]))
    world.tell()
    before = pen.rows
    asyncio.run(ahead.look())
    assert pen.rows == before


def test_writing_ahead_hands_the_loop_back() -> None:
    world = busy()
    live = fresh(world)
    ahead = asked_in_a_minute(live, wall(world), 2)
    minute_later(world)

    async def passes() -> int:
        writing = asyncio.create_task(ahead.look())
        number = 0
        while not writing.done():
            await asyncio.sleep(0)
            number += 1
        return number

    rows = len(QUEUES) * len(WALL.split(","))
    assert asyncio.run(passes()) >= rows // AHEAD_ROWS
