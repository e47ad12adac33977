"""The example configuration, checked by the real amtool and asked where alerts would go; a real
Alertmanager mutes what old figures say.
"""

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.integration.alertmanager import (
    SCRIPT,
    RealAlertmanager,
    WebhookReceiver,
    alertmanager,
    program,
    webhook_receiver,
)

pytestmark = pytest.mark.timeout(120)

EXAMPLE = SCRIPT.with_name("alertmanager.yml")
SOON = 10.0
"""Seconds within which something arrives; the test waits and groups for one"""
LONG_ENOUGH = 3.0
"""Seconds after which what did not arrive does not arrive"""
ORDERS = {"tenant": "acme", "queue": "orders"}
LOW = {"alertname": "FloorServiceLevelLow", "area": "kpi", "severity": "warning", **ORDERS}
STALE = {"alertname": "FloorpulseFiguresStale", "area": "service", "severity": "critical"}
SILENT = {"alertname": "FloorpulseSourceSilent", "area": "service", "severity": "critical"}


def amtool(*words: str) -> str:
    done = subprocess.run([program("amtool"), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_example_is_what_alertmanager_reads() -> None:
    said = amtool("check-config", str(EXAMPLE))

    assert "SUCCESS" in said
    assert "7 inhibit rules" in said


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (("alertname=DiskFull", "severity=critical"), "infrastructure"),
        (("alertname=level", "tenant=acme", "floorpulse_incident=i1"), "floor"),
        (("alertname=FloorpulseWatchdog", "area=service", "severity=none"), "dead-man-switch"),
        (("alertname=FloorpulseNobodyActs", "area=service", "severity=critical"), "operators"),
        (("alertname=FloorpulseClockSkew", "area=service", "severity=warning"), "operators"),
        (("alertname=FloorWaitTooLong", "area=kpi", "severity=warning"), "floor-leads"),
    ],
)
def test_an_alert_goes_to_those_whom_it_concerns(labels: tuple[str, ...], receiver: str) -> None:
    said = amtool("config", "routes", "test", f"--config.file={EXAMPLE}", *labels)

    assert said.strip() == receiver


def test_what_can_wait_is_muted_at_night_and_nothing_else_is() -> None:
    routes = yaml.safe_load(EXAMPLE.read_text("utf-8"))["route"]["routes"]

    assert [one["matchers"] for one in routes if "mute_time_intervals" in one] == [
        ['area="service"']
    ]


def quick(told: WebhookReceiver) -> dict[str, Any]:
    """The example with one receiver for all, and without its patience."""
    settings: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text("utf-8"))
    for route in (settings["route"], *settings["route"]["routes"]):
        route |= {"group_wait": "1s", "group_interval": "1s"}
        route.pop("mute_time_intervals", None)
    hook = {"url": told.url, "send_resolved": True}
    settings["receivers"] = [
        {"name": one["name"], "webhook_configs": [hook]} for one in settings["receivers"]
    ]
    return settings


@asynccontextmanager
async def example(folder: Path) -> AsyncIterator[tuple[RealAlertmanager, WebhookReceiver]]:
    async with (
        webhook_receiver() as told,
        alertmanager(folder / "alertmanager", quick(told)) as running,
    ):
        yield running, told


async def post(running: RealAlertmanager, *alerts: dict[str, str]) -> None:
    """Alerts as Prometheus posts them."""
    async with httpx.AsyncClient(base_url=running.url, trust_env=False) as client:
        bodies = [{"labels": labels} for labels in alerts]
        (await client.post("/api/v2/alerts", json=bodies)).raise_for_status()


async def test_old_figures_mute_what_the_floor_says_and_nothing_else(tmp_path: Path) -> None:
    async with example(tmp_path) as (running, told):
        await post(running, STALE)
        await told.arrives("firing", SOON, alertname=STALE["alertname"])
        await post(running, LOW, {"alertname": "DiskFull", "severity": "critical"})
        await told.arrives("firing", SOON, alertname="DiskFull")
        await told.nothing_else(LONG_ENOUGH)

        assert told.alerts("firing", alertname=LOW["alertname"]) == []


async def test_a_silent_source_mutes_its_own_queue(tmp_path: Path) -> None:
    async with example(tmp_path) as (running, told):
        await post(running, SILENT | ORDERS | {"channel": "voice"})
        await told.arrives("firing", SOON, alertname=SILENT["alertname"])
        await post(running, LOW, LOW | {"queue": "care"})
        await told.arrives("firing", SOON, alertname=LOW["alertname"], queue="care")
        await told.nothing_else(LONG_ENOUGH)

        assert told.alerts("firing", alertname=LOW["alertname"], queue="orders") == []


async def test_without_an_alert_of_the_service_the_floor_is_heard(tmp_path: Path) -> None:
    async with example(tmp_path) as (running, told):
        await post(running, LOW)

        await told.arrives("firing", SOON, alertname=LOW["alertname"])
