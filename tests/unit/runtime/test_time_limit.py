"""A shared time limit ends what takes too long, tells it from what others cancel, and forgets what
is over.
"""

import asyncio
from typing import Any

import pytest

from floorpulse.runtime.time_limit import LOOKS, TimeLimit

SHORT = 0.1
LONG = 30.0


def this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task is not None
    return task


async def test_a_block_that_takes_too_long_is_a_timeout_and_the_task_goes_on() -> None:
    limit = TimeLimit(SHORT)
    began = asyncio.get_running_loop().time()
    with pytest.raises(TimeoutError), limit.each():
        await asyncio.sleep(LONG)
    took = asyncio.get_running_loop().time() - began
    await asyncio.sleep(0)
    assert SHORT <= took < LONG
    assert this_task().cancelling() == 0


async def test_each_block_has_its_own_time() -> None:
    limit = TimeLimit(SHORT)

    async def block(begins: float, lasts: float) -> str:
        await asyncio.sleep(begins)
        try:
            with limit.each():
                await asyncio.sleep(lasts)
        except TimeoutError:
            return "late"
        return "in time"

    ends = await asyncio.gather(
        block(0, LONG), block(0, SHORT / 2), block(SHORT * 0.8, SHORT / 2), block(SHORT * 2, LONG)
    )
    assert tuple(ends) == ("late", "in time", "in time", "late")


async def test_who_is_cancelled_by_somebody_else_is_cancelled() -> None:
    limit = TimeLimit(LONG)

    async def block() -> None:
        with limit.each():
            await asyncio.sleep(LONG)

    task = asyncio.create_task(block())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_who_is_cancelled_by_both_is_cancelled() -> None:
    limit = TimeLimit(SHORT)

    async def block() -> None:
        with limit.each():
            try:
                await asyncio.sleep(LONG)
            finally:
                this_task().cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(block())


async def test_an_error_of_the_block_that_is_late_stays_that_error() -> None:
    limit = TimeLimit(SHORT)

    async def block() -> None:
        with limit.each():
            try:
                await asyncio.sleep(LONG)
            except asyncio.CancelledError:
                raise LookupError from None

    with pytest.raises(LookupError):
        await block()


async def test_what_is_over_is_not_held_and_looking_ends() -> None:
    limit = TimeLimit(SHORT)
    for _ in range(1000):
        with limit.each():
            await asyncio.sleep(0)
    assert len(limit._under_way) == 0
    await asyncio.sleep(SHORT / LOOKS * 3)
    assert not limit._looking


def test_another_event_loop_begins_anew() -> None:
    limit = TimeLimit(SHORT)

    async def left_behind() -> None:
        limit.each().__enter__()

    async def late() -> None:
        with limit.each():
            await asyncio.sleep(LONG)

    asyncio.run(left_behind())
    with pytest.raises(TimeoutError):
        asyncio.run(late())


async def test_outside_of_a_task_there_is_no_limit() -> None:
    loop = asyncio.get_running_loop()
    said = loop.create_future()

    def outside() -> None:
        try:
            TimeLimit(SHORT).each().__enter__()
        except RuntimeError as wrong:
            said.set_result(str(wrong))

    loop.call_soon(outside)
    assert "within a task" in await said
