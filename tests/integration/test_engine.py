"""A real engine process on a real broker and database: killed, frozen and restarted, its tables equal the recomputation."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import msgspec
import pytest

from services.contracts import events
from services.contracts.cells import Cells, add
from services.contracts.events import AnyEvent, partition_key
from services.contracts.topics import CONTACT_EVENTS, DEAD_LETTERS
from services.contracts.updates import PaneKey
from services.contracts.visits import Visit, VisitKey, decode_visit
from services.kpi_engine.domain.contributions import contributions
from services.kpi_engine.domain.merge import merge
from services.kpi_engine.domain.visits import visit_key
from services.runtime.clock import monotonic
from services.runtime.database import dsn
from services.runtime.kafka import producer
from services.runtime.kafka_log import kafka_log
from services.runtime.settings import DatabaseSettings, KafkaSettings

MINUTE = 60_000
START = 1_794_300_000_000
SETTLED_WITHIN = 240.0
TENANT = "acme"

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(600)]


def history(contacts: int, seed: int) -> list[AnyEvent]:
    """Seeded stories of contacts, with 5 % duplicates, in disorder."""
    dice = random.Random(seed)
    told: list[AnyEvent] = []
    for number in range(contacts):
        offered = START + dice.randrange(0, 60 * MINUTE)
        common = {"source": "test", "tenant": TENANT, "contact": f"c{number}"}
        told.append(
            events.ContactOffered(id=f"{number}o", at=offered, queue=dice.choice(["sales", "service"]), **common)  # type: ignore[arg-type]
        )
        answered = offered + dice.randrange(0, 60_000)
        if dice.random() < 0.2:
            told.append(events.ContactAbandoned(id=f"{number}x", at=answered, **common))  # type: ignore[arg-type]
            continue
        told.append(events.ContactAnswered(id=f"{number}a", at=answered, agent="ann", **common))  # type: ignore[arg-type]
        told.append(events.ContactEnded(id=f"{number}e", at=answered + 30_000, talk_ms=25_000, **common))  # type: ignore[arg-type]
        if dice.random() < 0.3:
            survey = {"survey": f"s{number}", "kind": "csat", "score": 4.0, "best": 5.0, "worst": 1.0}
            told.append(events.SurveyAnswered(id=f"{number}s", at=answered + 90_000, **survey, **common))  # type: ignore[arg-type]
    told += dice.sample(told, len(told) // 20)
    dice.shuffle(told)
    return told


def recomputed(told: list[AnyEvent]) -> dict[PaneKey, Cells]:
    """The oracle."""
    visits: dict[VisitKey, Visit] = {}
    for event in told:
        key = visit_key(event)
        merge(visits.setdefault(key, Visit()), event)
    panes: dict[PaneKey, Cells] = {}
    for visit in visits.values():
        for pane, cells in contributions(TENANT, visit, MINUTE).items():
            add(panes.setdefault(pane, {}), cells)
    return {pane: cells for pane, cells in panes.items() if cells}


class Rig:
    """The servers an engine works between, and what can be seen of its work from outside."""

    def __init__(self, kafka: KafkaSettings, database: DatabaseSettings, log: Path) -> None:
        self.kafka = kafka
        self.database = database
        self._log = log

    async def start(self) -> asyncio.subprocess.Process:
        """One more engine worker."""
        environment = {
            **os.environ,  # noqa: TID251  a child process needs PATH and the like
            "FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "FLOORPULSE_KAFKA__IDEMPOTENCE": str(self.kafka.idempotence).lower(),
            "FLOORPULSE_DATABASE__URL": dsn(self.database),
        }
        with self._log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.cli", "engine", env=environment, stdout=log, stderr=log
            )

    async def send(self, told: list[AnyEvent], raw: list[bytes] | None = None) -> None:
        """Put events, and raw values, into the log; returns when all are acknowledged."""
        sender = await producer(self.kafka, linger_ms=10)
        try:
            sent = [await sender.send(CONTACT_EVENTS.name, msgspec.json.encode(one), key=partition_key(one)) for one in told]
            sent += [await sender.send(CONTACT_EVENTS.name, one) for one in raw or []]
            for acknowledgement in sent:
                await acknowledgement
        finally:
            await sender.stop()

    async def settled(self) -> None:
        """Return once the database includes the whole log."""
        began = monotonic()
        async with kafka_log(self.kafka, CONTACT_EVENTS.name) as view:
            while monotonic() - began < SETTLED_WITHIN:
                ends = {number: end for number, (_, end) in (await view.bounds()).items() if end}
                rows = await self.fetch("SELECT partition, next_offset FROM stream_partition")
                if ends.items() <= {row["partition"]: row["next_offset"] for row in rows}.items():
                    return
                await asyncio.sleep(0.5)
        pytest.fail(f"not settled within {SETTLED_WITHIN} s: {self._log.read_text()[-3000:]}")

    async def panes(self) -> dict[PaneKey, Cells]:
        """The stored panes, merged over partitions."""
        merged: dict[PaneKey, Cells] = {}
        for row in await self.fetch("SELECT tenant, queue, channel, start, cells FROM pane"):
            cells = msgspec.msgpack.decode(row["cells"], type=Cells)
            add(merged.setdefault((row["tenant"], row["queue"], row["channel"], row["start"]), {}), cells)
        return {pane: cells for pane, cells in merged.items() if cells}

    async def fetch(self, query: str) -> list[asyncpg.Record]:
        """Rows of the engine's database."""
        connection = await asyncpg.connect(dsn(self.database))
        try:
            rows: list[asyncpg.Record] = await connection.fetch(query)
            return rows
        finally:
            await connection.close()


@pytest.fixture
def rig(kafka: KafkaSettings, database: DatabaseSettings, tmp_path: Path) -> Rig:
    return Rig(kafka, database, tmp_path / "engine.log")


@asynccontextmanager
async def running(rig: Rig) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker that is stopped at the end, whatever happened."""
    process = await rig.start()
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_kills_and_restarts_leave_the_tables_equal_to_the_recomputation(rig: Rig) -> None:
    told = history(contacts=3_000, seed=1)
    for part in range(3):
        async with running(rig) as process:
            await rig.send(told[part::3])
            await asyncio.sleep(random.Random(part).uniform(0.5, 3.0))
            process.kill()
            await process.wait()
    async with running(rig) as process:
        await rig.settled()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 0

    assert await rig.panes() == recomputed(told)


async def test_two_workers_share_the_log_and_one_frozen_beyond_its_session_writes_nothing_afterwards(rig: Rig) -> None:
    told = history(contacts=2_000, seed=2)
    async with running(rig) as one, running(rig):
        await rig.send(told[:2_000])
        await rig.settled()
        one.send_signal(signal.SIGSTOP)
        await rig.send(told[2_000:])
        await rig.settled()
        one.send_signal(signal.SIGCONT)
        await asyncio.sleep(3)
        await rig.settled()

        assert await rig.panes() == recomputed(told)


async def test_what_cannot_be_counted_is_a_dead_letter_and_stops_nothing(rig: Rig) -> None:
    told = history(contacts=50, seed=3)
    async with running(rig):
        await rig.send(told, raw=[b"\xff\xfe", b'{"type":"contact.offered"}', b""])
        await rig.settled()

    [counts] = await rig.fetch("SELECT sum(applied) AS applied, sum(dead) AS dead FROM stream_partition")
    assert (counts["applied"], counts["dead"]) == (len(told), 3)
    async with kafka_log(rig.kafka, DEAD_LETTERS.name) as letters:
        assert sum(end for _, end in (await letters.bounds()).values()) >= 3


async def test_a_stop_makes_everything_durable_and_a_start_goes_on_from_there(rig: Rig) -> None:
    told = history(contacts=300, seed=4)
    for part in (told[:400], told[400:]):
        async with running(rig) as process:
            await rig.send(part)
            await rig.settled()
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 60) == 0
    visits = await rig.fetch("SELECT body FROM visit")

    assert await rig.panes() == recomputed(told)
    assert sum(decode_visit(row["body"]).offered_at is not None for row in visits) == 300
