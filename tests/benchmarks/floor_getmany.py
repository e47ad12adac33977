"""A floor: aiokafka's `getmany` as it comes, doing nothing with the records.

python -m tests.benchmarks.floor_getmany BOOTSTRAP GROUP FOLDER PARTITIONS
"""

import asyncio
import sys
from pathlib import Path

from aiokafka import AIOKafkaConsumer

from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.runtime.clock import monotonic
from tests.benchmarks.progress import EVERY, Progress


async def main(bootstrap: str, group: str, progress: Progress, partitions: int) -> None:
    """Read until killed."""
    consumer = AIOKafkaConsumer(
        CONTACT_EVENTS.name,
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        session_timeout_ms=300_000,
    )
    await consumer.start()
    reached = 0
    told = monotonic()
    while True:
        for records in (await consumer.getmany(timeout_ms=200)).values():
            reached += len(records)
        if monotonic() - told >= EVERY:
            told = monotonic()
            tell(progress, reached, complete=len(consumer.assignment()) == partitions)


def tell(progress: Progress, reached: int, *, complete: bool) -> None:
    """Say how far it is; there is nothing to answer."""
    progress.tell(reached)
    if complete and not progress.is_ready:
        progress.ready()
    if progress.wanted:
        progress.give({})


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Progress(Path(sys.argv[3])), int(sys.argv[4])))
