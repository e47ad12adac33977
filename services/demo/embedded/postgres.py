"""The embedded database: PostgreSQL 18 on a data directory, reached over loopback with a
password.
"""

import asyncio
import fcntl
from pathlib import Path
from typing import IO, Self

import asyncpg

from services.demo.embedded.child import LOOPBACK, Child, EmbeddedServerError, free_port, insist
from services.demo.embedded.cluster import STOPS, USER, Cluster

DATABASE = "floorpulse"
PATIENCE = 120.0
CONNECT_WITHIN = 60.0


class Postgres:
    """PostgreSQL on 127.0.0.1; data in `directory`/postgres, password in
    `directory`/postgres-password.

    A start resumes the data that is there, also after a kill of the server, of this process or of
    both; the port, chosen at the first start unless given, stays. One process at a time may use a
    directory. The user of `dsn` is a
    superuser: row-level security needs a SET ROLE. Start and stop in one event loop, or use as an
    async context manager.
    """

    def __init__(
        self, directory: Path, *, port: int | None = None, log: Path | None = None
    ) -> None:
        self._directory = directory
        self._log = log or directory / "postgres.log"
        self._port = port
        self._password = ""
        self._lock: IO[bytes] | None = None
        self._child: Child | None = None

    @property
    def dsn(self) -> str:
        """The database `floorpulse`, as asyncpg and SQLAlchemy read it."""
        return self._address(DATABASE, self._port)

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        return self._running().pid

    async def start(self) -> None:
        """Start anew, stopping what runs; returns when the database is there. Raises
        EmbeddedServerError.
        """
        await self.stop()
        self._lock = await asyncio.to_thread(_claim, self._directory)
        try:
            await self._resume()
        except BaseException:
            await self.stop()
            raise

    async def wait(self) -> int:
        """Until the server ends, by itself or by `stop`; its exit code."""
        return await self._running().wait()

    async def stop(self) -> None:
        """End the server, aborting open transactions; the data stays. Nothing happens when none
        runs.
        """
        child = self._child
        self._child = None
        if child:
            await child.stop(*STOPS)
        lock = self._lock
        self._lock = None
        if lock:
            lock.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _running(self) -> Child:
        if self._child is None:
            message = "the database server was not started"
            raise EmbeddedServerError(message)
        return self._child

    def _address(self, database: str, port: int | None) -> str:
        return f"postgresql://{USER}:{self._password}@{LOOPBACK}:{port}/{database}"

    async def _resume(self) -> None:
        cluster = await asyncio.to_thread(Cluster, self._directory, self._log)
        await cluster.prepare()
        self._password = cluster.password()
        self._child = await insist(lambda: self._launch(cluster))
        await _ensure_database(self._address("postgres", self._port))

    async def _launch(self, cluster: Cluster) -> Child:
        port = self._port or free_port()
        child = await Child.spawn(cluster.command(port), self._log)
        await child.until(lambda: asyncio.to_thread(cluster.ready, child.pid), PATIENCE)
        self._port = port
        return child


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
