"""The KPI API over a real PostgreSQL and a real Kafka: live and past figures agree, progress is
told truly.
"""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from floorpulse.access.keys import KeyRing
from floorpulse.contracts.topics import CONTACT_EVENTS, TOPICS
from floorpulse.demo.embedded import Broker
from floorpulse.query.settings import QuerySettings
from floorpulse.query.wiring import create_query_app
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.kafka import ensure_topics, producer
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.fakes.floor import MemoryFloor, abandoned, answered, left, waiting
from tests.integration.stored import Floor, floor_on, identity, ok, rows, served, text, until

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]

LIVE = "offered,answered,abandoned,left,service_level,asa,aht,abandonment_rate,wait_p90,unresolved"


@pytest.fixture
async def floor(kafka: KafkaSettings, database: DatabaseSettings) -> AsyncIterator[Floor]:
    async with floor_on(kafka, database) as floor:
        yield floor


def busy_hour(now: int) -> MemoryFloor:
    floor = MemoryFloor()
    for second in range(0, 3600, 13):
        at = now - 3_600_000 + second * 1000
        queue = "sales" if second % 2 else "help"
        kind = second % 7
        floor.put(
            abandoned(at, second % 33, queue)
            if kind == 0
            else left(at, 9, queue)
            if kind == 1
            else answered(at, second % 51, 30, queue)
        )
    floor.put(waiting(now - 30_000), waiting(now - 3000, "help"))
    return floor


async def test_live_and_history_agree_and_so_does_csv(floor: Floor) -> None:
    now = now_ms()
    floor.memory.visits_of = busy_hour(now).visits_of
    floor.memory.offset = 300
    floor.memory.watermark = now - 15_000
    await floor.store()
    async with served(floor) as client:
        await floor.publish()
        await until(lambda: waits(client, 2))
        live = await rows(client, "/v1/kpis", kpi=LIVE, window="60m")
        span = {"from": live[0]["time"], "to": live[0]["end"], "interval": "all"}
        past = await rows(client, "/v1/kpis/history", kpi=LIVE, **span)
        paged = await rows(client, "/v1/kpis/history", kpi=LIVE, limit=3, **span)
        table = await client.get(
            "/v1/kpis/history", params={"kpi": LIVE, **span}, headers={"Accept": "text/csv"}
        )

    parts = (
        "time",
        "end",
        "queue",
        "channel",
        "kpi",
        "value",
        "numerator",
        "denominator",
        "low",
        "high",
        "definition",
    )
    told = [row for row in live if row["kpi"] != "unresolved"]
    assert len(live) == 2 * len(LIVE.split(","))
    assert [[row[part] for part in parts] for row in told] == [
        [row[part] for part in parts] for row in past if row["kpi"] != "unresolved"
    ]
    assert [(row["kpi"], row["value"]) for row in paged] == [
        (row["kpi"], row["value"]) for row in past
    ]
    lines = list(csv.DictReader(io.StringIO(table.text)))
    assert [(line["queue"], line["kpi"], float(line["value"])) for line in lines] == [
        (row["queue"], row["kpi"], row["value"]) for row in past
    ]


async def test_news_reaches_figures_metrics_and_the_stream(floor: Floor) -> None:
    await floor.store()
    async with served(floor) as client:
        now = now_ms()
        floor.memory.put(answered(now - 20_000, 5), waiting(now - 2000))
        await floor.publish()

        async def seen() -> bool:
            return any(
                row["value"] == 2
                for row in await rows(client, "/v1/kpis", kpi="offered", window="5m")
            )

        await until(seen)
        page = (await client.get("/metrics")).text

    labels = 'tenant="demo",queue="sales",channel="voice"'
    assert f"contactcenter_contacts_waiting{{{labels}}} 1" in page
    assert f"contactcenter_contacts_offered_total{{{labels}}} 0" in page
    assert "floorpulse_board_updates_total" in page


async def test_the_api_is_not_ready_before_an_engine_was_heard_of(floor: Floor) -> None:
    async with served(floor) as client:
        unready = await client.get("/readyz")
        floor.memory.put(answered(now_ms() - 20_000, 5))
        await floor.publish()
        await until(lambda: ok(client, "/readyz"))

    assert unready.status_code == 503
    assert "start `floorpulse engine`" in unready.json()["detail"]


async def test_lag_counts_what_live_or_history_does_not_include(floor: Floor) -> None:
    async with served(floor) as client:
        kafka = await producer(floor.settings.kafka)
        await kafka.send_and_wait(CONTACT_EVENTS.name, b"{}", partition=0)
        await kafka.send_and_wait(CONTACT_EVENTS.name, b"{}", partition=0)
        await kafka.stop()

        assert (await client.get("/v1/pipeline")).json()["total"]["lag"] == 2

        floor.memory.offset = 2
        await floor.store()
        assert (await client.get("/v1/pipeline")).json()["total"]["lag"] == 2
        await floor.publish()

        async def settled() -> bool:
            return bool((await client.get("/v1/pipeline")).json()["total"]["lag"] == 0)

        await until(settled)


async def test_visits_are_found_page_by_page_with_their_verdict(floor: Floor) -> None:
    now = now_ms()
    floor.memory.visits_of = busy_hour(now).visits_of
    await floor.store()
    async with served(floor) as client:
        query = {"from": text(now - 3_600_000), "to": text(now + 1), "queue": "sales"}
        everyone = await rows(client, "/v1/visits", limit=50, **query)
        late = await rows(client, "/v1/visits", limit=7, missed="true", **query)
        gave_up = await rows(client, "/v1/visits", outcome="abandoned", **query)

    assert [visit["offered"] for visit in everyone] == sorted(
        visit["offered"] for visit in everyone
    )
    assert [visit["contact"] for visit in late] == [
        visit["contact"] for visit in everyone if visit["missed"]
    ]
    assert {visit["outcome"] for visit in gave_up} == {"abandoned"}
    assert all("agent" not in visit for visit in everyone)


async def test_keys_decide_the_tenant_and_sessions_read_only(floor: Floor) -> None:
    floor.settings.api.open_tenant = None
    floor.memory.put(waiting(now_ms() - 1000), tenant="other")
    await floor.store()
    engine = async_engine(floor.settings.database)
    key = await KeyRing(engine).create("other", "test", ["kpi:read"])
    await engine.dispose()
    async with served(floor) as client:
        assert (await client.get("/v1/queues")).status_code == 401
        assert (
            await client.post("/wallboard/session", json={"key": "fp_wrong"})
        ).status_code == 401
        assert (await client.post("/wallboard/session", json={"key": key})).status_code == 204
        assert [row["queue"] for row in (await client.get("/v1/queues")).json()["rows"]] == [
            "sales"
        ]
        assert (
            await client.get("/v1/agents", headers={"Authorization": f"Bearer {key}"})
        ).status_code == 403


async def test_the_board_survives_a_broker_that_comes_back_empty(
    database: DatabaseSettings, tmp_path: Path
) -> None:
    async with Broker(tmp_path / "own.log") as broker:
        kafka = KafkaSettings(bootstrap_servers=broker.bootstrap, idempotence=False)
        await ensure_topics(kafka, TOPICS)
        async with floor_on(kafka, database) as floor, served(floor) as client:
            floor.memory.put(waiting(now_ms() - 1000))
            await floor.publish()
            await until(lambda: waits(client, 1))
            await floor.store()

            await broker.start()
            await ensure_topics(kafka, TOPICS)
            floor.memory.log_id = await identity(kafka)
            floor.memory.generation = 2
            floor.memory.put(waiting(now_ms() - 500))

            async def heard() -> bool:
                await (
                    floor.publish()
                )  # as an engine does for ever: the first of these the board may have missed
                return await waits(client, 2)

            await until(heard, 60)


async def waits(client: httpx.AsyncClient, number: int) -> bool:
    return bool(
        sum(row["value"] for row in await rows(client, "/v1/kpis", kpi="waiting", by="total"))
        == number
    )


def test_openapi_describes_every_route() -> None:
    paths = create_query_app(QuerySettings()).openapi()["paths"]

    figures = {"/v1/queues", "/v1/kpis", "/v1/kpis/history", "/v1/visits", "/v1/corrections"}
    assert figures | {"/v1/pipeline", "/v1/stream", "/v1/definitions"} <= set(paths)
