"""The servers that workers run between, the workers themselves, and what can be seen of their work
from outside.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import msgspec

from floorpulse.contracts.agents import decode_entered
from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.database import dsn
from floorpulse.runtime.kafka_log import kafka_log
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.reliability.agents_oracle import Content, StateKey, recomputed_states
from tests.reliability.oracle import recomputed
from tests.reliability.workers import Worker

LOOK_AGAIN_AFTER = 0.25
SETTLED_WITHIN = 200.0
SHOWN = 10
Cells = dict[int, int]
Key = tuple[str, str, str, int]
K = TypeVar("K", bound=Key | StateKey)

PANES = "SELECT tenant, queue, channel, start, cells FROM pane"
AGENT_STATES = "SELECT tenant, agent, at, state, body FROM agent_state"
POSITIONS = "SELECT partition, next_offset FROM stream_partition"
COUNTS = (
    "SELECT coalesce(sum(applied), 0)::bigint AS applied, coalesce(sum(dead), 0)::bigint AS "
    "dead FROM stream_partition"
)


class NotSettledError(AssertionError):
    """The database did not come to include the whole log."""


class Rig:
    """An engine's surroundings; every worker it hires is gone when the rig is left."""

    def __init__(self, kafka: KafkaSettings, database: DatabaseSettings, folder: Path) -> None:
        self.kafka = kafka
        self.database = database
        self.log = folder / "engine.log"
        self._workers: list[Worker] = []
        self._connection: asyncpg.Connection | None = None

    def hire(self, *changed: str, **settings: object) -> Worker:
        """One more engine worker; `settings` as ENGINE__SESSION_SECONDS=3, `changed` as in
        `faults`.
        """
        return self.hire_for("engine", *changed, **settings)

    def hire_for(self, command: str, *changed: str, **settings: object) -> Worker:
        """One more process of `floorpulse COMMAND`, between the same servers."""
        chosen = {
            "KAFKA__BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "KAFKA__IDEMPOTENCE": self.kafka.idempotence,
            "DATABASE__URL": dsn(self.database),
            "DATABASE__POOL": 4,
            **settings,
        }
        worker = Worker(
            command,
            {f"FLOORPULSE_{name}": str(value) for name, value in chosen.items()},
            self.log,
            changed,
        )
        self._workers.append(worker)
        return worker

    async def dismiss(self) -> None:
        """Kill all workers that still run, and look no more."""
        for worker in self._workers:
            await worker.dismiss()
        if self._connection is not None:
            await self._connection.close()

    # ------------------------------------------------------------- what it came to

    async def fetch(self, query: str, *args: object) -> list[asyncpg.Record]:
        """Rows of the engine's database."""
        if self._connection is None:
            self._connection = await asyncpg.connect(dsn(self.database), ssl=False)
        rows: list[asyncpg.Record] = await self._connection.fetch(query, *args)
        return rows

    async def ends(self) -> dict[int, int]:
        """The next offset to be written, of each partition that has records."""
        async with kafka_log(self.kafka, CONTACT_EVENTS.name) as view:
            return {number: end for number, (_, end) in (await view.bounds()).items() if end}

    async def reached(self, offsets: dict[int, int], within: float = SETTLED_WITHIN) -> float:
        """Wait until the database includes everything below these offsets; how many seconds that
        took.
        """
        began = monotonic()
        while (
            not offsets.items()
            <= {
                key: min(offsets.get(key, 0), at) for key, at in (await self.positions()).items()
            }.items()
        ):
            if monotonic() - began > within:
                message = (
                    f"not settled within {within:g} s: {await self.positions()} of "
                    f"{offsets}; {self.last_words()}"
                )
                raise NotSettledError(message)
            await asyncio.sleep(LOOK_AGAIN_AFTER)
        return monotonic() - began

    async def settled(self, within: float = SETTLED_WITHIN) -> float:
        """Wait until the database includes the whole log."""
        return await self.reached(await self.ends(), within)

    async def positions(self) -> dict[int, int]:
        """The first offset not included in the database, by partition."""
        return {row["partition"]: row["next_offset"] for row in await self.fetch(POSITIONS)}

    async def panes(self) -> dict[Key, Cells]:
        """The stored panes, merged over partitions."""
        return merged(await self.fetch(PANES))

    async def agent_states(self) -> dict[StateKey, Content]:
        """The stored states of agents."""
        return {
            (row["tenant"], row["agent"], row["at"], row["state"]): content(row["body"])
            for row in await self.fetch(AGENT_STATES)
        }

    async def counts(self) -> tuple[int, int]:
        """(records applied, records dead)"""
        [row] = await self.fetch(COUNTS)
        return row["applied"], row["dead"]

    async def differences(self, values: Iterable[bytes]) -> list[str]:
        """Where panes and agents' states differ from what the oracle makes of these events, each in
        words; empty when all is well.
        """
        events = [json.loads(value) for value in values]
        return compared(recomputed(events), await self.panes()) + compared(
            recomputed_states(events), await self.agent_states()
        )

    async def eventually(self, true: Callable[[], Any], within: float = SETTLED_WITHIN) -> None:
        """Wait until `true()`, or what it awaits, says so; TimeoutError with the workers' last
        words.
        """
        began = monotonic()
        while True:
            said = true()
            if (await said) if asyncio.iscoroutine(said) else said:
                return
            if monotonic() - began > within:
                message = f"not within {within:g} s; {self.last_words()}"
                raise TimeoutError(message)
            await asyncio.sleep(LOOK_AGAIN_AFTER)

    def said(self) -> str:
        """What the workers said."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def last_words(self) -> str:
        """The end of what the workers said."""
        return self.said()[-2000:] or "nothing was said"


def merged(rows: Iterable[asyncpg.Record]) -> dict[Key, Cells]:
    """Rows of four key columns and cells, added up by key."""
    sums: dict[Key, Counter[int]] = {}
    for row in rows:
        *key, packed = row
        cells = sums.setdefault((key[0], key[1], key[2], key[3]), Counter())
        cells.update(msgspec.msgpack.decode(packed, type=Cells))
    tidy = {
        key: {code: amount for code, amount in cells.items() if amount}
        for key, cells in sums.items()
    }
    return {key: cells for key, cells in tidy.items() if cells}


def content(body: bytes) -> Content:
    """What a stored state says beside its key."""
    entered = decode_entered(body)
    return entered.queues, entered.reason, entered.team, entered.site


def compared(expected: Mapping[K, object], found: Mapping[K, object]) -> list[str]:
    """Each differing row: key, what was expected, what was found."""
    return [
        f"{key}: expected {expected.get(key)}, found {found.get(key)}"
        for key in sorted(expected.keys() | found.keys())
        if expected.get(key) != found.get(key)
    ]


@asynccontextmanager
async def staffed(
    kafka: KafkaSettings, database: DatabaseSettings, folder: Path
) -> AsyncIterator[Rig]:
    """A rig whose workers are gone at the end, whatever happened."""
    rig = Rig(kafka, database, folder)
    try:
        yield rig
    finally:
        await rig.dismiss()
