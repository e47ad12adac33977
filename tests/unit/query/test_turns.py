"""Long work is done in portions, and of all that is long one portion in each turn of the loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from floorpulse.figures import turns as module
from floorpulse.figures.turns import Turns


@asynccontextmanager
async def beside() -> AsyncIterator[list[int]]:
    """How often somebody else had a turn of the loop meanwhile."""
    turns = [0]

    async def ticking() -> None:
        while True:
            turns[0] += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(ticking())
    await asyncio.sleep(0)
    try:
        yield turns
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_others_have_their_turn_between_two_portions() -> None:
    turns = Turns()
    async with beside() as ticks:
        portions = [(ticks[0], portion) async for portion in turns.over(range(10), 4)]

    assert [portion for _, portion in portions] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert len({tick for tick, _ in portions}) == 3


async def test_what_is_one_portion_waits_for_nobody() -> None:
    turns = Turns()

    assert [portion async for portion in turns.over(range(3), 4)] == [[0, 1, 2]]
    assert [portion async for portion in turns.over(range(0), 4)] == []
    assert turns.taken == 0


async def test_of_many_long_works_one_portion_is_done_in_a_turn_of_the_loop() -> None:
    turns = Turns()
    done = list[int]()

    async def work(ticks: list[int]) -> None:
        await turns.next()
        for _ in range(5):
            done.append(ticks[0])
            await turns.next()

    async with beside() as ticks:
        await asyncio.gather(*(work(ticks) for _ in range(10)))

    assert len(done) == 50
    assert max(done.count(tick) for tick in set(done)) == 1


async def test_who_is_cancelled_holds_nobody_up() -> None:
    turns = Turns()
    waiting = [asyncio.create_task(turns.next()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    waiting[1].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    async with asyncio.timeout(1):
        await turns.next()


async def export(turns: Turns, portions: int, done: list[str]) -> None:
    """Long work that nobody asked for in this question."""
    for _ in range(portions):
        await turns.next()
        done.append("portion")


async def test_long_work_waits_while_a_brief_question_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 60)
    turns = Turns()
    done = list[str]()
    working = asyncio.create_task(export(turns, 3, done))
    with turns.answering():
        for _ in range(50):
            await asyncio.sleep(0)
        done.append("answer")

    async with asyncio.timeout(5):
        await working
    assert done == ["answer", "portion", "portion", "portion"]


async def test_long_work_goes_on_however_many_brief_questions_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.001)
    turns = Turns()
    done = list[str]()
    working = asyncio.create_task(export(turns, 3, done))
    with turns.answering():
        async with asyncio.timeout(5):
            await working

    assert done == ["portion"] * 3


async def test_a_question_that_takes_many_turns_is_brief_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 60)
    turns = Turns()
    done = list[str]()

    async def ask() -> None:
        with turns.answering():
            for _ in range(module.BRIEF + 2):
                await turns.next()
            done.append("long answer")

    async with asyncio.timeout(5):
        await asyncio.gather(ask(), ask(), export(turns, 2, done))
    assert done.count("long answer") == 2


async def test_a_brief_question_takes_its_first_turns_ahead_of_those_who_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 60)
    turns = Turns()
    done = list[str]()
    working = asyncio.create_task(export(turns, 2, done))
    with turns.answering():
        await asyncio.sleep(0)
        await turns.next()
        done.append("answer")
    await working

    assert done == ["answer", "portion", "portion"]


async def test_what_a_question_started_and_left_behind_counts_once() -> None:
    turns = Turns()
    done = list[str]()
    with turns.answering():
        left_behind = asyncio.create_task(export(turns, 2 * module.BRIEF, done))
    await left_behind
    working = asyncio.create_task(export(turns, 1, done))
    with turns.answering():
        await asyncio.sleep(0)
        assert not working.done()

    await working


async def merge(turns: Turns, patience: float, done: list[str]) -> None:
    """Work that nobody asked for and that gives way for so many seconds."""
    until = asyncio.get_running_loop().time() + patience
    for _ in range(3):
        await turns.give_way(until)
        done.append("step")


async def test_steps_that_give_way_wait_for_brief_questions_and_not_behind_long_work() -> None:
    turns = Turns()
    done = list[str]()
    merging = asyncio.create_task(merge(turns, 60, done))
    exporting = asyncio.create_task(export(turns, 10_000, []))
    with turns.answering():
        for _ in range(50):
            await asyncio.sleep(0)
        done.append("answer")

    async with asyncio.timeout(5):
        await merging
    assert done == ["answer", "step", "step", "step"]
    assert not exporting.done()
    exporting.cancel()


async def test_steps_give_way_no_longer_than_they_said() -> None:
    turns = Turns()
    done = list[str]()
    with turns.answering():
        async with asyncio.timeout(5):
            await merge(turns, 0.01, done)

    assert done == ["step"] * 3


async def worked(turns: Turns, seconds: float) -> float:
    """How long (seconds of the loop's clock) a second portion waits for its turn after a first one
    that took so many seconds.
    """
    clock = asyncio.get_running_loop().time
    await turns.next()
    until = clock() + seconds
    while (ended := clock()) < until:
        pass
    await turns.next()
    return clock() - ended


async def test_long_work_rests_as_long_as_it_worked_after_a_brief_question() -> None:
    turns = Turns()
    with turns.answering():
        pass

    assert await worked(turns, 0.003) >= 0.003


async def test_long_work_that_waited_for_the_database_rests_no_longer_than_a_portion() -> None:
    turns = Turns()
    with turns.answering():
        pass

    assert await worked(turns, 0.2) < 0.2


async def test_long_work_does_not_rest_where_nobody_asks_briefly() -> None:
    turns = Turns()
    async with beside() as ticks:
        await turns.next()
        before = ticks[0]
        await turns.next()

    assert ticks[0] - before <= 2


@pytest.mark.parametrize(("stretch", "expected"), [(60.0, 0), (0.0, module.BRIEF)])
async def test_a_brief_question_is_answered_at_a_stretch_that_is_not_long(
    monkeypatch: pytest.MonkeyPatch, stretch: float, expected: int
) -> None:
    monkeypatch.setattr(module, "STRETCH", stretch)
    turns = Turns()
    async with beside() as ticks:
        before = ticks[0]
        with turns.answering():
            for _ in range(module.BRIEF):
                await turns.next()
        met = ticks[0] - before

    assert met == expected
