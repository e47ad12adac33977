"""`floorpulse alerts` as a whole: calls that wait, a rule on them, a message at a receiver.

calls wait ─► board ─► rule ─► incident ─► notice ─► webhook
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from floorpulse.alerts.settings import AlertsProcessSettings, AlertsSettings
from floorpulse.alerts.wiring import create_alerts_app
from floorpulse.definitions.settings import DefinitionsSettings
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.fakes.floor import answered, waiting
from tests.integration.stored import Floor, floor_on, ok, until
from tests.reliability.alert_rig import Receiver

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(300)]

DEFINED = """
tenant: demo
about: [{{names: {{en: Demo}}}}]
rules:
  - id: many-wait
    names: {{en: Many wait, zh: 等待过多}}
    threshold: {{kpi: waiting, fire_above: 2}}
    severity: critical
    escalation: ladder
escalations:
  - id: ladder
    steps: [{{targets: [{{receiver: ann}}], wait: 600}}]
receivers:
  - {{id: ann, names: {{en: Ann}}, language: zh, webhook: {{url: "{url}/ann", signing: key}}}}
"""


@pytest.fixture
async def floor(kafka: KafkaSettings, database: DatabaseSettings) -> AsyncIterator[Floor]:
    async with floor_on(kafka, database) as floor:
        floor.memory.put(*(answered(now_ms() - 60_000 * ago, 5) for ago in range(1, 30)))
        await floor.store()
        yield floor


def written(folder: Path, url: str) -> None:
    (folder / "demo.yaml").write_text(DEFINED.format(url=url), "utf-8")


@asynccontextmanager
async def running(floor: Floor, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The service, ready and acting."""
    own = AlertsSettings(
        allow_loopback=True, secrets={"key": SecretStr("whsec_c2VjcmV0IG9mIHRoZSB0ZXN0")}
    )
    settings = AlertsProcessSettings(
        kafka=floor.settings.kafka,
        database=floor.settings.database,
        alerts=own,
        definitions=DefinitionsSettings(dir=folder),
    )
    app = create_alerts_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            await until(lambda: ok(client, "/readyz"))
            await until(lambda: acts(client))
            yield client


async def acts(client: httpx.AsyncClient) -> bool:
    return "floorpulse_alerts_lease_held 1.0" in (await client.get("/metrics")).text


async def test_too_many_calls_that_wait_are_told_once_and_the_service_ends_in_good_order(
    floor: Floor, tmp_path: Path
) -> None:
    receiver = Receiver()
    folder = tmp_path / "definitions"
    folder.mkdir()

    async def heard(number: int) -> bool:
        return len(receiver.heard) >= number

    async with receiver.listening():
        written(folder, receiver.url)
        async with running(floor, folder) as client:
            await floor.publish()
            await asyncio.sleep(1)
            assert receiver.heard == []
            floor.memory.put(*(waiting(now_ms() - 5000 - number) for number in range(3)))
            await floor.store()
            await floor.publish()
            await until(lambda: heard(1), 30)
            assert await ok(client, "/livez")
            page = (await client.get("/metrics")).text
        rows = await floor.pool.fetch("SELECT state, level, body FROM incident")
        notices = await floor.pool.fetch("SELECT state, target FROM notice")
        lease = await floor.pool.fetchrow("SELECT epoch, until FROM alert_lease")

    assert [one.key.partition(".")[2] for one in receiver.heard] == ["opened.1.ann/webhook"]
    assert [(row["state"], row["level"]) for row in rows] == [("firing", 1)]
    assert [tuple(row) for row in notices] == [("sent", "ann/webhook")]
    assert 'floorpulse_alerts_transitions_total{reason="step_due"} 1.0' in page
    assert lease is not None
    assert tuple(lease) == (1, 0), "the lease is given up at the end"
