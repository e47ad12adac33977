"""No question takes longer than it may: PostgreSQL is made to wait, as a wrong plan or a busy disk
would, and everybody is answered.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from math import isnan

import asyncpg
import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from floorpulse.runtime.clock import monotonic, now_ms
from floorpulse.runtime.database import planned, readers_pool
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.fakes.floor import answered
from tests.integration.stored import Floor, floor_on, served, text, until

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(300)]

LIMIT = 1.0
PATIENCE = 0.5
LOCKED = ("visit", "agent_state")


@pytest.fixture
async def floor(kafka: KafkaSettings, database: DatabaseSettings) -> AsyncIterator[Floor]:
    """A floor with a repeat contact, whose API is impatient."""
    async with floor_on(kafka, database) as floor:
        api = floor.settings.api
        api.statement_seconds = LIMIT
        api.lookup_seconds = PATIENCE
        api.metrics_seconds = PATIENCE
        floor.memory.put(
            *(answered(now_ms() - 60_000 * ago, 5, customer="k1:ann") for ago in (2, 3))
        )
        await floor.store()
        yield floor


def repeated(page: str) -> float:
    families = {family.name: family for family in text_string_to_metric_families(page)}
    return next(
        sample.value
        for sample in families["contactcenter_kpi"].samples
        if sample.labels["kpi"] == "repeat_rate"
    )


async def test_a_statement_that_meets_its_limit_is_answered_and_figures_of_now_go_on(
    floor: Floor,
) -> None:
    now = now_ms() // 900_000 * 900_000 + 900_000
    span = {"from": text(now - 3_600_000), "to": text(now)}
    async with served(floor) as client:
        await floor.publish()
        async with floor.pool.acquire() as holder, holder.transaction():
            await holder.execute(f"LOCK TABLE {', '.join(LOCKED)} IN ACCESS EXCLUSIVE MODE")
            began = monotonic()
            visits = await client.get("/v1/visits", params=span)
            past = await client.get(
                "/v1/kpis/history", params={**span, "kpi": "repeat_rate", "interval": "all"}
            )
            took = monotonic() - began
            pages = await asyncio.gather(*(_timed(client.get("/metrics")) for _ in range(3)))
            live = await client.get(
                "/v1/kpis", params={"kpi": "repeat_rate,offered", "by": "total", "window": "15m"}
            )
        await until(lambda: _repeated_again(client))

    for answer in (visits, past):
        assert answer.status_code == 503, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["title"] == "Query timed out"
        assert "shorter span" in answer.json()["detail"]
        assert "FLOORPULSE_API__STATEMENT_SECONDS" in answer.json()["detail"]
    assert took < 2 * LIMIT + 3
    for page, seconds in pages:
        assert seconds < 2
        assert isnan(repeated(page.text))
        assert 'floorpulse_api_lookups_unanswered_total{lookup="returns"' in page.text
    assert {row["kpi"]: row["value"] for row in live.json()["rows"]} == {
        "repeat_rate": None,
        "offered": 2,
    }


async def _repeated_again(client: httpx.AsyncClient) -> bool:
    return not isnan(repeated((await client.get("/metrics")).text))


async def _timed(asking: Awaitable[httpx.Response]) -> tuple[httpx.Response, float]:
    began = monotonic()
    return await asking, monotonic() - began


async def test_every_connection_of_readers_has_the_limit_and_plans_each_question_anew(
    database: DatabaseSettings,
) -> None:
    pool = await readers_pool(database, LIMIT)
    async with pool:
        connections = [await pool.acquire() for _ in range(database.pool)]
        said = [await one.fetchval("SELECT current_setting('statement_timeout') || ' ' || "
                                   "current_setting('plan_cache_mode')")
                for one in connections]  # fmt: skip
        for one in connections:
            await pool.release(one)
        with pytest.raises(asyncpg.QueryCanceledError):
            await pool.fetch("SELECT pg_sleep(30)")

    assert set(said) == {"1s force_custom_plan"}


async def test_what_a_statement_is_planned_with_ends_with_it(database: DatabaseSettings) -> None:
    async with await readers_pool(DatabaseSettings(url=database.url, pool=1), LIMIT) as pool:
        async with planned(pool, "SET LOCAL enable_seqscan = off", 5) as connection:
            inside = await connection.fetchval("SHOW enable_seqscan")
        assert (inside, await pool.fetchval("SHOW enable_seqscan")) == ("off", "on")
