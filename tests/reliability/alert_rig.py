"""Replicas of `floorpulse alerts` over real servers, the channel they send to, what came of it.

incidents (opened here, as an evaluation would) ─► replicas ─► a receiver's webhook, over HTTP
                                                    killed, frozen, cut off
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Self
from zoneinfo import ZoneInfo

import asyncpg
import httpx

from floorpulse.alerts.domain.escalation import opened
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.incidents.ports import Change, Known
from floorpulse.alerts.incidents.store import PostgresIncidents
from floorpulse.alerts.incidents.surroundings import Surroundings
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.domain.on_call_in_force import OnCallInForce
from floorpulse.demo.embedded.child import LOOPBACK, free_port
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.database import async_engine, dsn
from floorpulse.runtime.unavailable import StoreUnavailable
from tests.fakes.alert_definitions import incident
from tests.fakes.definitions import definitions
from tests.reliability.rig import Rig
from tests.reliability.workers import Worker

TENANT = "demo"
LATE = 10_000
LENGTH = 9.0
"""Seconds that the ladder below takes"""
READY_WITHIN = 150.0

FLOOR = """
tenant: demo
about: [{{names: {{en: Demo}}, escalation: ladder}}]
escalations:
  - id: ladder
    repeat: 0
    steps:
      - {{targets: [{{receiver: ann}}, {{receiver: bo}}], wait: 3}}
      - {{targets: [{{receiver: cy}}], wait: 3}}
      - {{targets: [{{receiver: ann}}], wait: 3}}
receivers:
  - {{id: ann, names: {{en: Ann}}, webhook: {{url: "{url}/ann", signing: key}}}}
  - {{id: bo, names: {{en: Bo}}, webhook: {{url: "{url}/bo", signing: key}}}}
  - {{id: cy, names: {{en: Cy}}, webhook: {{url: "{url}/cy", signing: key}}}}
"""


class Answer(StrEnum):
    """How the receiver's server answers."""

    OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
    UNAVAILABLE = (
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )


@dataclass(frozen=True)
class Heard:
    """A message that the receiver took; `at` is epoch milliseconds."""

    key: str
    at: int


class Receiver:
    """A server on loopback that takes messages, or does not."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answer = Answer.OK
        self.url = ""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Receiver"]:
        server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        self.url = f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
        async with server:
            yield self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            fields = dict(line.split(": ", 1) for line in head.splitlines()[1:] if ": " in line)
            known = {name.lower(): value for name, value in fields.items()}
            await reader.readexactly(int(known["content-length"]))
            if self.answer is Answer.OK:
                self.heard.append(Heard(known["webhook-id"], now_ms()))
            writer.write(self.answer.encode())
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return  # whoever was sending has died
        finally:
            writer.close()


@dataclass
class AlertRig:
    """Two replicas, and what they are given to do."""

    rig: Rig
    folder: Path
    receiver: Receiver
    store: PostgresIncidents
    definitions: Definitions
    database_url: str | None = None
    replicas: list[Worker] = field(default_factory=list)
    ports: dict[int, int] = field(default_factory=dict)
    numbers: int = 0
    late: int = LATE
    """Milliseconds that a notice or step may be late"""

    def hire(self) -> Worker:
        """One more replica."""
        port = free_port()
        settings: dict[str, object] = {
            "ALERTS__PORT": port,
            "ALERTS__ALLOW_LOOPBACK": "true",
            "ALERTS__SECRETS": '{"key": "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0"}',
            "DEFINITIONS__DIR": str(self.folder),
        }
        if self.database_url is not None:
            settings["DATABASE__URL"] = self.database_url
        worker = self.rig.hire_for("alerts", **settings)
        self.replicas.append(worker)
        self.ports[worker.pid] = port
        return worker

    def kill(self, worker: Worker) -> None:
        """A replica is gone."""
        worker.kill()
        self.replicas.remove(worker)
        del self.ports[worker.pid]

    async def acting(self) -> Worker:
        """The replica that holds the lease; waits until one does, and the others are ready."""
        async with asyncio.timeout(READY_WITHIN):
            for port in self.ports.values():
                while not await _ready(port):  # noqa: ASYNC110  another process comes up
                    await asyncio.sleep(0.2)
            while True:
                rows = await self.fetch("SELECT holder, until FROM alert_lease")
                for one in self.replicas:
                    held = any(
                        f"-{one.pid}-" in row["holder"] and row["until"] > now_ms() for row in rows
                    )
                    if held and one.running:
                        return one
                await asyncio.sleep(0.1)

    async def fetch(self, query: str, *given: object) -> list[asyncpg.Record]:
        """Rows of the database, on a connection of its own: the server may have restarted."""
        connection = await asyncpg.connect(dsn(self.rig.database), ssl=False)
        try:
            rows: list[asyncpg.Record] = await connection.fetch(query, *given)
        finally:
            await connection.close()
        return rows

    async def open(self) -> str:
        """An incident opens, as if an evaluation had found a breach; its id."""
        self.numbers += 1
        subject = Subject(TENANT, "calls", f"q{self.numbers}")
        policy = OnCallInForce(self.definitions.at(TENANT, now_ms())).escalations["ladder"].body
        around = Surroundings(lambda: self.definitions, ZoneInfo("UTC"))
        while True:
            now = now_ms()
            new = incident(policy, id=f"i{self.numbers:05}", subject=subject, opened_at=now)
            try:
                async with self.store.transaction() as work:
                    seen = around.of(new, Known(), work.now)
                    await work.store([Change(None, opened(new, Reason.HELD, seen, work.now))])
            except StoreUnavailable:
                await asyncio.sleep(0.2)
            else:
                return new.id

    async def exhausted(self, names: list[str], within: float) -> None:
        """Wait until the ladders of these incidents are at their ends, and nothing is owed."""
        async with asyncio.timeout(within):
            while await self._waiting(names):  # noqa: ASYNC110  other processes' progress
                await asyncio.sleep(0.2)

    async def _waiting(self, names: list[str]) -> bool:
        owed = await self.fetch(
            "SELECT FROM notice WHERE incident = ANY($1) AND due_at IS NOT NULL", names
        )
        climbing = await self.fetch(
            "SELECT FROM incident WHERE id = ANY($1) AND next_at IS NOT NULL", names
        )
        return bool(owed or climbing)

    async def recorded(self, names: list[str]) -> set[str]:
        """Keys of the notices of which it is recorded that they were taken."""
        rows = await self.fetch(
            "SELECT * FROM notice WHERE incident = ANY($1) AND state = 'sent'", names
        )
        return {_key(row) for row in rows}

    async def judged(self, names: list[str], disturbed: list[int], recorded: set[str]) -> "Outcome":
        """What came of these incidents; `disturbed` are instants at which something went wrong, or
        was well again; `recorded` was known before, so that it must not be heard again.
        """
        counted = Counter(one.key for one in self.receiver.heard)
        first: dict[str, int] = {}
        for one in self.receiver.heard:
            first.setdefault(one.key, one.at)
        rows = await self.fetch("SELECT * FROM notice WHERE incident = ANY($1)", names)
        outcome = Outcome()
        for row in rows:
            key = _key(row)
            outcome.owed += 1
            if key in recorded and counted[key] > 1:
                outcome.wrong.append(f"{key} was recorded, and heard {counted[key]} times")
            outcome.doubled += max(0, counted[key] - 1)
            if row["state"] != "sent" or not counted[key]:
                outcome.wrong.append(f"{key} is {row['state']}, heard {counted[key]} times")
                continue
            since = _last(disturbed, row["created_at"], first[key])
            outcome.late.append(first[key] - since)
        await self._judge_steps(names, disturbed, outcome)
        outcome.wrong += [f"{late} ms late" for late in outcome.late if late > self.late]
        return outcome

    async def _judge_steps(self, names: list[str], disturbed: list[int], out: "Outcome") -> None:
        for name in names:
            events = await self.fetch(
                "SELECT at, reason, body FROM incident_event WHERE incident = $1 ORDER BY number",
                name,
            )
            steps = [one for one in events if one["reason"] in ("step_due", "exhausted")]
            if [one["reason"] for one in steps] != ["step_due"] * 3 + ["exhausted"]:
                out.wrong.append(f"{name} climbed {[one['reason'] for one in steps]}")
            for before, after in pairwise(steps):
                due = before["at"] + 3000
                out.late.append(after["at"] - _last(disturbed, due, after["at"]))


def _key(row: asyncpg.Record) -> str:
    return f"{row['incident']}.{row['kind']}.{row['step']}.{row['target']}"


async def _ready(port: int) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
            return (await client.get(f"http://{LOOPBACK}:{port}/readyz")).is_success
    except httpx.HTTPError:
        return False


def _last(disturbed: list[int], since: int, until: int) -> int:
    return max((at for at in disturbed if since <= at <= until), default=since)


@dataclass
class Outcome:
    """What came of some incidents: notices owed, messages that were heard again, how late each
    notice and step was (milliseconds), what is wrong.
    """

    owed: int = 0
    doubled: int = 0
    late: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __iadd__(self, other: "Outcome") -> Self:
        self.owed += other.owed
        self.doubled += other.doubled
        self.late += other.late
        self.wrong += other.wrong
        return self


@asynccontextmanager
async def alert_rig(
    rig: Rig, folder: Path, database_url: str | None = None
) -> AsyncIterator[AlertRig]:
    """Two replicas that are ready."""
    receiver = Receiver()
    engine = async_engine(rig.database)
    async with receiver.listening():
        home = folder / "definitions"
        home.mkdir()
        text = FLOOR.format(url=receiver.url)
        (home / "demo.yaml").write_text(text, "utf-8")
        known = definitions(text)
        one = AlertRig(rig, home, receiver, PostgresIncidents(engine), known, database_url)
        for _ in range(2):
            one.hire()
        try:
            await one.acting()
            yield one
        finally:
            await engine.dispose()


async def disturbed_round(here: AlertRig, kind: str, dice: Random) -> Outcome:
    """Two incidents, and something that happens to whoever acts while they climb."""
    acting = await here.acting()
    names = [await here.open(), await here.open()]
    await asyncio.sleep(dice.uniform(0, 7))
    at = [now_ms()]
    if kind == "kill":
        here.kill(acting)
    elif kind == "freeze":
        acting.freeze()
    else:
        here.receiver.answer = Answer.UNAVAILABLE
    recorded = await here.recorded(names)
    if kind == "kill":
        here.hire()
    elif kind == "freeze":
        await asyncio.sleep(dice.uniform(6, 14))
        acting.thaw()
    else:
        await asyncio.sleep(dice.uniform(2, 15))
        here.receiver.answer = Answer.OK
        at.append(now_ms())
    await here.exhausted(names, LENGTH + 4 * LATE / 1000)
    return await here.judged(names, at, recorded)


async def restarted_round(
    here: AlertRig, stop: Callable[[], Awaitable[None]], start: Callable[[], Awaitable[None]]
) -> Outcome:
    """Two incidents, and PostgreSQL is away while they climb."""
    await here.acting()
    names = [await here.open(), await here.open()]
    await asyncio.sleep(2)
    recorded = await here.recorded(names)
    await stop()
    await asyncio.sleep(5)
    await start()
    at = [now_ms()]
    await here.exhausted(names, LENGTH + 4 * LATE / 1000)
    return await here.judged(names, at, recorded)
