"""A real engine process rolls up by itself what is final, and records what changes afterwards."""

from pathlib import Path

import msgspec
import pytest

from floorpulse.contracts import events
from floorpulse.contracts.cells import Cell, Cells, Histogram
from floorpulse.contracts.events import partition_key
from floorpulse.contracts.packed import unpack
from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.counting.finality import FINAL
from floorpulse.runtime.kafka import producer
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.reliability.rig import Rig, staffed

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(1500)]

START = 1_794_300_000_000
CONTACT = {"source": "test", "tenant": "acme", "contact": "c1"}
ROLLED = "SELECT FROM rollup WHERE queue = 'sales' AND grain = 'quarter' AND families = $1"


async def send(kafka: KafkaSettings, event: events.AnyEvent) -> None:
    """The log holds the event."""
    sender = await producer(kafka)
    try:
        await sender.send_and_wait(
            CONTACT_EVENTS.name, msgspec.json.encode(event), key=partition_key(event)
        )
    finally:
        await sender.stop()


async def found(rig: Rig, number: int, query: str, *args: object) -> bool:
    return len(await rig.fetch(query, *args)) == number


async def corrected(rig: Rig, cells: Cells) -> bool:
    """Whether the latest correction says these."""
    latest = await rig.fetch("SELECT new FROM correction ORDER BY id DESC LIMIT 1")
    return bool(latest) and cells.items() <= unpack(latest[0]["new"]).items()


async def test_a_late_event_of_a_quarter_that_was_rolled_up_is_a_correction(
    kafka: KafkaSettings, database: DatabaseSettings, tmp_path: Path
) -> None:
    async with staffed(kafka, database, tmp_path) as rig:
        await send(kafka, events.ContactOffered(id="o", at=START, queue="sales", **CONTACT))  # type: ignore[arg-type]
        rig.hire(ROLLUP__SECONDS=1)
        await rig.eventually(lambda: found(rig, 1, ROLLED, int(FINAL)))
        late = events.ContactAnswered(
            id="late",
            at=START + 1000,
            agent="ann",
            **CONTACT,  # type: ignore[arg-type]
        )
        await send(kafka, late)
        await rig.eventually(lambda: found(rig, 1, "SELECT FROM correction"))
        [one] = await rig.fetch("SELECT event, type, old, new FROM correction")
        assert await rig.fetch("SELECT FROM late_change") == []

    assert (one["event"], one["type"]) == ("late", "contact.answered")
    assert unpack(one["old"]) == {Cell.OFFERED: 1}
    assert unpack(one["new"]) == {
        Cell.OFFERED: 1,
        Cell.ANSWERED: 1,
        Cell.ANSWERED_WAIT: 1000,
        Histogram.ANSWERED_WAIT + 2: 1,
    }


async def test_a_wrong_import_is_put_right_and_the_corrections_say_why(
    kafka: KafkaSettings, database: DatabaseSettings, tmp_path: Path
) -> None:
    why = "call imported twice"
    imported: list[events.AnyEvent] = [
        events.ContactOffered(id="o1", at=START, queue="sales", **CONTACT),  # type: ignore[arg-type]
        events.ContactAnswered(id="a1", at=START + 5_000, agent="ann", **CONTACT),  # type: ignore[arg-type]
        events.ContactEnded(id="e1", at=START + 65_000, talk_ms=90_000, **CONTACT),  # type: ignore[arg-type]
        events.ContactOffered(id="o2", at=START, queue="sales", visit=2, **CONTACT),  # type: ignore[arg-type]
    ]
    righted: list[events.AnyEvent] = [
        events.ContactRetracted(id="r", at=START, visit=2, what="visit", reason=why, **CONTACT),
        events.ContactAmended(id="m", at=START, talk_ms=60_000, reason="clock", **CONTACT),  # type: ignore[arg-type]
    ]
    async with staffed(kafka, database, tmp_path) as rig:
        for one in imported:
            await send(kafka, one)
        rig.hire(ROLLUP__SECONDS=1)
        await rig.eventually(lambda: found(rig, 1, ROLLED, int(FINAL)))
        for one in (*righted, *imported, *righted):
            await send(kafka, one)
        await rig.eventually(lambda: corrected(rig, {Cell.OFFERED: 1, Cell.TALK: 60_000}))
        told = await rig.fetch("SELECT type, reason FROM correction ORDER BY id")
        visits = await rig.fetch("SELECT visit, offered_at FROM visit ORDER BY visit")

    assert {(one["type"], one["reason"]) for one in told} <= {
        ("contact.retracted", why),
        ("contact.amended", "clock"),
    }
    assert [tuple(one) for one in visits] == [(1, START), (2, None)]
