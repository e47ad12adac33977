"""The embedded database: PostgreSQL 18 on a data directory, reached over loopback with a
password.
"""

import asyncio
import fcntl
from pathlib import Path
from typing import IO

import asyncpg

from floorpulse.demo.embedded.child import LOOPBACK, EmbeddedServerError
from floorpulse.demo.embedded.cluster import STOPS, USER, Cluster
from floorpulse.demo.embedded.server import EmbeddedServer

DATABASE = "floorpulse"
CONNECT_WITHIN = 60.0


class Postgres(EmbeddedServer):
    """PostgreSQL on 127.0.0.1; data in `directory`/postgres, password in
    `directory`/postgres-password.

    A start resumes the data that is there, also after a kill of the server, of this process or of
    both; a stop aborts open transactions, and the data stays. One process at a time may use a
    directory. The user of `dsn` is a superuser: row-level security needs a SET ROLE.
    """

    title = "the database server"
    stops = STOPS
    patience = 120.0

    def __init__(
        self, directory: Path, *, port: int | None = None, log: Path | None = None
    ) -> None:
        super().__init__(log or directory / "postgres.log", port)
        self._directory = directory
        self._password = ""
        self._lock: IO[bytes] | None = None

    @property
    def dsn(self) -> str:
        """The database `floorpulse`, as asyncpg and SQLAlchemy read it."""
        return self._address(DATABASE)

    async def stop(self) -> None:
        """End the server and free the directory. Nothing happens when none runs."""
        await super().stop()
        lock = self._lock
        self._lock = None
        if lock:
            lock.close()

    async def _begin(self) -> None:
        self._lock = await asyncio.to_thread(_claim, self._directory)
        cluster = await asyncio.to_thread(Cluster, self._directory, self._log)
        await cluster.prepare()
        self._password = cluster.password()
        await self._launch(
            cluster.command, lambda child, _: asyncio.to_thread(cluster.ready, child.pid)
        )
        await _ensure_database(self._address("postgres"))

    def _address(self, database: str) -> str:
        return f"postgresql://{USER}:{self._password}@{LOOPBACK}:{self._port}/{database}"


def _claim(directory: Path) -> IO[bytes]:
    """The lock of the directory; freed by closing it, and by the system when this process dies."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (directory / "postgres.lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        lock.close()
        message = f"another process uses the database in {directory}"
        raise EmbeddedServerError(message) from held
    return lock


async def _ensure_database(dsn: str) -> None:
    connection = await asyncpg.connect(dsn, timeout=CONNECT_WITHIN, ssl=False)
    try:
        if not await connection.fetchval(
            "SELECT count(*) FROM pg_database WHERE datname = $1", DATABASE
        ):
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()
