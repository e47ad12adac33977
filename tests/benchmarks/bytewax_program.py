"""Bytewax as the benchmark sees it."""

import pickle
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from tests.benchmarks.own_python import installed, python
from tests.benchmarks.programs import Peer
from tests.benchmarks.rig import Rig

VERSION = "0.21.1"
NAME = "bytewax"
PINS = (f"bytewax[kafka]=={VERSION}", "confluent-kafka==2.12.2", "orjson==3.11.4")
RESTORED = """
    WITH durable AS (
        SELECT MAX(worker_frontier) AS frontier FROM fronts
        WHERE ex_num = (SELECT MAX(ex_num) FROM exs)
    )
    SELECT state_key, ser_change, MAX(snap_epoch) FROM snaps, durable
    WHERE step_id LIKE 'bench.events%' AND snap_epoch < frontier GROUP BY state_key
"""


class Bytewax(Peer):
    """The program `bytewax_peer`. It commits nothing to Kafka: how far it is stands beside its
    state in SQLite.
    """

    def __init__(self, rig: Rig, folder: Path) -> None:
        super().__init__(rig, folder, script="bytewax_peer")
        self.command[0] = str(python(NAME))
        self._partitions = rig.partitions
        self._stored = folder / "recovery" / "part-0.sqlite3"

    @staticmethod
    def missing() -> str | None:
        """Why it cannot run, having tried to install it; None when it can."""
        return installed(NAME, *PINS)

    async def ready(self) -> bool:
        """See `Program.ready`: every partition of the source has its snapshot."""
        return len(self._offsets()) == self._partitions

    async def reached(self) -> int:
        """See `Program.reached`: where it would go on if it were killed now."""
        return sum(max(0, offset) for offset in self._offsets().values())

    def _offsets(self) -> dict[str, int]:
        """Of each partition in the snapshot that it would be restored from."""
        if not self._stored.exists():
            return {}
        address = f"file:{self._stored}?mode=ro"
        with suppress(sqlite3.Error), closing(sqlite3.connect(address, uri=True)) as database:
            return {
                key: pickle.loads(change) or 0  # noqa: S301  the peer's own, of this run
                for key, change, _ in database.execute(RESTORED)
            }
        return {}
