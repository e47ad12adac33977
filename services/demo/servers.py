"""Broker and database of the demo: started, made ready for the services, and asked what is not
durable yet.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from signal import SIGQUIT

import asyncpg
from pydantic import SecretStr

from floorpulse.access.keys import KeyRing
from floorpulse.access.new_keys import SCOPES
from floorpulse.contracts.topics import CONTACT_EVENTS, TOPICS
from floorpulse.demo.domain.backlog import Reached, backlog
from floorpulse.demo.embedded import Broker, EmbeddedServerError, Postgres
from floorpulse.demo.folder import StateFolder
from floorpulse.demo.options import TENANT
from floorpulse.demo.programs import Addresses
from floorpulse.migrations import NotMigrated, expect_migrated, migrate
from floorpulse.runtime.database import async_engine, idle_pool
from floorpulse.runtime.kafka import ensure_topics
from floorpulse.runtime.kafka_log import kafka_log
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings

LOOK_AGAIN_AFTER = 0.1
LABEL = "the demo's own"
REACHED = "SELECT partition, log_id, next_offset FROM stream_partition WHERE topic = $1"


class EmbeddedServers:
    """Both servers over one state folder; start and stop them in one event loop."""

    def __init__(self, folder: StateFolder) -> None:
        self._folder = folder
        self.broker = Broker(folder.log("broker"))
        self.postgres = Postgres(folder.postgres, log=folder.log("postgres"))

    @property
    def addresses(self) -> Addresses:
        """The addresses of the started servers; restarts do not change it."""
        return Addresses(self.broker.bootstrap, self.postgres.dsn)

    def pids(self) -> dict[str, list[int]]:
        """The servers' processes, of those that were started."""
        return dict(self._pids())

    async def migrate(self) -> None:
        """Bring the tables up to date; where they are, Alembic is not imported."""
        try:
            await expect_migrated(self._database)
        except NotMigrated:
            await migrate(self._database)

    async def ensure_topics(self) -> None:
        """Create the topics in the new, empty log."""
        await ensure_topics(self._kafka, TOPICS)

    async def ensure_key(self) -> None:
        """See to it that the folder holds a live key with all scopes; that of the last demo stays
        while it is one.
        """
        engine = async_engine(self._database)
        try:
            ring = KeyRing(engine)
            known = await ring.verify(self._folder.key())
            if known is None or known.tenant != TENANT or not known.scopes >= set(SCOPES):
                self._folder.keep_key(await ring.create(TENANT, LABEL, SCOPES))
        finally:
            await engine.dispose()

    async def counted(self) -> None:
        """Return when all that is in the log is durable."""
        async with (
            idle_pool(self._database) as pool,
            kafka_log(self._kafka, CONTACT_EVENTS.name) as log,
        ):
            while backlog(await log.bounds(), await _reached(pool), await log.identity()):  # noqa: ASYNC110  other processes' progress
                await asyncio.sleep(LOOK_AGAIN_AFTER)

    async def stop(self, within: float) -> None:
        """End both; a database that is not done within so many seconds is ended as if by a crash,
        which loses nothing.
        """
        pids = self.pids().get("postgres", [])
        stopping = asyncio.gather(self.broker.stop(), self.postgres.stop())
        await asyncio.wait([stopping], timeout=within)
        if not stopping.done():
            for pid in pids:
                _abort(pid)
        await stopping

    @property
    def _kafka(self) -> KafkaSettings:
        return KafkaSettings(bootstrap_servers=self.broker.bootstrap, idempotence=False)

    @property
    def _database(self) -> DatabaseSettings:
        return DatabaseSettings(url=SecretStr(self.postgres.dsn), pool=1)

    def _pids(self) -> Iterator[tuple[str, list[int]]]:
        for name, server in (("broker", self.broker), ("postgres", self.postgres)):
            with suppress(EmbeddedServerError):
                yield name, [server.pid]


def _abort(pid: int) -> None:
    """PostgreSQL's immediate shutdown: the next start recovers from the log of its writes."""
    with suppress(ProcessLookupError):
        os.kill(pid, SIGQUIT)


async def _reached(pool: asyncpg.Pool) -> list[Reached]:
    return [Reached(*row) for row in await pool.fetch(REACHED, CONTACT_EVENTS.name)]
