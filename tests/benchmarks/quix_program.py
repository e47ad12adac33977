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
        self._behind_last = int(exactly_once)
        self._drained_before = False

    @staticmethod
    def missing() -> str | None:
        """Why it cannot run, having tried to install it; None when it can."""
        return installed(NAME, f"quixstreams=={VERSION}")

    async def reached(self) -> int:
        """See `Program.reached`: one less than it has read while its windows are behind."""
        done = await super().reached()
        drained = False
        with suppress(KafkaError):
            drained = await self._drained()
        before, self._drained_before = self._drained_before, drained
        return done if drained and before else max(0, done - 1)

    async def _drained(self) -> bool:
        """Whether the group has committed all that there is between its steps; the mark that ends a
        transaction is no record.
        """
        offsets = await self._rig.admin.list_consumer_group_offsets(self._rig.group)
        ends = {tp: end for tp, end in (await self._ends()).items() if end}
        return all(
            tp in offsets and offsets[tp].offset + self._behind_last >= end
            for tp, end in ends.items()
        )

    async def _ends(self) -> dict[TopicPartition, int]:
        consumer = AIOKafkaConsumer(bootstrap_servers=self._rig.server.bootstrap)
        await consumer.start()
        try:
            parts = [
                TopicPartition(topic, number)
                for topic in await consumer.topics()
                if topic.startswith(BETWEEN)
                for number in range(self._rig.partitions)
            ]
            ends: dict[TopicPartition, int] = await consumer.end_offsets(parts)
        finally:
            await consumer.stop()
        return ends
