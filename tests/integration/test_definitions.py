"""Definitions in a real PostgreSQL, and a hot reload seen over HTTP by two API processes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs
from typer.testing import CliRunner

from floorpulse.cli.app import app as cli
from floorpulse.contracts.topics import TOPICS
from floorpulse.definitions.adapters.folder import Folder
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.definitions.app import DefinitionKeeper
from floorpulse.definitions.domain.on_call_in_force import OnCallInForce
from floorpulse.definitions.metrics import DefinitionMetrics
from floorpulse.definitions.ports import DefinitionStore
from floorpulse.definitions.settings import DefinitionsSettings
from floorpulse.demo.embedded import Broker
from floorpulse.query.settings import ApiSettings, QuerySettings
from floorpulse.query.wiring import create_query_app
from floorpulse.runtime.kafka import ensure_topics
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from floorpulse.runtime.unavailable import StoreUnavailable
from tests.definition_stores import FAST, FASTER, StoreSuite

ON_CALL = """
tenant: demo
rules:
  - id: slow
    names: {en: Slow}
    threshold: {kpi: longest_wait, fire_above: 60}
    escalation: ladder
escalations:
  - {id: ladder, steps: [{targets: [{receiver: room}]}]}
receivers:
  - {id: room, names: {en: Room}, dingtalk: {url: room, signing: room-signing}}
"""

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]


class TestPostgresDefinitions(StoreSuite):
    """The real store keeps what every store promises."""

    @pytest.fixture
    async def store(self, database: DatabaseSettings) -> AsyncIterator[DefinitionStore]:
        pool = await asyncpg.create_pool(database.url.get_secret_value(), min_size=1, max_size=4)
        yield PostgresDefinitions(pool)
        await pool.close()


async def test_a_database_that_is_away_is_said_so(database: DatabaseSettings) -> None:
    pool = await asyncpg.create_pool(database.url.get_secret_value(), min_size=1, max_size=1)
    await pool.close()

    with pytest.raises(StoreUnavailable, match="PostgreSQL did not give the definitions"):
        await PostgresDefinitions(pool).latest()


@pytest.mark.usefixtures("logging_as_it_was")
def test_the_command_stores_what_is_right_and_nothing_else(
    database: DatabaseSettings, tmp_path: Path
) -> None:
    env = {"FLOORPULSE_DATABASE__URL": database.url.get_secret_value()}
    said = []
    for text in (FAST, FAST, FASTER, FASTER.replace("threshold", "treshold")):
        (tmp_path / "demo.yaml").write_text(text, encoding="utf-8")
        done = CliRunner().invoke(cli, ["definitions", "load", str(tmp_path)], env=env)
        said.append((done.exit_code, done.output.split(";")[0].strip()))

    stored = "2 definitions stand as set"
    assert said[:3] == [(0, f"{stored} 1"), (0, f"{stored} 1"), (0, f"{stored} 2")]
    assert said[3] == (1, f"{tmp_path}/demo.yaml:6: service_levels[fast].treshold: no such field")


async def test_a_hot_reload_reaches_every_process_and_a_wrong_file_none(
    broker: Broker, database: DatabaseSettings, tmp_path: Path
) -> None:
    kafka = KafkaSettings(bootstrap_servers=broker.bootstrap, idempotence=False)
    file = tmp_path / "demo.yaml"
    await ensure_topics(kafka, TOPICS)
    file.write_text(FAST, encoding="utf-8")
    kept = DefinitionsSettings(dir=tmp_path, reload_seconds=0.05)
    api = ApiSettings(open_tenant="demo", metrics_open=True)
    reader = create_query_app(
        QuerySettings(kafka=kafka, database=database, api=api, definitions=kept)
    )
    follower = create_query_app(
        QuerySettings(
            kafka=kafka,
            database=database,
            api=api,
            definitions=DefinitionsSettings(reload_seconds=0.05),
        )
    )
    async with reader.router.lifespan_context(reader), follower.router.lifespan_context(follower):
        one, other = (
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app, client=("127.0.0.1", 1)),
                base_url="http://127.0.0.1",
            )
            for app in (reader, follower)
        )
        await told(one, lambda body: in_force(body) == ["default@1", "fast@1"])
        file.write_text(FASTER, encoding="utf-8")
        changed = [
            await told(client, lambda body: in_force(body) == ["default@1", "fast@2"])
            for client in (one, other)
        ]
        file.write_text("tenant: demo\nabuot: []\n", encoding="utf-8")
        wrong = await told(one, lambda body: not body["loading"]["ok"])
        metrics = (await one.get("/metrics")).text

    assert [body["loading"]["set"] for body in changed] == [2, 2]
    assert (in_force(wrong), wrong["loading"]["mistakes"], wrong["loading"]["details"]) == (
        ["default@1", "fast@2"],
        1,
        [],
    )
    assert "floorpulse_definitions_reload_ok 0.0" in metrics


async def test_a_changed_rule_reaches_a_process_that_reads_the_store_and_a_wrong_one_does_not(
    database: DatabaseSettings, tmp_path: Path
) -> None:
    file = tmp_path / "demo.yaml"
    pool = await asyncpg.create_pool(database.url.get_secret_value(), min_size=1, max_size=2)
    writer, reader = (
        DefinitionKeeper(
            PostgresDefinitions(pool), files, DefinitionMetrics(CollectorRegistry()), lambda: 0
        )
        for files in (Folder(tmp_path), None)
    )
    seen = []
    secret = "https://oapi.dingtalk.com/robot/send?access_token=1234"  # noqa: S105  no real one
    with capture_logs() as told:
        for text in (
            ON_CALL,
            ON_CALL.replace("fire_above: 60", "fire_above: 90"),
            ON_CALL.replace("url: room", f'url: "{secret}"'),
        ):
            file.write_text(text, encoding="utf-8")
            await writer.look()
            await reader.look()
            on_call = OnCallInForce(reader.current.at("demo", 0))
            rule = on_call.rules["slow"]
            policy = on_call.escalation(rule.body)
            assert rule.body.threshold is not None
            seen.append((rule.name, rule.body.threshold.fire_above, policy and policy.name))
    await pool.close()

    assert seen == [
        ("slow@1", 60.0, "ladder@1"),
        ("slow@2", 90.0, "ladder@1"),
        ("slow@2", 90.0, "ladder@1"),
    ]
    [wrong] = [line["mistake"] for line in told if line["event"] == "definitions_wrong"]
    assert "receivers[room].dingtalk.url: is no name of a secret" in wrong
    assert "1234" not in str(told)


def in_force(body: dict[str, Any]) -> list[str]:
    """The names of the policies in force."""
    return [row["definition"] for row in body["rows"]]


async def told(
    client: httpx.AsyncClient, wanted: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """The answer about definitions once it is as wanted."""
    async with asyncio.timeout(30):
        while True:
            answer = await client.get("/v1/definitions")
            if answer.status_code == 200 and wanted(answer.json()):
                return dict(answer.json())
            await asyncio.sleep(0.02)
