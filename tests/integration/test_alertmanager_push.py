"""Incidents in a real Alertmanager: told, grouped, silenced, inhibited, resolved, told again after
a restart; what arrives and what does not is asserted as windows of time.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from floorpulse.alerts.bridges.alertmanager import EVERY, LAST_PAUSE, AlertmanagerPush, Clocks
from floorpulse.alerts.bridges.alertmanager_client import AlertmanagerClient
from floorpulse.alerts.domain.alertmanager_out import OURS, PostableAlert, instant
from floorpulse.alerts.domain.incidents import Incident, IncidentState
from floorpulse.alerts.metrics import BridgeMetrics
from floorpulse.definitions.domain.on_call import Severity
from floorpulse.runtime.clock import now_ms
from tests.fakes.alertmanager import MemoryIncidents
from tests.fakes.incidents import incident
from tests.integration.alertmanager import (
    RealAlertmanager,
    WebhookReceiver,
    alertmanager,
    webhook_receiver,
)

pytestmark = pytest.mark.timeout(120)

SOON = 8.0
"""Seconds within which something arrives; group_wait and group_interval are one"""
LONG_ENOUGH = 3.0
"""Seconds after which what did not arrive does not arrive"""


class Bridge:
    """The push, its incidents, and both ends of the real Alertmanager."""

    def __init__(
        self, incidents: MemoryIncidents, far: RealAlertmanager, client: type[AlertmanagerClient]
    ) -> None:
        self.incidents = incidents
        self.far = far
        self.elapsed = 0.0
        self.client = client(far.url)
        self.metrics = BridgeMetrics(CollectorRegistry())
        clocks = Clocks(now_ms, lambda: self.elapsed)
        self.push = AlertmanagerPush(incidents, self.client, self.metrics, clocks)

    async def told(self, *incidents: Incident) -> None:
        """These stand now; they are pushed where that is a change."""
        self.incidents.incidents = list(incidents)
        await self.push.step()

    async def after(self, seconds: float) -> None:
        """Time passes for the push, which then looks."""
        self.elapsed += seconds
        await self.push.step()


@asynccontextmanager
async def bridge(
    folder: Path, client: type[AlertmanagerClient] = AlertmanagerClient
) -> AsyncIterator[tuple[Bridge, WebhookReceiver]]:
    async with webhook_receiver() as receiver:
        settings = {
            "route": {
                "receiver": "us",
                "group_by": ["tenant", "alertname"],
                "group_wait": "1s",
                "group_interval": "1s",
            },
            "receivers": [{"name": "us", "webhook_configs": [{"url": receiver.url}]}],
            "inhibit_rules": [
                {
                    "source_matchers": ['severity="critical"'],
                    "target_matchers": ['severity="warning"'],
                    "equal": ["tenant", "queue"],
                }
            ],
        }
        async with alertmanager(folder / "alertmanager", settings) as far:
            here = Bridge(MemoryIncidents(), far, client)
            try:
                yield here, receiver
            finally:
                await here.client.close()


def opened(id: str = "i1", queue: str = "orders", ago: int = 60_000, **fields: object) -> Incident:  # noqa: A002
    return incident(id, queue, **{"opened_at": now_ms() - ago, **fields})


async def test_an_open_incident_arrives_with_its_own_begin_and_its_names_as_they_are(
    tmp_path: Path,
) -> None:
    async with bridge(tmp_path) as (here, receiver):
        one = opened(names={"zh": "服务水平"}, labels={"line": "订单", "team-a": "1"})
        await here.told(one)
        told = await receiver.arrives("firing", SOON, floorpulse_incident="i1")

    assert datetime.fromisoformat(told["startsAt"]) == instant(one.opened_at)
    assert told["labels"]["line"] == "订单"
    assert told["labels"]["team_a"] == "1"
    assert told["annotations"]["summary"] == "服务水平: orders voice"
    assert told["annotations"]["value"] == "0.625"


async def test_incidents_of_one_rule_arrive_as_one_group(tmp_path: Path) -> None:
    async with bridge(tmp_path) as (here, receiver):
        await here.told(*(opened(f"i{number}", f"q{number}") for number in range(3)))
        await receiver.arrives("firing", SOON, queue="q2")
        await receiver.nothing_else(LONG_ENOUGH)

    assert len(receiver.bodies[-1]["alerts"]) == 3


async def test_a_silenced_incident_does_not_arrive_and_another_one_does(tmp_path: Path) -> None:
    async with bridge(tmp_path) as (here, receiver):
        await here.far.amtool(
            "silence", "add", "queue=help", "--comment=move", "--author=ops", "--duration=5m"
        )
        await here.told(opened("i1", "help"), opened("i2", "orders"))
        await receiver.arrives("firing", SOON, queue="orders")
        await receiver.nothing_else(LONG_ENOUGH)

    assert receiver.alerts("firing", queue="help") == []


async def test_a_warning_beside_a_critical_one_of_its_queue_is_inhibited(tmp_path: Path) -> None:
    async with bridge(tmp_path) as (here, receiver):
        worse = opened("i1")
        milder = opened(
            "i2", severity=Severity.WARNING, subject=replace(worse.subject, rule="waits")
        )
        elsewhere = opened("i3", "help", severity=Severity.WARNING)
        await here.told(worse)
        await receiver.arrives("firing", SOON, floorpulse_incident="i1")
        await here.told(worse, milder, elsewhere)
        await receiver.arrives("firing", SOON, floorpulse_incident="i3")
        await receiver.nothing_else(LONG_ENOUGH)

    assert receiver.alerts("firing", floorpulse_incident="i2") == []


async def test_a_resolved_incident_arrives_as_resolved_with_its_annotations(tmp_path: Path) -> None:
    async with bridge(tmp_path) as (here, receiver):
        one = opened()
        await here.told(one)
        await receiver.arrives("firing", SOON)
        over = replace(one, state=IncidentState.RESOLVED, resolved_at=now_ms(), revision=1)
        await here.told(over)
        told = await receiver.arrives("resolved", SOON)
        await here.after(EVERY)
        await receiver.nothing_else(LONG_ENOUGH)

    assert datetime.fromisoformat(told["endsAt"]) == instant(over.resolved_at or 0)
    assert told["annotations"] | {"state": "resolved"} == told["annotations"]
    assert told["annotations"]["summary"] == "Service level: orders voice"


async def test_an_alertmanager_that_lost_its_memory_is_told_again(tmp_path: Path) -> None:
    async with bridge(tmp_path) as (here, receiver):
        await here.told(opened())
        await receiver.arrives("firing", SOON)
        await here.far.kill()
        await here.after(EVERY)
        assert here.metrics.pushes.labels("away")._value.get() == 1
        receiver.bodies.clear()
        await here.far.start()
        await here.after(LAST_PAUSE)
        await receiver.arrives("firing", SOON, floorpulse_incident="i1")


class Spoiling(AlertmanagerClient):
    """Gives the incident `bad` a label whose name Alertmanager does not take."""

    async def post(self, alerts: Sequence[PostableAlert]) -> None:
        for one in alerts:
            if one.labels[OURS] == "bad":
                one.labels["no-name"] = "1"
        await super().post(alerts)


async def test_an_incident_that_alertmanager_refuses_ends_no_other(tmp_path: Path) -> None:
    async with bridge(tmp_path, Spoiling) as (here, receiver):
        await here.told(opened("bad"), opened("i1", "help"))
        await receiver.arrives("firing", SOON, floorpulse_incident="i1")
        await here.told(opened("bad"), opened("i1", "help"), opened("i2", "sales"))
        await receiver.arrives("firing", SOON, floorpulse_incident="i2")
        await receiver.nothing_else(LONG_ENOUGH)

    assert receiver.alerts("firing", floorpulse_incident="bad") == []
    assert here.metrics.pushes.labels("refused")._value.get() == 2
