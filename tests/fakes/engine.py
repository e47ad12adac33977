"""Fakes of the engine's ports: a store that can fail in every way a database can, and channels that remember."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from services.contracts.letters import DeadLetter
from services.contracts.updates import PaneKey, Update
from services.contracts.visits import Visit, VisitKey, decode_visit
from services.kpi_engine.domain.partition import Pane, Partition, Rows
from services.kpi_engine.ports import Flush, StoreUnavailable

decode_cells = msgspec.msgpack.Decoder(dict[int, int]).decode


class MemoryStore:
    """`ports.Store` in dictionaries, fenced like the real one; `lose_answer` commits and then fails, `away` only fails."""

    def __init__(self) -> None:
        self.positions: dict[int, tuple[int, int]] = {}
        self.stored_visits: dict[VisitKey, Visit] = {}
        self.stored_panes: dict[PaneKey, Pane] = {}
        self.agent_states: list[tuple[object, ...]] = []
        self.away = False
        self.lose_answer = False

    async def claim(self, partition: int, log_id: str, begin: int, end: int) -> Partition:
        """Raise the epoch; nothing is loaded but what is open."""
        assert begin <= end
        epoch, offset = self.positions.get(partition, (0, begin))
        self.positions[partition] = (epoch + 1, offset)
        return Partition(partition, log_id, 1, epoch + 1, offset)

    async def visits(self, partition: int, keys: Sequence[VisitKey]) -> Mapping[VisitKey, Visit]:
        """The stored ones."""
        self._answer(partition)
        return {key: self.stored_visits[key] for key in keys if key in self.stored_visits}

    async def panes(self, partition: int, keys: Sequence[PaneKey]) -> Mapping[PaneKey, Pane]:
        """The stored ones."""
        self._answer(partition)
        return {key: self.stored_panes[key] for key in keys if key in self.stored_panes}

    async def flush(self, rows: Sequence[Rows]) -> Mapping[int, Flush]:
        """Write those whose position fits."""
        self._answer(0)
        results = {one.position.partition: self._write(one) for one in rows}
        if self.lose_answer:
            self.lose_answer = False
            message = "the answer to COMMIT was lost"
            raise StoreUnavailable(message)
        return results

    async def settle(self, rows: Sequence[Rows]) -> Mapping[int, Flush | None]:
        """Compare positions."""
        self._answer(0)
        return {one.position.partition: self._settled(one) for one in rows}

    def _settled(self, rows: Rows) -> Flush | None:
        found = self.positions[rows.position.partition]
        if found == (rows.position.epoch, rows.position.next_offset):
            return Flush.WRITTEN
        return None if found == (rows.position.epoch, rows.before) else Flush.FENCED

    def _answer(self, _: int) -> None:
        if self.away:
            message = "the database is away"
            raise StoreUnavailable(message)

    def _write(self, rows: Rows) -> Flush:
        if self.positions[rows.position.partition] != (rows.position.epoch, rows.before):
            return Flush.FENCED
        for row in rows.visits:
            self.stored_visits[(str(row[1]), str(row[2]), int(str(row[3])))] = decode_visit(bytes(row[-1]))  # type: ignore[call-overload]
        for tenant, start, queue, channel, _, rev, cells in rows.panes:
            self.stored_panes[(tenant, queue, channel, start)] = Pane(rev, decode_cells(cells))  # type: ignore[index, arg-type]
        self.agent_states += rows.agent_states
        self.positions[rows.position.partition] = (rows.position.epoch, rows.position.next_offset)
        return Flush.WRITTEN


class Channels:
    """`ports.Letters` and `ports.Live` that remember; `broken` makes both fail."""

    def __init__(self) -> None:
        self.letters: list[DeadLetter] = []
        self.updates: list[Update] = []
        self.broken = False

    async def send(self, letters: Iterable[DeadLetter]) -> None:
        """Keep."""
        self._answer()
        self.letters += letters

    async def publish(self, update: Update) -> None:
        """Keep."""
        self._answer()
        self.updates.append(update)

    def _answer(self) -> None:
        if self.broken:
            message = "the broker is away"
            raise ConnectionError(message)
