"""A floor in memory whose rows stand in real tables and whose news are on a real topic, and the API
in front of it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

import asyncpg
import httpx
import msgspec
from pydantic import SecretStr

from floorpulse.contracts.agents import LONGEST, encode_entered
from floorpulse.contracts.customers import customer_mark
from floorpulse.contracts.topics import CONTACT_EVENTS, KPI_UPDATES
from floorpulse.contracts.visit_records import encode_visit
from floorpulse.contracts.visits import Visit, complaining, offer_at, queue_of
from floorpulse.kpi_engine.fold.rows import VISIT_COLUMNS
from floorpulse.kpi_engine.postgres.months import MonthlyParts
from floorpulse.query.settings import ApiSettings, QuerySettings
from floorpulse.query.wiring import create_query_app
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.kafka import producer
from floorpulse.runtime.kafka_log import kafka_log
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.fakes.floor import PARTITIONS, MemoryFloor, partition_of, visit_name


def record_of(visit: Visit, *, before: bool) -> bytes:
    """A visit as it is stored, or as it was `before` records had masks."""
    return msgspec.msgpack.encode(visit) if before else encode_visit(visit)


class Floor:
    """A floor whose rows are in real tables and whose news are on a real topic."""

    def __init__(self, settings: QuerySettings, pool: asyncpg.Pool, log_id: str) -> None:
        self.settings = settings
        self.pool = pool
        self.memory = MemoryFloor(log_id=log_id)

    async def store(self) -> None:
        """Make everything durable, as the engine's flush does."""
        async with self.pool.acquire() as connection, connection.transaction():
            for table in ("pane", "visit", "agent_state", "stream_partition"):
                await connection.execute(f"TRUNCATE {table}")
            for number in range(PARTITIONS):
                rows = [
                    (
                        *row.key[:1],
                        row.start,
                        row.queue,
                        row.channel,
                        number,
                        row.revision,
                        msgspec.msgpack.encode(row.cells),
                    )
                    for row in self.memory.pane_rows(number)
                ]
                await MonthlyParts().ensure(
                    cast("asyncpg.Connection", connection),
                    {row.start for row in self.memory.pane_rows(number)},
                )
                await connection.copy_records_to_table("pane", records=rows)
            await MonthlyParts().ensure(
                cast("asyncpg.Connection", connection),
                {one.entered.at for one in self.memory.entered},
            )
            states = [
                (
                    partition_of(one.agent),
                    one.tenant,
                    one.agent,
                    one.entered.at,
                    one.entered.state,
                    encode_entered(one.entered),
                    one.entered.lasts if one.entered.lasts > LONGEST else None,
                )
                for one in self.memory.entered
            ]
            await connection.copy_records_to_table("agent_state", records=states)
            await connection.copy_records_to_table(
                "visit", records=self._visit_rows(), columns=VISIT_COLUMNS
            )
            await connection.copy_records_to_table(
                "stream_partition", records=self._partition_rows()
            )

    def _visit_rows(self) -> list[tuple[object, ...]]:
        return [
            (partition_of(contact), tenant, *visit_name(contact), offer_at(visit), queue_of(visit),
             visit.channel, customer_mark(visit.customer), *complaining(visit),
             record_of(visit, before=place % 2 == 1))
            for place, ((tenant, contact), visit) in enumerate(self.memory.visits_of.items())
        ]  # fmt: skip

    def _partition_rows(self) -> list[tuple[object, ...]]:
        known = self.memory
        return [
            (
                CONTACT_EVENTS.name,
                number,
                known.log_id,
                known.generation,
                known.epoch,
                "engine",
                known.offset,
                known.watermark,
                known.offset,
                0,
                now_ms(),
            )
            for number in range(PARTITIONS)
        ]

    async def publish(self) -> None:
        """Tell it, as the engine does four times a second."""
        kafka = await producer(self.settings.kafka)
        try:
            for update in self.memory.updates(now_ms()):
                await kafka.send_and_wait(
                    KPI_UPDATES.name,
                    msgspec.json.encode(update),
                    key=str(update.partition).encode(),
                )
        finally:
            await kafka.stop()


async def identity(kafka: KafkaSettings) -> str:
    async with kafka_log(kafka, CONTACT_EVENTS.name) as log:
        return await log.identity()


@asynccontextmanager
async def floor_on(kafka: KafkaSettings, database: DatabaseSettings) -> AsyncIterator[Floor]:
    """A floor that nobody has used."""
    api = ApiSettings(
        open_tenant="demo", session_secret=SecretStr("of the test"), metrics_open=True
    )
    pool = await asyncpg.create_pool(database.url.get_secret_value(), min_size=1, max_size=2)
    try:
        yield Floor(
            QuerySettings(kafka=kafka, database=database, api=api), pool, await identity(kafka)
        )
    finally:
        await pool.close()


@asynccontextmanager
async def served(floor: Floor) -> AsyncIterator[httpx.AsyncClient]:
    """The API, which answers."""
    app = create_query_app(floor.settings)
    async with app.router.lifespan_context(app):
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, client=("127.0.0.1", 1)), base_url="http://127.0.0.1"
        )
        async with client:
            await until(lambda: loaded(client))
            yield client


async def until(condition: Callable[[], Awaitable[bool]], patience: float = 90) -> None:
    async with asyncio.timeout(patience):
        while not await condition():  # noqa: ASYNC110  another process's progress
            await asyncio.sleep(0.05)


async def loaded(client: httpx.AsyncClient) -> bool:
    """Whether it answers; many a test has no engine to be heard of."""
    answer = await client.get("/readyz")
    return answer.is_success or "no engine" in answer.text


async def ok(client: httpx.AsyncClient, path: str) -> bool:
    return (await client.get(path)).status_code == 200


async def rows(client: httpx.AsyncClient, path: str, /, **query: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        answer = await client.get(
            path,
            params={
                key: str(value)
                for key, value in {**query, "cursor": cursor}.items()
                if value is not None
            },
        )
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["rows"]
        cursor = page["next"]
        if cursor is None:
            return found


def text(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat()
