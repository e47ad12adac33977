"""The race that decides how a part of the demo ends."""

import asyncio

import pytest

from floorpulse.demo.app import first_of


async def test_the_others_are_cancelled_when_one_ends() -> None:
    for_ever = asyncio.Event()
    cancelled = []

    async def waits() -> None:
        try:
            await for_ever.wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    await first_of(waits(), asyncio.sleep(0))

    assert cancelled == [True]


async def test_the_error_of_the_one_that_ended_is_raised() -> None:
    async def fails() -> None:
        message = "why"
        raise LookupError(message)

    with pytest.raises(LookupError, match="why"):
        await first_of(asyncio.Event().wait(), fails())
