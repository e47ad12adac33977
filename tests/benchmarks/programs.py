"""A system under test as the benchmark sees it: a command, how far it is, what it answers."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import asyncpg
import msgspec
from aiokafka.errors import KafkaError

from floorpulse.contracts.cells import Cell, Cells, Histogram, add
from floorpulse.counting.histograms import count_within
from tests.benchmarks.maven import classpath, compiled
from tests.benchmarks.oracle import THRESHOLD, Answer, Pane
from tests.benchmarks.progress import Progress
from tests.benchmarks.rig import Rig

JAVA = Path(__file__).with_name("kafka_streams")


class Started(Protocol):
    """What a process is started with."""

    command: list[str]
    environment: dict[str, str]


class Program(Started, Protocol):
    """What a run needs to know of a system."""

    async def ready(self) -> bool:
        """Whether it has joined and waits for records."""
        ...

    async def reached(self) -> int:
        """How many records are done: durable, where it makes anything durable."""
        ...

    async def answer(self) -> Answer | None:
        """The panes it counted; None as long as there is no answer."""
        ...


class Peer:
    """A Python script of this folder that speaks through files: `SCRIPT BOOTSTRAP GROUP FOLDER
    PARTITIONS`.
    """

    def __init__(self, rig: Rig, folder: Path, script: str) -> None:
        self.command = [
            sys.executable,
            "-m",
            f"tests.benchmarks.{script}",
            *self.words(rig, folder),
        ]
        self.environment = {"FLOORPULSE_DATABASE__URL": rig.database}
        self.progress = Progress(folder)

    @staticmethod
    def words(rig: Rig, folder: Path) -> list[str]:
        """Where the peer finds everything."""
        return [rig.server.bootstrap, rig.group, str(folder), str(rig.partitions)]

    async def ready(self) -> bool:
        """See `Program.ready`."""
        return self.progress.is_ready

    async def reached(self) -> int:
        """See `Program.reached`."""
        return self.progress.reached

    async def answer(self) -> Answer | None:
        """See `Program.answer`."""
        self.progress.want()
        return self.progress.answer


class Committing(Peer):
    """A peer that is done with what its consumer group has committed."""

    def __init__(self, rig: Rig, folder: Path, script: str) -> None:
        super().__init__(rig, folder, script)
        self._rig = rig
        self._known = 0

    async def reached(self) -> int:
        """See `Program.reached`."""
        with suppress(KafkaError):  # where the coordinator is busy: as far as it was
            self._known = await self._rig.committed()
        return self._known


class KafkaStreams(Committing):
    """The Java program of the folder `kafka_streams`."""

    def __init__(self, rig: Rig, folder: Path) -> None:
        super().__init__(rig, folder, script="")
        words = self.words(rig, folder)
        self.command = ["java", "-Xmx1g", "-cp", classpath(JAVA), "floorpulse.Peer", *words]

    @staticmethod
    def missing() -> str | None:
        """Why it cannot run; None when it can."""
        return compiled(JAVA)


class Floorpulse:
    """The engine as it is shipped; it says how far it is and what it counted by its tables."""

    def __init__(self, rig: Rig, _: Path, module: str = "floorpulse.cli.app") -> None:
        self.command = [sys.executable, "-m", module, "engine"]
        self.environment = {
            "FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS": rig.server.bootstrap,
            "FLOORPULSE_DATABASE__URL": rig.database,
            "FLOORPULSE_ENGINE__GROUP": rig.group,
            "FLOORPULSE_ENGINE__SESSION_SECONDS": "30",
        }
        self._rig = rig
        self._connection: asyncpg.Connection | None = None

    async def ready(self) -> bool:
        """See `Program.ready`."""
        [row] = await self._fetch("SELECT count(*) FROM stream_partition")
        return bool(row[0] == self._rig.partitions)

    async def reached(self) -> int:
        """See `Program.reached`."""
        [row] = await self._fetch("SELECT coalesce(sum(next_offset), 0) FROM stream_partition")
        return int(row[0])

    async def answer(self) -> Answer:
        """See `Program.answer`."""
        panes: dict[Pane, Cells] = {}
        decode = msgspec.msgpack.Decoder(Cells).decode
        for row in await self._fetch("SELECT tenant, queue, start, cells FROM pane"):
            add(
                panes.setdefault((row["tenant"], row["queue"], row["start"]), {}),
                decode(row["cells"]),
            )
        await self._close()
        return {pane: counted for pane, cells in panes.items() if (counted := figures(cells))}

    async def _fetch(self, query: str) -> list[asyncpg.Record]:
        if self._connection is None:
            self._connection = await asyncpg.connect(self._rig.database)
        rows: list[asyncpg.Record] = await self._connection.fetch(query)
        return rows

    async def _close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


def figures(cells: Cells) -> dict[str, int]:
    """The oracle's figures in the cells of a pane."""
    named = {
        "offered": cells.get(Cell.OFFERED, 0),
        "answered": cells.get(Cell.ANSWERED, 0),
        "within": count_within(cells, Histogram.ANSWERED_WAIT, THRESHOLD // 1000, "le"),
        "abandoned": cells.get(Cell.ABANDONED, 0),
        "wait": cells.get(Cell.ANSWERED_WAIT, 0),
        "handled": cells.get(Cell.HANDLED, 0),
        "handle": cells.get(Cell.TALK, 0) + cells.get(Cell.HOLD, 0),
        "csat": cells.get(Cell.CSAT_COUNT, 0),
        "csat_sum": cells.get(Cell.CSAT_SUM, 0),
    }
    return {name: amount for name, amount in named.items() if amount}
