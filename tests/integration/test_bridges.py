"""All bridges as the process runs them: what stands in the tables is soon everywhere else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.alerts.bridges.alertmanager_client import AlertmanagerClient
from floorpulse.alerts.bridges.alertmanager_input import AlertmanagerDescriptions
from floorpulse.alerts.bridges.settings import BridgeSettings
from floorpulse.alerts.bridges.wiring import BridgedMetrics, BridgedService, run_bridges
from floorpulse.alerts.domain.alert import EvaluationBatch
from floorpulse.alerts.domain.descriptions import RuleDescriptions
from floorpulse.alerts.domain.notices import NoticeState
from floorpulse.alerts.metrics import BridgeMetrics, IncidentMetrics, NoticeMetrics
from floorpulse.definitions.domain.definition_history import NOTHING
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.fakes.incidents import incident
from tests.integration.alert_rows import put_events, put_incidents, put_notice
from tests.integration.alertmanager import alertmanager, until
from tests.integration.test_alert_events import records

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(120)]
on_embedded = pytest.mark.parametrize("kafka", ["embedded"], indirect=True)

SOON = 15.0
QUIET = {"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}


class NoKeeper:
    """Nothing is told by Alertmanager in these tests."""

    async def take(self, batch: EvaluationBatch) -> None:
        raise AssertionError(batch)


class Running:
    """The bridges, and whether this replica acts."""

    def __init__(self, engine: AsyncEngine, kafka: KafkaSettings) -> None:
        self.acting = True
        registry = CollectorRegistry()
        self.metrics = BridgedMetrics(
            IncidentMetrics(registry), NoticeMetrics(registry), BridgeMetrics(registry)
        )
        descriptions = AlertmanagerDescriptions(
            RuleDescriptions(lambda: NOTHING), lambda: NOTHING, None
        )
        self.service = BridgedService(engine, kafka, NoKeeper(), descriptions, lambda: self.acting)


@asynccontextmanager
async def bridges(
    database: DatabaseSettings, kafka: KafkaSettings, url: str
) -> AsyncIterator[Running]:
    engine = async_engine(database)
    running = Running(engine, kafka)
    settings = BridgeSettings(alertmanager_url=SecretStr(url))
    task = asyncio.create_task(run_bridges(settings, running.service, running.metrics))
    try:
        yield running
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await engine.dispose()


@on_embedded
async def test_an_incident_is_soon_in_alertmanager_in_the_topic_and_in_the_metrics(
    tmp_path: Path, database: DatabaseSettings, kafka: KafkaSettings
) -> None:
    async with (
        alertmanager(tmp_path / "alertmanager", QUIET) as far,
        bridges(database, kafka, far.url) as running,
    ):
        engine = running.service.engine
        await put_incidents(engine, incident("i1", opened_at=now_ms()))
        await put_events(engine, ("i1", 1, now_ms(), "breached"))
        await put_notice(engine, "i1", NoticeState.PENDING, due_at=now_ms() - 5000)
        (told,) = await records(kafka, 1)
        client = AlertmanagerClient(far.url)
        opened = running.metrics.incidents.open.labels("critical", "firing")._value
        await until(lambda: opened.get() == 1, SOON)
        await until(lambda: running.metrics.bridges.pushed_at._value.get() > 0, SOON)
        await until(lambda: running.metrics.notices.oldest_due._value.get() >= 5, SOON)
        async with asyncio.timeout(SOON):
            while not (present := await client.present()):  # noqa: ASYNC110  another process
                await asyncio.sleep(0.05)
        await client.close()

    assert told[1].id == "i1.1"
    assert [one.labels["floorpulse_incident"] for one in present.values()] == ["i1"]
    assert running.metrics.notices.failed._value.get() == 0


@on_embedded
async def test_a_replica_that_does_not_act_tells_nobody_until_it_does(
    tmp_path: Path, database: DatabaseSettings, kafka: KafkaSettings
) -> None:
    async with (
        alertmanager(tmp_path / "alertmanager", QUIET) as far,
        bridges(database, kafka, far.url) as running,
    ):
        running.acting = False
        await asyncio.sleep(1.5)
        engine = running.service.engine
        await put_incidents(engine, incident("i1", opened_at=now_ms()))
        await put_events(engine, ("i1", 1, now_ms(), "breached"))
        await put_notice(engine, "i1", NoticeState.FAILED)
        failed = running.metrics.notices.failed._value
        await until(lambda: failed.get() == 1, SOON)
        client = AlertmanagerClient(far.url)
        assert await client.present() == {}
        assert running.metrics.bridges.published._value.get() == 0
        running.acting = True
        await until(lambda: running.metrics.bridges.published._value.get() == 1, SOON)
        await client.close()
