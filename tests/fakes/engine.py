"""Fakes of the engine's ports: a store that can fail in every way a database can, and channels that
remember.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from floorpulse.contracts.agents import AgentKey, Entered, decode_entered
from floorpulse.contracts.cells import Cells
from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.letters import DeadLetter
from floorpulse.contracts.updates import PaneKey, Update
from floorpulse.contracts.visit_records import decode_visit, encode_visit
from floorpulse.contracts.visits import Longest, Visit, VisitKey
from floorpulse.kpi_engine.fold.agents import StateKey
from floorpulse.kpi_engine.fold.flush_rows import FlushRows
from floorpulse.kpi_engine.fold.panes import NEVER, StoredPane
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.fold.position import PartitionPosition
from floorpulse.kpi_engine.fold.presence_log import ClaimedPresence
from floorpulse.kpi_engine.fold.records import StoredRecords, WantedRecords
from floorpulse.kpi_engine.ports import FlushOutcome, LogLost
from floorpulse.runtime.tracing import TraceParent
from floorpulse.runtime.unavailable import StoreUnavailable
from tests.fakes.copied_rows import pane_rows, visit_rows

MINUTE = 60_000
LONGEST = Horizons(Longest(wait=240 * MINUTE, conversation=240 * MINUTE))
decode_cells = msgspec.msgpack.Decoder(Cells).decode


def _lonely(rows: FlushRows) -> list[VisitKey]:
    return [*rows.lonely, *rows.lonely_packed.visits()]


@dataclass
class Tables:
    """What is stored of one partition."""

    visits: dict[VisitKey, Visit] = field(default_factory=dict)
    panes: dict[PaneKey, StoredPane] = field(default_factory=dict)
    agent_states: dict[StateKey, Entered] = field(default_factory=dict)
    late: list[tuple[object, ...]] = field(default_factory=list)
    pages: dict[int, bytes] = field(default_factory=dict)
    orphans: dict[tuple[object, ...], tuple[object, ...]] = field(default_factory=dict)

    def holds_any(self, rows: FlushRows) -> bool:
        """Whether a row that is taken for new is here."""
        stored = Counter((tenant, contact) for tenant, contact, _ in self.visits)
        return (
            any(_visit_key(row) in self.visits for row in visit_rows(rows.new_visits))
            or any(_key(row) in self.panes for row in pane_rows(rows.new_panes))
            or any(number in self.pages for number, _ in _pages(rows))
            or any(stored[key[:2]] > (key in self.visits) for key in _lonely(rows))
        )

    def take(self, rows: FlushRows) -> None:
        """Write all of the rows."""
        visits = [*visit_rows(rows.new_visits), *visit_rows(rows.visits)]
        self.visits.update({_visit_key(row): decode_visit(row[-1]) for row in visits})
        self.panes.update(_panes(*pane_rows(rows.new_panes), *pane_rows(rows.panes)))
        self.agent_states.update(
            {
                ((row[1], row[2]), row[3], row[4]): decode_entered(row[5])
                for row in _any(*rows.agent_states)
            }
        )
        self.late += rows.late
        self.orphans.update({row[:5]: row[5:] for row in rows.orphans})
        kept = self.pages.items()
        self.pages = {number: page for number, page in kept if number >= rows.presence_since}
        self.pages.update(_pages(rows))

    def states(self, key: AgentKey, since: int) -> list[Entered]:
        """The states of an agent that were entered since then."""
        places = sorted((at, state) for known, at, state in self.agent_states if known == key)
        return [self.agent_states[key, at, state] for at, state in places if at >= since]


class MemoryStore:
    """`ports.Store` in dictionaries, fenced like the real one; `lose_answer` commits and then
    fails, `away` only fails. `tests/contract/test_engine_store.py` holds both to the same.
    """

    def __init__(self, allowance: int = 15_000, horizons: Horizons = LONGEST) -> None:
        self.positions: dict[int, PartitionPosition] = {}
        self.tables: defaultdict[int, Tables] = defaultdict(Tables)
        self.announced = NEVER
        self.away = False
        self.lose_answer = False
        self._allowance = allowance
        self._horizons = horizons

    async def claim(self, partition: int, log_id: str, begin: int, end: int) -> Partition:
        """See `own`."""
        self._answer()
        return self.own(partition, log_id, begin, end)

    def own(
        self, partition: int, log_id: str = "log", begin: int = 0, end: int = 1 << 40
    ) -> Partition:
        """Raise the epoch; nothing is read but who is there."""
        position = self._claimed(partition, log_id, begin)
        if not begin <= position.next_offset <= end:
            message = (
                f"offsets below {position.next_offset} are included, the log has {begin} to {end}"
            )
            raise LogLost(message)
        self.positions[partition] = position
        since = NEVER if position.watermark is None else position.watermark + self._allowance + 1
        claimed = ClaimedPresence(self._horizons)
        for number, page in sorted(self.tables[partition].pages.items()):
            claimed.read(number, page)
        claimed.presence.complete()
        return Partition(position, MINUTE, claimed, since)

    def _claimed(self, partition: int, log_id: str, begin: int) -> PartitionPosition:
        known = self.positions.get(partition)
        if known is None:
            return PartitionPosition(partition, log_id, 1, 1, begin)
        following = replace(known, epoch=known.epoch + 1)
        if known.log_id == log_id:
            return following
        return replace(following, log_id=log_id, generation=known.generation + 1, next_offset=begin)

    async def kept_since(self) -> int:
        """What was announced; NEVER: everything is kept."""
        self._answer()
        return self.announced

    async def load(self, wanted: Mapping[int, WantedRecords]) -> Mapping[int, StoredRecords]:
        """See `find`."""
        self._answer()
        return {partition: self.find(partition, one) for partition, one in wanted.items()}

    def find(self, partition: int, wanted: WantedRecords) -> StoredRecords:
        """What is stored of `wanted`, to be changed by whoever has it."""
        held = self.tables[partition]
        states = {one.key: held.states(one.key, one.since) for one in wanted.agents}
        contacts = {key[:2] for key in wanted.visits}
        return StoredRecords(
            visits={key: _copy(one) for key, one in held.visits.items() if key[:2] in contacts},
            panes=_found(held.panes, wanted.panes),
            agents={key: known for key, known in states.items() if known},
        )

    async def flush(self, rows: Sequence[FlushRows]) -> Mapping[int, FlushOutcome]:
        """Write those whose position fits; none where any of theirs is taken for new and exists."""
        self._answer()
        results = self._flush(rows)
        if self.lose_answer:
            self.lose_answer = False
            message = "the answer to COMMIT was lost"
            raise StoreUnavailable(message)
        return results

    def write(self, rows: FlushRows) -> FlushOutcome:
        """One partition's rows, all or nothing."""
        return self._flush([rows])[rows.position.partition]

    def _flush(self, rows: Sequence[FlushRows]) -> dict[int, FlushOutcome]:
        mine = [one for one in rows if self._held(one) == (one.position.epoch, one.before)]
        if any(self.tables[one.position.partition].holds_any(one) for one in mine):
            return {one.position.partition: FlushOutcome.CONFLICTED for one in rows}
        for one in mine:
            self.tables[one.position.partition].take(one)
            self.positions[one.position.partition] = one.position
        return {
            one.position.partition: FlushOutcome.WRITTEN if one in mine else FlushOutcome.FENCED
            for one in rows
        }

    def _held(self, rows: FlushRows) -> tuple[int, int] | None:
        found = self.positions.get(rows.position.partition)
        return None if found is None else (found.epoch, found.next_offset)

    async def settle(self, rows: Sequence[FlushRows]) -> Mapping[int, FlushOutcome | None]:
        """Compare positions; rows that moved none may be written again, so they count as not
        written.
        """
        self._answer()
        return {one.position.partition: self._settled(one) for one in rows}

    def _settled(self, rows: FlushRows) -> FlushOutcome | None:
        held = self._held(rows)
        if held == (rows.position.epoch, rows.before):
            return None
        written = held == (rows.position.epoch, rows.position.next_offset)
        return FlushOutcome.WRITTEN if written else FlushOutcome.FENCED

    def _answer(self) -> None:
        if self.away:
            message = "the database is away"
            raise StoreUnavailable(message)


def _any(*rows: tuple[object, ...]) -> list[Any]:
    return list(rows)


def _copy(visit: Visit) -> Visit:
    """As the database would give it: visits are changed in place by whoever has them."""
    return decode_visit(encode_visit(visit))


def _found(
    panes: Mapping[PaneKey, StoredPane], keys: Iterable[PaneKey]
) -> dict[PaneKey, StoredPane]:
    known = [(key, *panes[key]) for key in keys if key in panes]
    return {key: StoredPane(revision, dict(cells)) for key, revision, cells in known}


def _panes(*rows: tuple[object, ...]) -> dict[PaneKey, StoredPane]:
    return {_key(row): StoredPane(row[5], decode_cells(row[6])) for row in _any(*rows)}


def _pages(rows: FlushRows) -> list[tuple[int, bytes]]:
    return [(number, page) for _, number, page in _any(*rows.presence)]


def _visit_key(row: tuple[Any, ...]) -> VisitKey:
    return row[1], row[2], row[3]


def _key(row: tuple[Any, ...]) -> PaneKey:
    tenant, start, first, second, *_ = row
    return tenant, first, second, start


def as_sent(update: Update) -> Update:
    """An update as a reader gets it."""
    return msgspec.json.decode(msgspec.json.encode(update), type=Update)


class Channels:
    """`ports.Letters` and `ports.Live` that remember; `broken` makes both fail."""

    def __init__(self) -> None:
        self.letters: list[DeadLetter] = []
        self.updates: list[Update] = []
        self.traces: list[TraceParent] = []
        self.broken = False

    async def send(self, letters: Iterable[DeadLetter]) -> None:
        """Keep."""
        self._answer()
        self.letters += letters

    async def publish(self, update: Update, traces: Sequence[TraceParent] = ()) -> None:
        """Keep what it says now."""
        self._answer()
        self.updates.append(as_sent(update))
        self.traces += traces

    def _answer(self) -> None:
        if self.broken:
            message = "the broker is away"
            raise ConnectionError(message)
