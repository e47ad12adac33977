"""The auditor's way on real tables: a promise that was missed, its figure over HTTP, and the very
visits behind it.
"""

import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from floorpulse.board import wiring as board_wiring
from floorpulse.board.domain.windows import HOUR, MINUTE
from floorpulse.contracts.instants import parse_instant
from floorpulse.contracts.topics import TOPICS
from floorpulse.contracts.visits import Visit
from floorpulse.definitions.settings import DefinitionsSettings
from floorpulse.demo.embedded import Broker
from floorpulse.query import wiring as query_wiring
from floorpulse.runtime.kafka import ensure_topics
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.fakes.floor import abandoned, answered, left, waiting
from tests.integration import stored
from tests.integration.stored import Floor, floor_on, rows, served, text, until

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]

NOW = parse_instant("2026-11-11T20:07:00+08:00")
DAY = 24 * HOUR
DAYS = {"from": "2026-11-09T00:00:00+08:00", "to": "2026-11-12T00:00:00+08:00"}
OPEN = [("09:00", "12:00"), ("13:30", "20:30")]
TEXT = """
tenant: demo
about:
  - {names: {en: Demo, zh: 演示}, zone: Asia/Shanghai}
queues:
  - {id: sales, names: {en: Sales, zh: 销售}, channels: [voice], service_level: fast}
  - {id: help, names: {en: Help, zh: 支持}, channels: [voice]}
service_levels:
  - {id: fast, formula: V5, threshold: 20, short: 5, target: 0.8}
  - {id: fast, valid_from: 2026-11-11, formula: V3, threshold: 10, flow_outs: true, target: 0.9}
calendars:
  - id: office
    hours:
      monday: ["09:00-12:00", "13:30-20:30"]
      tuesday: ["09:00-12:00", "13:30-20:30"]
      wednesday: ["09:00-12:00", "13:30-20:30"]
targets:
  - {id: day, metric: service_level, comparison: at_least, value: 0.9, scope: {queue: sales}}
  - {id: office-day, metric: service_level, comparison: at_least, value: 0.9,
     scope: {queue: sales}, calendar: office}
  - {id: half-hour, metric: service_level, comparison: at_least, value: 0.9, window: interval}
  - {id: month, metric: abandonment_rate, comparison: at_most, value: 0.05, window: month}
"""


@pytest.fixture
async def floor(
    broker: Broker, database: DatabaseSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Floor]:
    """Three days of visits, the last of them waiting, at a minute that stands still."""
    for module in (board_wiring, query_wiring, stored):
        monkeypatch.setattr(module, "now_ms", lambda: NOW)
    (tmp_path / "demo.yaml").write_text(TEXT, encoding="utf-8")
    kafka = KafkaSettings(bootstrap_servers=broker.bootstrap, idempotence=False)
    await ensure_topics(kafka, TOPICS)
    async with floor_on(kafka, database) as floor:
        floor.settings = floor.settings.model_copy(
            update={"definitions": DefinitionsSettings(dir=tmp_path)}
        )
        dice = random.Random(5)
        floor.memory.put(
            *(stays(dice, NOW - dice.randrange(2 * MINUTE, 3 * DAY)) for _ in range(600))
        )
        floor.memory.put(*(waiting(NOW - ago * 1000, "sales") for ago in (3, 10, 11, 90)))
        floor.memory.watermark = NOW - 15_000
        await floor.store()
        yield floor


def stays(dice: random.Random, at: int) -> Visit:
    queue = dice.choice(["sales", "help"])
    wait = dice.choice([0, 4.9, 5, 5.001, 9, 10, 10.001, 20, 20.001, 44])
    match dice.randrange(5):
        case 0:
            return abandoned(at, wait, queue)
        case 1:
            return left(at, wait, queue)
        case _:
            return answered(at, wait, 60, queue)


async def of(client: httpx.AsyncClient, target: str, **more: str) -> list[dict[str, Any]]:
    return await rows(client, "/v1/targets", target=target, **DAYS, **more)


async def test_behind_every_missed_promise_are_the_visits_that_broke_it(floor: Floor) -> None:
    async with served(floor) as client:
        await floor.publish()
        await until(lambda: told_of_those_who_wait(client))
        kept = [
            row for name in ("day", "office-day", "half-hour") for row in await of(client, name)
        ]
        missed = [row for row in kept if row["standing"] in {"behind", "missed"}]
        for row in missed:
            where = httpx.URL(row["visits"])
            behind = await rows(client, where.path, **where.params)
            assert (
                len({visit["contact"] for visit in behind}) == row["denominator"] - row["numerator"]
            ), row
            assert all(
                parse_instant(row["time"])
                <= parse_instant(visit["offered"])
                < parse_instant(row["end"])
                for visit in behind
            )
            assert row["target"] != "office-day@1" or all(
                in_office(visit["offered"]) for visit in behind
            )

    assert {row["target"].split("@")[0] for row in missed} == {"day", "office-day", "half-hour"}
    assert {row["definition"] for row in missed if row["target"].startswith("day")} == {
        "fast@1",
        "fast@2",
    }


async def told_of_those_who_wait(client: httpx.AsyncClient) -> bool:
    return [row["value"] for row in await rows(client, "/v1/kpis", kpi="waiting", by="total")] == [
        4
    ]


def in_office(instant: str) -> bool:
    clock = instant[11:16]
    return any(begin <= clock < end for begin, end in OPEN)


async def test_a_promise_stands_on_the_figures_that_history_and_the_wall_show(floor: Floor) -> None:
    parts = "value", "numerator", "denominator", "definition"
    asked = {"kpi": "service_level", "queue": "sales"}
    async with served(floor) as client:
        await floor.publish()
        await until(lambda: told_of_those_who_wait(client))
        days = await of(client, "day")
        history = await rows(
            client, "/v1/kpis/history", **asked, **DAYS, interval="1d", tz="Asia/Shanghai"
        )
        [today] = await rows(client, "/v1/kpis", **asked, window="today")
        [month] = await of(client, "month")
        span = {"from": "2026-11-01T00:00:00+08:00", "to": text(NOW), "interval": "all"}
        [abandons] = await rows(
            client, "/v1/kpis/history", kpi="abandonment_rate", by="total", **span
        )

    assert [[row[part] for part in parts] for row in days] == [
        [row[part] for part in parts] for row in history
    ]
    assert [days[-1][part] for part in parts] == [today[part] for part in parts]
    assert [month[part] for part in parts[:3]] == [abandons[part] for part in parts[:3]]
    assert month["standing"] == "behind", "the month goes on"
