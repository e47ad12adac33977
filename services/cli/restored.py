"""After a restore: the next owners of partitions outrank those whose news stand in `kpi-updates`
from after the dump.

    dump ── epochs 5, 6, 7 tell readers ── restore: epoch 4 ── raised: 1004 ── next owner: 1005
"""

import asyncpg

from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.runtime.database import CONNECT_WITHIN, dsn
from floorpulse.runtime.settings import DatabaseSettings

STEP = 1000
"""More owners than a partition has between a dump and its restore"""
QUIET_SECONDS = 10
"""Seconds for which nobody may have written: an engine that counts writes each second"""

WRITTEN = """
SELECT partition, owner,
    floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - updated_at AS ago
FROM stream_partition WHERE topic = $1 ORDER BY updated_at DESC LIMIT 1
"""
RAISE = """
UPDATE stream_partition SET epoch = epoch + $2 WHERE topic = $1 RETURNING epoch
"""


class NotRestored(Exception):  # noqa: N818  it says why nothing was done
    """The database does not look like one that was just restored; nothing was changed."""


async def raise_epochs(settings: DatabaseSettings) -> str:
    """Raise the epoch of every partition by `STEP` and say so; doing it again is harmless.

    Raises NotRestored where engines write to the database or none ever did, and asyncpg's errors.
    """
    connection = await asyncpg.connect(dsn(settings), timeout=CONNECT_WITHIN)
    try:
        async with connection.transaction():
            _expect_quiet(await connection.fetchrow(WRITTEN, CONTACT_EVENTS.name))
            raised = await connection.fetch(RAISE, CONTACT_EVENTS.name, STEP)
    finally:
        await connection.close()
    epochs = sorted(row["epoch"] for row in raised)
    return (
        f"raised the epochs of {len(epochs)} partitions by {STEP}, to {epochs[0]} to {epochs[-1]}: "
        "engines started now outrank those from after the dump"
    )


def _expect_quiet(last: asyncpg.Record | None) -> None:
    if last is None:
        message = (
            "no engine ever wrote to this database, so there is nothing to raise: is "
            "FLOORPULSE_DATABASE__URL the restored one?"
        )
        raise NotRestored(message)
    if last["ago"] < QUIET_SECONDS * 1000:
        message = (
            f"partition {last['partition']} was written {last['ago'] / 1000:.0f} s ago by "
            f"{last['owner']}: stop all engines, wait {QUIET_SECONDS} s, and repeat this"
        )
        raise NotRestored(message)
