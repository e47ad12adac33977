"""Recorded Asterisk scenarios through the whole of Floorpulse over HTTP: each hour's figures are
those their makers expect.

A peer's acceptance cases: rows of queue_log in, hourly statistics of queues and agents out. How its
statistics are told here:

    Received        offered                   Answered rate   answered / (offered − left:closed):
    closed calls are not held against it
    Answered        answered                  AWT             mean wait, whole seconds
    Abandoned       abandoned                 QoS             service_level:V2, null where nobody
    was answered
    Blocking        left:empty                Login, Pause    time of the agent in any state but
    offline, in `break`
    Closed          left:closed               Answered        (of an agent) visits answered, by the
    hour of their offer
"""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from floorpulse.access.keys import KeyRing
from floorpulse.contracts.topics import TOPICS
from floorpulse.demo.embedded import Broker
from floorpulse.demo.embedded.child import free_port
from floorpulse.ingest.sources.registry import stream_of
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.kafka import ensure_topics
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from floorpulse.simulator.options import ReplayOptions, Target
from floorpulse.simulator.replay import replay
from tests.integration.stored import rows, until
from tests.reliability.rig import Rig, staffed

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]

FILE = Path(__file__).parents[3] / "shared" / "data" / "queue-log" / "cases.json"
FLOORPULSE = Path(sys.executable).with_name("floorpulse")
OPEN = range(8, 12)
CUSTOMER_KEYS = json.dumps([{"name": "test", "secret": "s" * 32}])

Case = dict[str, Any]
Row = dict[str, str]


@asynccontextmanager
async def running(
    broker: Broker, database: DatabaseSettings, folder: Path
) -> AsyncIterator[tuple[Rig, str]]:
    """An engine, and ingest and API at an address."""
    kafka = KafkaSettings(bootstrap_servers=broker.bootstrap, idempotence=False)
    port = free_port()
    await ensure_topics(kafka, TOPICS)
    async with staffed(kafka, database, folder) as rig:
        rig.hire()
        rig.hire_for("http", API__PORT=port, INGEST__CUSTOMER_KEYS=CUSTOMER_KEYS)
        yield rig, f"http://127.0.0.1:{port}"


async def key_of(database: DatabaseSettings, tenant: str) -> str:
    engine = async_engine(database)
    key = await KeyRing(engine).create(tenant, "test", ["events:write", "kpi:read", "agents:read"])
    await engine.dispose()
    return key


def log_of(case: Case) -> str:
    """The case's rows as Asterisk writes them: by time, with epoch seconds."""
    lines = []
    for row in sorted(case["queue_log"], key=lambda row: row["time"]):
        at = datetime.fromisoformat(row["time"]).replace(tzinfo=UTC)
        said = [
            row[name]
            for name in (
                "callid",
                "queuename",
                "agent",
                "event",
                "data1",
                "data2",
                "data3",
                "data4",
                "data5",
            )
        ]
        lines.append("|".join([f"{int(at.timestamp())}.{at.microsecond:06}", *said]))
    return "\n".join(lines) + "\n"


async def taken(client: httpx.AsyncClient) -> bool:
    """Whether everything that was accepted is in every answer."""
    answer = await client.get("/v1/pipeline")
    return answer.status_code == 200 and answer.json()["total"]["lag"] == 0


@pytest.mark.recorded
async def test_every_scenario_has_the_figures_its_makers_expect(
    broker: Broker, database: DatabaseSettings, tmp_path: Path
) -> None:
    if not FILE.exists():
        pytest.skip(f"the recorded scenarios are not here: {FILE}")
    cases: list[Case] = json.loads(FILE.read_text(encoding="utf-8"))
    keys = [await key_of(database, f"case{number}") for number in range(len(cases))]
    async with (
        running(broker, database, tmp_path) as (rig, url),
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client,
    ):
        await until(lambda: ready(client))
        for case, key in zip(cases, keys, strict=True):
            file = tmp_path / "queue_log"
            file.write_text(log_of(case))
            assert (
                await replay(
                    ReplayOptions(
                        str(file), Target(url, key), translation=stream_of("queue-log", "asterisk")
                    )
                )
                == 0
            )
        client.headers["Authorization"] = f"Bearer {keys[0]}"
        await until(lambda: taken(client))
        for number, (case, key) in enumerate(zip(cases, keys, strict=True)):
            client.headers["Authorization"] = f"Bearer {key}"
            for expected in case["expected"]:
                told = await statistics(rig, client, f"case{number}", expected)
                assert told == expected["rows"], case["scenario"]


async def ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


async def replayed(lines: list[str], url: str, key: Path) -> tuple[int | None, str]:
    """The exit status of `floorpulse replay` of a queue_log, and what it said."""
    done = await asyncio.create_subprocess_exec(
        FLOORPULSE, "replay", "-", "--format", "queue-log", "--to", url, "--key-file", str(key),
        stdin=PIPE, stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    said, troubles = await done.communicate("\n".join(lines).encode())
    return done.returncode, (said + troubles).decode()


async def test_a_good_log_of_a_dialplan_with_own_words_leaves_nobody_waiting_and_nobody_on_a_break(
    broker: Broker, database: DatabaseSettings, tmp_path: Path
) -> None:
    at = now_ms() // 1000 - 60
    rotated = [
        f"{at}|NONE|NONE|NONE|QUEUESTART|",
        f"{at}|MANAGER|sales|ann|ADDMEMBER|",
        f"{at + 1}|c1|sales|NONE|ENTERQUEUE||1201|1",
        f"{at + 2}|c1|sales|ann|OUTCALL|1001",
        f"{at + 3}|NONE|sales|ann|RINGINUSE|1",
        f"{at + 4}|c1|NONE|NONE|Survey-2|4|fine",
        f"{at + 5}|c1|sales|NONE|WITHDRAW|1|1|4|callback|offer",
        f"{at + 6}|NONE|sales|ann|PAUSE|lunch",
        f"{at + 6}|NONE|sales|ann|UNPAUSE|",
        f"{at + 6}|NONE|sales|ann|PAUSE|lunch",
    ]
    current = [f"{at + 6}|NONE|sales|ann|UNPAUSE|", f"{at + 9}|c2|sales|ann|OUTCALL|1001"]
    key = tmp_path / "key"
    key.write_text(await key_of(database, "words"))
    async with (
        running(broker, database, tmp_path) as (_, url),
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client,
    ):
        client.headers["Authorization"] = f"Bearer {key.read_text()}"
        await until(lambda: ready(client))
        later = await replayed(current, url, key)
        earlier = await replayed(rotated, url, key)
        await until(lambda: taken(client))

        [agent] = await rows(client, "/v1/agents")
        figures = {
            row["kpi"]: row["value"]
            for row in await rows(
                client, "/v1/kpis", kpi="offered,left:other,waiting", queue="sales"
            )
        }

    assert later[0] == earlier[0] == 0, later[1] + earlier[1]
    assert "not counted in any figure: 2 lines" in earlier[1]
    assert all(
        f"{word}: 1 line, first in line {line}" in earlier[1]
        for word, line in (("OUTCALL", 4), ("Survey-2", 6))
    )
    assert (agent["agent"], agent["state"]) == ("ann", "available")
    assert figures == {"offered": 1, "left:other": 1, "waiting": 0}


# ---------------------------------------------------------------- statistics, as the peer words
# them


def spans(expected: Case) -> Iterator[tuple[str, datetime, datetime]]:
    """The rows of a table: hours from 8 to 12, or days of a week; and all of it."""
    day = datetime.fromisoformat(expected["date"]).replace(tzinfo=UTC)
    if expected["weekly"]:
        for one in (day + timedelta(days=number) for number in range(7)):
            yield f"{one:%A} {one.day}", one, one + timedelta(days=1)
        yield "Total", day, day + timedelta(days=7)
        return
    for hour in OPEN:
        yield f"{hour}h-{hour + 1}h", day + timedelta(hours=hour), day + timedelta(hours=hour + 1)
    yield "Total", day + timedelta(hours=OPEN.start), day + timedelta(hours=OPEN.stop)


async def statistics(
    rig: Rig, client: httpx.AsyncClient, tenant: str, expected: Case
) -> dict[str, Row]:
    told: dict[str, Row] = {}
    for name, begin, end in spans(expected):
        if expected["subject"] == "queue":
            known = await queue_figures(client, expected["name"], begin, end)
        else:
            known = await agent_figures(rig, client, tenant, expected["name"], begin, end)
        told[name] = {column: known[column] for column in expected["columns"]}
    return told


async def queue_figures(
    client: httpx.AsyncClient, queue: str, begin: datetime, end: datetime
) -> Row:
    asked = "offered,answered,abandoned,left:empty,left:closed,asa,abandon_wait,service_level:V2"
    span = {"from": begin.isoformat(), "to": end.isoformat(), "interval": "all", "tz": "UTC"}
    found = {
        row["kpi"]: row
        for row in await rows(client, "/v1/kpis/history", kpi=asked, queue=queue, **span)
    }
    counts = {
        kpi: round(found[kpi]["value"])
        for kpi in ("offered", "answered", "abandoned", "left:empty", "left:closed")
    }
    ended = counts["answered"] + counts["abandoned"]
    waited = found["asa"]["numerator"] + found["abandon_wait"]["numerator"]
    counted = counts["offered"] - counts["left:closed"]
    return {
        "Received": str(counts["offered"]),
        "Answered": str(counts["answered"]),
        "Abandoned": str(counts["abandoned"]),
        "Blocking": str(counts["left:empty"]),
        "Closed": str(counts["left:closed"]),
        "AWT": clock(waited / ended) if ended else "",
        "Answered rate": f"{100 * counts['answered'] // counted} %" if counted else "",
        "QoS": ""
        if found["service_level:V2"]["value"] is None
        else f"{100 * found['service_level:V2']['value']:.0f} %",
    }


async def agent_figures(
    rig: Rig, client: httpx.AsyncClient, tenant: str, agent: str, begin: datetime, end: datetime
) -> Row:
    visits = await rows(
        client,
        "/v1/visits",
        **{"from": begin.isoformat(), "to": end.isoformat(), "outcome": "answered"},
    )
    spent = await time_spent(rig, tenant, f"Agent/{agent}", begin, end)
    return {
        "Answered": str(sum(visit["agent"] == f"Agent/{agent}" for visit in visits)),
        "Login": clock(sum(spent.values()) / 1000),
        "Pause": clock(spent["break"] / 1000),
    }


async def time_spent(
    rig: Rig, tenant: str, agent: str, begin: datetime, end: datetime
) -> Counter[str]:
    """Milliseconds by state within the table; the last state lasts beyond it."""
    since = round(begin.timestamp() * 1000)
    until_ = round(end.timestamp() * 1000)
    entered = await rig.fetch(
        "SELECT at, state FROM agent_state WHERE tenant = $1 AND agent = $2 ORDER BY at, state",
        tenant,
        agent,
    )
    spent: Counter[str] = Counter()
    for (at, state), (left_at, _) in pairwise([*map(tuple, entered), (until_, "offline")]):
        if state != "offline":
            spent[state] += max(0, min(left_at, until_) - max(at, since))
    return spent


def clock(seconds: float) -> str:
    return str(timedelta(seconds=int(seconds))).rjust(8, "0")
