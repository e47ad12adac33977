"""PostgreSQL behind PgBouncer: sessions that are kept are as good as none between; sessions that
are lent would lose locks and settings, so nothing starts on them.
"""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGTERM
from tempfile import TemporaryDirectory

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import URL, make_url

from floorpulse.access.error_messages import Unreachable, expect_database
from floorpulse.demo.embedded import Postgres
from floorpulse.demo.embedded.child import LOOPBACK, Child, StopStep, free_port
from floorpulse.runtime.settings import DatabaseSettings
from tests.integration.answering import listens

START_WITHIN = 30.0
NOBODY = 65534
"""PgBouncer does not run as root"""
SETTINGS = """
[databases]
* = host={host} port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = {mode}
ignore_startup_parameters = extra_float_digits
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PgBouncer's user may read; those of pytest are for their owner alone."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


@asynccontextmanager
async def pooler(folder: Path, behind: URL, mode: str) -> AsyncIterator[DatabaseSettings]:
    """Settings that lead through a PgBouncer to the database of an address."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")  # noqa: TID251  where programs are
    if program is None:
        pytest.skip("no pgbouncer here")
    own, users, said = free_port(), folder / "users.txt", folder / "pgbouncer.ini"
    users.write_text(f'"{behind.username}" "{behind.password}"\n')
    said.write_text(
        SETTINGS.format(host=behind.host, port=behind.port, own=own, users=users, mode=mode)
    )
    user = ["setpriv", f"--reuid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    child = await Child.spawn([*user, program, str(said)], folder / "log", os.environ)  # noqa: TID251  PATH
    try:
        await child.until(lambda: listens(own), START_WITHIN)
        address = behind.set(host=LOOPBACK, port=own).render_as_string(hide_password=False)
        yield DatabaseSettings(url=SecretStr(address))
    finally:
        await child.stop(StopStep(SIGTERM, 10.0))


async def test_a_pooler_that_keeps_sessions_is_as_good_as_none(
    postgres: Postgres, folder: Path
) -> None:
    direct = make_url(postgres.dsn)
    await expect_database(DatabaseSettings(url=SecretStr(postgres.dsn)))
    async with pooler(folder, direct, "session") as settings:
        await expect_database(settings)


async def test_on_sessions_that_are_lent_nothing_starts(postgres: Postgres, folder: Path) -> None:
    async with pooler(folder, make_url(postgres.dsn), "transaction") as settings:
        for _ in range(3):
            with pytest.raises(Unreachable, match=r"another session: set pool_mode = session in"):
                await expect_database(settings)
