"""A floor: confluent-kafka's `consume`, doing nothing with the records. Only where the package is
installed.

python -m tests.benchmarks.floor_consume BOOTSTRAP GROUP FOLDER PARTITIONS
"""

import sys
from importlib import import_module
from pathlib import Path

from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.runtime.clock import monotonic
from tests.benchmarks.floor_getmany import tell
from tests.benchmarks.progress import EVERY, Progress


def main(bootstrap: str, group: str, progress: Progress, partitions: int) -> None:
    """Read until killed."""
    settings = {
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "session.timeout.ms": 300_000,
    }
    consumer = import_module("confluent_kafka").Consumer(settings | {"enable.auto.commit": False})
    consumer.subscribe([CONTACT_EVENTS.name])
    reached = 0
    told = monotonic()
    while True:
        reached += len(consumer.consume(10_000, timeout=EVERY))
        if monotonic() - told >= EVERY:
            told = monotonic()
            tell(progress, reached, complete=len(consumer.assignment()) == partitions)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Progress(Path(sys.argv[3])), int(sys.argv[4]))
