"""The KPI API over thousands of queues on real servers: pages, folded queues, and nobody held
up.
"""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.fakes.floor import answered, waiting
from tests.integration.stored import Floor, floor_on, rows, served, text, until

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(600)]

QUEUES = 3000
MINUTE = 60_000


@pytest.fixture
async def floor(kafka: KafkaSettings, database: DatabaseSettings) -> AsyncIterator[Floor]:
    """A floor of thousands of queues, each with one contact of the last half hour."""
    async with floor_on(kafka, database) as floor:
        now = now_ms()
        first = now - now % MINUTE - 20 * MINUTE
        floor.memory.put(
            *(answered(first - MINUTE, 5, 30, f"kept-{number}") for number in range(5))
        )
        floor.memory.put(*(answered(first, 5, 30, f"q-{number:05}") for number in range(QUEUES)))
        floor.memory.watermark = now
        await floor.store()
        yield floor


def span() -> dict[str, object]:
    now = now_ms()
    return {
        "from": text(now - now % MINUTE - 30 * MINUTE),
        "to": text(now - now % MINUTE),
        "interval": "all",
    }


async def test_queues_beyond_the_bound_fold_live_and_keep_their_names_in_history(
    floor: Floor,
) -> None:
    floor.settings.api.most_queues = 105
    floor.memory.put(waiting(now_ms() - 1000, "q-02999"))
    async with served(floor) as client:
        await floor.publish()

        async def somebody_waits() -> bool:
            return [
                row["value"] for row in await rows(client, "/v1/kpis", kpi="waiting", by="total")
            ] == [1]

        await until(somebody_waits)
        live = await rows(client, "/v1/kpis", kpi="offered", window="60m", limit=50)
        total = await rows(client, "/v1/kpis", kpi="offered", window="60m", by="total")
        listed = await rows(client, "/v1/queues", limit=40)
        past = await rows(client, "/v1/kpis/history", kpi="offered", limit=1000, **span())
        refused = await client.get("/v1/kpis?queue=q-02999")
        named = await rows(client, "/v1/kpis/history", kpi="offered", queue="q-02999", **span())
        folded = (await client.get("/v1/pipeline")).json()["folded"]
        metrics = (await client.get("/metrics")).text

    assert len(live) == len(listed) == 106
    assert [row["queue"] for row in live[:6]] == [
        "__other__",
        *(f"kept-{number}" for number in range(5)),
    ]
    assert sum(row["value"] for row in live) == total[0]["value"] == QUEUES + 6
    assert live[0]["value"] == QUEUES - 100 + 1
    assert next(row["waiting"] for row in listed if row["queue"] == "__other__") == 1
    assert len(past) == QUEUES + 5
    assert refused.status_code == 422
    assert "beyond the 105 queues" in refused.json()["detail"]
    assert named[0]["value"] == 1
    assert folded == {"queues": QUEUES - 100, "agents": 0}
    assert f'floorpulse_board_folded_queues{{tenant="demo"}} {float(QUEUES - 100)}' in metrics


async def test_short_questions_are_answered_while_somebody_asks_for_everything(
    floor: Floor,
) -> None:
    floor.settings.api.most_queues = 10 * QUEUES
    async with served(floor) as client:
        for path, query in (
            ("/v1/kpis", {"limit": "20000"}),
            ("/v1/queues", {}),
            ("/v1/kpis/history", {**span(), "kpi": "offered,aht,asa", "limit": "20000"}),
        ):
            everything = asyncio.create_task(
                client.get(path, params={name: str(value) for name, value in query.items()})
            )
            meanwhile = await _answered_until(client, everything)
            answer = await everything
            assert len(answer.json()["rows"]) >= QUEUES
            assert meanwhile > 20, f"{path}: only {meanwhile} short answers meanwhile"


async def _answered_until(
    client: httpx.AsyncClient, everything: "asyncio.Task[httpx.Response]"
) -> int:
    number = 0
    while not everything.done():
        assert (await client.get("/livez")).status_code == 200
        number += 1
        await asyncio.sleep(
            0
        )  # in one process with the API, an answer that awaits nothing hands nothing back
    return number


async def test_after_a_restart_the_queues_known_first_stand_for_themselves_again(
    floor: Floor,
) -> None:
    floor.settings.api.most_queues = 7
    shown = []
    for _ in range(2):
        async with served(floor) as client:
            shown.append([row["queue"] for row in await rows(client, "/v1/queues")])

    assert (
        shown[0]
        == shown[1]
        == ["__other__", *(f"kept-{number}" for number in range(5)), "q-00000", "q-00001"]
    )
