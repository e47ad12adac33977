"""Fakes of the engine's ports: a store that can fail in every way a database can, and channels that
remember.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from services.contracts.agents import AgentKey, Entered, decode_entered
from services.contracts.cells import Cells
from services.contracts.letters import DeadLetter
from services.contracts.updates import PaneKey, Update
from services.contracts.visits import Longest, Visit, VisitKey, decode_visit, encode_visit
from services.kpi_engine.fold.panes import NEVER, StoredPane
from services.kpi_engine.fold.partition import (
    FlushRows,
    Partition,
    PartitionPosition,
    StoredRecords,
    WantedRecords,
)
from services.kpi_engine.fold.presence_log import ClaimedPresence
from services.kpi_engine.ports import FlushOutcome, StoreUnavailable

MINUTE = 60_000
LONGEST = Longest(wait=240 * MINUTE, conversation=240 * MINUTE)
decode_cells = msgspec.msgpack.Decoder(Cells).decode


class MemoryStore:
    """`ports.Store` in dictionaries, fenced like the real one; `lose_answer` commits and then
    fails, `away` only fails.
    """

    def __init__(self, allowance: int = 15_000, longest: Longest = LONGEST) -> None:
        self.positions: dict[int, PartitionPosition] = {}
        self.visits: dict[VisitKey, Visit] = {}
        self.panes: dict[PaneKey, StoredPane] = {}
        self.agent_states: dict[tuple[AgentKey, int, str], Entered] = {}
        self.late: list[tuple[object, ...]] = []
        self.pages: dict[int, dict[int, bytes]] = {}
        self.away = False
        self.lose_answer = False
        self._allowance = allowance
        self._longest = longest

    async def claim(self, partition: int, log_id: str, begin: int, end: int) -> Partition:
        """See `own`."""
        assert begin <= end
        self._answer()
        return self.own(partition, log_id, begin)

    def own(self, partition: int, log_id: str = "log", begin: int = 0) -> Partition:
        """Raise the epoch; nothing is read but who is there."""
        known = self.positions.get(partition) or PartitionPosition(partition, log_id, 1, 0, begin)
        position = replace(known, epoch=known.epoch + 1)
        self.positions[partition] = position
        since = NEVER if position.watermark is None else position.watermark + self._allowance + 1
        claimed = ClaimedPresence(self._longest)
        for number, page in sorted(self.pages.get(partition, {}).items()):
            claimed.read(number, page)
        claimed.presence.complete()
        return Partition(position, MINUTE, claimed, since)

    async def kept_since(self) -> int:
        """Everything is kept."""
        self._answer()
        return NEVER

    async def load(self, partition: int, wanted: WantedRecords) -> StoredRecords:
        """See `find`."""
        assert partition >= 0
        self._answer()
        return self.find(wanted)

    def find(self, wanted: WantedRecords) -> StoredRecords:
        """What is stored of `wanted`."""
        return StoredRecords(
            visits={key: _copy(self.visits[key]) for key in wanted.visits if key in self.visits},
            panes={key: self.panes[key] for key in wanted.panes if key in self.panes},
            agents={one.key: self._states(one.key, one.since) for one in wanted.agents},
        )

    def _states(self, key: AgentKey, since: int) -> list[Entered]:
        places = sorted((at, state) for known, at, state in self.agent_states if known == key)
        return [self.agent_states[key, at, state] for at, state in places if at >= since]

    async def flush(self, rows: Sequence[FlushRows]) -> Mapping[int, FlushOutcome]:
        """Write those whose position fits."""
        self._answer()
        results = {one.position.partition: self.write(one) for one in rows}
        if self.lose_answer:
            self.lose_answer = False
            message = "the answer to COMMIT was lost"
            raise StoreUnavailable(message)
        return results

    async def settle(self, rows: Sequence[FlushRows]) -> Mapping[int, FlushOutcome | None]:
        """Compare positions."""
        self._answer()
        return {one.position.partition: self._settled(one) for one in rows}

    def _settled(self, rows: FlushRows) -> FlushOutcome | None:
        found = self.positions[rows.position.partition]
        if (found.epoch, found.next_offset) == (rows.position.epoch, rows.position.next_offset):
            return FlushOutcome.WRITTEN
        return (
            None
            if (found.epoch, found.next_offset) == (rows.position.epoch, rows.before)
            else FlushOutcome.FENCED
        )

    def _answer(self) -> None:
        if self.away:
            message = "the database is away"
            raise StoreUnavailable(message)

    def write(self, rows: FlushRows) -> FlushOutcome:
        """One partition's rows, all or nothing."""
        found = self.positions[rows.position.partition]
        if (found.epoch, found.next_offset) != (rows.position.epoch, rows.before):
            return FlushOutcome.FENCED
        if any(_visit_key(row) in self.visits for row in rows.new_visits) or any(
            _key(row) in self.panes for row in rows.new_panes
        ):
            return FlushOutcome.CONFLICTED
        self.visits.update(
            {_visit_key(row): decode_visit(row[-1]) for row in _any(*rows.new_visits, *rows.visits)}
        )
        self.panes.update(
            {
                _key(row): StoredPane(row[5], decode_cells(row[6]))
                for row in _any(*rows.new_panes, *rows.panes)
            }
        )
        self.agent_states.update(
            {
                ((row[1], row[2]), row[3], row[4]): decode_entered(row[5])
                for row in _any(*rows.agent_states)
            }
        )
        self.late += rows.late
        kept = self.pages.get(rows.position.partition, {})
        said = {number: page for _, number, page in _any(*rows.presence)}
        self.pages[rows.position.partition] = {
            number: page for number, page in kept.items() if number >= rows.presence_since
        } | said
        self.positions[rows.position.partition] = rows.position
        return FlushOutcome.WRITTEN


def _any(*rows: tuple[object, ...]) -> list[Any]:
    return list(rows)


def _copy(visit: Visit) -> Visit:
    """As the database would give it: visits are changed in place by whoever has them."""
    return decode_visit(encode_visit(visit))


def _visit_key(row: tuple[Any, ...]) -> VisitKey:
    return row[1], row[2], row[3]


def _key(row: tuple[Any, ...]) -> PaneKey:
    tenant, start, first, second, *_ = row
    return tenant, first, second, start


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
