"""No host's clock decides what is shown: engine and API are hours apart, and set while they run,
and live equals history throughout.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from floorpulse.runtime.clock import monotonic, now_ms
from floorpulse.runtime.database import dsn
from tests.reliability import faketime
from tests.reliability.brokers import on_embedded
from tests.reliability.faketime import SetClock, running
from tests.reliability.load import Load, load
from tests.reliability.rig import Rig

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(600), on_embedded]

HOUR = 3600
WITHIN = 60.0
SEEN = 3.0
"""Seconds after which a set clock is surely in force and was told at least once"""
QUEUE = "orders"
REQUIRED = "TESTS_REQUIRE_KAFKA"


@pytest.fixture(autouse=True)
def with_libfaketime() -> None:
    if faketime.LIBRARY is None:
        why = "libfaketime is not installed (Debian: apt-get install libfaketime)"
        if os.environ.get(REQUIRED) == "1":  # noqa: TID251  a switch of the test run, not of the product
            pytest.fail(why)
        pytest.skip(why)


class Floor:
    """What goes into the log, and what the API says of it."""

    def __init__(self, told: Load, client: httpx.AsyncClient) -> None:
        self._told = told
        self._client = client
        self.offered = 0
        self.began = now_ms() - 30_000
        self.newest_as_of = datetime.min.replace(tzinfo=UTC)

    async def call(self, number: int = 12) -> None:
        """So many contacts, now: every second one is answered."""
        at = now_ms()
        values = []
        for index in range(self.offered, self.offered + number):
            about = {"source": "pbx", "tenant": "acme", "contact": f"c{index}"}
            values.append(
                {**about, "type": "contact.offered", "id": f"o{index}", "at": at, "queue": QUEUE}
            )
            if index % 2:
                values.append(
                    {
                        **about,
                        "type": "contact.answered",
                        "id": f"a{index}",
                        "at": at,
                        "agent": "ann",
                    }
                )
        self.offered += number
        await self._told.put([json.dumps(value).encode() for value in values])

    async def get(self, path: str, **asked: str) -> Any:
        """An answer of the API."""
        return (await self._client.get(path, params=asked)).raise_for_status().json()

    async def is_counted(self) -> None:
        """Wait until the API says that all is counted, live and in history; TimeoutError after a
        minute.
        """
        async with asyncio.timeout(WITHIN):
            while (await self.get("/v1/pipeline"))["total"]["lag"]:  # noqa: ASYNC110  other processes' progress
                await asyncio.sleep(0.2)

    async def agrees(self) -> None:
        """Live equals history equals what was sent; figures are fresh, not final, and speak of
        now.
        """
        live = {
            row["kpi"]: row
            for row in (await self.get("/v1/kpis", kpi="offered,answered,waiting", window="60m"))[
                "rows"
            ]
        }
        begin = self.began - self.began % 60_000
        end = now_ms() + 120_000
        span = {"from": stamp(begin), "to": stamp(end - end % 60_000)}
        past = {
            row["kpi"]: row
            for row in (
                await self.get("/v1/kpis/history", kpi="offered,answered", interval="all", **span)
            )["rows"]
        }
        assert live["offered"]["value"] == past["offered"]["value"] == self.offered
        assert live["answered"]["value"] == past["answered"]["value"] == self.offered // 2
        assert live["waiting"]["value"] == self.offered - self.offered // 2
        assert not live["offered"]["complete"]
        assert {row["state"] for row in (await self.get("/v1/queues"))["rows"]} <= {
            "ok",
            "low_volume",
        }
        as_of = datetime.fromisoformat(live["offered"]["as_of"])
        assert as_of >= self.newest_as_of
        assert abs(as_of.timestamp() - now_ms() / 1000) < SEEN
        self.newest_as_of = as_of

    async def becomes(self, state: str, within: float) -> None:
        """Wait until the queue's state is `state`."""
        began = monotonic()
        while {row["state"] for row in (await self.get("/v1/queues"))["rows"]} != {state}:
            assert monotonic() - began < within, f"not {state} within {within:g} s"
            await asyncio.sleep(0.2)


@asynccontextmanager
async def floor(
    rig: Rig, tmp_path: Path, engine: SetClock, port: int
) -> AsyncIterator[tuple[Floor, asyncio.subprocess.Process]]:
    """An engine by the clock `engine`, an API by ours, and calls between them."""
    servers = {
        "KAFKA__BOOTSTRAP_SERVERS": rig.kafka.bootstrap_servers,
        "KAFKA__IDEMPOTENCE": rig.kafka.idempotence,
        "DATABASE__URL": dsn(rig.database),
        "DATABASE__POOL": 4,
    }
    api = {**servers, "API__PORT": port, "API__OPEN_TENANT": "acme", "DEFINITIONS__DIR": ""}
    ours = SetClock(tmp_path / "ours")
    async with (
        load(rig.kafka, seed=1) as told,
        running("engine", servers, rig.log, engine) as worker,
        running("api", api, rig.log, ours),
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False
        ) as client,
    ):
        await rig.eventually(lambda: answers(client), within=WITHIN)
        yield Floor(told, client), worker


async def answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).is_success
    except httpx.TransportError:
        return False


def stamp(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat()


async def test_an_engine_whose_clock_is_set_forth_and_back_under_load_changes_nothing_that_is_shown(
    rig: Rig, tmp_path: Path, unused_tcp_port: int
) -> None:
    engine = SetClock(tmp_path / "engine")
    async with floor(rig, tmp_path, engine, unused_tcp_port) as (calls, worker):
        for ahead in (0, -HOUR, 2 * HOUR, -HOUR, 10, -10, 0):
            engine.set(ahead)
            await asyncio.sleep(SEEN)
            await calls.call()
            await calls.is_counted()
            await calls.agrees()
            skews = [one["clock_skew"] for one in (await calls.get("/v1/pipeline"))["partitions"]]
            assert all(abs(skew - ahead) < SEEN for skew in skews), skews

        assert worker.returncode is None


@pytest.mark.parametrize("ahead", [-2 * HOUR, 2 * HOUR], ids=["behind", "ahead"])
async def test_an_engine_that_was_hours_off_and_dies_is_told_as_old_in_seconds(
    rig: Rig, tmp_path: Path, unused_tcp_port: int, ahead: int
) -> None:
    engine = SetClock(tmp_path / "engine")
    engine.set(ahead)
    async with floor(rig, tmp_path, engine, unused_tcp_port) as (calls, worker):
        await calls.call()
        await calls.is_counted()
        await calls.agrees()

        died_at = now_ms()
        worker.kill()
        await calls.becomes("stale", within=25)
        [row] = (await calls.get("/v1/kpis", kpi="offered", window="60m"))["rows"]
        assert abs(datetime.fromisoformat(row["as_of"]).timestamp() * 1000 - died_at) < 15_000
