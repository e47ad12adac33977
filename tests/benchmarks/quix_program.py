"""Quix Streams as the benchmark sees it."""

from contextlib import suppress
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from tests.benchmarks.own_python import installed, python
from tests.benchmarks.programs import Committing
from tests.benchmarks.rig import Rig

VERSION = "3.28.1"
NAME = "quix"
LOOK_MS = 3_000
"""For how long a record may take to come on a busy machine; the run's events a second bear it"""
BETWEEN = "repartition__"
"""What the names of its topics between two steps begin with"""


class QuixStreams(Committing):
    """The program `quix_peer`, at least once or exactly once. It is done with a record when what
    came of it is counted behind the repartition topic too.
    """

    def __init__(self, rig: Rig, folder: Path, *, exactly_once: bool = False) -> None:
        super().__init__(rig, folder, script="quix_peer")
        self.command[0] = str(python(NAME))
        self.command.append("exactly-once" if exactly_once else "at-least-once")
        self._read = 0

    @staticmethod
    def missing() -> str | None:
        """Why it cannot run, having tried to install it; None when it can."""
        return installed(NAME, f"quixstreams=={VERSION}")

    async def reached(self) -> int:
        """See `Program.reached`: one less than it has read while its windows are behind."""
        done = await super().reached()
        rests = done == self._read > 0
        self._read = done
        with suppress(KafkaError):
            return done if rests and await self._drained() else max(0, done - 1)
        return max(0, done - 1)

    async def _drained(self) -> bool:
        """Whether no record stands between its steps behind what the group has committed there.
        Offsets do not tell: marks that end transactions have some too.
        """
        offsets = await self._rig.admin.list_consumer_group_offsets(self._rig.group)
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._rig.server.bootstrap, isolation_level="read_committed"
        )
        await consumer.start()
        try:
            between = [one for one in await consumer.topics() if one.startswith(BETWEEN)]
            numbers = range(self._rig.partitions)
            parts = [TopicPartition(topic, number) for topic in between for number in numbers]
            consumer.assign(parts)
            for tp in parts:
                consumer.seek(tp, offsets[tp].offset if tp in offsets else 0)
            return not await consumer.getmany(timeout_ms=LOOK_MS)
        finally:
            await consumer.stop()
