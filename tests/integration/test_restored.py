"""After a restore the next owners of partitions outrank those from after the dump."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from floorpulse.cli.restored import QUIET_SECONDS, STEP, NotRestored, raise_epochs
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.database import dsn
from floorpulse.runtime.settings import DatabaseSettings

pytestmark = pytest.mark.embedded

INSERT = """
INSERT INTO stream_partition
VALUES ('contact-events', $1, 'log', 1, $2, 'host/1', 7, NULL, 7, 0, $3)
"""
EPOCHS = "SELECT partition, epoch, next_offset FROM stream_partition ORDER BY partition"


@pytest.fixture
async def connection(database: DatabaseSettings) -> AsyncIterator[asyncpg.Connection]:
    made = await asyncpg.connect(dsn(database))
    yield made
    await made.close()


async def test_every_epoch_is_raised_nothing_else_changes_and_it_is_said(
    database: DatabaseSettings, connection: asyncpg.Connection
) -> None:
    written = now_ms() - (QUIET_SECONDS + 1) * 1000
    for partition, epoch in ((0, 4), (1, 9)):
        await connection.execute(INSERT, partition, epoch, written)

    said = await raise_epochs(database)

    assert said.startswith("raised the epochs of 2 partitions by 1000, to 1004 to 1009:")
    found = [tuple(row) for row in await connection.fetch(EPOCHS)]
    assert found == [(0, 4 + STEP, 7), (1, 9 + STEP, 7)]


async def test_doing_it_again_raises_them_again(
    database: DatabaseSettings, connection: asyncpg.Connection
) -> None:
    await connection.execute(INSERT, 0, 4, 0)

    await raise_epochs(database)
    await raise_epochs(database)

    assert await connection.fetchval("SELECT epoch FROM stream_partition") == 4 + 2 * STEP


async def test_nothing_is_raised_while_an_engine_writes(
    database: DatabaseSettings, connection: asyncpg.Connection
) -> None:
    await connection.execute(INSERT, 3, 4, now_ms())

    with pytest.raises(
        NotRestored,
        match=r"partition 3 was written \d s ago by host/1: stop all engines, wait 10 s",
    ):
        await raise_epochs(database)

    assert await connection.fetchval("SELECT epoch FROM stream_partition") == 4


async def test_a_database_that_no_engine_ever_wrote_to_is_told_apart(
    database: DatabaseSettings,
) -> None:
    with pytest.raises(NotRestored, match="is FLOORPULSE_DATABASE__URL the restored one"):
        await raise_epochs(database)
