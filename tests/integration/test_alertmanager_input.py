"""An alert from a real Prometheus over a real Alertmanager to an incident and back."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from prometheus_client import CollectorRegistry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.access.keys import KeyRing
from floorpulse.alerts.api.alertmanager import AlertmanagerWebhook, router
from floorpulse.alerts.bridges.alertmanager import AlertmanagerPush, Clocks
from floorpulse.alerts.bridges.alertmanager_client import AlertmanagerClient
from floorpulse.alerts.bridges.alertmanager_input import (
    AlertmanagerDescriptions,
    AlertmanagerInput,
    AlertmanagerLook,
)
from floorpulse.alerts.bridges.alertmanager_store import KnownAlerts
from floorpulse.alerts.bridges.incident_rows import IncidentRows
from floorpulse.alerts.domain.descriptions import RuleDescriptions
from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.incidents.keeper import IncidentKeeper
from floorpulse.alerts.incidents.lease_store import PostgresLease
from floorpulse.alerts.incidents.rows import incident_of
from floorpulse.alerts.incidents.store import PostgresIncidents
from floorpulse.alerts.incidents.surroundings import Surroundings
from floorpulse.alerts.metrics import BridgeMetrics, IncidentMetrics
from floorpulse.contracts.tables.alerts import incident as incidents
from floorpulse.definitions.domain.on_call import Severity
from floorpulse.demo.embedded.child import free_port
from floorpulse.runtime.clock import monotonic, now_ms
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.http import create_app
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.definitions import definitions
from tests.fakes.incidents import incident
from tests.integration.alert_rows import put_incidents
from tests.integration.alertmanager import LOOK_AGAIN_AFTER, RealAlertmanager, alertmanager
from tests.integration.prometheus import program

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.timeout(180),
]

SOON = 15.0
"""Seconds within which an alert arrives; Prometheus looks, and Alertmanager tells, each second"""
LONG_ENOUGH = 4.0
NEVER = 3600.0
DEFINITIONS = """
tenant: demo
about: [{names: {en: Demo}, escalation: infra}]
receivers:
  - {id: ops, names: {en: Operations}, screen: true}
escalations:
  - {id: infra, steps: [{targets: [{receiver: ops}]}]}
"""


class Service:
    """Our side: the route, the hand-over and the look on a real database; and what Prometheus
    scrapes of us: whether the disk is full.
    """

    def __init__(self, engine: AsyncEngine, port: int) -> None:
        self.engine = engine
        self.port = port
        self.full = 0
        self.epoch: int | None = None
        self.store = KnownAlerts(engine)
        self.metrics = BridgeMetrics(CollectorRegistry())
        known = definitions(DEFINITIONS)
        descriptions = AlertmanagerDescriptions(
            RuleDescriptions(lambda: known), lambda: known, None
        )
        keeper = IncidentKeeper(
            PostgresIncidents(engine),
            Surroundings(lambda: known, ZoneInfo("UTC")),
            descriptions,
            lambda: self.epoch,
            IncidentMetrics(CollectorRegistry()),
        )
        self.input = AlertmanagerInput(self.store, keeper, descriptions)
        self.app = create_app("test", "test")
        self.app.include_router(router())
        self.app.add_api_route("/metrics", self.scraped)
        self.app.state.keys = KeyRing(engine)
        self.app.state.alertmanager_webhook = AlertmanagerWebhook(self.store, self.metrics, now_ms)

    async def scraped(self) -> PlainTextResponse:
        return PlainTextResponse(f"disk_full {self.full}\n")

    async def incidents(self) -> list[Incident]:
        async with self.engine.connect() as connection:
            asked = select(incidents).order_by(incidents.c.opened_at)
            return [incident_of(row) for row in (await connection.execute(asked)).mappings()]

    async def states(self) -> list[str]:
        """The incidents of Alertmanager, as their states and what ended them."""
        return [str(one.state) for one in await self.incidents()]

    async def comes_to(self, *states: str) -> None:
        """The incidents have these states in time."""
        await until(lambda: self._are(list(states)))

    async def stays(self, *states: str) -> None:
        """They still have these states after a while in which they would change."""
        await asyncio.sleep(LONG_ENOUGH)
        assert await self.states() == list(states)

    async def look(self, far: RealAlertmanager, settled: float = 0.0) -> int:
        """A look at Alertmanager, as each minute makes it."""
        client = AlertmanagerClient(far.url)
        look = AlertmanagerLook(self.store, client, self.metrics, now_ms, settled)
        try:
            return await look.look()
        finally:
            await client.close()

    async def _are(self, states: list[str]) -> bool:
        return await self.states() == states


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(SOON):
        while not await condition():  # noqa: ASYNC110  another process's progress
            await asyncio.sleep(LOOK_AGAIN_AFTER)


@asynccontextmanager
async def listening(app: FastAPI, port: int) -> AsyncIterator[None]:
    """The application on a real port."""
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_config=None))
    serving = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def prometheus(folder: Path, scraped: int, far: str) -> AsyncIterator[None]:
    """A Prometheus with one rule, which tells Alertmanager."""
    rule = {
        "alert": "DiskFull",
        "expr": "disk_full > 0",
        "labels": {"severity": "critical"},
        "annotations": {"summary": "磁盘已满"},
    }
    rules = folder / "rules.yml"
    rules.write_text(json.dumps({"groups": [{"name": "disk", "rules": [rule]}]}))
    settings = folder / "prometheus.yml"
    settings.write_text(
        json.dumps(
            {
                "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                "rule_files": [str(rules)],
                "scrape_configs": [
                    {
                        "job_name": "disk",
                        "static_configs": [{"targets": [f"127.0.0.1:{scraped}"]}],
                    }
                ],
                "alerting": {
                    "alertmanagers": [
                        {"static_configs": [{"targets": [far.removeprefix("http://")]}]}
                    ]
                },
            }
        )
    )
    words = (
        f"--config.file={settings}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{free_port()}",
        "--rules.alert.resend-delay=2s",
    )
    with (folder / "prometheus.log").open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            program("prometheus"), *words, stdout=said, stderr=said
        )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def handing_over(service: Service) -> None:
    while True:
        await service.input.hand_over()
        await asyncio.sleep(LOOK_AGAIN_AFTER)


@asynccontextmanager
async def site(
    folder: Path, database: DatabaseSettings
) -> AsyncIterator[tuple[Service, RealAlertmanager]]:
    """Prometheus, Alertmanager and our side, connected as an operator connects them."""
    async with AsyncExitStack() as stack:
        engine = async_engine(database)
        stack.push_async_callback(engine.dispose)
        service = Service(engine, free_port())
        lease = PostgresLease(engine)
        service.epoch = await lease.take("test", await lease.look(), 3_600_000)
        key = await KeyRing(engine).create("demo", "alertmanager", ["alerts:write"])
        webhook = {
            "url": f"http://127.0.0.1:{service.port}/v1/sources/alertmanager",
            "http_config": {"authorization": {"credentials": key}},
        }
        settings = {
            "route": {
                "receiver": "floorpulse",
                "group_by": ["alertname"],
                "group_wait": "1s",
                "group_interval": "1s",
            },
            "receivers": [{"name": "floorpulse", "webhook_configs": [webhook]}],
        }
        await stack.enter_async_context(listening(service.app, service.port))
        far = await stack.enter_async_context(alertmanager(folder / "alertmanager", settings))
        await stack.enter_async_context(prometheus(folder, service.port, far.url))
        handing = asyncio.create_task(handing_over(service))
        try:
            yield service, far
        finally:
            handing.cancel()
            with suppress(asyncio.CancelledError):
                await handing


async def test_an_alert_becomes_an_incident_and_its_end_resolves_it(
    tmp_path: Path, database: DatabaseSettings
) -> None:
    async with site(tmp_path, database) as (service, _):
        service.full = 1
        await service.comes_to("firing")
        (one,) = await service.incidents()
        service.full = 0
        await service.comes_to("resolved")
        service.full = 1
        await service.comes_to("resolved", "firing")

    assert (one.severity, one.names) == (Severity.CRITICAL, {"en": "磁盘已满"})
    assert one.policy is not None
    assert one.policy.id == "infra"


async def test_an_alert_that_ends_while_it_is_silenced_is_found_gone(
    tmp_path: Path, database: DatabaseSettings
) -> None:
    async with site(tmp_path, database) as (service, far):
        service.full = 1
        await service.comes_to("firing")
        await far.amtool(
            "silence", "add", "alertname=DiskFull", "--comment=x", "--author=ops", "--duration=5m"
        )
        assert await service.look(far) == 0
        service.full = 0
        await service.stays("firing")
        assert await service.look(far) == 1
        await service.comes_to("resolved")


async def test_an_alertmanager_that_restarts_neither_resolves_nor_opens_anything(
    tmp_path: Path, database: DatabaseSettings
) -> None:
    async with site(tmp_path, database) as (service, far):
        service.full = 1
        await service.comes_to("firing")
        await far.kill()
        await far.start()
        assert await service.look(far, settled=NEVER) == 0
        await service.stays("firing")
        assert await service.look(far) == 0
        service.full = 0
        await service.comes_to("resolved")


async def test_what_we_pushed_does_not_come_back_as_an_incident(
    tmp_path: Path, database: DatabaseSettings
) -> None:
    async with site(tmp_path, database) as (service, far):
        await put_incidents(service.engine, incident("i1", opened_at=now_ms()))
        client = AlertmanagerClient(far.url)
        push = AlertmanagerPush(
            IncidentRows(service.engine), client, service.metrics, Clocks(now_ms, monotonic)
        )
        await push.step()
        await until(lambda: heard_ours(service))
        await client.close()
        await service.stays("firing")
        assert [one.id for one in await service.incidents()] == ["i1"]


async def heard_ours(service: Service) -> bool:
    return bool(service.metrics.heard.labels("ours")._value.get())
