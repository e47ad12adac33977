"""Tallies of sources: what is counted until it is written, and what a store that is away leaves."""

import asyncio
from collections.abc import Sequence

import pytest

from floorpulse.contracts.tallies import What
from floorpulse.ingest.tallies import (
    MOST_KINDS,
    MOST_SOURCES,
    OTHER,
    OTHER_SOURCES,
    DelayKey,
    Tallies,
    Tally,
    TallyKey,
    keep_writing,
)
from floorpulse.runtime.unavailable import StoreUnavailable

HEARD = TallyKey("shop", "bell", What.HEARD)


class Store:
    def __init__(self) -> None:
        self.written: list[dict[TallyKey, Tally]] = []
        self.delays: dict[DelayKey, int] = {}
        self.away = False

    async def add(
        self,
        tallies: Sequence[tuple[TallyKey, Tally]],
        delays: Sequence[tuple[DelayKey, int]],
    ) -> None:
        if self.away:
            message = "away"
            raise StoreUnavailable(message)
        self.written.append(dict(tallies))
        self.delays.update(delays)


class Clock:
    now = 1000

    def __call__(self) -> int:
        return self.now


async def test_what_is_counted_is_written_once() -> None:
    clock, store = Clock(), Store()
    tallies = Tallies(clock)
    tallies.count(HEARD)
    clock.now = 3000
    tallies.count(HEARD, 2)
    await tallies.write(store)
    await tallies.write(store)
    assert store.written == [{HEARD: Tally(3, 1000, 3000)}]


async def test_what_a_store_that_is_away_did_not_take_is_written_later() -> None:
    clock, store = Clock(), Store()
    tallies = Tallies(clock)
    tallies.count(HEARD)
    store.away = True
    with pytest.raises(StoreUnavailable):
        await tallies.write(store)
    store.away, clock.now = False, 500
    tallies.count(HEARD)
    await tallies.write(store)
    assert store.written == [{HEARD: Tally(2, 500, 1000)}]


def test_kinds_without_end_are_counted_together() -> None:
    tallies = Tallies(Clock())
    kinds = [
        tallies.count(TallyKey("shop", "bell", What.IGNORED, f"k{number}"))
        for number in range(MOST_KINDS + 5)
    ]
    assert kinds[MOST_KINDS - 1 :] == [f"k{MOST_KINDS - 1}", *[OTHER] * 5]
    assert tallies.count(TallyKey("shop", "gong", What.IGNORED, "new")) == "new"


async def test_sources_without_end_are_counted_together_and_delays_survive_outages() -> None:
    tallies, store = Tallies(Clock()), Store()
    for number in range(MOST_SOURCES):
        tallies.count(TallyKey("shop", f"s{number}", What.WARNED, "future"))
    tallies.count(TallyKey("shop", "one more", What.WARNED, "future"))
    tallies.delay("shop", "another", 1000, -7)
    tallies.delay("gym", "another", 1000, 0)
    store.away = True
    with pytest.raises(StoreUnavailable):
        await tallies.write(store)
    store.away = False
    await tallies.write(store)

    assert TallyKey("shop", OTHER_SOURCES, What.WARNED, "future") in store.written[0]
    assert store.delays == {
        DelayKey("shop", OTHER_SOURCES, 0, -2): 1,
        DelayKey("gym", "another", 0, 0): 1,
    }


async def test_what_was_counted_is_written_when_the_process_ends() -> None:
    store = Store()
    tallies = Tallies(Clock())
    writing = asyncio.create_task(keep_writing(tallies, store, 3600))
    await asyncio.sleep(0)
    tallies.count(HEARD)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert store.written == [{HEARD: Tally(1, 1000, 1000)}]


async def test_a_store_that_is_away_stops_nothing() -> None:
    store = Store()
    store.away = True
    tallies = Tallies(Clock())
    tallies.count(HEARD)
    writing = asyncio.create_task(keep_writing(tallies, store, 0))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not writing.done()
    store.away = False
    for _ in range(5):
        await asyncio.sleep(0)
    writing.cancel()
    assert store.written == [{HEARD: Tally(1, 1000, 1000)}]
