"""A log in memory: the port of ingest without Kafka."""

from collections.abc import Mapping, Sequence

from floorpulse.ingest.ports import Record
from floorpulse.runtime.unavailable import LogUnavailable


class MemoryLog:
    """Keeps what is appended, by topic; `away` makes it refuse, as Kafka does when it cannot be
    reached.
    """

    def __init__(self) -> None:
        self.topics: dict[str, list[Record]] = {}
        self.away = False

    async def append(self, records: Mapping[str, Sequence[Record]]) -> None:
        if self.away:
            message = "Kafka did not acknowledge"
            raise LogUnavailable(message)
        for topic, some in records.items():
            self.topics.setdefault(topic, []).extend(some)

    async def unready(self) -> str | None:
        return "Kafka does not answer" if self.away else None
