"""The engine's ports: the store, the topic of dead letters, the live channel."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from floorpulse.contracts.letters import DeadLetter
from floorpulse.contracts.updates import Update
from floorpulse.kpi_engine.fold.flush_rows import FlushRows
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.fold.records import StoredRecords, WantedRecords
from floorpulse.runtime.tracing import TraceParent


class LogLost(Exception):  # noqa: N818  it names what happened to the log
    """The log no longer holds what the database still needs, or went backwards: someone must
    look.
    """


class FlushOutcome(StrEnum):
    """The outcome of a flush for one partition's rows."""

    WRITTEN = "written"
    FENCED = "fenced"
    CONFLICTED = "conflicted"
    """Not written: some rows that were taken for new exist, or other visits of a contact."""


class Store(Protocol):
    """The database that holds visits, panes and the source offset they include."""

    async def claim(self, partition: int, log_id: str, begin: int, end: int) -> Partition:
        """Become the one writer of `partition` and learn its open visits.

        That takes time and memory in proportion to the visits that wait or are in progress,
        whatever else is stored. `begin` and `end` are the log's first and next offset. Raises
        LogLost where the stored position lies outside of the same log, StoreUnavailable.
        """
        ...

    async def kept_since(self) -> int:
        """The instant before which events are not counted any more, epoch milliseconds. Raises
        StoreUnavailable.
        """
        ...

    async def load(self, wanted: Mapping[int, WantedRecords]) -> Mapping[int, StoredRecords]:
        """Load the stored ones of the records `wanted` by partitions, of visits all that their
        contacts have. Raises StoreUnavailable.
        """
        ...

    async def flush(self, rows: Sequence[FlushRows]) -> Mapping[int, FlushOutcome]:
        """Write rows and positions of several partitions in one transaction; return the outcome
        of each.

        A partition whose stored (epoch, next_offset) is not the expected one is left out. Raises
        StoreUnavailable when the outcome is unknown: then call `settle`.
        """
        ...

    async def settle(self, rows: Sequence[FlushRows]) -> Mapping[int, FlushOutcome | None]:
        """Learn the outcomes of a flush that was cut off; None: not written. Raises
        StoreUnavailable.
        """
        ...


class DeadLetters(Protocol):
    """The topic of refused records."""

    async def send(self, letters: Iterable[DeadLetter]) -> None:
        """Return once all are safely kept."""
        ...


class LiveChannel(Protocol):
    """The channel to the boards."""

    async def publish(self, update: Update, traces: Sequence[TraceParent] = ()) -> None:
        """Return once the broker has it; `traces` are those that lead to it.

        The update is written down before anything is waited for: its cells are those of the panes,
        which go on changing.
        """
        ...
