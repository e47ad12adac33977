"""The harness itself: each fault is survived exactly by the engine as it is, and noticed where the
engine is mutated.

Increments alone would be no mutation as long as the position moves in the same transaction; what is
tried is adding a whole row to the stored one.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from floorpulse.contracts.cells import Cell
from floorpulse.contracts.topics import TOPICS
from floorpulse.demo.embedded import Broker
from floorpulse.runtime.kafka import ensure_topics
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.reliability.brokers import on_embedded
from tests.reliability.faults import COMMITTED, VANISHED, Hold
from tests.reliability.live import live
from tests.reliability.load import Load, load
from tests.reliability.rig import NotSettledError, Rig, staffed
from tests.reliability.stories import START
from tests.reliability.workers import Worker

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(1500)]

LIVE_WITHIN = WRITTEN_WITHIN = 200.0
SOME = 120
FLOOR = "floor"
AT_ONCE = {"ENGINE__FLUSH_SECONDS": 0.3}

Scenario = Callable[[Rig, Load, str, Hold], Awaitable[None]]


async def a_frozen_worker_wakes_with_rows_to_write(
    rig: Rig, told: Load, mutation: str, hold: Hold
) -> None:
    """One worker is frozen about to write changes of written rows, another counts on in the same
    panes; then the first wakes and writes.
    """
    zombie = rig.hire(
        "hold_a_flush_and_vanish",
        *named(mutation),
        TEST__HOLD=hold.path,
        ENGINE__GROUP="first",
        **AT_ONCE,
    )
    await told.put([told_of("contact.offered", number) for number in range(SOME)])
    await rig.settled()
    hold.begin()
    async with live(rig.kafka) as shown:
        await told.put([told_of("contact.abandoned", number) for number in range(0, SOME, 2)])
        await shown.counts(FLOOR, Cell.ABANDONED, SOME // 2, LIVE_WITHIN)
    await rig.eventually(lambda: hold.caught)
    zombie.freeze()
    rig.hire(*named(mutation), ENGINE__GROUP="second", **AT_ONCE)
    await told.put([told_of("contact.abandoned", number) for number in range(1, SOME, 2)])
    await rig.settled()
    hold.end()
    zombie.thaw()
    assert await zombie.ended(WRITTEN_WITHIN) == VANISHED
    await told.mark()


def told_of(kind: str, number: int) -> bytes:
    """An event of one of the contacts that a zombie knows.

    All were offered in one minute: whichever of a partition's events the zombie is about to write,
    the other worker changes that pane.
    """
    at = START + number * 100 + (20_000 if kind == "contact.abandoned" else 0)
    event = {
        "type": kind,
        "id": f"{kind}-{number}",
        "source": "t",
        "tenant": "acme",
        "at": at,
        "contact": f"z{number}",
    }
    return json.dumps({**event, "queue": FLOOR}).encode()


async def a_worker_is_killed_between_two_flushes(
    rig: Rig, told: Load, mutation: str, hold: Hold
) -> None:
    """What one counted and did not write is counted by the next, in panes that were written
    before.
    """
    first = rig.hire(
        "hold_flushes",
        *named(mutation),
        TEST__HOLD=hold.path,
        ENGINE__FLUSH_SECONDS=0.3,
        ENGINE__SESSION_SECONDS=3,
    )
    await told.send(SOME)
    await told.mark()
    await rig.settled()
    hold.begin()
    await told.send(SOME)
    ends = await told.mark()
    async with live(rig.kafka) as shown:
        await shown.shows(told.marks, LIVE_WITHIN)
    if mutation == "commit_kafka_first":
        await rig.eventually(lambda: f"{COMMITTED}{sum(ends.values())}" in rig.said())
    first.kill()
    rig.hire(*named(mutation), ENGINE__FLUSH_SECONDS=0.3, ENGINE__SESSION_SECONDS=3)


async def fetched_records_vanish(rig: Rig, told: Load, mutation: str, _: Hold) -> None:
    """Records are fetched and never reach the loop; later ones do."""
    rig.hire("lose_a_batch", *named(mutation))
    await rig.reached(await told.mark())
    for part in (SOME, SOME + 1, SOME + 2):
        await told.send(part)
        await asyncio.sleep(0.5)
    await rig.eventually(lambda: "lost " in rig.said())
    await told.mark()


def named(mutation: str) -> tuple[str, ...]:
    return (mutation,) if mutation else ()


SCENARIOS: list[tuple[Scenario, str]] = [
    (a_frozen_worker_wakes_with_rows_to_write, "forget_the_fence"),
    (a_worker_is_killed_between_two_flushes, "write_increments"),
    (a_worker_is_killed_between_two_flushes, "commit_kafka_first"),
    (fetched_records_vanish, "skip_the_position_check"),
]


@on_embedded
@pytest.mark.parametrize("scenario", list(dict.fromkeys(scenario for scenario, _ in SCENARIOS)))
async def test_the_engine_survives_exactly(rig: Rig, scenario: Scenario, tmp_path: Path) -> None:
    async with load(rig.kafka, seed=51) as told:
        await scenario(rig, told, "", Hold(tmp_path / "hold"))
        await rig.settled()

    assert await rig.differences(told.kept) == []


@on_embedded
@pytest.mark.parametrize(("scenario", "mutation"), SCENARIOS)
async def test_the_harness_notices(
    rig: Rig, scenario: Scenario, mutation: str, tmp_path: Path
) -> None:
    async with load(rig.kafka, seed=51) as told:
        await scenario(rig, told, mutation, Hold(tmp_path / "hold"))

        assert await wrong(rig, told.kept) != []


async def wrong(rig: Rig, kept: list[bytes]) -> list[str]:
    """What the harness has to say: panes that differ, or a log that is not counted to its end."""
    try:
        await rig.settled()
    except NotSettledError as why:
        return [str(why)]
    return await rig.differences(kept)


@pytest.mark.parametrize("mutation", ["", "forget_the_epoch"])
async def test_a_zombie_of_an_older_log_writes_nothing_and_without_epochs_it_would(
    database: DatabaseSettings, tmp_path: Path, mutation: str
) -> None:
    """A worker freezes with the first records of a log; log and worker are replaced; it wakes at
    the very position it knew: 0.
    """
    first = Hold(tmp_path / "first")
    second = Hold(tmp_path / "second")
    async with Broker(tmp_path / "broker.log") as broker:
        kafka = KafkaSettings(bootstrap_servers=broker.bootstrap, idempotence=False)
        async with staffed(kafka, database, tmp_path) as rig:
            zombie, _ = await about_to_write(rig, 52, mutation, first, "hold_a_flush_and_vanish")
            zombie.freeze()
            await broker.start()
            _, kept = await about_to_write(rig, 53, mutation, second, "hold_flushes")
            first.end()
            zombie.thaw()
            assert await zombie.ended(WRITTEN_WITHIN) == VANISHED
            second.end()
            found = await wrong(rig, kept)

    assert (found != []) == bool(mutation)


async def about_to_write(
    rig: Rig, seed: int, mutation: str, hold: Hold, fault: str
) -> tuple[Worker, list[bytes]]:
    """A worker that has counted everything in a new log and written nothing; with what there is to
    count.
    """
    hold.begin()
    await ensure_topics(rig.kafka, TOPICS)
    worker = rig.hire(
        fault, *named(mutation), TEST__HOLD=hold.path, ENGINE__GROUP=f"group-{seed}", **AT_ONCE
    )
    async with load(rig.kafka, seed) as told, live(rig.kafka) as shown:
        await told.send(SOME)
        await told.mark()
        await shown.shows(told.marks, LIVE_WITHIN)
    await rig.eventually(lambda: hold.caught)
    return worker, told.kept
